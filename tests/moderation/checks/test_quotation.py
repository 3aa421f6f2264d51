"""Quotation: somebody else's words, told."""

import pytest

from moderation.checks.quotation import quoted
from moderation.checks.text import read


def told(body: str) -> list[str]:
    return [body[start:end].strip() for start, end in quoted(read(body))]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('She wrote "get lost now" to me', "get lost now"),
        ("She wrote “get lost now” to me", "get lost now"),
        ("> get lost now\nNo.", "> get lost now"),
        ("he called me a liar. I left.", "me a liar"),
        ("They used the word liar", "liar"),
    ],
)
def test_what_was_said_by_somebody_else_is_quoted(body, words):
    assert words in told(body)


@pytest.mark.parametrize(
    "body", ["get lost now", "don't you dare, it's mine", "I say get lost now", 'half a " quotation']
)
def test_the_writers_own_words_are_not(body):
    assert told(body) == []


def test_a_row_of_quotation_marks_is_read_once():
    assert quoted(read('"' * 20_000)) == []
