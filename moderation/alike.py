"""Alike: which of a batch's comments say nearly what others of their site have said within the window.

Between claiming and looking, outside the claim's transaction: fingerprints take time to compute, and SQLite has one
writer. Two queries for the whole batch, bounded whatever a raid has filled the table with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, inspect, select, union
from sqlmodel import Session

from moderation.checks.clusters import COUNT_UP_TO, WITHIN_DAYS, Clusters, Known, Placed, with_cluster, writer
from moderation.checks.likeness import Fingerprint as Print
from moderation.checks.likeness import fingerprints
from moderation.checks.signal import Facts
from moderation.dialects import insert_new
from moderation.models import Comment, Fingerprint
from moderation.models.fingerprints import BANDS

WITHIN = timedelta(days=WITHIN_DAYS)
MOST_IN_A_BAND = 3_000  # forerunners of a whole batch; ENOUGH of each, unless chance or malice throws many together
_BETWEEN = ","  # writers, which are hexadecimal
_TABLE = inspect(Fingerprint).local_table.c
_OTHERS = inspect(Fingerprint).local_table.alias("others").c
_SINCE = bindparam("since", type_=_TABLE.at.type)
_SIGNED = (1 << 63) - 1  # what a database's integers hold

Key = tuple[UUID, str]  # a site, and one of its clusters


@dataclass(frozen=True, slots=True)
class _Mine:
    """One of the batch, with its fingerprint."""

    comment: Comment
    print: Print
    writer: str | None


def gather(
    session: Session, comments: Sequence[Comment], many: Sequence[Facts], now: datetime
) -> tuple[list[Facts], dict[UUID, dict[str, Any]]]:
    """The facts with their clusters, each seeing those before it; and the rows to remember, by comment."""
    prints = fingerprints([_folded(each) for each in many])
    mine = [_mine(*each) for each in zip(comments, prints, strict=True)]
    found = [each for each in mine if each]
    known = _known(session, found, now) if found else {}
    placed = [_place(known, each) if each else None for each in mine]
    rows = {
        each.comment.id: _row(each, at, known[each.comment.site_id])
        for each, at in zip(mine, placed, strict=True)
        if each and at
    }
    return [
        with_cluster(facts, known[comment.site_id].now(at) if at else None)
        for facts, comment, at in zip(many, comments, placed, strict=True)
    ], rows


def remember(session: Session, comments: Sequence[Comment], rows: Mapping[UUID, Mapping[str, Any]]) -> None:
    """One row for each comment, of its last revision; none for a text that is too short."""
    edited = [each.id for each in comments if each.revision > 1]
    if edited:
        forget(session, edited)
    fresh = [rows[each.id] for each in comments if each.id in rows]
    if fresh:
        insert_new(session, Fingerprint, fresh)


def forget(session: Session, ids: Iterable[UUID]) -> None:
    session.execute(delete(Fingerprint).where(_TABLE.comment_id.in_(ids)))


def prune(session: Session, now: datetime) -> None:
    """Ids grow with time (UUIDv7: milliseconds, then chance), so that the oldest are found without another index."""
    milliseconds = int((now - WITHIN).timestamp() * 1_000)
    session.execute(delete(Fingerprint).where(_TABLE.comment_id < UUID(int=milliseconds << 80)))


def _folded(facts: Facts) -> str:
    try:
        return facts.text.folded
    except Exception:  # noqa: BLE001 - a text that cannot be read is for the checks to say, one by one
        return ""


def _mine(comment: Comment, print_: Print | None) -> _Mine | None:
    if print_ is None:
        return None
    author = str(comment.author_id) if comment.author_id else None
    of_site = comment.site_id.int & _SIGNED  # the same text has other bands on another site: theirs are not looked at
    return _Mine(
        comment,
        replace(print_, bands=tuple(band ^ of_site for band in print_.bands)),
        writer(author, comment.author_email, comment.ip, comment.author_name),
    )


def _place(known: Mapping[UUID, Clusters], mine: _Mine) -> Placed:
    return known[mine.comment.site_id].place(mine.print, mine.writer)


def _row(mine: _Mine, placed: Placed, known: Clusters) -> dict[str, Any]:
    bands = [None] * len(BANDS) if placed.crowded else mine.print.bands
    return {
        "comment_id": mine.comment.id,
        "site_id": mine.comment.site_id,
        "at": mine.comment.received_at,
        "cluster": known.now(placed).cluster,
        "writer": mine.writer,
        "signature": mine.print.signature,
        **dict(zip(BANDS, bands, strict=True)),
    }


def _known(session: Session, mine: Sequence[_Mine], now: datetime) -> dict[UUID, Clusters]:
    """What each site has said lately that one of these may be like."""
    ours = {each.comment.id for each in mine}
    known = {each.comment.site_id: Clusters() for each in mine}
    one_of: dict[Key, UUID] = {}  # a comment that stands for its cluster
    shared = {name: {each.print.bands[number] for each in mine} for number, name in enumerate(BANDS)}
    forerunners = session.execute(_forerunners(), {**shared, "since": now - WITHIN})
    for comment_id, site_id, cluster, signature, *bands in forerunners:
        if comment_id not in ours and site_id in known:
            known[site_id].know(Known(cluster, tuple(band for band in bands if band is not None), signature))
            one_of[site_id, cluster] = comment_id
    around = {
        (each.comment.site_id, cluster) for each in mine for cluster in known[each.comment.site_id].around(each.print)
    }
    asked = {"stand_for": [one_of[each] for each in sorted(around)], "since": now - WITHIN, "ours": ours}
    for site_id, cluster, writers in session.execute(_writers(), asked) if around else ():
        if writers is not None:
            known[site_id].count(cluster, (wrote or None for wrote in reversed(writers.split(_BETWEEN))))
    return known


@cache
def _forerunners() -> Any:
    """Put together once, like what asks for the writers: that takes longer than the answer."""
    shared = select(union(*map(_sharing, BANDS)).subquery().c.comment_id)
    asked = (_TABLE.comment_id, _TABLE.site_id, _TABLE.cluster, _TABLE.signature, *(_TABLE[name] for name in BANDS))
    return select(*asked).where(_TABLE.comment_id.in_(shared)).order_by(_TABLE.at, _TABLE.comment_id)


def _sharing(band: str) -> Select[UUID]:
    shares = _TABLE[band].in_(bindparam(band, expanding=True, type_=_TABLE[band].type))
    asked = select(_TABLE.comment_id).where(shares, _TABLE.at > _SINCE).limit(MOST_IN_A_BAND)
    return select(asked.subquery().c.comment_id)


@cache
def _writers() -> Any:
    """Who wrote the last COUNT_UP_TO of each of these comments' clusters, the newest first.

    One statement of one form, however many clusters: a UNION of as many selects took longer to compile than to run.
    """
    others = _OTHERS
    last = (
        select(others.writer)
        .where(
            others.site_id == _TABLE.site_id,
            others.cluster == _TABLE.cluster,
            others.at > _SINCE,
            others.comment_id.not_in(bindparam("ours", expanding=True, type_=_TABLE.comment_id.type)),
        )
        .order_by(others.at.desc())
        .limit(COUNT_UP_TO)
        .correlate(_TABLE.comment_id.table)
        .subquery()
    )
    writers = select(func.aggregate_strings(func.coalesce(last.c.writer, ""), _BETWEEN)).scalar_subquery()
    stand_for = bindparam("stand_for", expanding=True, type_=_TABLE.comment_id.type)
    return select(_TABLE.site_id, _TABLE.cluster, writers).where(_TABLE.comment_id.in_(stand_for))
