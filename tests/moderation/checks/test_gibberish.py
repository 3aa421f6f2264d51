"""Gibberish: keyboard noise is found, words of whatever language are not."""

import pytest

from moderation.checks import gibberish
from moderation.checks.signal import Facts
from moderation.rules import Rules

RULES = Rules()
NOISE = 0.5


def look(body: str):
    gibberish.prepare(RULES)
    return gibberish.look(Facts("c-1", body, RULES))


@pytest.mark.parametrize(
    "body",
    ["asdfghjkl", "sdkfjh skdjfh", "qwertyuiop", "ASDFGHJKL", "xkcjvbnqwz", "fghfghfgh fgh", "zmxncbv qpwoei",
     "a8f7d9s8f7a6", "aaaaaaaaa", "kjsdhfkjshdf ksjdhf!!!"],
)  # fmt: skip
def test_keyboard_noise_is_found(body: str):
    assert look(body).score >= NOISE


@pytest.mark.parametrize(
    "body",
    ["lololololol", "hahahahahaha", "kkkkkkkkkkk", "nooooooooo", "hmmmmmmmm", "asdf", "zxcvbnm", "",
     "Krzysztof Szczepanski", "Schwarzenegger", "Dzhokhar Tsarnaev", "Knightsbridge", "smh tbh idk lmk ngl",
     "NASA FBI HTTP XML JSON", "for (int i=0;i<n;i++) printf(x);", "https://a.example/xkcjvbnqwzpfg",
     "the checksum is e3b0c44298fc1c149afbf4c8996fb924", "I typed asdfghjkl and it still said my word was wrong",
     "nie rozumiem dlaczego wszystkim tak bardzo podoba sie ten film", "herkes bu filmi neden bu kadar seviyor",
     "Das glaubt doch kein Mensch mehr heutzutage", "не понимаю почему", "漢字仮名交じり文の例です",
     "@xkcjvbnqwz #fdsfsdf"],
)  # fmt: skip
def test_words_laughter_names_and_code_are_not(body: str):
    assert look(body).score < NOISE


def test_the_spans_point_at_the_noise():
    body = "\U0001f600 sdkfjh  skdjfh \U0001f600"

    assert [body[start:end] for start, end in look(body).spans] == ["sdkfjh", "skdjfh"]


@pytest.mark.parametrize("body", ["\x00", "\ud800" * 100, "a" + "\u0301" * 20_000, "\U0001f600" * 50, "qz" * 10_000])
def test_hostile_text_raises_nothing(body: str):
    assert 0 <= look(body).score <= 1
