"""Abuse: what is said to whom; that naming a group says nothing; that testimony and news are left alone."""

from itertools import product
from pathlib import Path

import pytest

from moderation.checks import abuse
from moderation.checks.hints import HINTS
from moderation.checks.masked import MANY, ONE, mask
from moderation.checks.model import MOST_BYTES, load, pack
from moderation.checks.signal import LONGEST_EVIDENCE, Facts
from moderation.checks.text import read
from moderation.rules import Rules

RULES = Rules()
HELD = 0.5
LOW = 0.15
BY_NAME = {kind.NAME: kind for kind in abuse.KINDS}
TESTIMONY = (Path(__file__).parent / "testimony.txt").read_text(encoding="utf-8").splitlines()
GROUPS = (
    "Muslim", "Jewish", "Christian", "Hindu", "Sikh", "Buddhist", "atheist", "black", "white", "Asian", "Arab",
    "Latino", "Mexican", "Nigerian", "Chinese", "Polish", "Irish", "Somali", "Turkish", "gay", "lesbian",
    "bisexual", "queer", "transgender", "straight", "deaf", "blind", "disabled", "autistic", "old", "young",
    "elderly", "immigrant", "Maori",
)  # fmt: skip
TEMPLATES = (
    "Our new colleague is {a} {group} engineer from the coast.",
    "She wrote her thesis about {group} poetry.",
    "{Group} people have run this bakery since 1950.",
    "Is there {a} {group} choir in town?",
    "I was raised by {a} {group} couple and miss them.",
    "The {group} nurse sang to the children.",
    "Yes, I am {group}, why do you ask?",
)


def look(body: str, kind: str = "abuse.insult"):
    return BY_NAME[kind].look(Facts("c-1", body, RULES))


def worst(body: str) -> float:
    return max(look(body, kind).score for kind in BY_NAME)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("abuse.insult", "You are a pathetic idiot and a coward."),
        ("abuse.insult", "Shut up, you stupid moron"),
        ("abuse.insult", "what a bunch of worthless losers"),
        ("abuse.threat", "I will kill you and everybody you love"),
        ("abuse.threat", "Somebody should shoot him in the head"),
        ("abuse.hate", "Muslims are vermin and should all be deported"),
        ("abuse.hate", "All of these kikes and niggers should leave"),
        ("abuse.sexual", "nice tits, come here and suck my dick"),
    ],
)
def test_what_everybody_would_call_abuse_is_held(kind: str, body: str):
    assert look(body, kind).score >= HELD


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Thank you, that was a very helpful answer.",
        "I do not agree with the second paragraph, and here is why.",
        "What time does the library open on Sundays?",
        "Damn, that was a beautiful goal.",
        "We shot the film in three weeks, on a budget of nothing.",
        "My wife will kill me when she sees the bill.",
        "The breast of the chicken should rest for ten minutes.",
    ],
)
def test_what_nobody_would_call_abuse_is_not_held(body: str):
    assert worst(body) < HELD


def test_those_who_tell_what_was_done_to_them_and_those_who_report_it_are_not_held():
    held = [line for line in TESTIMONY if worst(line) >= HELD]

    assert len(held) <= len(TESTIMONY) // 50, held


def test_no_group_scores_otherwise_than_another():
    means = [sum(map(worst, filled)) / len(TEMPLATES) for filled in map(_filled, GROUPS)]

    assert max(means) - min(means) <= 0.02
    assert max(means) < LOW


def _filled(group: str) -> list[str]:
    article = "an" if group[0] in "AEIOUaeiou" else "a"
    return [each.format(group=group, Group=group.capitalize(), a=article) for each in TEMPLATES]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a Gay woman", ["a", ONE]),
        ("an old friend", ["a", ONE, "friend"]),
        ("black people and the deaf", [MANY, "and", "the", ONE]),
        ("Young Muslim men pray", [MANY, "pray"]),
        ("nobody here", ["nobody", "here"]),
    ],
)
def test_whoever_is_named_the_same_word_is_read(body: str, words: list[str]):
    assert mask(read(body).tokens).words == words


def test_a_quoted_insult_counts_for_less_than_one_that_is_meant():
    meant = look("You are a stupid worthless idiot and I told you so.").score
    told = look('My father wrote "you are a stupid worthless idiot" on my birthday card.').score

    assert told < HELD < meant


def test_the_spans_are_the_insults_as_they_were_written():
    body = "No, you are an IDIOT \U0001f600 and a liar, Sir."

    signal = look(body)

    assert [body[start:end] for start, end in signal.spans] == ["IDIOT", "liar"]


def test_words_that_only_a_blank_parts_are_one_span():
    body = "You stupid idiot, listen."

    assert [body[start:end] for start, end in look(body).spans] == ["stupid idiot"]


def test_the_evidence_names_what_weighed_most_and_that_somebody_was_addressed():
    evidence = look("Listen, you are an idiot.").evidence

    assert evidence[0].startswith("idiot (+")
    assert evidence[-1] == "second person"


def test_the_evidence_is_bounded():
    evidence = look("you idiot " + "stupid" * 500).evidence

    assert all(len(each) <= LONGEST_EVIDENCE for each in evidence)


def test_a_comment_in_another_language_is_not_called_clean():
    signal = look("Das ist doch wirklich eine ganz wunderbare Geschichte, die du uns hier erzählst, vielen Dank dafür.")

    assert (signal.ran, signal.why_not) == (False, "does not know this language: de")


def test_a_chunk_scores_what_its_comments_score_alone():
    bodies = ["", "You idiot", "A fine day.", 'He said "you moron" to me', "x" * 3_000, "kill yourself " * 40]
    together = [Facts(str(place), body, RULES) for place, body in enumerate(bodies)]

    abuse.KINDS[0].prime(together)

    for kind, facts in product(abuse.KINDS, together):
        assert kind.look(facts).score == pytest.approx(kind.look(Facts("alone", facts.body, RULES)).score, abs=1e-4)


@pytest.mark.parametrize(
    "body", ["\x00", "\ud800", "\u0301" * 20_000, "\U0001f600" * 50, "\x01", "'", "you " * 5_000, "\n\n", "ﷺ" * 100]
)
def test_hostile_text_is_read_like_any_other(body: str):
    for kind in abuse.KINDS:
        signal = kind.look(Facts("c-1", body, RULES))

        assert 0 <= signal.score <= 1


def test_the_model_is_small_and_says_what_it_was_made_from():
    model = load(abuse.MODEL, abuse.VERSION)

    assert len(pack(model)) <= MOST_BYTES
    assert {"sources", "seed", "calibration", "base_rates", "limits", "measured"} <= set(model.card)
    assert model.arrays["hints"].shape == (len(HINTS), len(abuse.KINDS))
