"""Words cut by blanks, and borrowed letters that may be read in two ways."""

import pytest

from moderation.checks import profanity, swearing
from moderation.checks.signal import Facts
from moderation.checks.text import read
from moderation.rules import Rules

RULES = Rules()


def look(body: str):
    return profanity.look(Facts("c-1", body, RULES))


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("what a b1 tch", "b1 tch"),
        ("oh sh1 t, no", "sh1 t"),
        ("you fu ck ing fool", "fu ck ing"),
        ("you f u c k ing fool", "f u c k ing"),
        ("you f u c king fool", "f u c king"),
        ("oh fu ck it", "fu ck"),
        ("oh f u c k it", "f u c k"),
        ("oh f\u0443ck", "f\u0443ck"),
        ("oh f.\u0443.\u0441.k", "f.\u0443.\u0441.k"),
        ("oh f \u0443 c k you", "f \u0443 c k"),
        ("oh s\u043dit", "s\u043dit"),
    ],
)
def test_a_word_is_found_as_far_as_it_goes(body, written):
    (start, end), *_ = look(body).spans

    assert body[start:end] == written


@pytest.mark.parametrize("body", ["it took 5h it was long", "C4 NT results", "M1 and A1 t junction"])
def test_a_number_with_its_unit_is_no_part_of_a_word(body):
    assert look(body).score < 0.5


def test_a_letter_that_looks_like_one_and_sounds_like_another_is_read_both_ways():
    text = read("m\u0443 l\u0443ck")

    assert text.folded == "my lyck"
    assert text.otherwise
    assert text.otherwise.folded == "mu luck"
    assert read("my luck").otherwise is None
    assert read("\u043c\u043e\u0443\u0440\u0443 \u0436\u0443\u043a").otherwise is None


def test_what_one_comment_may_cost_is_bounded_in_characters(monkeypatch):
    deep: list[str] = []
    read_chunk = swearing.read_chunk
    monkeypatch.setattr(
        swearing,
        "read_chunk",
        lambda chunk, deep: (seen.append(chunk) if deep else None) or read_chunk(chunk, deep=deep),
    )
    seen = deep

    look(" ".join(f"x{each}q" * 8 for each in range(1_000)))

    assert 0 < sum(map(len, deep)) <= 2_000


def test_words_cost_nothing_of_it():
    body = " ".join(["window curtain garden morning"] * 200) + " you 5h!thead"

    assert look(body).score >= 0.8
