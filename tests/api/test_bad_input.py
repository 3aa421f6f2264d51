"""What strangers send that cannot be meant: refused with a problem that names the field, nothing stored or echoed.

And the opposite: what looks odd and is meant is stored as it was written.
"""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from moderation.database import reading
from moderation.models import Comment
from moderation.terms import Role
from tests import make
from tests.api import calls

PLANTED = "planted-words-of-a-stranger"
GOOD = {"external_id": "c-1", "body": "Hi", "author": {"id": "u-1"}, "page": {"url": "https://a.example/"}}


class Here:
    """A site with a held comment, and an admin: what the requests below are about."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.site = make.site("The Courier")
        self.ada = make.moderator("ada", Role.ADMIN)
        self.comment = make.stored(self.site.id, "held", make.PROFANE)
        make.work()
        self.case = calls.cases(client, self.ada)[0]

    def ask(self, method: str, path: str, **more: object) -> Response:
        """Placeholders in the path are filled; moderators' routes are asked by the admin, the others by the site."""
        theirs = ("/v1/queue", "/v1/cases", "/v1/decisions", "/v1/sites", "/v1/moderators", "/v1/health")
        who = self.ada if path.startswith(theirs) or "history" in path else self.site
        filled = path.format(comment=self.comment.id, case=self.case["id"], site=self.site.id, ada=self.ada.id)
        headers = {**who.headers, "Content-Type": "application/json", **more.pop("headers", {})}
        return self.client.request(method, filled, headers=headers, **more)


@pytest.fixture(scope="module")
def here(shared: TestClient) -> Here:
    return Here(shared)


def without(field: str) -> dict:
    return {name: value for name, value in GOOD.items() if name != field}


SURROGATE = b'"planted-words-of-a-stranger \\ud800"'
NUL = f"{PLANTED}\x00"


def good_but(field: str, value: object) -> dict:
    """The good comment, with one field of another value; 'author.name' reaches inside."""
    outer, _, inner = field.partition(".")
    return {**GOOD, outer: {**GOOD[outer], inner: value} if inner else value}


FIELDS = [
    *((field, value) for field in ("external_id", "body") for value in (None, 5, True, [], {}, "", "   ", NUL)),
    *((field, value) for field in ("author", "page") for value in (None, PLANTED, 5, [PLANTED])),
    *(
        (field, value)
        for field in ("author.id", "author.name", "author.email", "author.url", "page.title")
        for value in (5, [PLANTED], NUL, PLANTED * 100)
    ),
    *(("page.url", value) for value in (None, "", 5, NUL, "https://" + PLANTED * 100)),
    ("author.id", ""),
    ("external_id", PLANTED * 10),
    ("body", PLANTED * 1_000),
    *(("parent_external_id", value) for value in ("", 5, NUL, PLANTED * 10)),
    *(("ip", value) for value in (PLANTED, "300.1.1.1", "1.2.3.4/8", "1.2.3.4 ", NUL, {})),
    *(("user_agent", value) for value in (5, [PLANTED], {})),
    *(("referrer", value) for value in (5, [PLANTED], {})),
    *(("typed_for_seconds", value) for value in ("5", True, -1, 10**9, 10**400, [PLANTED])),
    *(("honeypot", value) for value in (5, True, {})),
    *(("language", value) for value in ("english", PLANTED, "en_US", 5, "e", "en\x00")),
    *(
        ("submitted_at", value)
        for value in (
            "2026-01-01T00:00:00",
            "2026-01-01",
            PLANTED,
            "",
            1_700_000_000,
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-23:59",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-01T25:00:00Z",
            "10000-01-01T00:00:00Z",
            NUL,
        )
    ),
    ("surprise", PLANTED),
    ("author.surprise", PLANTED),
    ("page.surprise", PLANTED),
    ("status", "approved"),
    ("site_id", calls.UNKNOWN),
]


def is_refused(answer: Response, names: str | None, statuses: tuple[int, ...] = (400, 413, 415, 422)) -> None:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    document = calls.problem(answer, answer.status_code)
    assert PLANTED not in answer.text
    if names:
        assert names in calls.named(document), document


@pytest.mark.parametrize(("field", "value"), FIELDS, ids=lambda each: repr(each)[:40])
def test_a_field_that_is_wrong_is_named(here: Here, field: str, value: object):
    before = calls.rows()

    answer = here.ask("POST", "/v1/comments", content=json.dumps(good_but(field, value)))

    is_refused(answer, "/" + field.replace(".", "/"), (422,))
    assert calls.rows() == before


@pytest.mark.parametrize("field", ["external_id", "body", "author", "page"])
def test_a_field_that_is_missing_is_named(here: Here, field: str):
    before = calls.rows()

    answer = here.ask("POST", "/v1/comments", json=without(field))

    is_refused(answer, f"/{field}", (422,))
    assert calls.rows() == before


def chunked(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]


MEGABYTE = json.dumps({**GOOD, "body": "x" * 1_000_000}).encode()
BODIES = {
    "empty": b"",
    "blank": b"   ",
    "null": b"null",
    "a number": b"5",
    "text": b'"planted-words-of-a-stranger"',
    "a list": b"[]",
    "half": b'{"external_id": "planted-words-of-a-stranger',
    "two": b"{}{}",
    "trailing comma": b'{"external_id": "a",}',
    "invalid UTF-8": b'{"external_id": "\xff\xfe", "planted-words-of-a-stranger": 1}',
    "NUL around": b"\x00{}\x00",
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep in a field": b'{"author": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NaN": json.dumps({**GOOD, "typed_for_seconds": float("nan")}).encode(),
    "Infinity": json.dumps({**GOOD, "typed_for_seconds": float("inf")}).encode(),
    "1e999": json.dumps(GOOD).encode()[:-1] + b', "typed_for_seconds": 1e999}',
    "NaN in an unknown field": json.dumps({**GOOD, "surprise": float("nan")}).encode(),
    "an integer of 5,000 digits": json.dumps(GOOD).encode()[:-1] + b', "typed_for_seconds": ' + b"9" * 5_000 + b"}",
    "a surrogate in body": json.dumps(GOOD).encode().replace(b'"Hi"', SURROGATE),
    "a surrogate in external_id": json.dumps(GOOD).encode().replace(b'"c-1"', SURROGATE),
    "a surrogate in author.id": json.dumps(GOOD).encode().replace(b'"u-1"', SURROGATE),
    "a surrogate in user_agent": json.dumps(GOOD).encode()[:-1] + b', "user_agent": ' + SURROGATE + b"}",
    "a surrogate as a field's name": json.dumps(GOOD).encode()[:-1] + b', "\\ud800": 1}',
    "a megabyte": MEGABYTE,
}


@pytest.mark.parametrize("path", ["/v1/comments", "/v1/comments/batch", "/v1/decisions", "/v1/queue/claims"])
@pytest.mark.parametrize("body", [each for each in BODIES if each != "a megabyte"])
def test_a_body_that_is_none_is_refused(here: Here, path: str, body: str):
    if path == "/v1/queue/claims" and body in ("empty", "null"):
        pytest.skip("claims have a default")
    before = calls.rows()

    answer = here.ask("POST", path, content=BODIES[body], headers={"Content-Type": "application/json"})

    is_refused(answer, None)
    assert calls.rows() == before


@pytest.mark.parametrize("path", ["/v1/comments", "/v1/decisions", "/v1/comments/{comment}/reports"])
@pytest.mark.parametrize("known", [True, False], ids=["with Content-Length", "chunked"])
def test_a_megabyte_is_too_large(here: Here, path: str, known: bool):
    before = calls.rows()
    content = MEGABYTE if known else chunked(MEGABYTE)

    answer = here.ask("POST", path, content=content, headers={"Content-Type": "application/json"})

    is_refused(answer, None, (413,))
    assert calls.rows() == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "image/png"]
)
def test_a_body_of_another_type_is_refused(here: Here, kind: str):
    before = calls.rows()

    answer = here.ask("POST", "/v1/comments", content=json.dumps(GOOD), headers={"Content-Type": kind})

    is_refused(answer, None)
    assert "Content-Type: application/json" in answer.json()["detail"]
    assert calls.rows() == before


ELSEWHERE = [
    ("PATCH", "/v1/comments/{comment}", {}, "/body"),
    ("PATCH", "/v1/comments/{comment}", {"body": NUL}, "/body"),
    ("PATCH", "/v1/comments/{comment}", {"body": "Hi", "status": PLANTED}, "/status"),
    ("PATCH", "/v1/comments/{comment}", {"body": PLANTED * 1_000}, "/body"),
    ("POST", "/v1/comments/{comment}/reports", {"reader": NUL}, "/reader"),
    ("POST", "/v1/comments/{comment}/reports", {"note": PLANTED * 100}, "/note"),
    ("POST", "/v1/comments/{comment}/reports", {"reason": NUL}, "/reason"),
    ("POST", "/v1/comments/{comment}/appeals", {"reason": NUL}, "/reason"),
    ("POST", "/v1/comments/{comment}/appeals", {"surprise": PLANTED}, "/surprise"),
    ("POST", "/v1/comments/batch", {}, "/items"),
    ("POST", "/v1/comments/batch", {"items": PLANTED}, "/items"),
    ("POST", "/v1/comments/batch", {"items": [], "surprise": 1}, "/surprise"),
    ("PUT", "/v1/webhook", {"url": 5}, "/url"),
    ("POST", "/v1/queue/claims", {"count": "1"}, "/count"),
    ("POST", "/v1/queue/claims", {"count": 1.5}, "/count"),
    ("POST", "/v1/queue/claims", {"count": True}, "/count"),
    ("POST", "/v1/queue/claims", {"count": 10**30}, "/count"),
    ("POST", "/v1/queue/claims", {"count": 1, "site": NUL}, "/site"),
    ("POST", "/v1/queue/claims", {"count": 1, "case_ids": [PLANTED]}, "/case_ids/0"),
    ("POST", "/v1/cases/{case}/decision", {"action": "hold", "revision": 1}, "/action"),
    ("POST", "/v1/cases/{case}/decision", {"action": "approve", "revision": 10**30}, "/revision"),
    ("POST", "/v1/cases/{case}/decision", {"action": "approve", "revision": 0}, "/revision"),
    ("POST", "/v1/cases/{case}/decision", {"action": "approve", "revision": "1"}, "/revision"),
    ("POST", "/v1/cases/{case}/decision", {"action": "approve", "revision": 1, "note": NUL}, "/note"),
    ("POST", "/v1/cases/{case}/decision", {"action": "approve", "revision": 1, "overturns": PLANTED}, "/overturns"),
    ("POST", "/v1/decisions", {"case_ids": [PLANTED], "action": "approve"}, "/case_ids/0"),
    ("POST", "/v1/decisions", {"case_ids": [calls.UNKNOWN] * 1_001, "action": "approve"}, "/case_ids"),
    *(
        ("POST", "/v1/decisions", {"filter": {name: NUL}, "action": "approve"}, f"/filter/{name}")
        for name in ("site", "check", "page_url", "author", "language")
    ),
    ("POST", "/v1/sites", {"name": ""}, "/name"),
    ("POST", "/v1/sites", {"name": NUL}, "/name"),
    ("POST", "/v1/sites", {"name": "x", "preset": PLANTED}, "/preset"),
    ("POST", "/v1/sites/{site}/keys", {"label": NUL}, "/label"),
    ("POST", "/v1/moderators", {"name": "x", "role": PLANTED}, "/role"),
    ("POST", "/v1/moderators", {"name": "x", "role": "lead", "site": PLANTED}, "/site"),
    ("PUT", "/v1/moderators/{ada}/roles", {}, "/role"),
    ("POST", "/v1/moderators/{ada}/tokens", {"label": PLANTED * 10}, "/label"),
    ("PUT", "/v1/sites/{site}/rules", {"preset": PLANTED}, "/preset"),
    ("PUT", "/v1/sites/{site}/rules", {"surprise": PLANTED}, "/surprise"),
    ("PUT", "/v1/sites/{site}/rules", {"limits": {"links": 0}}, "/limits/links"),
    ("PUT", "/v1/sites/{site}/rules", {"lists": {"words": {"block": [NUL]}}}, "/lists/words/block/0"),
    ("PUT", "/v1/sites/{site}/rules", {"lists": {"networks": {"block": [PLANTED]}}}, "/lists/networks/block/0"),
]


@pytest.mark.parametrize(("method", "path", "sent", "names"), ELSEWHERE, ids=lambda each: str(each)[:40])
def test_wrong_fields_elsewhere_are_named(here: Here, method: str, path: str, sent: dict, names: str):
    before = calls.rows()

    answer = here.ask(method, path, json=sent)

    is_refused(answer, names, (422,))
    assert calls.rows() == before


QUERIES = [
    ("/v1/comments?limit=-1", "limit"),
    ("/v1/comments?limit=0", "limit"),
    ("/v1/comments?limit=201", "limit"),
    (f"/v1/comments?limit={PLANTED}", "limit"),
    ("/v1/comments?limit=" + "9" * 5_000, "limit"),
    ("/v1/comments?limit=1.5", "limit"),
    (f"/v1/comments?status={PLANTED}", "status"),
    ("/v1/comments?external_id=a%00b", "external_id"),
    ("/v1/comments?external_id=" + "a" * 201, "external_id"),
    ("/v1/comments?author_id=%00", "author_id"),
    ("/v1/comments?page_url=%00", "page_url"),
    (f"/v1/comments?updated_since={PLANTED}", "updated_since"),
    ("/v1/comments?updated_since=2026-01-01T00:00:00", "updated_since"),
    (f"/v1/comments?cursor={PLANTED}", "/cursor"),
    ("/v1/comments?cursor=%00", "/cursor"),
    ("/v1/comments?cursor=" + "a" * 5_000, "/cursor"),
    ("/v1/outcomes?limit=-1", "limit"),
    (f"/v1/outcomes?after={PLANTED}", "/cursor"),
    (f"/v1/deliveries?state={PLANTED}", "state"),
    (f"/v1/deliveries?comment_id={PLANTED}", "comment_id"),
    (f"/v1/deliveries?cursor={PLANTED}", "/cursor"),
    ("/v1/queue?limit=-5", "limit"),
    (f"/v1/queue?sort={PLANTED}", "sort"),
    (f"/v1/queue?cursor={PLANTED}", "/cursor"),
    (f"/v1/queue?why={PLANTED}", "why"),
    (f"/v1/queue?mine={PLANTED}", "mine"),
    *((f"/v1/queue?{name}=%00", name) for name in ("site", "check", "page_url", "author", "language")),
    ("/v1/decisions?limit=9999", "limit"),
    (f"/v1/decisions?action={PLANTED}", "action"),
    ("/v1/decisions?moderator=%00", "moderator"),
    (f"/v1/decisions?after={PLANTED}", "/cursor"),
    (f"/v1/comments/{PLANTED}", "comment_id"),
    ("/v1/comments/%00", "comment_id"),
    ("/v1/comments/{comment}%00", "comment_id"),
    ("/v1/comments/0", "comment_id"),
    (f"/v1/comments/{PLANTED}/history", "comment_id"),
    (f"/v1/comments/{PLANTED}/statement", "comment_id"),
    (f"/v1/cases/{PLANTED}", "case_id"),
    (f"/v1/sites/{PLANTED}", "site_id"),
    ("/v1/sites/%00/rules", "site_id"),
]


@pytest.mark.parametrize(("address", "names"), QUERIES, ids=lambda each: each[:50])
def test_an_address_that_is_wrong_is_refused(here: Here, address: str, names: str):
    answer = here.ask("GET", address)

    is_refused(answer, names, (422,))


@pytest.mark.parametrize(
    "address",
    [
        "/v1/comments?updated_since=0001-01-01T00:00:00Z",
        "/v1/comments?updated_since=0001-01-01T00:00:00%2B23:59",
        "/v1/comments?updated_since=9999-12-31T23:59:59Z",
        "/v1/comments?updated_since=9999-12-31T23:59:59-23:59",
        "/v1/comments?external_id=%ff%fe",
        "/v1/comments?external_id=%ed%a0%80",
        "/v1/queue?author=%ff",
        "/v1/queue?check=%25_",
        "/v1/queue?site=%ff%f0",
        "/v1/decisions?moderator=%ff",
        "/v1/%00",
        "/problems/%00",
        "/v1/comments/../queue",
    ],
)
def test_an_odd_address_is_never_an_internal_error(here: Here, address: str):
    answer = here.ask("GET", address)

    assert answer.status_code < 500, answer.text
    if answer.status_code != 200:
        calls.problem(answer, answer.status_code)


@pytest.mark.parametrize("author", ["%00", "a%00b", "%20", "a" * 201])
def test_an_author_that_cannot_be_is_refused(here: Here, author: str):
    answer = here.ask("DELETE", f"/v1/authors/{author}")

    is_refused(answer, "author_id", (422,))


MEANT = {
    "bidi controls": "\u202ereversed\u202c and \u2066isolated\u2069",
    "zero width": "in\u200bvis\u200dible\ufeff and \u2060joined",
    "combining marks": "z" + "\u0301\u0323\u034f" * 3_000,
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
    "beyond the first plane": "\U0001d573\U0001d58a\U0001d591 \U0010ffff",
    "controls": "a\tb\r\nc\x07\x1b[31md\x7f\x85",
    "separators": "a\u2028b\u2029c\u00a0d",
    "noncharacters": "a\ufffeb\uffffc",
    "markup": "<script>alert(1)</script> {{7*7}} ${x} %s %(x)s {0}",
    "quotes": "'; DROP TABLE comments; -- \" \\ \\u0000 `",
    "around": "  blank in front and behind  \n",
    "the longest": "ü" * 20_000,
    "the longest, four bytes each": "😀" * 20_000,
    "decomposed": "e\u0301 is not \u00e9",
}


@pytest.mark.parametrize("name", MEANT)
def test_what_looks_odd_and_is_meant_is_stored_as_it_was_written(here: Here, name: str):
    body = MEANT[name]

    sent = here.ask(
        "POST", "/v1/comments", content=json.dumps({**GOOD, "external_id": f"meant {name} 👍", "body": body})
    )

    assert sent.status_code == 202, sent.text
    assert sent.json()["external_id"] == f"meant {name} 👍"
    with reading() as session:
        assert session.get_one(Comment, UUID(sent.json()["id"])).body == body
    make.work()
    assert calls.where(here.client, here.site, sent.json()["id"])["screened_at"]
    calls.cases(here.client, here.ada)
