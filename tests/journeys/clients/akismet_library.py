"""Run by the environment of PyPI's `akismet`, unmodified: a check, the clicks, the settings page; pointed here."""

import os
import time

import akismet
import httpx

GREENROOM = httpx.URL(os.environ["GREENROOM"])
IP = "203.0.113.9"


class ToGreenroom(httpx.HTTPTransport):
    """What docs/akismet.md tells people to do: another host, and nothing else."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme=GREENROOM.scheme, host=GREENROOM.host, port=GREENROOM.port)
        return super().handle_request(request)


def client(key: str) -> akismet.SyncClient:
    http = httpx.Client(transport=ToGreenroom(), timeout=1.0)  # the library's own time-out
    return akismet.SyncClient.validated_client(config=akismet.Config(key, "https://courier.example"), http_client=http)


try:
    client("abcdefghijkl")
except akismet.APIKeyError:
    pass
else:
    raise AssertionError("this key is none")

ours = client(os.environ["AKISMET_KEY"])
plain = {"comment_content": os.environ["CLEAN"], "comment_author": "Ana", "comment_type": "comment"}
assert ours.comment_check(IP, **plain) is akismet.CheckResponse.HAM
held = {"comment_content": os.environ["PROFANE"], "comment_author": "Ben", "comment_type": "comment"}
assert ours.comment_check(IP, **held) is akismet.CheckResponse.SPAM, "held, and the key says that it is spam until then"
known = {"comment_content": "x", "comment_author": "akismet-guaranteed-spam"}
assert ours.comment_check(IP, **known) is akismet.CheckResponse.SPAM
assert ours.comment_check(IP, **held, user_role="administrator") is akismet.CheckResponse.HAM
assert ours.submit_ham(IP, **held) is True
ends = time.monotonic() + 30  # a click stands at once and is carried out within a second or so
while ours.comment_check(IP, **held, recheck_reason="recheck_queue") is not akismet.CheckResponse.HAM:
    assert time.monotonic() < ends, "a click on 'not spam' was not carried out"
assert ours.submit_spam(IP, **held) is True
assert ours.usage_limit()["throttled"] is False
