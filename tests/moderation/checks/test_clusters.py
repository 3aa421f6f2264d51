"""Clusters: who says nearly the same, and how many others do."""

import random

import pytest

from moderation.checks.clusters import COUNT_UP_TO, ENOUGH, Clusters, Placed, cluster_in_order, writer
from moderation.checks.likeness import fingerprint
from moderation.checks.signal import Facts
from moderation.checks.text import read
from moderation.rules import Rules
from tests.moderation.checks.test_likeness import PITCH

RULES = Rules()
WORDS = """
    stage council bridge river winter paper garden market station window teacher doctor kitchen summer music ticket
    harbour island letter number planet silver yellow orange purple castle forest valley hammer button
""".split()  # noqa: SIM905 - fifty quotes less


def place(clusters: Clusters, text: str, who: str | None = "ana") -> Placed:
    found = fingerprint(read(text))
    assert found
    return clusters.place(found, who)


def other_text(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=20))


def variant(text: str, seed: int) -> str:
    """One word in ten is another one, and some are dressed up."""
    dice, words = random.Random(seed), text.split()
    for position in dice.sample(range(len(words)), round(len(words) / 10)):
        words[position] = dice.choice(WORDS)
    dressed = (str.upper, str.title, ".".join, " ".join, "\u200b".join, lambda word: word.replace("e", "3"))
    return " ".join(dice.choice(dressed)(word) if dice.random() < 0.4 else word for word in words)


def test_fifty_variants_of_one_text_are_one_cluster():
    clusters = Clusters()

    placed = [clusters.now(place(clusters, variant(PITCH, each), f"writer-{each}")) for each in range(50)]

    keys = [each.cluster for each in placed]
    assert max(keys.count(each) for each in keys) >= 48
    assert placed[-1].others >= 40


def test_a_thousand_other_texts_are_a_thousand_clusters():
    clusters = Clusters()

    assert len({place(clusters, other_text(each)).cluster for each in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    ("writers", "others"),
    [
        (["ana"], 0),
        (["ana", "ana", "ana"], 0),
        (["ana", "bob"], 1),
        (["ana", "bob", "ana"], 1),
        (["ana", "ana", "bob"], 2),
        (["ana", "bob", "cyd", "dan"], 3),
        ([None, "bob"], 0),
        (["ana", None], 0),
        ([None, None, None], 0),
    ],
)
def test_only_what_others_wrote_is_counted(writers, others):
    clusters = Clusters()

    assert [place(clusters, PITCH, who).others for who in writers][-1] == others


def test_the_count_has_an_end():
    clusters = Clusters()

    assert [place(clusters, PITCH, f"writer-{each}").others for each in range(COUNT_UP_TO + 20)][-1] == COUNT_UP_TO


def test_of_a_raid_the_first_stand_for_all():
    clusters = Clusters()
    placed = [place(clusters, PITCH, f"writer-{each}") for each in range(ENOUGH + 10)]

    assert [each.crowded for each in placed] == [False] * ENOUGH + [True] * 10
    assert len({each.cluster for each in placed}) == 1


def test_who_is_like_two_clusters_joins_them():
    begins, ends = other_text(1), other_text(2)
    clusters = Clusters()
    one, two = place(clusters, begins), place(clusters, ends)
    assert one.cluster != two.cluster

    both = place(clusters, f"{begins} {ends}")

    assert {clusters.now(each).cluster for each in (one, two, both)} == {both.cluster}


def test_the_oldest_is_forgotten_first():
    clusters = Clusters(most=10)
    place(clusters, PITCH, "ana")
    for each in range(20):
        place(clusters, other_text(each))

    assert place(clusters, PITCH, "bob").others == 0
    assert place(clusters, PITCH, "cyd").others == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("7", None, None, None), ("7", "a@x.example", "10.0.0.1", "Ana"), True),
        (("7", None, None, None), ("8", None, None, None), False),
        ((None, "A@x.example ", None, None), (None, "a@X.example", "10.0.0.1", "Ana"), True),
        ((None, None, "10.0.0.1", "Ana"), (None, "", "10.0.0.1", "ana"), True),
        ((None, None, "10.0.0.1", "Ana"), (None, None, "10.0.0.2", "Ana"), False),
        ((None, None, "10.0.0.1", "Ana"), (None, None, "10.0.0.1", "Bob"), False),
        ((None, None, None, None), ("", "", "", ""), True),
        ((None, None, None, "half \ud800"), (None, None, None, "half"), False),
    ],
)
def test_writers_are_told_apart_by_what_is_known_of_them(one, other, same):
    assert (writer(*one) == writer(*other)) is same


def test_nothing_of_a_writer_can_be_read_from_what_is_kept():
    told = writer(None, "ana@x.example", "10.0.0.1", "Ana")

    assert told
    assert len(told) == 16
    assert "ana" not in told


def test_comments_see_those_before_them_in_order():
    many = [Facts(f"c-{each}", PITCH, RULES, author_id=f"writer-{each}") for each in range(4)]
    many.insert(2, Facts("short", "hello", RULES, author_id="ana"))

    clustered = cluster_in_order(Clusters(), many)

    assert [each.cluster_others for each in clustered] == [0, 1, 0, 2, 3]
    assert [each.cluster is None for each in clustered] == [False, False, True, False, False]
    assert len({each.cluster for each in clustered}) == 2
