"""What a batch took, read back from what was written: only what was committed is counted."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, cast, or_
from sqlmodel import Session, col, select

from moderation.live import counter
from moderation.models import Comment, Screening

# Upper ends of the histograms' buckets, in seconds; the last one of each is endless.
SCREENING_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, math.inf)
CHECK_SECONDS = (0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0, math.inf)
SUM = "sum"  # the bucket that holds microseconds instead of a count
MICROSECONDS = 1_000_000


class Tally(NamedTuple):
    """To be added up in Redis: see live.measured()."""

    counts: Mapping[str, int]
    timings: Mapping[str, int]
    looked: Mapping[str, int]


def tally(session: Session, comment_ids: Sequence[UUID]) -> Tally:
    """Of these comments' latest screenings: submit to verdict, seconds for each check, and which did not run."""
    if not comment_ids:
        return Tally({}, {}, {})
    timings: Counter[str] = Counter()
    looked = Counter({"": len(comment_ids)})
    for screened, received in session.exec(_verdicts(comment_ids)):
        _add(timings, "screening", "", SCREENING_SECONDS, (screened - received).total_seconds())
    for comment_id, signals in session.exec(_signals(comment_ids)):
        looked.update(each["check"] for each in signals if not each["ran"] and _failed(each["why_not"]))
        if comment_id == comment_ids[0]:
            for each in signals:
                _add(timings, "check", each["check"], CHECK_SECONDS, each["milliseconds"] / 1_000, len(comment_ids))
    failed = {counter("check_failures", "", check): count for check, count in looked.items() if check}
    return Tally(failed, timings, looked)


def _verdicts(comment_ids: Sequence[UUID]) -> Any:
    """When an edited comment's text came in is not known here: first revisions only."""
    asked = select(Comment.screened_at, Comment.received_at)
    return asked.where(col(Comment.id).in_(comment_ids), Comment.revision == 1, col(Comment.screened_at).is_not(None))


def _signals(comment_ids: Sequence[UUID]) -> Any:
    """Of the first, for a batch shares its figures; and of those that some check did not run on."""
    not_all = cast(col(Screening.signals), Text).contains('"ran": false')
    return (
        select(Comment.id, Screening.signals)
        .join(Comment, col(Comment.id) == col(Screening.comment_id))
        .where(
            col(Comment.id).in_(comment_ids),
            Screening.at == Comment.screened_at,
            or_(col(Comment.id) == comment_ids[0], not_all),
        )
    )


def _add(
    timings: "Counter[str]", metric: str, label: str, ends: Sequence[float], seconds: float, count: int = 1
) -> None:
    timings[counter(metric, label, str(ends[bisect_left(ends, seconds)]))] += count
    timings[counter(metric, label, SUM)] += max(0, round(seconds * MICROSECONDS)) * count


def _failed(why_not: str | None) -> bool:
    """It raised, or took too long. A check that does not know a language has not failed."""
    return (why_not or "").startswith(("failed", "took too long"))
