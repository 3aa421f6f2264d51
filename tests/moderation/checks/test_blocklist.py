"""Blocklist: a site's own words, hosts, authors, e-mails and networks."""

from typing import Any

import pytest

from moderation.checks import blocklist
from moderation.checks.signal import Facts, Signal
from moderation.rules import Rules


def look(lists: dict[str, Any], body: str = "Hello there", **known: Any) -> Signal:
    return blocklist.look(Facts("c-1", body, Rules.model_validate({"lists": lists}), **known))


# (what is on the list, what is known of the comment, whether it matches)
MATCHES = [
    ("words", "casino", {"body": "Best CASINO in town"}, True),
    ("words", "casino", {"body": "casinos"}, False),
    ("words", "casin*", {"body": "casinos"}, True),
    ("words", "*coin", {"body": "see the Bitcoin page"}, True),
    ("words", "*", {"body": "casinos"}, False),
    ("words", "cheap pills", {"body": "cheap -- pills"}, True),
    ("words", "cheap pills", {"body": "pills, cheap"}, False),
    ("hosts", "spam.example", {"body": "see https://spam.example/a?b"}, True),
    ("hosts", "spam.example", {"body": "see https://www.spam.example/a"}, True),
    ("hosts", "spam.example", {"body": "see HTTPS://A.B.SPAM.EXAMPLE:8443/"}, True),
    ("hosts", "spam.example", {"body": "see https://user:pass@spam.example/"}, True),
    ("hosts", "spam.example", {"body": "see spam.example."}, True),
    ("hosts", "*.spam.example", {"body": "see www.spam.example"}, True),
    ("hosts", "spam.example", {"body": "see https://notspam.example/"}, False),
    ("hosts", "spam.example", {"body": "see https://spam.example.com/"}, False),
    ("hosts", "spam.example", {"body": "see https://good.example/spam.example.html"}, True),
    ("hosts", "spam.example", {"body": "write to joe@spam.example"}, False),
    ("hosts", "spam.example", {"author_url": "https://www.spam.example/me"}, True),
    ("hosts", "spam.example", {"author_url": "https://good.example/"}, False),
    ("authors", "troll-7", {"author_id": "troll-7"}, True),
    ("authors", "troll-7", {"author_id": "troll-71"}, False),
    ("authors", "Max Muster", {"author_name": "max  MUSTER"}, True),
    ("authors", "Max Muster", {"author_name": "Max"}, False),
    ("authors", "Max Muster", {"author_name": None, "author_id": None}, False),
    ("emails", "Bob@Spam.example", {"author_email": "bob@spam.EXAMPLE"}, True),
    ("emails", "bob@spam.example", {"author_email": "rob@spam.example"}, False),
    ("emails", "@spam.example", {"author_email": "rob@spam.example"}, True),
    ("emails", "@spam.example", {"author_email": "rob@www.spam.example"}, False),
    ("emails", "@spam.example", {"author_email": None}, False),
    ("networks", "203.0.113.0/24", {"ip": "203.0.113.255"}, True),
    ("networks", "203.0.113.0/24", {"ip": "203.0.114.1"}, False),
    ("networks", "203.0.113.7", {"ip": "203.0.113.7"}, True),
    ("networks", "203.0.113.9/24", {"ip": "203.0.113.1"}, True),
    ("networks", "2001:db8::/32", {"ip": "2001:db8:1::1"}, True),
    ("networks", "2001:db8::/32", {"ip": "2001:db9::1"}, False),
    ("networks", "::/0", {"ip": "203.0.113.7"}, False),
    ("networks", "0.0.0.0/0", {"ip": None}, False),
    ("networks", "0.0.0.0/0", {"ip": "not an address"}, False),
]


@pytest.mark.parametrize(("kind", "entry", "known", "matches"), MATCHES)
def test_an_entry_matches_what_it_names_and_nothing_else(kind, entry, known, matches):
    signal = look({kind: {"block": [entry]}}, **known)

    assert signal.score == (blocklist.BLOCKED if matches else 0.0)


@pytest.mark.parametrize(("does", "score"), [("allow", 0.0), ("hold", blocklist.HELD), ("block", blocklist.BLOCKED)])
def test_the_list_says_what_a_match_does(does, score):
    signal = look({"words": {does: ["casino"]}}, "the casino")

    assert signal.score == score
    assert signal.evidence == (f"{does} word: casino",)
    assert signal.spans == ((4, 10),)


def test_blocked_outweighs_held_and_held_outweighs_allowed():
    lists = {"words": {"hold": ["casino"], "block": ["pills"]}, "authors": {"allow": ["ana"]}}

    assert look(lists, "casino and pills", author_id="ana").score == blocklist.BLOCKED
    assert look(lists, "casino", author_id="ana").score == blocklist.HELD


@pytest.mark.parametrize(
    ("lists", "known"),
    [
        ({"authors": {"allow": ["ana"]}}, {"author_id": "ana"}),
        ({"emails": {"allow": ["@courier.example"]}}, {"author_email": "ana@courier.example"}),
        ({"networks": {"allow": ["10.0.0.0/8"]}}, {"ip": "10.1.2.3"}),
    ],
)
def test_an_allowed_writer_is_vouched_for(lists, known):
    assert look(lists, **known).vouches
    assert not look(lists).vouches


@pytest.mark.parametrize(
    ("lists", "body"),
    [
        ({"words": {"allow": ["stage"]}}, "the stage"),
        ({"words": {"allow": ["author"]}}, "the author"),
        ({"hosts": {"allow": ["good.example"]}}, "https://good.example/"),
    ],
)
def test_an_allowed_word_or_host_vouches_for_nobody(lists, body):
    signal = look(lists, body)

    assert signal.evidence, "the entry did match"
    assert not signal.vouches


@pytest.mark.parametrize("does", ["hold", "block"])
def test_who_is_allowed_but_says_what_is_listed_is_not_vouched_for(does):
    lists = {"authors": {"allow": ["ana"]}, "words": {does: ["casino"]}}

    assert not look(lists, "casino", author_id="ana").vouches


def test_evidence_quotes_no_more_than_its_limit():
    signal = look({"hosts": {"block": ["example"]}}, "https://" + "a." * 60 + "spam.example/")

    assert signal.evidence
    assert all(len(each) <= 80 for each in signal.evidence)


def test_evidence_holds_no_address_of_the_writer():
    lists = {
        "emails": {"block": ["bob@spam.example"]},
        "networks": {"block": ["203.0.113.7"]},
        "authors": {"block": ["bob"]},
    }

    signal = look(lists, author_email="bob@spam.example", ip="203.0.113.7", author_id="bob")

    assert signal.evidence == ("block author", "block e-mail", "block network")
