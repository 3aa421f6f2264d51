"""Spam: advertising and scams, told from talk, with what weighed most."""

from typing import Any

import pytest

from moderation.checks import spam
from moderation.checks.hosts import Hosts
from moderation.checks.model import MOST_BYTES, load
from moderation.checks.scams import cited_hosts, is_scam_host, is_well_known, scam_video
from moderation.checks.signal import Facts
from moderation.checks.traits import names
from moderation.presets import preset
from moderation.rules import Rules
from moderation.terms import Preset

RULES = Rules()
LIKELY, UNLIKELY = 0.8, 0.5
FLAT = 0.1  # between groups: a long word is still longer than a short one

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


# None of these stands among what the model learns from.
CITING = [
    "The minutes are online: https://www.haringey.gov.uk/minutes/2024-03.pdf",
    "This talk answers it rather well: https://www.youtube.com/watch?v=Xk3j9qLmN2o",
    "https://www.lemonde.fr/politique/article/2024/06/12/elections_123456.html",
    "We followed the tram plans in our neighbourhood: http://eastsidestories.net/2023/11/tram-plans",
    "this thread has the answer https://stackoverflow.com/questions/12345/how-to-parse",
    "It got too long for here, so I posted it at https://thinkingaloud.blogspot.com/2024/01/on-taxes.html",
    "See also en.wikipedia.org/wiki/Scunthorpe and https://plato.stanford.edu/entries/justice/",
    "Whoever likes numbers: https://ourworldindata.org/co2-emissions (it has fallen since 2005).",
    "The paper that he means, https://doi.org/10.1016/j.cell.2020.04.011, had eleven patients",
]
GLAD = [
    "Just subscribed, your explanations are so clear",
    "I have been a subscriber for ten years and this is your best one",
    "My daughter subscribed last night. She loves the cats",
    "He checked out of the hotel without paying",
    "Text her and say sorry, that is all it takes",
    "She lost her diploma in the fire, and her driving licence too",
]
CALLING = [
    "Buy registered IELTS certificate without exam, whatsapp us for details",
    "Get your account recovered fast, message @cyberfix_tech on instagram",
    "My trading robot doubles your deposit every week, ask me how",
    "Selling bank logs and paypal transfer, hit me on telegram",
    "follow my twitch @lil_kev for daily streams",
    "Struggling to pay the bills? Comment INFO and I will show you my side hustle",
]
HOLD_AT = preset(Preset.STANDARD).rule("spam").hold_at or 0
REJECT_AT = min(preset(name).rule("spam").reject_at or 1 for name in Preset)


@pytest.mark.parametrize("body", CITING + GLAD)
def test_who_cites_a_page_or_is_glad_is_not_held(body):
    assert look(body).score < HOLD_AT


@pytest.mark.parametrize("body", CALLING)
def test_a_call_without_any_link_is_held(body):
    assert look(body).score >= HOLD_AT


@pytest.mark.parametrize(
    "body",
    [
        "https://cheap-watches-outlet.example/sale",
        "http://bit.ly/2xYz http://bit.ly/3xYz http://bit.ly/4xYz www.spins.example",
        "Check this out! http://bit.ly/2xYz",
        "http://a.example " * 50,
        "!!! $$$ www.a.example/x !!!",
    ],
)
def test_links_and_the_shape_of_the_writing_alone_never_reject(body):
    assert look(body).score < REJECT_AT


def test_what_names_its_trade_and_how_to_get_it_may_be_rejected():
    assert look("Buy cheap viagra online without prescription, whatsapp +234 812 345 6789").score >= REJECT_AT


def test_a_link_to_what_people_cite_does_not_whitewash_advertising():
    body = "Best online casino, free spins for everyone, whatsapp +234 812 345 6789"

    assert look(f"{body} https://www.bbc.co.uk/news").score >= HOLD_AT


def test_words_in_the_address_of_a_cited_page_are_no_phrases():
    signal = look("Subscribe to my channel https://www.bbc.co.uk/news/online-casino-free-spins")

    assert not any("casino" in each for each in signal.evidence)


def test_an_author_of_many_approved_comments_is_trusted_more_and_the_evidence_says_so():
    body = "Come watch my gaming videos, new one every day"

    new, known = look(body), look(body, author_approved=80)
    doubtful = look(body, author_approved=80, author_rejected=40)

    assert known.score < doubtful.score < new.score
    assert "counts for less: 80 comments by this author were approved" in known.evidence


def test_a_listed_video_is_called_a_video_and_is_not_enough_to_reject():
    signal = look("https://youtu.be/yHM2pUbzU9k")

    assert HOLD_AT <= signal.score < REJECT_AT
    assert "scam video: yHM2pUbzU9k" in signal.evidence


@pytest.mark.parametrize("frame", ["A {} student won the prize.", "My {} neighbour is kind.", "I am a {} woman."])
def test_whichever_group_is_named_the_score_is_the_same(frame):
    scores = [look(frame.format(group)).score for group in ("lesbian", "Muslim", "deaf", "black", "German", "old")]

    assert max(scores) - min(scores) < FLAT


def test_hosts_that_people_cite_are_hosts_and_no_shop_borrows_their_name():
    assert all(is_well_known(host) for host in cited_hosts())
    assert is_well_known("leeds.gov.uk")
    assert not is_well_known("bbc.co.uk.shop.example")
    assert not any(is_scam_host(host) for host in cited_hosts())
