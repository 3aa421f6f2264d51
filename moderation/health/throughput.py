"""How much was screened and how long that took, over time, for a chart: found by the order of ids, no table scan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from moderation.models import Comment, Screening

COUNT_UP_TO = 100_000  # screenings, per stretch
SAMPLE = 200  # the last ones of a stretch, whose time to a verdict is looked at
SLOW_SHARE = 0.95
LATE = timedelta(minutes=1)  # what was begun in a stretch is written by then
MOST_KEPT = 200  # stretches that are over: they do not change any more
_TIME_BITS_AT = 80  # a UUIDv7 begins with 48 bits of milliseconds (RFC 9562)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happened from 'start' on, for 'length'."""

    start: datetime
    length: timedelta
    count: int  # screenings
    median: float | None  # seconds from submission to verdict; None: nothing was screened
    slow: float | None  # all but one in twenty are faster


def over(session: Session, now: datetime, length: timedelta, number: int) -> list[Stretch]:
    """The last so many stretches of this length, the oldest first; the last one is not over yet."""
    seconds = length.total_seconds()
    last = datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
    return [_stretch(session, last - length * back, length, now) for back in reversed(range(number))]


def forget() -> None:
    """Begin anew, with another database."""
    _kept().clear()


def _stretch(session: Session, start: datetime, length: timedelta, now: datetime) -> Stretch:
    ready = _kept().get((start, length))
    if ready is None:
        ready = _looked_up(session, start, length)
        if start + length + LATE <= now:
            _keep(ready)
    return ready


def _looked_up(session: Session, start: datetime, length: timedelta) -> Stretch:
    here = (col(Screening.id) >= _first_id(start), col(Screening.id) < _first_id(start + length))
    some = select(Screening.id).where(*here).limit(COUNT_UP_TO).subquery()
    count = session.exec(select(func.count()).select_from(some)).one()
    its = (
        select(Screening.comment_id, Screening.revision, Screening.at)
        .where(*here)
        .order_by(col(Screening.id).desc())
        .limit(SAMPLE)
        .subquery()
    )
    # When an edited comment's text came in is not known: first revisions only.
    asked = select(its.c.at, Comment.received_at).join(Comment, col(Comment.id) == its.c.comment_id)
    times = session.exec(asked.where(its.c.revision == 1)).all()
    took = sorted(max(0.0, (screened - received).total_seconds()) for screened, received in times)
    return Stretch(start, length, count, _at_share(took, 0.5), _at_share(took, SLOW_SHARE))


def _at_share(ordered: list[float], share: float) -> float | None:
    """The value that this share of them does not exceed.

    >>> _at_share([1.0, 2.0, 3.0], 0.5), _at_share([1.0, 2.0, 3.0], 0.95), _at_share([], 0.5)
    (2.0, 3.0, None)
    """
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _first_id(at: datetime) -> UUID:
    """No id made at or after this moment is smaller."""
    return UUID(int=int(at.timestamp() * 1_000) << _TIME_BITS_AT)


def _keep(stretch: Stretch) -> None:
    kept = _kept()
    for oldest in _oldest(kept, len(kept) + 1 - MOST_KEPT):
        kept.pop(oldest, None)  # another thread may have been here first
    kept[stretch.start, stretch.length] = stretch


def _oldest(kept: Iterable[tuple[datetime, timedelta]], number: int) -> list[tuple[datetime, timedelta]]:
    return list(kept)[: max(0, number)]


@lru_cache(maxsize=1)
def _kept() -> dict[tuple[datetime, timedelta], Stretch]:
    return {}
