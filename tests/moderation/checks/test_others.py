"""The small checks: repeats, flood, shouting, newcomer, honeypot."""

from typing import Any

import pytest

from moderation.checks import flood, honeypot, newcomer, repeats, shouting
from moderation.checks.signal import Facts
from moderation.rules import Rules

RULES = Rules.model_validate(
    {"limits": {"per_author_minute": 4, "per_ip_minute": 10, "approved_to_be_known": 3, "typed_seconds": 2}}
)


def facts(body: str = "Hello", **known: Any) -> Facts:
    return Facts("c-1", body, RULES, **known)


@pytest.mark.parametrize(("before", "score"), [(0, 0.0), (1, 0.6), (2, 0.7), (5, 1.0), (100, 1.0)])
def test_each_repeat_of_a_text_weighs_more(before, score):
    signal = repeats.look(facts(same_text=before))

    assert signal.score == pytest.approx(score)
    assert bool(signal.evidence) == bool(before)


@pytest.mark.parametrize(
    ("author", "ip", "score"), [(0, 0, 0.0), (2, 0, 0.25), (4, 0, 0.5), (0, 10, 0.5), (4, 20, 1.0), (100, 0, 1.0)]
)
def test_flood_compares_with_both_limits_and_the_worse_one_counts(author, ip, score):
    signal = flood.look(facts(author_lately=author, ip_lately=ip))

    assert signal.score == pytest.approx(score)


def test_flood_says_which_limit_was_reached():
    assert flood.look(facts(author_lately=3, ip_lately=9)).evidence == ()
    assert flood.look(facts(author_lately=4)).evidence == ("4 by this author within a minute",)
    assert flood.look(facts(ip_lately=10)).evidence == ("10 from this network address within a minute",)


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ("THIS IS WHAT I THINK OF IT", 1.0),
        ("this is what i think of it", 0.0),
        ("THIS IS what I think", 0.0),  # too short to tell: 16 letters
        ("NASA", 0.0),
        ("ÄÖÜ" * 10, 1.0),
        ("漢字" * 30, 0.0),  # without capitals there is no shouting
        ("1234567890 !!! " * 5, 0.0),
        ("AAAAAaaaaa" * 4, 0.5),
    ],
)
def test_shouting_is_the_share_of_capitals_in_a_text_long_enough_to_tell(body, score):
    assert shouting.look(facts(body)).score == pytest.approx(score)


@pytest.mark.parametrize(
    ("approved", "rejected", "score"),
    [(0, 0, newcomer.NEW), (2, 0, newcomer.NEW), (3, 0, 0.0), (0, 1, newcomer.NEW_AND_REJECTED), (3, 9, 0.0)],
)
def test_a_newcomer_is_who_has_fewer_approved_comments_than_the_limit(approved, rejected, score):
    assert newcomer.look(facts(author_approved=approved, author_rejected=rejected)).score == score


@pytest.mark.parametrize(
    ("field", "typed", "score"),
    [
        (None, None, 0.0),
        ("", None, 0.0),
        ("", 2.0, 0.0),
        (None, 1.9, honeypot.TOO_FAST),
        (None, 0.0, honeypot.TOO_FAST),
        ("buy", None, honeypot.FILLED),
        ("buy", 60.0, honeypot.FILLED),
    ],
)
def test_the_honeypot_catches_a_filled_field_and_a_form_sent_too_fast(field, typed, score):
    assert honeypot.look(facts(honeypot=field, typed_for_seconds=typed)).score == score


def test_what_was_written_into_the_honeypot_is_not_quoted():
    assert "buy" not in str(honeypot.look(facts(honeypot="buy")))
