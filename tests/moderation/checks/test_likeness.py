"""Likeness: which texts are nearly the same, however they are dressed."""

import pytest

from moderation.checks.likeness import FEWEST_LETTERS, SLOTS, Fingerprint, fingerprint, fingerprints, likeness
from moderation.checks.text import read

PITCH = (
    "I have been earning four thousand dollars every month from home since I found this wonderful page, "
    "have a look at my profile and write to me today"
)
NEARLY = 0.45


def print_of(text: str) -> Fingerprint:
    found = fingerprint(read(text))
    assert found
    return found


def share(one: str, other: str) -> float:
    return likeness([print_of(one).signature], print_of(other).signature)[0]


DRESSED = {
    "capitals": PITCH.upper(),
    "no blanks": PITCH.replace(" ", ""),
    "spaced": " ".join(PITCH),
    "dotted": ".".join(PITCH),
    "zero width": "\u200b".join(PITCH),
    "emoji between": "\U0001f525".join(PITCH),
    "marks": "".join(each + "\u0301" for each in PITCH),
    "fullwidth": "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in PITCH),
    "look-alikes": PITCH.translate(str.maketrans("aeopc", "\u0430\u0435\u043e\u0440\u0441")),
    "signs for letters": PITCH.translate(str.maketrans("aeiost", "@31057")),
    "stretched": "".join(each * 3 for each in PITCH),
}


@pytest.mark.parametrize("text", DRESSED.values(), ids=DRESSED.keys())
def test_a_text_is_the_same_however_it_is_dressed(text):
    assert share(PITCH, text) > 0.9


def test_one_word_in_ten_may_change():
    changed = PITCH.replace("four", "nine").replace("wonderful", "secret").replace("today", "tonight")

    assert NEARLY < share(PITCH, changed) < 1


@pytest.mark.parametrize(
    "other",
    [
        "I worked there for six years and the new stage is lovely, whatever the council says about its price",
        "The mayor said that the bridge would be closed for repairs from Monday until the end of the month",
        "Someone I know has earned nothing at all from any page like this one, so look elsewhere for your money",
    ],
)
def test_strangers_texts_have_little_in_common(other):
    assert share(PITCH, other) < 0.15


def test_those_who_are_nearly_the_same_share_a_band_and_strangers_none():
    same, stranger = print_of(PITCH + " friends"), print_of("The mayor said that the bridge is closed for repairs now")

    assert set(print_of(PITCH).bands) & set(same.bands)
    assert not set(print_of(PITCH).bands) & set(stranger.bands)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "great song!",
        "thanks for pointing it out",
        "a1 b2 " * 3,
        "ha" * 200,
        "lol " * 200,
        "a" * 20_000,
        "\U0001f600" * 300,
        "\x00" * 300,
        "\ud800" * 300,
        "e" + "\u0301" * 20_000,
        "!?*#" * 100,
    ],
)
def test_what_is_short_or_says_one_thing_over_and_over_has_no_fingerprint(text):
    assert fingerprint(read(text)) is None


def test_a_text_just_long_enough_has_one():
    letters = "sphinxofblackquartzjudgemyvowsandthebeigehues"

    assert fingerprint(read(letters[: FEWEST_LETTERS - 1])) is None
    assert fingerprint(read(letters[:FEWEST_LETTERS])) is not None


def test_many_at_once_are_fingerprinted_as_each_alone():
    texts = ["", PITCH, "short", PITCH * 30, "\ud83d" * 9, PITCH.upper(), "The bridge is closed for repairs " * 3] * 30
    folded = [read(each).folded for each in texts]

    assert fingerprints(folded) == [fingerprint(read(each)) for each in texts]


def test_a_fingerprint_fits_a_database():
    found = print_of(PITCH)

    assert len(found.signature) == SLOTS
    assert len(found.key) == 16
    assert all(-(1 << 63) <= band < 1 << 63 for band in found.bands)


def test_other_scripts_are_compared_too():
    russian = "Я зарабатываю дома четыре тысячи каждый месяц благодаря этой странице, напишите мне сегодня"

    assert share(russian, russian.replace("четыре", "девять")) > NEARLY


def test_answering_the_same_people_makes_nobody_alike():
    people = "@thecourier @ana_baker, @someone_else @mayor_of_the_town @the_city_council"

    assert share(f"{people} {PITCH}", f"{people} The bridge will be closed for repairs until the end of May") < 0.15
