"""Greenroom from Python, with httpx and standardwebhooks: submit a comment, verify a webhook, catch up.

GREENROOM=http://127.0.0.1:8000 SITE_KEY=gr_site_... python site.py submit ID TEXT NAME
WEBHOOK_SECRET=whsec_... python site.py verify WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < body
GREENROOM=... SITE_KEY=... python site.py catch-up [PLACE]
"""

import json
import os
import sys

from standardwebhooks import Webhook, WebhookVerificationError

try:
    import httpx
except ImportError:
    import httpx2 as httpx


def client():
    key = {"Authorization": f"Bearer {os.environ['SITE_KEY']}"}
    return httpx.Client(base_url=os.environ["GREENROOM"], headers=key, timeout=10)


def submit(external_id, text, name):
    comment = {
        "external_id": external_id,  # yours: sent again, it is the same comment
        "body": text,
        "author": {"name": name},
        "page": {"url": "https://courier.example/news/1"},
    }
    with client() as greenroom:
        answer = greenroom.post("/v1/comments", json=comment, headers={"Prefer": "wait=5"})
        answer.raise_for_status()
        return answer.json()


def verify(name, timestamp, signature):
    headers = {"webhook-id": name, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        return Webhook(os.environ["WEBHOOK_SECRET"]).verify(sys.stdin.read(), headers)
    except WebhookVerificationError:
        sys.exit("it is not from Greenroom")


def catch_up(place=None):
    """What was settled since; keep 'next', it is the place for the next time."""
    with client() as greenroom:
        answer = greenroom.get("/v1/outcomes", params={"after": place} if place else {})
        answer.raise_for_status()
        return answer.json()


if __name__ == "__main__":
    do = {"submit": submit, "verify": verify, "catch-up": catch_up}[sys.argv[1]]
    print(json.dumps(do(*sys.argv[2:])))
