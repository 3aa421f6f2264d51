"""Training sentences from frames: each frame is filled, each group has the same chance, a seed always says the same."""

from collections import Counter

import pytest

from moderation.training.contrast import lines, sentences

SLURS, BESIDE = ["slurword"], ["nice song"]


def made(frames, many=600, seed=1):
    return list(sentences(frames, many, SLURS, BESIDE, seed))


@pytest.mark.parametrize("frames", ["harsh", "fine"])
def test_no_place_in_a_frame_is_left_open(frames):
    assert not [each.text for each in made(frames) if "{" in each.text or "}" in each.text]


def test_fine_sentences_are_of_no_kind_and_harsh_ones_of_known_kinds():
    assert {each.kinds for each in made("fine")} == {frozenset()}
    assert frozenset().union(*(each.kinds for each in made("harsh"))) == {"hate", "insult", "threat", "sexual"}
    assert all(each.kinds for each in made("harsh"))


def test_the_same_seed_says_the_same():
    assert made("fine", seed=7) == made("fine", seed=7)
    assert made("fine", seed=7) != made("fine", seed=8)


@pytest.mark.parametrize("frames", ["harsh", "fine"])
def test_every_group_is_spoken_of_about_equally(frames):
    many = [line.split(" | ")[0].lower() for line in lines("groups.txt")]
    said = " | ".join(each.text.lower() for each in made(frames, 20_000))

    counted = Counter({group: said.count(group) for group in many})

    assert min(counted.values()) > 20


def test_none_of_the_frames_is_a_sentence_that_the_encoder_is_tested_with(request):
    held = (request.config.rootpath / "tests" / "moderation" / "checks" / "contrast.txt").read_text().lower()
    frames = {line.lower() for name in ("harsh.txt", "fine.txt") for line in lines(name) if not line.startswith("[")}

    assert not frames.intersection(held.splitlines())
