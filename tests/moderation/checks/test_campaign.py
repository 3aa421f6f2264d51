"""Campaign: nearly the same text by several authors."""

import pytest

from moderation.checks import campaign
from moderation.checks.signal import Facts
from moderation.rules import Rules
from tests.moderation.checks.test_likeness import PITCH

RULES = Rules()


@pytest.mark.parametrize(
    ("others", "score"), [(0, 0.0), (1, 0.3), (2, 0.4), (3, 0.5), (4, 0.55), (8, 0.75), (13, 1.0), (100, 1.0)]
)
def test_the_more_others_the_surer(others, score):
    signal = campaign.look(Facts("c-1", PITCH, RULES, cluster="0123456789abcdef", cluster_others=others))

    assert signal.score == pytest.approx(score)
    assert bool(signal.evidence) is (others > 0)


@pytest.mark.parametrize(
    ("others", "says"),
    [
        (1, "1 near-identical comment by others within 7 days"),
        (12, "12 near-identical comments by others within 7 days"),
        (100, "100 or more near-identical comments by others within 7 days"),
    ],
)
def test_the_evidence_is_a_number_and_never_the_text(others, says):
    assert campaign.look(Facts("c-1", PITCH, RULES, cluster="k", cluster_others=others)).evidence == (says,)


def test_a_comment_carries_its_cluster_also_when_it_is_alone():
    assert campaign.look(Facts("c-1", PITCH, RULES, cluster="k")).cluster == "k"


def test_a_short_comment_has_no_cluster():
    signal = campaign.look(Facts("c-1", "great song!", RULES))

    assert (signal.cluster, signal.score) == (None, 0.0)


def test_where_nobody_has_looked_a_chunk_is_compared_with_itself():
    many = [Facts(f"c-{each}", PITCH, RULES, author_id=f"writer-{each}") for each in range(4)]

    campaign.prime(many)
    signals = [campaign.look(each) for each in many]

    assert [each.score for each in signals] == [0.0, 0.3, 0.4, 0.5]
    assert len({each.cluster for each in signals}) == 1


def test_alone_a_comment_has_the_cluster_that_it_would_be_the_first_of():
    many = [Facts("c-1", PITCH, RULES), Facts("c-2", PITCH, RULES)]
    campaign.prime(many)

    assert campaign.look(Facts("c-3", PITCH, RULES)).cluster == campaign.look(many[0]).cluster


@pytest.mark.parametrize("body", ["", "\x00", "\ud800" * 60, "e" + "\u0301" * 20_000, "\U0001f600" * 99, "a " * 10_000])
def test_no_text_makes_it_fail(body):
    assert campaign.look(Facts("c-1", body, RULES)).ran
