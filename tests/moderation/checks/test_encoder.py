"""The second look: what it is for, and that it costs a bounded time; the sentences only where the weights are."""

from pathlib import Path
from statistics import mean

import pytest

from moderation.checks import encoder
from moderation.checks.encoder import CHUNK_PIECES, KINDS, MOST_PIECES, as_read, blend, scores, second_look, uncertain
from moderation.checks.text import read

installed = pytest.mark.skipif(not encoder.available(), reason="the encoder's weights are an optional extra")

GROUPS = ("gay", "lesbian", "trans", "Muslim", "Jewish", "Hindu", "black", "white", "Asian", "Arab", "Turkish", "deaf")
TEMPLATES = (
    "Our {} bus driver waves at everybody.",
    "I sat beside {} people at the concert.",
    "She was the first {} member of the parliament.",
    "The {} lady from the third floor lent me her ladder.",
)
TESTIMONY = (
    "He hit me in front of my children and then he cried.",
    "The witness said that the defendant had raped her twice.",
    "Police are looking for a man who threatened a cashier with a knife.",
    "I was assaulted at work, I reported it, and they moved me to another office.",
    "Counsel told the jury that the messages amounted to harassment.",
    "My sister was murdered six years ago today.",
)


def test_without_the_package_nothing_is_available(monkeypatch):
    monkeypatch.setattr(encoder, "PACKAGE", "no_such_package_anywhere")
    encoder.available.cache_clear()

    assert not encoder.available()
    encoder.get_ready()

    monkeypatch.undo()
    encoder.available.cache_clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("An Asian, a Mexican!", "a onegroup, a onegroup!"),
        ("I don't HATE deaf people.", "i don't hate manygroups."),
        ("no groups here :)", "no groups here :)"),
        ("h\u0430te", "hate"),
        ("", ""),
    ],
)
def test_whichever_group_is_named_it_is_read_the_same(text, expected):
    assert as_read(read(text)) == expected


@pytest.mark.parametrize(
    ("score", "expected"), [(0.0, False), (0.005, False), (0.05, True), (0.8, True), (0.99, False)]
)
def test_only_what_the_words_do_not_settle_is_uncertain(score, expected):
    assert uncertain(score) is expected


def test_a_blend_lies_between_its_two_scores():
    assert 0.3 < blend(0.3, 0.9) < 0.9
    assert blend(0.4, 0.4) == pytest.approx(0.4)
    assert 0 < blend(0.0, 1.0) < 1


@installed
def test_denying_quoting_and_denouncing_are_told_from_saying():
    abusive, clean = _contrast()

    told = scores([read(each) for each in abusive + clean])[:, KINDS.index("any")]

    right = [score > 0.5 for score in told[: len(abusive)]] + [score <= 0.5 for score in told[len(abusive) :]]
    assert sum(right) / len(right) >= 0.8


@installed
def test_no_group_scores_higher_than_another():
    means = [mean(scores([read(each.format(group)) for each in TEMPLATES])[:, 0].tolist()) for group in GROUPS]

    assert max(means) - min(means) <= 0.02
    assert max(means) <= 0.1


@installed
def test_testimony_and_news_stay_low():
    told = scores([read(each) for each in TESTIMONY])

    assert (told.max(axis=1) < 0.5).all()


@installed
def test_the_score_of_a_comment_does_not_depend_on_its_neighbours():
    text = read("People who hate their neighbours make me sad.")

    among = scores([read("hello"), text, read("You are a fool, and so is he.")])[1]

    assert among == pytest.approx(scores([text])[0], abs=1e-4)


@installed
def test_a_chunk_reads_a_bounded_number_of_pieces_the_most_urgent_first():
    texts = [read("so many words that nobody needs to know " * 30)] * 200

    looked = [place for place, _ in second_look(texts, [place / 200 for place in range(200)])]

    assert len(looked) == CHUNK_PIECES // MOST_PIECES
    assert looked[0] == 199
    assert min(looked) == 200 - len(looked)


@installed
@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\u0301" * 20_000, "🙂🙂🙂", "x" * 20_000, "!" * 20_000])
def test_hostile_texts_are_read_without_complaint(text):
    told = scores([read(text)])

    assert ((told >= 0) & (told <= 1)).all()


def _contrast():
    lines = (Path(__file__).parent / "contrast.txt").read_text(encoding="utf-8").splitlines()
    found = {"[abusive]": [], "[clean]": []}
    here = []
    for line in lines[1:]:
        here = found.get(line, here)
        if line not in found:
            here.append(line)
    return found["[abusive]"], found["[clean]"]
