"""Word pieces: as BERT reads them, and bounded."""

import pytest

from moderation.checks.wordpiece import Pieces

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "un",
    "##kind",
    "##ly",
    "kind",
    "cafe",
    "!",
    "'",
    "t",
    "don",
    "水",
    "a",
]
PIECES = Pieces(VOCABULARY, {"manygroups": 0})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind", ["kind"]),
        ("unkindly", ["un", "##kind", "##ly"]),
        ("UnKind!", ["un", "##kind", "!"]),
        ("Café", ["cafe"]),
        ("don't", ["don", "'", "t"]),
        ("水水", ["水", "水"]),
        ("xyz kind", ["[UNK]", "kind"]),
        ("un\u200bkind", ["un", "##kind"]),
        ("a" * 101, ["[UNK]"]),
        ("manygroups", ["[PAD]"]),
        ("", []),
        ("\ud800", []),
    ],
)
def test_a_text_is_read_as_the_longest_known_pieces(text, expected):
    begin, *inside, end = [VOCABULARY[number] for number in PIECES.read(text, 64)]

    assert (begin, end) == ("[CLS]", "[SEP]")
    assert inside == expected


def test_of_a_long_text_the_beginning_and_the_end_are_read():
    read = [VOCABULARY[number] for number in PIECES.read("kind " * 5_000 + "!", 32)]

    assert len(read) == 32
    assert read[1] == "kind"
    assert read[-2] == "!"


@pytest.mark.parametrize("text", ["\u0301" * 20_000, "a" * 20_000, "!" * 20_000, "\x00" * 20_000, "🙂" * 20_000])
def test_hostile_texts_give_few_pieces(text):
    assert len(PIECES.read(text, 64)) <= 64
