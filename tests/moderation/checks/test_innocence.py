"""Listed words that mean no harm where they stand, and the same words where they do."""

import pytest

from moderation.checks import profanity
from moderation.checks.signal import Facts
from moderation.rules import Rules

RULES = Rules()
FOUND_AT = 0.5


def look(body: str, language: str | None = None):
    return profanity.look(Facts("c-1", body, RULES, language=language))


def is_found(body: str) -> bool:
    return look(body).score >= FOUND_AT


@pytest.mark.parametrize(
    "body",
    [
        "We drove through Fucking, Austria, on the way",
        "Twatt in Orkney is older than Twatt, Shetland",
        "The dyke burst in Zeeland and the Dutch dyke held",
        "Put out your cigarette, or fag as they say there",
        "Jesus rode into Jerusalem on an ass",
        "My bitch had four puppies",
        "The Slut Walk was in Toronto",
        "Hoare and Hore-Belisha",
        "a bastard son of Charles II and William the Bastard",
        "Prick the potatoes with a fork",
        "the slag heap, and slag from the furnace",
        "spastic paraplegia is treated there",
        "a spick and span kitchen",
        "a chink of light, a chink in his armour",
    ],
)
def test_a_word_is_innocent_by_what_stands_around_it(body):
    assert not is_found(body)


@pytest.mark.parametrize(
    "body",
    [
        "Fucking Austria lost again",
        "what a twatt from Orkney",
        "this dyke hates men",
        "a fag in a dress",
        "kick your ass",
        "the bitch had the nerve",
        "you spic and your family",
        "that chink in our shop",
        "you bastard",
        "you prick",
        "she is a slag",
        "he's a spastic",
    ],
)
def test_the_same_word_is_found_where_it_is_meant(body):
    assert is_found(body)


@pytest.mark.parametrize(
    "body", ["The A55 near Conwy is closed", "The A222 to Croydon", "F4G fighter squadron", "P155 error", "form T1T5"]
)
def test_capitals_with_digits_are_a_code(body):
    assert not is_found(body)


@pytest.mark.parametrize("body", ["kick your A55", "you F4G", "YOU FUCK1NG A55", "this is SH1T", "5H1T", "B1TCH"])
def test_a_word_with_digits_that_is_said_of_somebody_or_has_few_of_them_is_no_code(body):
    assert is_found(body)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Le retard du train était de vingt minutes hier soir", None),
        ("Dick und doof sind meine Lieblinge im Fernsehen gewesen", None),
        ("Ja ich finde, der ist dick", "de"),
        ("Bu makale çok güzel", None),
        ("Zeg me eens hoe laat de trein morgen gaat, als je kunt", None),
    ],
)
def test_a_word_of_another_language_is_no_english_one(body, language):
    assert look(body, language).score < FOUND_AT


def test_the_words_that_every_language_has_borrowed_are_found_in_it():
    assert look("Das war wirklich ein ganz wunderbarer Abend mit meinen Freunden, fuck").score >= FOUND_AT


@pytest.mark.parametrize(
    "word", ["slag", "slapper", "minger", "munter", "chav", "bawbag", "spastic", "prick", "bastard", "tits"]
)
def test_british_insults_are_listed(word):
    assert is_found(f"what a {word}")


@pytest.mark.parametrize(
    ("word", "least"), [("prick", 0.8), ("bastard", 0.8), ("tits", 0.8), ("spastic", 0.8), ("slag", 0.5)]
)
def test_they_are_graded_as_grave_as_they_are_taken(word, least):
    assert look(f"you {word}").score >= least
