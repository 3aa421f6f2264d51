"""Intake: never two comments for one external_id, and an Idempotency-Key is answered once."""

import pytest

from moderation import erasure, intake
from moderation.database import transaction
from moderation.errors import CommentErasedError, DifferentBodyError, IdempotencyKeyReusedError
from moderation.models import Author, Comment, Event, IdempotentAnswer, Page
from moderation.submissions import Accepted
from moderation.terms import Kind, Status
from tests import make
from tests.moderation.plain import rows, the, together


def submit(*submissions):
    with transaction() as session:
        return intake.submit(session, submissions, make.NOON)


def test_a_comment_is_stored_as_it_was_sent_and_pending(engine):
    site = make.site()

    outcome = submit(make.submission(site.id, "c-1", "Hello", author_email="ana@x.example", ip="203.0.113.7"))[0]

    stored = the(outcome.comment.id)
    assert outcome.created
    assert (stored.body, stored.status, stored.revision, stored.attempts) == ("Hello", Status.PENDING, 1, 0)
    assert (stored.author_email, stored.ip, stored.received_at) == ("ana@x.example", "203.0.113.7", make.NOON)
    assert [each.kind for each in rows(Event)] == [Kind.RECEIVED]


def test_the_same_external_id_again_is_the_same_comment(engine):
    site = make.site()
    first = submit(make.submission(site.id, "c-1"))[0]

    again = submit(make.submission(site.id, "c-1"))[0]

    assert (again.comment.id, again.created) == (first.comment.id, False)
    assert len(rows(Comment)) == 1
    assert len(rows(Event)) == 1, "nothing has happened"


def test_twice_in_one_list_is_one_comment(engine):
    site = make.site()

    outcomes = submit(*[make.submission(site.id, name) for name in ("c-1", "c-2", "c-1", "c-1")])

    assert [each.created for each in outcomes] == [True, True, False, False]
    assert outcomes[0].comment.id == outcomes[2].comment.id == outcomes[3].comment.id
    assert sorted(each.external_id for each in rows(Comment)) == ["c-1", "c-2"]


def test_another_body_under_the_same_external_id_is_refused_and_the_first_stays(engine):
    site = make.site()
    first = submit(make.submission(site.id, "c-1", "Hello"))[0]

    across, inside, beside = submit(
        make.submission(site.id, "c-1", "Goodbye"),
        make.submission(site.id, "c-1", "Farewell"),
        make.submission(site.id, "c-2", "Fine"),
    )

    assert isinstance(across, DifferentBodyError)
    assert isinstance(inside, DifferentBodyError)
    assert across.more == {"comment_id": str(first.comment.id)}
    assert beside.created, "one that is refused does not sink the others"
    assert the(first.comment.id).body == "Hello"


def test_the_same_external_id_on_another_site_is_another_comment(engine):
    courier, gazette = make.site("The Courier"), make.site("The Gazette")

    one, other = submit(make.submission(courier.id, "c-1", "Hello"), make.submission(gazette.id, "c-1", "Goodbye"))

    assert one.created
    assert other.created
    assert one.comment.id != other.comment.id


def test_an_erased_comment_does_not_come_back(engine):
    site = make.site()
    comment = make.stored(site.id)
    with transaction() as session:
        erasure.erase(session, site.id, comment.id, make.NOON)

    outcome = submit(make.submission(site.id))[0]

    assert isinstance(outcome, CommentErasedError)
    assert the(comment.id).status == Status.ERASED


def test_pages_and_authors_are_written_once(engine):
    site = make.site()

    submit(*[make.submission(site.id, f"c-{each}", author_id="ana") for each in range(5)])
    submit(make.submission(site.id, "c-6", author_id="ana"))

    assert len(rows(Page)) == 1
    assert [each.external_id for each in rows(Author)] == ["ana"]


def test_fifty_who_post_the_same_at_once_make_one_comment(engine):
    site = make.site()

    outcomes = [each[0] for each in together([lambda: submit(make.submission(site.id, "c-1"))] * 50)]

    assert sum(each.created for each in outcomes) == 1
    assert len({each.comment.id for each in outcomes}) == 1
    assert len(rows(Comment)) == len(rows(Event)) == 1


def test_many_lists_in_different_orders_at_once_do_not_wait_for_each_other_in_a_circle(engine):
    site = make.site()
    names = [f"c-{each}" for each in range(20)]

    def send(order):
        return submit(*[make.submission(site.id, name, page_url=f"https://x.example/{name}") for name in order])

    outcomes = together([lambda: send(names), lambda: send(names[::-1])] * 4)

    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert sum(each.created for outcome in outcomes for each in outcome) == len(names)
    assert len(rows(Comment)) == len(names)


# --- Idempotency-Key -----------------------------------------------------------------------------------------------


def keyed(site_id, external_id="c-1", key="key-1", payload="payload-1"):
    return make.submission(site_id, external_id, idempotency_key=key, payload_hash=payload)


def test_the_same_key_with_the_same_payload_brings_the_first_answer_back(engine):
    site = make.site()
    first = submit(keyed(site.id))[0]

    again = submit(keyed(site.id))[0]

    assert (first.created, first.replayed) == (True, 0)
    assert (again.created, again.replayed, again.comment.id) == (False, 202, first.comment.id)


def test_a_key_that_found_a_known_comment_is_answered_so_again(engine):
    site = make.site()
    submit(make.submission(site.id))

    first, again = submit(keyed(site.id))[0], submit(keyed(site.id))[0]

    assert (first.created, first.replayed) == (False, 0)
    assert again.replayed == 200


def test_the_same_key_with_another_payload_is_refused(engine):
    site = make.site()
    submit(keyed(site.id))

    outcome = submit(keyed(site.id, "c-2", payload="payload-2"))[0]

    assert isinstance(outcome, IdempotencyKeyReusedError)
    assert len(rows(Comment)) == 1


def test_a_key_repeated_inside_one_list_is_answered_once(engine):
    site = make.site()

    first, same, other = submit(keyed(site.id), keyed(site.id), keyed(site.id, "c-2", payload="payload-2"))

    assert (first.created, same.replayed, same.comment.id) == (True, 202, first.comment.id)
    assert isinstance(other, IdempotencyKeyReusedError)
    assert len(rows(Comment)) == len(rows(IdempotentAnswer)) == 1


def test_a_key_belongs_to_its_site(engine):
    courier, gazette = make.site("The Courier"), make.site("The Gazette")
    submit(keyed(courier.id))

    assert submit(keyed(gazette.id, payload="payload-2"))[0].created


def test_a_refused_submission_leaves_its_key_free(engine):
    site = make.site()
    submit(make.submission(site.id, "c-1", "Hello"))
    refused = submit(keyed(site.id, "c-1"))[0]

    outcome = submit(keyed(site.id, "c-2", payload="payload-2"))[0]

    assert isinstance(refused, DifferentBodyError)
    assert outcome.created


def test_a_key_used_with_ten_payloads_at_once_is_answered_for_one(engine):
    site = make.site()

    outcomes = together(
        [lambda each=each: submit(keyed(site.id, f"c-{each}", payload=f"payload-{each}"))[0] for each in range(10)]
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Accepted"] + ["IdempotencyKeyReusedError"] * 9
    assert len(rows(Comment)) == 1


# --- an edit -------------------------------------------------------------------------------------------------------


def test_an_edit_is_the_next_revision_and_pending_again(engine):
    site = make.site()
    comment = make.stored(site.id)
    make.work()
    assert make.status(comment.id) == Status.APPROVED

    with transaction() as session:
        intake.edit(session, session.get_one(Comment, comment.id), make.PROFANE, make.NOON)

    edited = the(comment.id)
    assert (edited.body, edited.revision, edited.status) == (make.PROFANE, 2, Status.PENDING)
    assert (edited.attempts, edited.screened_at, edited.lease_token) == (0, None, None)
    make.work()
    assert make.status(comment.id) == Status.HELD


@pytest.mark.parametrize(("one", "other", "same"), [("Buy  now!", "BUY, now", True), ("Buy now", "Buy later", False)])
def test_the_same_words_have_the_same_hash_however_they_are_dressed(one, other, same):
    assert (intake.text_hash(one) == intake.text_hash(other)) is same


def test_an_outcome_is_accepted_or_an_error(engine):
    site = make.site()

    assert submit() == []
    assert isinstance(submit(make.submission(site.id))[0], Accepted)
