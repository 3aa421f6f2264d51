"""A site's own words in disguise."""

import pytest

from moderation.checks import blocklist, listed, profanity
from moderation.checks.signal import Facts
from moderation.checks.text import read
from moderation.checks.wordlist import WordList
from moderation.rules import MOST_ENTRIES, Rules

LONGEST = 20_000


def found(entry: str, body: str) -> list[str]:
    return [body[start:end] for _, start, end in WordList([entry]).find(read(body))]


@pytest.mark.parametrize(
    "drawn",
    [
        "br3xit", "brex1t", "BR3X!T", "brex|t", "b r e x i t", "B R E X I T", "b.r.e.x.i.t", "b-r-3-x-1-t",
        "b, r, e, x, i, t",
        "brexiiit", "brrrr3xit", "br*xit", "br**it", "bre-xit", "bre xit", "br\u00e9xit", "br\u0435xit",
        "brex\u200bit",
    ],
)  # fmt: skip
def test_a_word_of_a_list_is_found_in_every_disguise_and_where_it_was_written(drawn):
    assert found("brexit", f"they say ({drawn}), again") == [drawn]


@pytest.mark.parametrize(
    ("entry", "body", "part"),
    [
        ("your country", "go to y0ur country now", "y0ur country"),
        ("your country", "y o u r c0untry", "y o u r c0untry"),
        ("cheap pills", "C H E A P  P I L L S", "C H E A P  P I L L S"),
        ("kill*self", "k1llyourself now", "k1llyourself"),
        ("kill*self", "go k i l l y o u r s e l f", "k i l l y o u r s e l f"),
        ("covid19", "c0vid19 is back", "c0vid19"),
        ("putin", "p\u0443tin speaks", "p\u0443tin"),
        ("brexit", "a b r e x i t is bad", "b r e x i t"),
    ],
)
def test_phrases_wildcards_and_words_with_digits_are_found_in_disguise(entry, body, part):
    assert part in found(entry, body)[0]


@pytest.mark.parametrize(
    ("entry", "body"),
    [
        ("rapist", "t h e r a p i s t"),
        ("rapist", "the rapists, the rapis"),
        ("lose", "a loose end, loooose"),
        ("rase", "die Rasse"),
        ("hell", "he'll come, hel1"),
        ("online", "go on-line"),
        ("merde", "la mer de Chine est belle"),
        ("bill", "8111 and $8ill"),
        ("less", "1355 in 1355"),
        ("kill*", "a k1lo of k8s"),
        ("bred", "bread, br#ad"),
        ("coon", "a c0n"),
        ("ass", "a55 and a s s"),
        ("s*off", "$5off"),
    ],
)
def test_what_may_be_another_word_or_a_number_is_no_disguise(entry, body):
    hits = found(entry, body)

    assert hits == ([] if entry != "hell" else ["hel1"])


def test_a_word_that_the_site_allows_is_allowed_in_disguise_too():
    rules = Rules.model_validate({"lists": {"words": {"allow": ["dick"]}}})

    assert profanity.look(Facts("c-1", "d1ck and d i c k", rules)).score == 0.0
    assert profanity.look(Facts("c-1", "d1ck and sh1t", rules)).evidence == ("strong: sh1t",)


def test_what_the_blocklist_finds_in_disguise_is_named_as_it_stands_on_the_list():
    rules = Rules.model_validate({"lists": {"words": {"block": ["Brexit"]}}})

    signal = blocklist.look(Facts("c-1", "no br3xit", rules))
    assert (signal.score, signal.evidence, signal.spans) == (1.0, ("block word: Brexit",), ((3, 9),))


def test_what_a_disguise_may_cost_is_bounded(monkeypatch):
    compared: list[int] = []
    longer = listed.is_longer_word_stretched
    monkeypatch.setattr(
        listed, "is_longer_word_stretched", lambda word, size: compared.append(size) or longer(word, size)
    )
    entries = [f"abcdefghij{'a' * (each % 80)}{each}" for each in range(MOST_ENTRIES - 1)] + ["abcdefghij"]
    pieces = "".join(
        "".join(letter * (3 + (each >> at & 1)) for at, letter in enumerate("abcdefghij")) + " " for each in range(500)
    )

    WordList(entries).find(read(pieces[:LONGEST]))

    assert len(compared) * 2**10 <= listed.MOST_STEPS + 2**10


@pytest.mark.parametrize(
    "unit", ["a ", "a.", "a*", "a1", "brex*t ", "b r e x i t ", "a\u0443", "*", "1", "\ud800a", "brexit" * 20]
)
def test_hostile_text_is_read_like_any_other(unit):
    body = (unit * LONGEST)[:LONGEST]

    hits = WordList(["brexit", "br?x*", "your country"]).find(read(body))

    assert all(0 <= start < end <= len(body) for _, start, end in hits)
