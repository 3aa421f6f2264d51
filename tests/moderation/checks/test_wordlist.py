"""Word lists: a site's own words, phrases and wildcards."""

import random

import pytest

from moderation.checks import wordlist
from moderation.checks.text import read
from moderation.checks.wordlist import WordList, allowed
from moderation.rules import MOST_ENTRIES, Rules


def found(entries: list[str], body: str) -> list[str]:
    return [body[start:end] for _, start, end in WordList(entries).find(read(body))]


# (entry, text, what of it is found)
ENTRIES = [
    ("casino", "Best CASINO in town, no casinos", ["CASINO"]),
    ("cheap pills", "cheap -- pills; pills, cheap", ["cheap -- pills"]),
    ("son-of-a-gun", "son of a gun", ["son of a gun"]),
    ("casin*", "Casinos, casin and a casserole", ["Casinos", "casin"]),
    ("*coin", "bitcoin, coin and coins", ["bitcoin", "coin"]),
    ("*coin*", "dogecoins", ["dogecoins"]),
    ("f*ed", "fiddled, fed, feds", ["fiddled", "fed"]),
    ("c?t", "cat, coat, ct, CUT", ["cat", "CUT"]),
    ("??coin", "bitcoin ancoin", ["ancoin"]),
    ("cheap pill*", "cheap pillows", ["cheap pillows"]),
    ("c* p*", "cheap pills", ["cheap pills"]),
    ("buy * now", "buy it now, buy now, buy this thing now", ["buy it now"]),
    ("* now *", "now", ["now"]),
    ("na*", "naïve", ["naïve"]),
    ("c*sino", "c\u0430sino", ["c\u0430sino"]),
    ("caf\u00e9*", "CAFES", ["CAFES"]),
    ("*", "a b c", []),
    ("* ?", "a b c", []),
    ("?", "a b c", []),
    ("!!", "a b !!", []),
    ("", "a b", []),
    ("a*", "", []),
    ("a*", "\ud800 \x00 \U0001f600", []),
]


@pytest.mark.parametrize(("entry", "body", "parts"), ENTRIES)
def test_an_entry_is_found_where_it_stands_as_whole_words(entry, body, parts):
    assert found([entry], body) == parts


def test_the_entry_is_named_as_it_was_written():
    assert WordList(["Casin*", "CHEAP pills"]).find(read("casinos, cheap pills")) == [
        ("Casin*", 0, 7),
        ("CHEAP pills", 9, 20),
    ]


def test_the_longest_entry_wins_and_none_is_found_inside_another():
    assert found(["cheap", "cheap pills", "pills", "che* pills now"], "cheap pills cheap pills now") == [
        "cheap pills",
        "cheap pills now",
    ]


def test_wildcards_are_what_shell_patterns_are_on_one_word():
    dice = random.Random(7)
    for _ in range(2_000):
        pattern = "".join(dice.choices("ab*?", k=dice.randint(1, 6)))
        word = "".join(dice.choices("ab", k=dice.randint(1, 7)))
        expected = matches(pattern, word) and any(each in "ab" for each in pattern)
        assert bool(found([pattern], word)) is expected, (pattern, word)


def matches(pattern: str, word: str) -> bool:
    """By trying everything."""
    if not pattern:
        return not word
    if pattern[0] == "*":
        return any(matches(pattern[1:], word[skipped:]) for skipped in range(len(word) + 1))
    return bool(word) and pattern[0] in ("?", word[0]) and matches(pattern[1:], word[1:])


LONGEST = 20_000
HOSTILE = {
    "stars": ([f"*a*a*a*a*{'a' * (each % 50)}{'?' * (each // 50)}" for each in range(MOST_ENTRIES)], "a" * LONGEST),
    "stars on words": ([f"*a*a*{'?' * (each % 90)}b" for each in range(MOST_ENTRIES)], ("a" * 90 + "c ") * 217),
    "runs in runs": ([f"*{'a' * each}*" for each in range(1, 190)], ("a" * 99 + " ") * 200),
    "any word": ([f"x{' *' * (each % 90)} {each}*" for each in range(MOST_ENTRIES)], "x " * (LONGEST // 2)),
}


@pytest.mark.parametrize(("entries", "body"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_hostile_wildcards_may_cost_is_bounded(entries, body, monkeypatch):
    steps: list[int] = []
    fits = wordlist._Wildcard.fits  # noqa: SLF001 - what is counted is the work, not the time
    monkeypatch.setattr(wordlist._Wildcard, "fits", lambda self, word: steps.append(len(word)) or fits(self, word))  # noqa: SLF001

    WordList(entries).find(read(body))

    assert len(steps) <= wordlist.MOST_STEPS
    assert max(steps, default=0) <= wordlist.LONGEST_WORD


def test_plain_entries_are_found_also_when_wildcards_are_given_up_on(monkeypatch):
    monkeypatch.setattr(wordlist, "MOST_STEPS", 5)
    body = "ab abc abcd abcde casino abcdef"

    assert found([f"a*{each}" for each in "bcdefgh"] + ["casino"], body)[-1] == "casino"


def test_what_a_site_allows_is_compiled_once_for_its_rules():
    lists = Rules.model_validate({"lists": {"words": {"allow": ["dyke*"], "block": ["casino"]}}}).lists

    assert [entry for entry, _, _ in allowed(lists).find(read("Dykes on Bikes at the casino"))] == ["dyke*"]
    assert allowed(lists) is allowed(lists)
