"""Spam: advertising and scams, told from talk, with what weighed most."""

from typing import Any

import pytest

from moderation.checks import spam
from moderation.checks.hosts import Hosts
from moderation.checks.model import MOST_BYTES, load
from moderation.checks.scams import is_scam_host, scam_video
from moderation.checks.signal import Facts
from moderation.checks.traits import names
from moderation.rules import Rules

RULES = Rules()
LIKELY, UNLIKELY = 0.8, 0.5

SPAM = [
    "Please SUBSCRIBE to my channel and check out my new videos!!! https://youtu.be/abcdefghijk",
    "I invested $500 and received $8,000 within a week, all thanks to @trade_with_jane_fx",
    "Buy cheap viagra online without prescription <a href='http://pills.example'>click here</a>",
    "Best online casino, free spins and bonus for everyone: www.spins-casino.example",
    "Make money from home! Earn up to $3,000 a week, sign up now at easyjobs.example",
    "Nice post, thanks for sharing! Visit my website http://cheap-shoes.example for replica handbags",
    "URGENT! You have won a prize of £1000. Call now on 0906 123 4567 to claim your reward",
    "Do you need an urgent loan? Contact us on WhatsApp +234 812 345 6789, low interest rate",
]
TALK = [
    "I love this song so much, it reminds me of my grandmother.",
    "The council has voted against it twice, so I doubt that they will pass it in May.",
    "I disagree. The article says that wages rose by 3% in 2015, which is what the report shows too.",
    "haha this made my day",
    "Why would anybody paint a station green?",
    "@jane I think you are right about the second paragraph.",
    "My doctor told me to rest for a week, and it helped.",
    "",
]


def look(body: str, **known: Any):
    return spam.look(Facts("c-1", body, RULES, **known))


@pytest.mark.parametrize("body", SPAM)
def test_advertising_scores_high_and_says_where(body):
    signal = look(body)

    assert signal.score >= LIKELY
    assert signal.spans
    assert signal.evidence


@pytest.mark.parametrize("body", TALK)
def test_talk_scores_low(body):
    assert look(body).score < UNLIKELY


def test_where_the_score_is_low_nothing_is_pointed_at():
    signal = look("@jane I doubt that the council will paint the station green, whatever it costs: 20%?")

    assert signal.score < spam.WORTH_SAYING
    assert (signal.spans, signal.evidence) == ((), ())


def test_spans_point_into_the_text_as_written():
    body = "\U0001f600 é Sub\u200bscribe to  my channel, \ud800 www.spins-casino.example"

    found = [body[start:end] for start, end in look(body).spans]

    assert "Sub\u200bscribe to  my" in found
    assert "www.spins-casino.example" in found


def test_a_disguise_does_not_lower_the_score_much():
    plain, disguised = "Buy cheap viagra online", "B\u200buy ch\u200beap vi\u200bagra onl\u200bine"

    assert look(disguised).score == pytest.approx(look(plain).score, abs=0.1)


def test_a_chunk_scores_what_each_scores_alone():
    many = [Facts(str(number), body, RULES) for number, body in enumerate(SPAM + TALK)]

    spam.prime(many)

    for facts in many:
        alone, primed = look(facts.body), spam.look(facts)
        assert primed.score == pytest.approx(alone.score, abs=1e-6)
        assert (primed.spans, primed.evidence) == (alone.spans, alone.evidence)


def test_a_listed_host_decides_however_harmless_the_text_is(monkeypatch):
    monkeypatch.setattr("moderation.checks.scams._hosts", lambda: Hosts(["bad.example"]))

    signal = look("Lovely. https://www.bad.example/x")

    assert signal.score >= LIKELY
    assert "scam host: www.bad.example" in signal.evidence


def test_the_scam_lists_come_with_it():
    assert is_scam_host("www.vbucks22.com")
    assert not is_scam_host("youtube.com")
    assert scam_video("https://www.youtube.com/watch?v=yHM2pUbzU9k") == "yHM2pUbzU9k"
    assert scam_video("https://www.youtube.com/watch?v=aaaaaaaaaaa") is None


# (what is known of the author, whether it raises the score)
AUTHORS = [
    ({"author_name": "cheap nike shoes"}, True),
    ({"author_name": "online casino", "author_url": "https://spins.example"}, True),
    ({"author_name": "www.spins.example"}, True),
    ({"author_url": "https://bit.ly/x"}, True),
    ({"author_url": "https://xn--e1afmkfd.xn--p1ai"}, True),
    ({"author_name": "Jane Doe"}, False),
    ({"author_name": "Tiffany Hermann"}, False),
    ({"author_name": None, "author_url": None}, False),
]


@pytest.mark.parametrize(("known", "raises"), AUTHORS)
def test_what_the_author_is_called_counts_where_it_advertises(known, raises):
    body = "Very informative, I will come back to your blog"

    assert (look(body, **known).score > look(body).score) is raises


def test_an_author_s_name_that_sells_with_an_address_is_spam_under_a_friendly_comment():
    signal = look("Great blog, thanks for sharing!", author_name="cheap nike shoes", author_url="https://shoes.example")

    assert signal.score >= LIKELY
    assert "the author's name reads like an advertisement" in signal.evidence


def test_the_author_s_own_homepage_alone_makes_no_spam():
    assert look(TALK[1], author_name="Jane Doe", author_url="https://jane.example").score < UNLIKELY


def test_a_language_that_the_site_does_not_use_counts_where_something_else_speaks_for_spam():
    body = "Besuchen Sie meine Seite www.billige-uhren.example, dort kaufen Sie Uhren und Schuhe sehr billig"
    at_home = Rules(languages=("de",))

    here, there = look(body), spam.look(Facts("c-1", body, at_home))

    assert here.score > there.score
    assert "not in a language of the site" in here.evidence


@pytest.mark.parametrize(
    "body",
    ["\x00", "\ud800", "\x01\x01", "e" + "\u0301" * 20_000, "🔥" * 500, " ", "@", "$", "free " * 4_000, "$1 " * 6_600],
)
def test_hostile_text_gets_a_score(body):
    assert 0 <= look(body).score <= 1


def test_evidence_is_bounded():
    signal = look(f"buy now {'http://shop.example/' + 'a' * 500} " * 20)

    assert len(signal.evidence) <= spam.MOST_REASONS + 3
    assert all(len(each) <= 80 for each in signal.evidence)


def test_the_model_is_small_and_says_what_it_was_made_from():
    model = load(spam.NAME, spam.VERSION)

    assert sum(each.nbytes for each in model.arrays.values()) < MOST_BYTES
    assert {"sources", "rows", "measured", "seed", "limits"} <= set(model.card)
    assert len(model.arrays["traits"]) == len(names())
