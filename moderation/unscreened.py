"""What could not be screened: held, so that a person looks at it, with a dead letter, so that an operator sees why."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from moderation import audit, queue, webhooks
from moderation.dialects import unlocked
from moderation.models import Comment, DeadLetter
from moderation.screening import MOST_ATTEMPTS, nobody_at_it
from moderation.states import after
from moderation.terms import Action, Kind, Status, Why

AT_ONCE = 100  # comments
UNKNOWN = 0.0  # how sure the checks are that it is bad


def exhausted(session: Session, now: datetime, entered: Callable[[UUID], str | None] | None = None) -> list[Comment]:
    """Hold what was given up on after its last attempt. `entered` tells in which check it was last seen."""
    tried = col(Comment.attempts) >= MOST_ATTEMPTS, nobody_at_it(now)
    comments = _pending(session, *tried)
    checks = {each.id: entered(each.id) if entered else None for each in comments}
    why = f"not screened after {MOST_ATTEMPTS} attempts"
    _hold(session, comments, {each: _why(why, check) for each, check in checks.items()}, now, checks)
    return comments


def overdue(session: Session, now: datetime, limit: timedelta) -> list[Comment]:
    """Offer what nobody has looked at for so long to people, unscreened: for when no worker is there."""
    comments = _pending(session, col(Comment.updated_at) <= now - limit, nobody_at_it(now))
    why = f"no worker looked at it within {limit.total_seconds() / 60:g} minutes"
    _hold(session, comments, dict.fromkeys([each.id for each in comments], why), now, {})
    return comments


def _pending(session: Session, *conditions: object) -> list[Comment]:
    asked = select(Comment).where(Comment.status == Status.PENDING.value, *conditions)  # type: ignore[arg-type]
    oldest_first = asked.order_by(col(Comment.updated_at), col(Comment.id)).limit(AT_ONCE)
    return list(session.execute(unlocked(oldest_first)).scalars())


def _why(why: str, check: str | None) -> str:
    return f"{why}; the last one ended in the check '{check}'" if check else why


def _hold(
    session: Session, comments: Sequence[Comment], why: dict[UUID, str], now: datetime, checks: dict[UUID, str | None]
) -> None:
    for comment in comments:
        comment.status = after(Status(comment.status), Action.HOLD).value
        comment.updated_at, comment.lease_token, comment.lease_until = now, None, None
        session.add(comment)
        letter = DeadLetter(
            site_id=comment.site_id,
            comment_id=comment.id,
            revision=comment.revision,
            why=why[comment.id],
            check_name=checks.get(comment.id),
            at=now,
        )
        session.add(letter)
    audit.record(session, [audit.event(each, Kind.UNSCREENED, now, audit.POLICY) for each in comments])
    queue.open_cases(session, [(each, Why.UNSCREENED, (), UNKNOWN) for each in comments], now)
    webhooks.enqueue(session, [(each, None) for each in comments], now)
