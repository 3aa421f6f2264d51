"""Alike: comments that say nearly what others of their site have said within a week."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from moderation import alike, database, erasure, intake, screening, upkeep
from moderation.checks.clusters import ENOUGH
from moderation.checks.signal import Facts
from moderation.database import clock, reading, transaction
from moderation.models import Comment, Fingerprint
from tests import make
from tests.moderation.checks.test_likeness import PITCH
from tests.moderation.plain import rows

OTHER = "The mayor said that the bridge would be closed for repairs from Monday until the end of the month"


def screened(site_id: UUID, external_id: str, body: str = PITCH, **more: Any) -> Facts:
    """What the checks knew of a comment that came alone."""
    return together([make.stored(site_id, external_id, body, **more)])[0]


def together(comments: list[Comment], later: timedelta = timedelta(0)) -> list[Facts]:
    with transaction() as session:
        claimed = screening.claim(session, [each.id for each in comments], clock(session))
    assert claimed
    with reading() as session:
        claimed = screening.compare(session, claimed, clock(session) + later)
    looked = screening.run_many(claimed.facts)
    verdicts = [screening.judge(signals, facts.rules) for signals, facts in zip(looked, claimed.facts, strict=True)]
    with transaction() as session:
        screening.write(session, claimed, looked, verdicts, clock(session))
    return list(claimed.facts)


def test_others_are_counted_from_comment_to_comment(engine):
    site = make.site()

    known = [screened(site.id, f"c-{each}", f"{PITCH} {each}") for each in range(4)]

    assert [each.cluster_others for each in known] == [0, 1, 2, 3]
    assert len({each.cluster for each in known}) == 1


def test_a_raid_is_seen_while_it_runs_also_within_one_batch(engine):
    site = make.site()
    screened(site.id, "first")

    known = together([make.stored(site.id, f"c-{each}", PITCH) for each in range(5)])

    assert [each.cluster_others for each in known] == [1, 2, 3, 4, 5]


def test_who_says_something_else_is_alone(engine):
    site = make.site()
    one, other = screened(site.id, "c-1"), screened(site.id, "c-2", OTHER)

    assert (one.cluster_others, other.cluster_others) == (0, 0)
    assert one.cluster != other.cluster


def test_a_short_comment_leaves_no_fingerprint(engine):
    assert screened(make.site().id, "c-1", "great song!").cluster is None
    assert rows(Fingerprint) == []


@pytest.mark.parametrize(
    ("first", "second", "others"),
    [
        ({"author_id": "ana"}, {"author_id": "ana"}, 0),
        ({"author_id": "ana"}, {"author_id": "bob"}, 1),
        ({"author_id": None, "ip": "10.0.0.1"}, {"author_id": None, "ip": "10.0.0.1"}, 0),
        ({"author_id": None, "ip": "10.0.0.1"}, {"author_id": None, "ip": "10.0.0.2"}, 1),
        ({"author_id": None, "author_name": "Ana"}, {"author_id": None, "author_name": "Bob"}, 1),
        ({"author_id": None, "author_email": "a@x.example"}, {"author_id": None, "author_email": "A@x.example"}, 0),
        ({"author_id": None}, {"author_id": None}, 0),
    ],
)
def test_another_is_who_can_be_told_apart(engine, first, second, others):
    site = make.site()
    screened(site.id, "c-1", **first)

    assert screened(site.id, "c-2", **second).cluster_others == others


def test_another_site_s_comments_are_not_looked_at(engine):
    screened(make.site("The Courier").id, "c-1")

    assert screened(make.site("The Herald").id, "c-1").cluster_others == 0


def test_two_sites_in_one_batch_each_see_their_own(engine):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    batch = [make.stored(site.id, f"d-{each}", PITCH) for each in range(3) for site in (courier, herald)]

    assert [each.cluster_others for each in together(batch)] == [0, 0, 1, 1, 2, 2]


def test_what_was_said_before_the_window_is_forgotten(engine):
    site = make.site()
    screened(site.id, "c-1")

    known = together([make.stored(site.id, "c-2", PITCH)], later=alike.WITHIN + timedelta(minutes=1))

    assert known[0].cluster_others == 0


def test_an_edited_comment_has_one_fingerprint_of_what_it_says_now(engine):
    site = make.site()
    comment = make.stored(site.id, "c-1", PITCH)
    together([comment])
    before = rows(Fingerprint)[0]

    edit(comment.id, OTHER)
    assert together([comment])[0].cluster_others == 0
    after = rows(Fingerprint)

    assert [each.comment_id for each in after] == [comment.id]
    assert after[0].signature != before.signature
    assert screened(site.id, "c-2").cluster_others == 0, "nobody says any more what it said"


def test_a_comment_that_was_edited_to_a_few_words_has_none(engine):
    comment = make.stored(make.site().id, "c-1", PITCH)
    together([comment])

    edit(comment.id, "never mind")
    together([comment])

    assert rows(Fingerprint) == []


def edit(comment_id: UUID, body: str) -> None:
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, comment_id), body, clock(session))


def test_it_is_not_its_own_forerunner(engine):
    comment = make.stored(make.site().id, "c-1", PITCH)
    together([comment])
    edit(comment.id, PITCH + " friends")

    assert together([comment])[0].cluster_others == 0


def test_of_a_raid_only_the_first_are_in_the_index(engine):
    site = make.site()
    together([make.stored(site.id, f"c-{each}", PITCH) for each in range(ENOUGH + 8)])

    assert screened(site.id, "last").cluster_others == ENOUGH + 8
    assert sum(1 for each in rows(Fingerprint) if each.band_1 is not None) == ENOUGH


def test_an_erased_comment_s_fingerprint_goes_and_with_it_its_cluster(engine):
    site = make.site()
    comment = make.stored(site.id, "c-1", PITCH)
    together([comment])

    with transaction() as session:
        erasure.erase(session, site.id, comment.id, clock(session))

    assert rows(Fingerprint) == []
    assert screened(site.id, "c-2").cluster_others == 0


def test_fingerprints_are_kept_as_long_as_they_are_looked_for(engine):
    screened(make.site().id, "c-1")

    for later, kept in ((alike.WITHIN - timedelta(minutes=1), 1), (alike.WITHIN + timedelta(minutes=1), 0)):
        with transaction() as session:
            upkeep.prune(session, clock(session) + later, timedelta(days=1))
        assert len(rows(Fingerprint)) == kept


def test_a_batch_costs_as_many_statements_as_one_comment(engine):
    site = make.site()
    screened(site.id, "first")

    assert statements([make.stored(site.id, "one", PITCH)]) == 2
    assert statements([make.stored(site.id, f"c-{each}", f"{PITCH} {OTHER}"[each:]) for each in range(30)]) == 2


def statements(comments: list[Comment]) -> int:
    """How many it takes to compare these."""
    asked: list[str] = []

    def count(*given: Any) -> None:
        asked.append(given[2])

    known = [Facts(str(each.id), each.body, screening.Rules()) for each in comments]
    with reading() as session:
        now = clock(session)
        event.listen(database.engine(), "before_cursor_execute", count)
        try:
            alike.gather(session, comments, known, now)
        finally:
            event.remove(database.engine(), "before_cursor_execute", count)
    return sum(1 for each in asked if each.startswith("SELECT"))
