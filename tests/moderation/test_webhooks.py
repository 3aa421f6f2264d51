"""Webhooks: written with what they tell, sent afterwards, signed, and tried until they arrive."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier

from moderation import webhooks
from moderation.database import clock, reading, transaction
from moderation.errors import NotFoundError, NoWebhookError
from moderation.ids import new_id
from moderation.models import Delivery, Webhook
from moderation.outbound import Delivered, Refused, Unreachable
from moderation.patience import JITTER, REST, REST_AFTER, WAITS, next_try
from moderation.webhooks import LEASE, ROTATION
from tests import make
from tests.moderation.plain import rows, together

NOON = make.NOON
SECOND = timedelta(seconds=1)


@pytest.fixture
def site(engine):
    made = make.site()
    with transaction() as session:
        webhooks.set_address(session, made.id, "https://hooks.example/a", NOON)
    return made


def enqueue(site, *names, at=NOON):
    comments = [make.stored(site.id, name) for name in names]
    with transaction() as session:
        webhooks.enqueue(session, [(each, "links") for each in comments], at)


def take(site, at=NOON, most=10):
    with transaction() as session:
        return webhooks.take(session, site.id, most, at)


def record(turn, outcome, at=NOON):
    with transaction() as session:
        for each in turn.deliveries:
            webhooks.record(session, turn, each.id, outcome, at)
        webhooks.give_back(session, turn.site_id, turn.token)


def due(at):
    with reading() as session:
        return webhooks.sites_with_due(session, at, 10)


def test_a_delivery_holds_what_the_site_is_told_and_nothing_of_the_writer(site):
    comment = make.stored(site.id, author_email="ana@x.example")
    with transaction() as session:
        told = webhooks.enqueue(session, [(comment, "links")], NOON)

    body = json.loads(rows(Delivery)[0].body)
    assert told == {site.id}
    assert body == {
        "type": "comment.pending",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {
            "id": str(comment.id),
            "external_id": "c-1",
            "status": "pending",
            "revision": 1,
            "reason": "links",
        },
    }


def test_a_site_without_an_address_is_told_nothing(engine):
    site = make.site()
    comment = make.stored(site.id)

    with transaction() as session:
        told = webhooks.enqueue(session, [(comment, None)], NOON)

    assert (told, rows(Delivery)) == (set(), [])
    with pytest.raises(NoWebhookError), reading() as session:
        webhooks.address(session, site.id)


def test_each_try_is_due_later_than_the_one_before_until_the_last():
    due_after = [next_try(tries, NOON, 0.0) for tries in range(len(WAITS) + 1)]

    assert [each - NOON for each in due_after[:4]] == [timedelta(seconds=each) for each in (0, 5, 300, 1800)]
    assert due_after[-2] - NOON == timedelta(hours=24)
    assert due_after[-1] is None
    assert list(WAITS) == sorted(WAITS)


def test_chance_spreads_the_tries_and_only_to_later():
    plain, late = next_try(2, NOON, 0.0), next_try(2, NOON, 0.999)

    assert plain - NOON == WAITS[2]
    assert plain < late < NOON + WAITS[2] * (1 + JITTER)


def test_a_delivery_is_tried_until_the_schedule_is_over_with_the_same_id_and_bytes(site):
    enqueue(site, "c-1")
    now, sent = NOON, []

    while turn := take(site, now):
        sent.append((turn.deliveries[0].id, turn.deliveries[0].body))
        record(turn, Refused(500), now)
        now = max(rows(Delivery)[0].next_at, now + REST)

    delivery = rows(Delivery)[0]
    assert (len(sent), len(set(sent))) == (len(WAITS), 1)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("failed", len(WAITS), 500)
    assert delivery.last_error == "answered 500"


def test_what_failed_is_due_again_within_its_jitter(site):
    enqueue(site, "c-1")

    record(take(site), Unreachable("timed out"))

    delivery = rows(Delivery)[0]
    assert NOON + WAITS[1] <= delivery.next_at <= NOON + WAITS[1] * (1 + JITTER)
    assert (delivery.state, delivery.last_status, delivery.last_error) == ("waiting", None, "timed out")
    assert take(site, NOON + WAITS[1] - SECOND) is None
    assert take(site, NOON + WAITS[1] * (1 + JITTER)) is not None


def test_what_arrived_is_not_sent_again(site):
    enqueue(site, "c-1")

    record(take(site), Delivered(204))

    delivery = rows(Delivery)[0]
    assert (delivery.state, delivery.delivered_at, delivery.last_status) == ("delivered", NOON, 204)
    assert take(site, NOON + timedelta(days=9)) is None
    assert due(NOON + timedelta(days=9)) == []


def verifies(delivery, secrets, with_secret):
    with reading() as session:
        now = clock(session)
    sent = webhooks.headers(delivery, secrets, now)
    return Verifier(with_secret).verify(delivery.body, sent)["type"]


def test_a_signature_verifies_with_the_site_s_secret_and_no_other(site):
    enqueue(site, "c-1")
    turn = take(site)

    assert verifies(turn.deliveries[0], turn.secrets, rows(Webhook)[0].secret) == "comment.pending"
    with pytest.raises(Exception, match="signature"):
        verifies(turn.deliveries[0], turn.secrets, webhooks.new_webhook_secret())


def test_during_a_rotation_both_secrets_verify_and_afterwards_only_the_new_one(site):
    old = rows(Webhook)[0].secret
    with transaction() as session:
        new = webhooks.rotate(session, site.id, NOON).secret
    enqueue(site, "c-1")

    during = take(site, NOON + ROTATION - SECOND)
    assert verifies(during.deliveries[0], during.secrets, old)
    assert verifies(during.deliveries[0], during.secrets, new)

    after = take(site, NOON + ROTATION + LEASE)
    assert after.secrets == (new,)
    assert new != old


def test_the_name_of_a_message_is_the_same_at_every_try(site):
    enqueue(site, "c-1")
    turn = take(site)

    first = webhooks.headers(turn.deliveries[0], turn.secrets, NOON)
    later = webhooks.headers(turn.deliveries[0], turn.secrets, NOON + timedelta(hours=1))

    assert first["webhook-id"] == later["webhook-id"] == f"msg_{turn.deliveries[0].id.hex}"
    assert first["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert first["webhook-signature"] != later["webhook-signature"]


def test_one_worker_at_a_time_talks_to_an_address(site):
    enqueue(site, "c-1", "c-2")

    turns = [each for each in together([lambda: take(site, most=1)] * 8) if each]

    assert len(turns) == 1
    assert due(NOON) == []
    record(turns[0], Delivered(200))
    assert take(site).deliveries[0].id != turns[0].deliveries[0].id


def test_a_worker_that_died_has_lost_nothing(site):
    enqueue(site, "c-1")
    first = take(site)

    assert take(site, NOON + LEASE - SECOND) is None
    again = take(site, NOON + LEASE)

    assert [each.id for each in again.deliveries] == [each.id for each in first.deliveries]


def test_a_turn_that_was_given_back_late_does_not_end_another_worker_s(site):
    enqueue(site, "c-1")
    late = take(site)
    take(site, NOON + LEASE)

    with transaction() as session:
        webhooks.give_back(session, site.id, late.token)

    assert rows(Webhook)[0].lease_token is not None


def test_a_late_failure_does_not_take_back_what_another_worker_delivered(site):
    enqueue(site, "c-1")
    late = take(site)
    record(take(site, NOON + LEASE), Delivered(200), NOON + LEASE)

    record(late, Unreachable("timed out"), NOON + LEASE + SECOND)

    delivery = rows(Delivery)[0]
    assert (delivery.state, delivery.last_status, delivery.last_error) == ("delivered", 200, None)


def test_after_some_failures_in_a_row_the_address_rests_and_is_then_asked_with_one(site):
    enqueue(site, *[f"c-{each}" for each in range(REST_AFTER)])
    record(take(site), Refused(503))

    enqueue(site, "new", at=NOON + SECOND)
    assert take(site, NOON + REST - SECOND) is None
    assert due(NOON + REST - SECOND) == []
    turn = take(site, NOON + REST)
    assert len(turn.deliveries) == 1
    record(turn, Delivered(200), NOON + REST)
    assert len(take(site, NOON + REST + SECOND).deliveries) == REST_AFTER


def test_an_address_that_is_gone_is_asked_no_more_until_it_is_set_again(site):
    enqueue(site, "c-1")
    record(take(site), Refused(410))

    enqueue(site, "c-2")
    assert take(site, NOON + timedelta(days=1)) is None
    assert len(rows(Delivery)) == 1, "nothing is written for an address that is gone"

    secret = rows(Webhook)[0].secret
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/b", NOON)
    turn = take(site, NOON + timedelta(days=1))
    assert (turn.url, turn.secrets) == ("https://hooks.example/b", (secret,))


def test_a_delivery_that_was_given_up_is_sent_again_on_request_with_the_same_bytes(site):
    enqueue(site, "c-1")
    before = rows(Delivery)[0]
    record(take(site), Delivered(200))

    with transaction() as session:
        webhooks.redeliver(session, site.id, before.id, NOON)

    again = take(site).deliveries[0]
    assert (again.id, again.body, again.attempts) == (before.id, before.body, 1)


def test_another_site_s_delivery_is_not_there(site):
    enqueue(site, "c-1")
    other = make.site("The Gazette")

    for site_id, delivery_id in ((other.id, rows(Delivery)[0].id), (site.id, new_id())):
        with pytest.raises(NotFoundError), transaction() as session:
            webhooks.redeliver(session, site_id, delivery_id, NOON)


def test_a_test_goes_the_same_way(site):
    with transaction() as session:
        webhooks.test(session, site.id, NOON)

    turn = take(site)
    assert verifies(turn.deliveries[0], turn.secrets, turn.secrets[0]) == "webhook.test"


def test_the_oldest_is_sent_first(site):
    for at, name in enumerate(("c-1", "c-2", "c-3")):
        enqueue(site, name, at=NOON - at * SECOND)

    turn = take(site, most=2)

    assert [json.loads(each.body)["data"]["external_id"] for each in turn.deliveries] == ["c-1", "c-2"]
