"""Screening: claimed once, looked at outside any transaction, written only by who holds the lease."""

from datetime import timedelta

import pytest

from moderation import intake, reports, screening, unscreened, webhooks
from moderation.checks import NAMES, run_many
from moderation.database import transaction
from moderation.models import Case, Comment, DeadLetter, Delivery, Event, Screening
from moderation.policy import judge
from moderation.terms import Action, Kind, Status, Why
from tests import make
from tests.moderation.plain import rows, the, together

NOON = make.NOON
AFTER_LEASE = screening.LEASE + timedelta(seconds=1)


def claim(ids, now=NOON):
    with transaction() as session:
        return screening.claim(session, ids, now)


def write(claimed, now=NOON, verdicts=None):
    looked = run_many(claimed.facts)
    judged = [judge(signals, each.rules) for signals, each in zip(looked, claimed.facts, strict=True)]
    with transaction() as session:
        return screening.write(session, claimed, looked, judged if verdicts is None else judged[:verdicts], now)


def exhausted(now):
    with transaction() as session:
        return unscreened.exhausted(session, now)


def with_webhook(site):
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/a", NOON)
    return site


def written():
    return len(rows(Screening)), len(rows(Case)), len(rows(Delivery)), len(rows(Event, kind=Kind.SCREENED))


def test_a_claim_leases_the_comments_and_counts_the_attempt(engine):
    site = make.site()
    ids = [make.stored(site.id, f"c-{each}").id for each in range(3)]

    claimed = claim(ids)

    assert [each.id for each in claimed.comments] == sorted(ids)
    assert [each.id for each in claimed.facts] == [str(each) for each in sorted(ids)]
    for each in ids:
        comment = the(each)
        assert (comment.lease_token, comment.lease_until) == (claimed.token, NOON + screening.LEASE)
        assert (comment.attempts, comment.status) == (1, Status.PENDING)


def test_what_is_claimed_is_not_claimed_again_while_the_lease_lives(engine):
    comment = make.stored(make.site().id)
    claim([comment.id])

    assert claim([comment.id]) is None
    assert claim([comment.id], NOON + screening.LEASE - timedelta(seconds=1)) is None
    assert the(comment.id).attempts == 1


def test_a_lease_that_ran_out_can_be_claimed_again(engine):
    comment = make.stored(make.site().id)
    first = claim([comment.id])

    second = claim([comment.id], NOON + AFTER_LEASE)

    assert second.token != first.token
    assert the(comment.id).attempts == 2


def test_of_ten_who_claim_at_once_each_comment_goes_to_one(engine):
    site = make.site()
    ids = [make.stored(site.id, f"c-{each}").id for each in range(12)]

    claims = together([lambda: claim(ids)] * 10)

    got = [each.id for claimed in claims if claimed for each in claimed.comments]
    assert sorted(got) == sorted(ids)
    assert {the(each).attempts for each in ids} == {1}


def test_what_failed_once_is_not_taken_in_a_batch_but_alone(engine):
    site = make.site()
    poison, clean = make.stored(site.id, "poison").id, make.stored(site.id, "clean").id
    claim([poison])

    batch = claim([poison, clean], NOON + AFTER_LEASE)
    alone = claim([poison], NOON + AFTER_LEASE)

    assert [each.id for each in batch.comments] == [clean]
    assert [each.id for each in alone.comments] == [poison]


def test_a_settled_comment_is_not_claimed(engine):
    comment = make.stored(make.site().id)
    make.work()

    assert claim([comment.id], NOON + timedelta(days=1)) is None


def test_after_three_attempts_it_is_not_claimed_but_held_for_a_person(engine):
    site = with_webhook(make.site())
    comment = make.stored(site.id)
    for attempt in range(3):
        assert claim([comment.id], NOON + attempt * AFTER_LEASE) is not None
    last = NOON + 2 * AFTER_LEASE

    assert claim([comment.id], NOON + 3 * AFTER_LEASE) is None
    assert exhausted(last + screening.LEASE - timedelta(seconds=1)) == [], "the last worker may still come back"
    assert [each.id for each in exhausted(NOON + 3 * AFTER_LEASE)] == [comment.id]

    assert make.status(comment.id) == Status.HELD
    case, letter, delivery = rows(Case)[0], rows(DeadLetter)[0], rows(Delivery)[0]
    assert (case.why, case.comment_id, case.closed_at) == (Why.UNSCREENED, comment.id, None)
    assert (letter.comment_id, letter.revision) == (comment.id, 1)
    assert delivery.type == "comment.held"
    assert Kind.UNSCREENED in {each.kind for each in rows(Event)}
    assert exhausted(NOON + 4 * AFTER_LEASE) == [], "once"


def test_what_was_exhausted_is_fenced_from_the_worker_that_comes_back(engine):
    comment = make.stored(make.site().id)
    for attempt in range(3):
        late = claim([comment.id], NOON + attempt * AFTER_LEASE)
    exhausted(NOON + 3 * AFTER_LEASE)

    assert write(late).changed == ()
    assert make.status(comment.id) == Status.HELD
    assert rows(Screening) == []


def test_a_worker_that_slept_through_its_lease_writes_nothing(engine):
    site = with_webhook(make.site())
    comment = make.stored(site.id, body=make.PROFANE)
    slept = claim([comment.id])
    awake = claim([comment.id], NOON + AFTER_LEASE)

    first = write(slept, NOON + AFTER_LEASE)
    assert (first.changed, written()) == ((), (0, 0, 0, 0))
    assert make.status(comment.id) == Status.PENDING

    second = write(awake, NOON + AFTER_LEASE)
    assert (second.changed, written()) == ((comment.id,), (1, 1, 1, 1))


def test_the_same_verdict_is_not_written_twice(engine):
    comment = make.stored(make.site().id, body=make.PROFANE)
    claimed = claim([comment.id])

    assert write(claimed).changed == (comment.id,)
    assert write(claimed).changed == ()
    assert written()[:2] == (1, 1)


def test_an_edit_in_between_makes_the_old_verdict_void(engine):
    comment = make.stored(make.site().id, body=make.PROFANE)
    claimed = claim([comment.id])
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, comment.id), make.CLEAN, NOON)

    assert write(claimed).changed == ()
    assert (make.status(comment.id), written()) == (Status.PENDING, (0, 0, 0, 0))
    assert claim([comment.id]) is not None, "the new text can be screened at once"


def test_a_held_comment_gets_signals_case_event_and_delivery_together(engine):
    site = with_webhook(make.site())
    comment = make.stored(site.id, body=make.PROFANE)

    screened = write(claim([comment.id]), NOON)

    stored, screening_row, case = the(comment.id), rows(Screening)[0], rows(Case)[0]
    assert written() == (1, 1, 1, 1)
    assert screened.sites == {site.id}
    assert screened.verdicts == {(site.id, "hold"): 1}
    assert (stored.status, stored.screened_at, stored.decided_at) == (Status.HELD, NOON, None)
    assert (stored.lease_token, stored.lease_until) == (None, None)
    assert [each["check"] for each in screening_row.verdict["because"]] == ["profanity", "abuse.insult"]
    assert [each["check"] for each in screening_row.signals] == list(NAMES)
    assert (screening_row.revision, screening_row.rules_version) == (1, 1)
    assert (case.why, case.checks, case.revision) == (Why.HELD, " profanity abuse.insult ", 1)
    assert rows(Delivery)[0].type == "comment.held"
    assert rows(Event, kind=Kind.SCREENED)[0].data["screening_id"] == str(screening_row.id)


def test_an_approved_comment_has_no_case(engine):
    site = with_webhook(make.site())
    comment = make.stored(site.id)

    write(claim([comment.id]))

    assert make.status(comment.id) == Status.APPROVED
    assert the(comment.id).decided_at == NOON
    assert written() == (1, 0, 1, 1)


def test_a_rejected_comment_has_no_case_either(engine):
    site = make.site()
    with transaction() as session:
        from moderation import rulebook

        rulebook.change(session, site.id, {"lists": {"words": {"block": ["casino"]}}}, "ada", NOON)
    comment = make.stored(site.id, body="Best casino")

    write(claim([comment.id]))

    assert make.status(comment.id) == Status.REJECTED
    assert rows(Case) == []
    assert rows(Screening)[0].rules_version == 2


def test_a_batch_gets_each_its_own_verdict(engine):
    site = make.site()
    clean, profane = make.stored(site.id, "clean").id, make.stored(site.id, "profane", make.PROFANE).id

    screened = screening.screen([clean, profane])

    assert (make.status(clean), make.status(profane)) == (Status.APPROVED, Status.HELD)
    assert set(screened.changed) == {clean, profane}


def test_what_was_not_looked_at_in_time_is_given_back_with_its_attempt(engine):
    site = make.site()
    ids = [make.stored(site.id, f"c-{each}").id for each in range(2)]
    claimed = claim(ids)
    looked = run_many(claimed.facts)[:1]

    with transaction() as session:
        screened = screening.write(session, claimed, looked, [judge(looked[0], claimed.facts[0].rules)], NOON)

    assert (screened.changed, screened.left) == ((claimed.comments[0].id,), (claimed.comments[1].id,))
    left = the(claimed.comments[1].id)
    assert (left.status, left.attempts, left.lease_token, left.lease_until) == (Status.PENDING, 0, None, None)


def test_a_comment_reported_while_it_waited_gets_a_case_when_it_is_approved(engine):
    site = make.site()
    comment = make.stored(site.id)
    with transaction() as session:
        reports.report(session, site.id, comment.id, "reader-1", "rude", None, NOON)

    write(claim([comment.id]))

    assert make.status(comment.id) == Status.APPROVED
    assert [each.why for each in rows(Case)] == [Why.REPORTED]


def test_a_report_that_comes_while_a_worker_looks_is_not_lost(engine):
    site = make.site()
    comment = make.stored(site.id)
    claimed = claim([comment.id])
    with transaction() as session:
        reports.report(session, site.id, comment.id, "reader-1", "rude", None, NOON)

    write(claimed)

    assert make.status(comment.id) == Status.APPROVED
    assert [each.why for each in rows(Case)] == [Why.REPORTED]


def test_a_nudge_for_what_is_not_there_is_free(engine):
    from moderation.ids import new_id

    assert screening.screen([new_id()]) == screening.Screened()
    assert screening.screen([]) == screening.Screened()


@pytest.mark.parametrize("action", [Action.APPROVE, Action.HOLD])
def test_ten_workers_with_the_same_nudge_write_one_verdict(engine, action):
    body = make.CLEAN if action is Action.APPROVE else make.PROFANE
    comment = make.stored(make.site().id, body=body)

    outcomes = together([lambda: screening.screen([comment.id])] * 10)

    assert sum(len(each.changed) for each in outcomes) == 1
    assert written()[:2] == (1, 0 if action is Action.APPROVE else 1)


def test_the_record_of_an_author_is_gathered_from_their_other_comments(engine):
    site = make.site()
    known = {"author_id": "ana", "ip": "203.0.113.7"}
    approved = [make.stored(site.id, f"a-{each}", f"Clean text number {each}", **known).id for each in range(2)]
    make.work()
    first = make.stored(site.id, "p-1", make.PROFANE, **known)
    second = make.stored(site.id, "p-2", make.PROFANE.upper(), **known)
    stranger = make.stored(site.id, "s-1", make.PROFANE, author_id="bob")

    claimed = claim([first.id, second.id, stranger.id], first.received_at)

    by_id = {each.id: each for each in claimed.facts}
    assert [make.status(each) for each in approved] == [Status.APPROVED] * 2
    assert (by_id[str(second.id)].author_approved, by_id[str(second.id)].same_text) == (2, 1)
    assert (by_id[str(second.id)].author_lately, by_id[str(second.id)].ip_lately) == (3, 3)
    assert by_id[str(first.id)].same_text == 0, "the first of two is no repeat"
    assert (by_id[str(stranger.id)].author_approved, by_id[str(stranger.id)].ip_lately) == (0, 0)
