"""A site's rules over time: the current ones, quickly; a new version, with who made it."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from moderation.dialects import locked
from moderation.errors import NotFoundError
from moderation.models import RulesVersion, Site
from moderation.presets import rules_from
from moderation.rules import Rules

KEPT = 256  # versions held ready in this process


def current(session: Session, site_ids: Iterable[UUID]) -> dict[UUID, tuple[int, Rules]]:
    """The version and the rules in force, per site. One query, and one more for each version not seen before."""
    wanted = set(site_ids)
    versions = session.exec(select(Site.id, Site.rules_version).where(col(Site.id).in_(wanted))).all()
    return {site_id: (version, _rules(session, site_id, version)) for site_id, version in versions}


def versions(
    session: Session, site_id: UUID, *, before: int | None = None, most: int | None = None
) -> list[RulesVersion]:
    """All of them, or so many before a version; newest first."""
    asked = select(RulesVersion).where(RulesVersion.site_id == site_id).order_by(col(RulesVersion.version).desc())
    if before is not None:
        asked = asked.where(col(RulesVersion.version) < before)
    return list(session.exec(asked.limit(most)).all())


def version(session: Session, site_id: UUID, number: int) -> RulesVersion | None:
    return session.get(RulesVersion, (site_id, number))


def change(session: Session, site_id: UUID, document: dict[str, Any], by: str, now: datetime) -> RulesVersion:
    """Put these rules in force; raises ValidationError or RulesInvalidError, and then nothing has changed."""
    rules = rules_from(document)
    site = session.execute(locked(select(Site).where(Site.id == site_id))).scalar_one_or_none()
    if site is None:
        raise NotFoundError("There is no such site.")
    site.rules_version += 1
    version = RulesVersion(
        site_id=site_id, version=site.rules_version, document=rules.model_dump(mode="json"), by=by, at=now
    )
    session.add(version)
    return version


def _rules(session: Session, site_id: UUID, version: int) -> Rules:
    ready = _ready().get((site_id, version))
    if ready is None:
        row = session.get_one(RulesVersion, (site_id, version))
        ready = Rules.model_validate(row.document)
        if len(_ready()) >= KEPT:
            _ready().clear()
        _ready()[site_id, version] = ready
    return ready


@lru_cache(maxsize=1)
def _ready() -> dict[tuple[UUID, int], Rules]:
    """Rules never change once they have a number, so that what was read stays true."""
    return {}
