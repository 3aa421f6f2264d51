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
        ("> get lost, you\nMy father wrote her this.", "> get lost, you"),
        ("he called me a liar. I left.", "a liar"),
        ("They used the word liar", "liar"),
        ("I was called a liar at school", "a liar at school"),
        ("They shouted liar at us", "liar"),
        ("He said I was a liar", "a liar"),
        ('My boss told her "you are a liar"', "you are a liar"),
        ('The note read: "you are a liar"', "you are a liar"),
        ("He called me a liar and said you agree", "a liar"),
    ],
)
def test_what_was_said_by_somebody_else_is_quoted(body, words):
    assert words in told(body)


@pytest.mark.parametrize(
    "body",
    [
        "get lost now",
        "don't you dare, it's mine",
        "I say get lost now",
        'half a " quotation',
        "> get lost now",
        "> get lost now\n> and stay there",
        "> get lost, you\nlol",
        '"get lost now, all of them"',
        '"you are a liar" lol, so true',
        "He said you are a liar",
        "he told me you are a liar",
        "called liars",
        "the word liar",
        "People like you are called liars",
        "I called her a liar",
        'I told my friend "you are a liar"',
    ],
)
def test_the_writers_own_words_are_not(body):
    assert told(body) == []


def test_two_quotations_leave_the_words_between_them():
    body = '"Get lost right now" he wrote, and then "do not come back"'

    assert told(body) == ["Get lost right now", "do not come back"]


def test_a_row_of_quotation_marks_is_read_once():
    assert quoted(read('"' * 20_000)) == []
