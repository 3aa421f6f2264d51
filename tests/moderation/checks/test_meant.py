"""Words as they are meant: disguises undone, what means no harm without weight, each with its place."""

import pytest

from moderation.checks.masked import PLAIN
from moderation.checks.meant import MOST_HIDDEN, meant
from moderation.checks.phrases import listed, phrases_in
from moderation.checks.signal import Facts
from moderation.rules import Rules

RULES = Rules()


def read(body: str, rules: Rules = RULES):
    return meant(Facts("c-1", body, rules))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a fine day", ["a", "fine", "day"]),
        ("k!ll yourself", ["kill", "yourself"]),
        ("you m0r0n!", ["you", "moron"]),
        ("st*pid", ["stupid"]),
        ("k.y.s loser", ["kys", "loser"]),
        ("f u c k you", ["fuck", "you"]),
        ("you f**k", ["you", "fuck"]),
        ("summa cum laude", ["summa", PLAIN, "laude"]),
        ("great!!! 100% b2b 5s", ["great", "100", "b2b", "5s"]),
    ],
)
def test_a_disguise_is_undone_and_an_innocent_word_has_no_weight(body: str, words: list[str]):
    assert list(read(body).words) == words


def test_what_the_site_allows_has_no_weight():
    allows = Rules.model_validate({"lists": {"words": {"allow": ["you dick"]}}})

    assert list(read("you dick, a dick", allows).words) == [PLAIN, PLAIN, "a", "dick"]


def test_every_word_knows_where_it_was_written():
    body = "Go k.i.l.l it, $tupid \U0001f600 m0ron"
    found = read(body)

    written = [body[slice(*found.span(first, last))] for first, last in zip(found.first, found.last, strict=True)]
    assert written == ["Go", "k.i.l.l", "it", "$tupid", "m0ron"]


def test_a_stop_parts_two_words():
    found = read("not, an idiot")

    assert found.parted(0, 1)
    assert not found.parted(1, 2)


@pytest.mark.parametrize(
    "body", ["k1ll " * 4_000, "1" * 20_000, "a1" * 10_000, "k.y.s." * 3_000, "!a" * 10_000, "\ud800"]
)
def test_hostile_text_is_read_to_its_end(body: str):
    found = read(body)

    assert len(found.words) == len(found.first) == len(found.last)
    assert sum(word == "kill" for word in found.words) <= MOST_HIDDEN


def test_phrases_are_found_as_whole_words_in_the_comment_that_has_them():
    found = phrases_in(["nothing here", "go kill yourself now", "kill yourselfies", "kill yourself kill yourself"])

    assert [(each.comment, each.first, each.last) for each in found] == [(1, 1, 2), (3, 0, 1), (3, 2, 3)]


def test_the_list_of_phrases_is_well_formed():
    phrases = [phrase for _, phrase in listed()]

    assert {kind for kind, _ in listed()} == {"insult", "threat", "hate", "sexual"}
    assert all("{" not in each and each == " ".join(each.split()) for each in phrases)
    assert len(phrases) == len(set(phrases))
