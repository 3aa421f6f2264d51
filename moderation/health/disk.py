"""Room on the disk that holds the record or the queue, as far as they are on this machine."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from moderation.health.parts import Level, Part, size
from moderation.settings import Settings

MIB = 1_024 * 1_024


@dataclass(frozen=True, slots=True)
class Limits:
    """Below these, in bytes. What fails is left for the database to close what it has begun."""

    warn: int = 1_024 * MIB
    fail: int = 200 * MIB


def folders(settings: Settings) -> list[Path]:
    """Where SQLite and the embedded Valkey write; none when both are elsewhere."""
    found: list[Path] = []
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        found.append(Path(url.database).parent)
    if not settings.redis_url and settings.data not in found:
        found.append(settings.data)
    return [each for each in found if each.is_dir()]


def free(settings: Settings) -> dict[Path, int]:
    """Bytes."""
    return {each: shutil.disk_usage(each).free for each in folders(settings)}


def full(settings: Settings, limits: Limits | None = None) -> bool:
    """Too little room to promise anything more."""
    limit = limits or Limits()
    return any(amount < limit.fail for amount in free(settings).values())


def part(settings: Settings, limits: Limits | None = None) -> Part:
    limit = limits or Limits()
    usages = [shutil.disk_usage(each) for each in folders(settings)]
    if not usages:
        return Part("disk", Level.OK, "database and queue are elsewhere")
    least = min(usages, key=lambda each: each.free)
    level = Level.FAIL if least.free < limit.fail else Level.WARN if least.free < limit.warn else Level.OK
    shows = f"{size(least.free)} free, {least.free / least.total:.0%} of it"
    crossed = limit.fail if level is Level.FAIL else limit.warn
    return Part("disk", level, shows, f"{size(crossed)} free")
