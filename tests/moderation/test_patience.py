"""How patient we are with a site's address: five days of failures disable it, and its site opens it again."""

from datetime import timedelta

import pytest

from moderation import webhooks
from moderation.database import reading, transaction
from moderation.errors import WebhookDisabledError
from moderation.models import Delivery, Webhook
from moderation.outbound import Delivered, Refused, Unreachable
from moderation.patience import GIVEN_UP_AFTER, REST, REST_AFTER, UNTRIED
from moderation.webhooks import LEASE
from tests import make
from tests.moderation.plain import rows
from tests.moderation.test_webhooks import NOON, SECOND, due, enqueue, record, take


@pytest.fixture
def site(engine):
    made = make.site()
    with transaction() as session:
        webhooks.set_address(session, made.id, "https://hooks.example/a", NOON)
    return made


def fail_for(site, lasting, step=timedelta(hours=12)):
    """Nothing arrives for so long: a comment and a try every now and then. When the last one was made."""
    at = NOON
    while at <= NOON + lasting:
        enqueue(site, f"at-{at}", at=at)
        record(take(site, at, most=1), Unreachable("no connection"), at)
        at += step
    return at - step


def test_an_address_that_failed_for_five_days_and_nothing_else_is_disabled_and_says_why(site):
    last = fail_for(site, GIVEN_UP_AFTER - timedelta(hours=12))
    assert rows(Webhook)[0].disabled_at is None

    enqueue(site, "the last straw", at=last + timedelta(hours=12))
    record(take(site, last + timedelta(hours=12), most=1), Refused(503), last + timedelta(hours=12))

    [webhook] = rows(Webhook)
    assert (webhook.disabled_at, webhook.disabled_why) == (NOON + GIVEN_UP_AFTER, "failing")
    assert webhook.failing_since == NOON
    assert take(site, NOON + timedelta(days=30)) is None
    assert due(NOON + timedelta(days=30)) == []
    waiting = len(rows(Delivery))
    enqueue(site, "after", at=NOON + timedelta(days=6))
    assert len(rows(Delivery)) == waiting, "nothing is written for an address that is disabled"


def test_one_delivery_that_arrives_begins_the_five_days_anew(site):
    last = fail_for(site, timedelta(days=4))
    enqueue(site, "arrives", at=last)
    record(take(site, last + REST, most=1), Delivered(200), last + REST)
    [webhook] = rows(Webhook)
    assert (webhook.failures, webhook.failing_since, webhook.failed_at) == (0, None, None)

    record(take(site, last + timedelta(days=1, hours=2), most=1), Refused(500), last + timedelta(days=1, hours=2))

    [webhook] = rows(Webhook)
    assert (webhook.disabled_at, webhook.failing_since) == (None, last + timedelta(days=1, hours=2))


def test_days_on_which_nothing_was_tried_do_not_count_as_failures(site):
    enqueue(site, "c-1")
    record(take(site), Refused(500))
    later = NOON + GIVEN_UP_AFTER + UNTRIED

    record(take(site, later), Refused(500), later)

    [webhook] = rows(Webhook)
    assert (webhook.disabled_at, webhook.failing_since) == (None, later)


@pytest.mark.parametrize("revived", ["set again", "tested"])
def test_a_disabled_address_goes_on_when_its_site_asks_for_it(site, revived):
    last = fail_for(site, GIVEN_UP_AFTER)
    with transaction() as session:
        if revived == "tested":
            webhooks.test(session, site.id, last)
        else:
            webhooks.set_address(session, site.id, "https://hooks.example/a", last)

    [webhook] = rows(Webhook)
    assert (webhook.disabled_at, webhook.disabled_why, webhook.failures, webhook.failing_since) == (None, None, 0, None)
    assert take(site, last + timedelta(days=2)) is not None, "what waited goes out"


def test_what_arrives_beside_a_410_does_not_open_the_address_again(site):
    enqueue(site, "c-1", "c-2")
    turn = take(site)
    with transaction() as session:
        webhooks.record(session, turn, turn.deliveries[0].id, Refused(410), NOON)
        webhooks.record(session, turn, turn.deliveries[1].id, Delivered(200), NOON)

    [webhook] = rows(Webhook)
    assert (webhook.disabled_at, webhook.disabled_why) == (NOON, "gone")


def troubled():
    with reading() as session:
        return webhooks.troubled(session, NOON)


def test_who_is_in_trouble_is_named_with_since_when_and_why(site):
    assert troubled() == []
    enqueue(site, *[f"c-{number}" for number in range(REST_AFTER)])
    turn = take(site)
    for number, delivery in enumerate(turn.deliveries):
        with transaction() as session:
            webhooks.record(session, turn, delivery.id, Refused(500), NOON + number * SECOND)
    assert troubled() == [("The Courier", NOON, f"resting after {REST_AFTER} failures in a row")]

    with transaction() as session:
        webhooks.give_back(session, site.id, turn.token)
    record(take(site, NOON + LEASE), Refused(410), NOON + LEASE)
    assert troubled() == [("The Courier", NOON + LEASE, "disabled: it answered 410 Gone")]


def test_a_delivery_that_was_given_up_gets_all_its_tries_again(site):
    enqueue(site, "c-1")
    now = NOON
    while turn := take(site, now):
        record(turn, Refused(500), now)
        now = max(rows(Delivery)[0].next_at, now + REST)
    [delivery] = rows(Delivery)
    assert delivery.state == "failed"

    with transaction() as session:
        webhooks.redeliver(session, site.id, delivery.id, now)

    again = take(site, now).deliveries[0]
    assert (again.id, again.body, again.attempts) == (delivery.id, delivery.body, 1)


def test_nothing_is_sent_again_to_a_disabled_address(site):
    enqueue(site, "c-1")
    record(take(site), Refused(410))

    with pytest.raises(WebhookDisabledError), transaction() as session:
        webhooks.redeliver(session, site.id, rows(Delivery)[0].id, NOON)
