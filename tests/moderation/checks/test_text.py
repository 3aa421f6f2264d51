"""One normalisation for all checks, with the way back to the text as written."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.checks.text import Phrases, read

ZERO_WIDTH, SOFT_HYPHEN, ACUTE = "\u200b", "\u00ad", "\u0301"

# How somebody may dress the word 'asshole', and where it then lies in the text.
DRESSED = {
    "as it is": ("asshole", (0, 7)),
    "in capitals": ("ASSHOLE", (0, 7)),
    "behind other words": ("you big asshole!", (8, 15)),
    "with a zero-width space": (f"ass{ZERO_WIDTH}hole", (0, 8)),
    "with a soft hyphen": (f"ass{SOFT_HYPHEN}hole", (0, 8)),
    "between zero-width spaces": (f"{ZERO_WIDTH}asshole{ZERO_WIDTH}", (1, 8)),
    "in fullwidth letters": ("\uff41\uff53\uff53\uff48\uff4f\uff4c\uff45", (0, 7)),
    "in mathematical letters": ("".join(chr(0x1D41A + ord(each) - 97) for each in "asshole"), (0, 7)),
    "with accents": ("\u00e1ssh\u00f6le", (0, 7)),
    "with combining marks": (f"a{ACUTE}sshole", (0, 8)),
    "with a sharp s": ("a\u00dfhole", (0, 6)),
    "after an emoji": ("\U0001f600 asshole", (2, 9)),
    "with Cyrillic letters": ("\u0430ss\u04bb\u043ele", (0, 7)),
    "with Greek letters": ("\u03b1sshol\u03b5", (0, 7)),
    "in small capitals": ("\u1d00\ua731\ua731\u029c\u1d0f\u029f\u1d07", (0, 7)),
    "in circles": ("\u24d0\u24e2\u24e2\u24d7\u24de\u24db\u24d4", (0, 7)),
    "in boxes": ("".join(chr(0x1F170 + ord(each) - 97) for each in "asshole"), (0, 7)),
    "between strokes": ("\u0336".join("asshole"), (0, 13)),
}


@pytest.mark.parametrize(("text", "span"), DRESSED.values(), ids=DRESSED.keys())
def test_a_dressed_word_is_found_where_it_was_written(text, span):
    found = Phrases(["asshole"]).find(read(text))

    assert found == [("asshole", *span)]


@pytest.mark.parametrize("invisible", ["\x00", "\x08", "\x7f", "\u200d", "\u2060", "\ufeff"])
@pytest.mark.parametrize("around", ["", "\u00e9"], ids=["in a text of ASCII", "in another text"])
def test_an_invisible_character_does_not_cut_a_word_in_two(invisible, around):
    text = f"ass{invisible}hole {around}"

    assert read(text).words[0].text == "asshole"


def test_a_ligature_stands_for_its_letters_and_is_one_character_of_the_text():
    text = read("eﬃcient ﬁsh")

    assert [word.text for word in text.words] == ["efficient", "fish"]
    assert [(word.start, word.end) for word in text.words] == [(0, 7), (8, 11)]


@pytest.mark.parametrize(
    "text",
    [
        "привет, мой друг",
        "сегодня covid-вакцина",
        "ελληνικα κειμενο",
        "한국어 테스트",
        "नमस्ते दुनिया",
        "ニッポン が",
        "中文",
        "عربي",
    ],
)
def test_what_is_written_in_another_script_is_left_as_it_is(text):
    assert read(text).folded == text


def test_a_word_of_look_alikes_is_read_as_latin_in_a_latin_comment_and_left_alone_in_its_own():
    pot = "\u0440\u043e\u0442"  # Russian for mouth; looks like a pot

    assert read(f"we cook in the {pot} here").words[-2].text == "pot"
    assert read(f"\u0431\u043e\u043b\u0438\u0442 {pot}").words[-1].text == pot


def test_a_word_that_mixes_scripts_is_read_as_latin_wherever_it_stands():
    assert read("\u043f\u0440\u0438\u0432\u0435\u0442 fu\u0441k").words[-1].text == "fuck"


def test_every_folded_character_knows_where_it_was_written():
    text = read("a\u200b\ufb03x")

    assert text.folded == "affix"
    assert list(text.positions) == [0, 2, 2, 2, 3]
    assert text.span(1, 4) == (2, 3)


def test_one_sign_does_not_stand_for_a_whole_sentence():
    signs = "\ufdfa" * 100  # one sign, eighteen letters

    folded = read(signs).folded

    assert len(folded) <= 4 * len(signs)


def test_what_was_written_is_kept():
    assert read("Déjà VU").original == "Déjà VU"


def test_blanks_of_every_kind_part_words():
    text = read("one\u00a0two\u2003three\nfour\tfive")

    assert [word.text for word in text.words] == ["one", "two", "three", "four", "five"]


@pytest.mark.parametrize("text", ["assassin", "class", "Scunthorpe", "compass", "grass"])
def test_a_word_inside_another_is_not_found(text):
    assert Phrases(["ass", "cunt", "hole"]).find(read(text)) == []


def test_a_phrase_is_found_whatever_stands_between_its_words():
    phrases = Phrases(["son-of-a-bitch"])

    assert phrases.find(read("You Son of a... BITCH!")) == [("son of a bitch", 4, 21)]
    assert phrases.find(read("son of a baker")) == []


def test_the_longest_phrase_is_found_and_none_inside_it():
    phrases = Phrases(["shit", "shit head", "head"])

    assert phrases.find(read("shit head, shit")) == [("shit head", 0, 9), ("shit", 11, 15)]


def test_a_phrase_that_the_text_ends_within_is_not_found():
    assert Phrases(["shit head"]).find(read("what a shit")) == []


def test_an_entry_without_a_letter_finds_nothing():
    assert Phrases(["", "!!!", "***"]).find(read("!!! *** what")) == []


SOME_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from(f"aAsSßﬁﬃ\ufdfa{ZERO_WIDTH}{SOFT_HYPHEN}{ACUTE}İıſ\u3000\U0001d41a ")),
    max_size=200,
)


@given(SOME_TEXT)
@settings(max_examples=300, deadline=None)
def test_every_word_lies_inside_the_text_and_after_the_one_before(original):
    words = read(original).words

    at = 0
    for word in words:
        assert at <= word.start < word.end <= len(original)
        # Two words may share the one sign that stands for both of them: they never go back.
        at = word.start


@given(st.text(alphabet="ab \u0301\u200bé.", max_size=60))
@settings(max_examples=200, deadline=None)
def test_what_is_found_is_ordered_and_apart(original):
    found = Phrases(["a", "a b", "b a b", "ab", "e"]).find(read(original))

    spans = [(start, end) for _, start, end in found]
    assert spans == sorted(spans)
    assert all(before[1] <= behind[0] for before, behind in pairwise(spans))
    assert all(0 <= start < end <= len(original) for start, end in spans)


@given(st.text(alphabet="abcXYZ éßﬁ", max_size=40))
@settings(max_examples=200, deadline=None)
def test_folding_what_is_folded_changes_nothing(original):
    folded = read(original).folded

    assert read(folded).folded == folded
