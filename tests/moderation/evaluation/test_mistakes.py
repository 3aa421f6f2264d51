"""The worst mistakes: bounded, in order, and harmless to look at."""

import unicodedata

import pytest

from moderation.evaluation.mistakes import Worst, visible
from moderation.evaluation.rows import Row


def row(line: int, text: str = "some text", *, positive: bool = False) -> Row:
    return Row(0, line, None, {"id": str(line), "body": text}, positive, None, None)


def test_the_highest_clean_and_the_lowest_others_are_kept():
    worst = Worst(most=2, characters=20)
    for line, score in enumerate((0.1, 0.9, 0.5, 0.7), 1):
        worst.saw(row(line), score)
        worst.saw(row(line + 10, positive=True), score)

    assert [(each.line, each.score) for each in worst.disturbed()] == [(2, 0.9), (4, 0.7)]
    assert [(each.line, each.score) for each in worst.missed()] == [(11, 0.1), (13, 0.5)]


def test_among_equals_it_is_not_the_first_of_the_file_and_the_same_each_time():
    def kept() -> list[int]:
        worst = Worst(most=3, characters=20)
        for line in range(1, 1_000):
            worst.saw(row(line, positive=True), 0.0)
        return [each.line for each in worst.missed()]

    assert kept() == kept()
    assert max(kept()) > 100


def test_none_is_kept_when_none_is_wanted():
    worst = Worst(most=0, characters=20)
    worst.saw(row(1), 1.0)
    assert worst.disturbed() == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\u202eevil", r"\u202eevil"),
        ("\x1b[31m", r"\x1b[31m"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\x00", r"\x00"),
        ("\U000e0041", r"\ue0041"),
        ("plain ü 漢字 🙂", "plain ü 漢字 🙂"),
    ],
)
def test_what_does_not_print_is_written_as_its_number(text, shown):
    assert visible(text, 100) == shown


def test_an_excerpt_is_short_whatever_it_holds():
    for text in ("x" * 20_000, "e" + "\u0301" * 20_000, "\u202e" * 20_000, ""):
        shown = visible(text, 40)
        assert len(shown) <= 40 * 6
        assert not any(unicodedata.category(each) in {"Cc", "Cf"} for each in shown)
