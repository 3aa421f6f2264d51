"""What a report is made of: parts, each with what it shows, the limit that was crossed, and ok, warn or fail."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

COUNT_UP_TO = 1_000
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
KIB = 1_024


class Level(StrEnum):
    """Worst last."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    level: Level
    shows: str
    limit: str = ""


def worst(parts: Iterable[Part]) -> Level:
    order = list(Level)
    return max((part.level for part in parts), key=order.index, default=Level.OK)


def level_of(value: float, warn: float, fail: float) -> Level:
    """The worse of the two limits that was reached, if any.

    >>> [level_of(value, warn=2, fail=5).value for value in (1, 2, 4, 5)]
    ['ok', 'warn', 'warn', 'fail']
    """
    return Level.FAIL if value >= fail else Level.WARN if value >= warn else Level.OK


def counted(number: int) -> str:
    """Up to a bound, as it is counted.

    >>> counted(7), counted(1_000), counted(1_001)
    ('7', '1,000', '1,000+')
    """
    return f"{COUNT_UP_TO:,}+" if number > COUNT_UP_TO else f"{number:,}"


def lasting(seconds: float) -> str:
    """In the unit that people would use.

    >>> [lasting(each) for each in (0.4, 59, 120, 3 * 3600, 4 * 86400)]
    ['0 s', '59 s', '2 min', '3 h', '4 days']
    """
    if seconds < 2 * MINUTE:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 2 * HOUR:
        return f"{seconds // MINUTE:.0f} min"
    return f"{seconds // HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds // DAY:.0f} days"


def size(amount: float) -> str:
    """Of memory or of a disk.

    >>> size(512 * 1024 * 1024), size(3 * 1024**3)
    ('512 MiB', '3.0 GiB')
    """
    return f"{amount / KIB**2:.0f} MiB" if amount < KIB**3 else f"{amount / KIB**3:.1f} GiB"
