"""How patient we are with a site's address: when each try is due, when the address rests, when it is disabled."""

from datetime import datetime, timedelta
from enum import StrEnum

from moderation.models import Delivery, Webhook
from moderation.outbound import Outcome, Refused
from moderation.terms import DeliveryState

# When each try is due, after the one before: the schedule that Standard Webhooks recommends.
WAITS = tuple(
    timedelta(seconds=each) for each in (0, 5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
JITTER = 0.1  # a share of the wait: sites that failed together do not come back together
REST_AFTER = 3  # failures in a row open the breaker
REST = timedelta(seconds=30)
GIVEN_UP_AFTER = timedelta(days=5)  # of failures and nothing else: the address is disabled
UNTRIED = timedelta(days=2)  # nothing was tried for so long: nobody knows how it was meanwhile, the count begins anew
GONE = 410


class DisabledWhy(StrEnum):
    GONE = "gone"  # the site answered 410 Gone
    FAILING = "failing"  # for days


def next_try(attempts: int, now: datetime, chance: float) -> datetime | None:
    """When to try again after this many tries; None: never. 'chance' in [0, 1) spreads the load."""
    if attempts >= len(WAITS):
        return None
    return now + WAITS[attempts] * (1 + JITTER * chance)


def failed(delivery: Delivery, webhook: Webhook, outcome: Outcome, now: datetime, chance: float) -> None:
    """One more try that came to nothing: the delivery is due later, or given up; the address rests, or is disabled."""
    again = next_try(delivery.attempts, now, chance)
    if again is None:
        delivery.state = DeliveryState.FAILED.value
    else:
        delivery.next_at = again
    if webhook.failing_since is None or webhook.failed_at is None or now - webhook.failed_at > UNTRIED:
        webhook.failing_since = now
    webhook.failures, webhook.failed_at = webhook.failures + 1, now
    if webhook.failures >= REST_AFTER:
        webhook.rest_until = now + REST
    if isinstance(outcome, Refused) and outcome.status == GONE:
        webhook.disabled_at, webhook.disabled_why = now, DisabledWhy.GONE.value
    elif now - webhook.failing_since >= GIVEN_UP_AFTER:
        webhook.disabled_at, webhook.disabled_why = now, DisabledWhy.FAILING.value


def arrived(webhook: Webhook) -> None:
    """The address works. One that was disabled meanwhile stays so: its site has said it, or nobody has for days."""
    webhook.failures = 0
    webhook.failing_since = webhook.failed_at = webhook.rest_until = None


def begin_anew(webhook: Webhook) -> None:
    """As if it had never failed."""
    arrived(webhook)
    webhook.disabled_at = webhook.disabled_why = None


def why(webhook: Webhook) -> str:
    """What is the matter with an address, for people."""
    if webhook.disabled_at is None:
        return f"resting after {webhook.failures} failures in a row"
    if webhook.disabled_why == DisabledWhy.FAILING:
        return f"disabled after {GIVEN_UP_AFTER.days} days of failures"
    return "disabled: it answered 410 Gone"
