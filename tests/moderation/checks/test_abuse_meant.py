"""Abuse as it is meant: told, denied, allowed, of a thing, in disguise, or in words that are harmless one by one."""

import pytest

from moderation.checks import abuse
from moderation.checks.hints import FUNCTION_WORDS
from moderation.checks.signal import Facts
from moderation.rules import Rules

RULES = Rules()
HELD = 0.5
LOW = 0.15
BY_NAME = {kind.NAME: kind for kind in abuse.KINDS}


def look(body: str, kind: str = "abuse.insult"):
    return BY_NAME[kind].look(Facts("c-1", body, RULES))


def worst(body: str) -> float:
    return max(look(body, kind).score for kind in BY_NAME)


@pytest.mark.parametrize("before", ["> ", "He said ", "said: ", "called ", "the word is ", "People say "])
@pytest.mark.parametrize("insult", ["you are a stupid worthless idiot", "kill yourself you worthless moron"])
def test_a_few_words_in_front_do_not_make_an_insult_a_quotation(before: str, insult: str):
    assert worst(before + insult) >= HELD


@pytest.mark.parametrize(
    "body",
    [
        "summa cum laude",
        "Dick Cheney and Dick Van Dyke",
        "Pussy Riot sang",
        "A chink in the armour",
        "A bitch from the litter won best in show",
    ],
)
def test_what_profanity_finds_innocent_is_held_against_nobody(body: str):
    assert worst(body) < LOW


def test_what_a_site_allows_is_held_against_nobody():
    allows = Rules.model_validate({"lists": {"words": {"allow": ["dick", "moron"]}}})

    for body in ("you dick", "you moron"):
        scores = [kind.look(Facts("c-1", body, allows)).score for kind in abuse.KINDS]
        assert max(scores) < LOW
        assert worst(body) >= HELD
    assert look("you moron, you stupid idiot").score >= HELD


@pytest.mark.parametrize(
    "body",
    [
        "You are not an idiot, it happens to all of us.",
        "You are not stupid.",
        "You're no fool.",
        "He isn't a liar or a crook.",
        "Neither of you is dumb.",
        "I'm such an idiot.",
        "This plan is idiotic.",
        "What a stupid rule.",
        "This stupid bus is late again.",
        "You will die laughing.",
        "I'm going to beat you at chess.",
    ],
)
def test_what_is_denied_or_said_of_oneself_or_of_a_thing_is_not_held(body: str):
    assert worst(body) < HELD


@pytest.mark.parametrize(
    "body",
    [
        "I think not, idiot.",
        "No, you fool, you are an idiot.",
        "You are not only an idiot but a liar.",
        "Your stupid rule shows what a moron you are.",
        "You think I'm stupid, you idiot?",
        "This rule is stupid and you are a moron.",
    ],
)
def test_an_insult_beside_a_denial_or_a_thing_is_held_all_the_same(body: str):
    assert look(body).score >= HELD


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("abuse.threat", "kys"),
        ("abuse.threat", "k.y.s"),
        ("abuse.threat", "go unalive yourself"),
        ("abuse.threat", "k!ll yourself"),
        ("abuse.threat", "ki11 yourself"),
        ("abuse.threat", "kill your self"),
        ("abuse.threat", "go play in traffic"),
        ("abuse.hate", "Go back to your country"),
        ("abuse.hate", "Those people are not human, they are vermin"),
        ("abuse.hate", "Women belong in the kitchen"),
        ("abuse.hate", "Deport every last one of these animals"),
        ("abuse.hate", "I want to kill all Muslims"),
        ("abuse.insult", "you m0ron"),
        ("abuse.insult", "what an 1d!ot you are"),
    ],
)
def test_abuse_in_harmless_words_or_in_disguise_is_held(kind: str, body: str):
    assert look(body, kind).score >= HELD


@pytest.mark.parametrize(
    "body",
    [
        "Please do not kill yourself, there is help.",
        "Rats are animals.",
        "He is fat.",
        "Get a life jacket before you board.",
        "Those people are not vermin.",
        "I want to go back to your country one day.",
        "I want to go back to Mexico.",
        "Watch your back when you lift the boxes.",
        "The A55 is closed and the 1d4 die is lost.",
    ],
)
def test_what_only_looks_like_such_abuse_is_not_held(body: str):
    assert worst(body) < HELD


@pytest.mark.parametrize(
    ("body", "spans"),
    [
        ("you f**k", ["f**k"]),
        ("you d!ck", ["d!ck"]),
        ("you m0ron", ["m0ron"]),
        ("you f u c k", ["f u c k"]),
    ],
)
def test_a_word_in_disguise_is_pointed_at_as_a_whole(body: str, spans: list[str]):
    assert [body[start:end] for start, end in look(body).spans] == spans


def test_a_phrase_is_evidence_and_pointed_at():
    body = "Well, go play in traffic."
    signal = look(body, "abuse.threat")

    assert "phrase: go play in traffic" in signal.evidence
    assert [body[start:end] for start, end in signal.spans] == ["go play in traffic"]


def test_words_that_say_nothing_by_themselves_are_no_evidence():
    evidence = look("You are the stupid idiot of this and of that, and it is on you.").evidence

    assert not {each.split(" (")[0].lower() for each in evidence} & FUNCTION_WORDS


def test_a_denial_outside_a_quotation_and_after_a_disguise_is_read_to_its_end():
    body = 'They wrote "get out of here now" to her. M0ron, you f**k, my sister is not an idiot.'

    assert look(body).ran
    assert look(body).score >= HELD
