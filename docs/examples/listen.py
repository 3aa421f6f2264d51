"""A site's webhook in Python, nothing to install: says of each call what it tells, and whether it is from Greenroom.

WEBHOOK_SECRET=whsec_... python3 listen.py 9000
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
LONGEST = 1_000_000  # bytes
TOO_OLD = 300  # seconds


def is_from_greenroom(headers, body):
    """Standard Webhooks: HMAC-SHA256 over 'id.timestamp.body', base64, among those in the header."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOO_OLD:
        return False
    signed = f"{headers.get('webhook-id')}.{sent_at}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    signatures = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(each.encode(), expected.encode()) for each in signatures)


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), LONGEST))
        good = is_from_greenroom(self.headers, body)
        if good:
            event = json.loads(body)
            print("from Greenroom:", event["type"], event["data"].get("external_id", ""), flush=True)
        else:
            print("not from Greenroom", flush=True)
        self.send_response(204 if good else 400)
        self.end_headers()

    def log_message(self, *args):
        """Nothing: what was told is printed already."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Webhook).serve_forever()
