"""Bar charts as plain numbers for an SVG: where each bar stands and how high it is. Templates draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from moderation.health.throughput import COUNT_UP_TO, Stretch

WIDTH, HEIGHT = 600, 120  # of the drawing, in its own units
GAP = 0.2  # of a bar's place
LEAST = 2.0  # what is there at all can be seen
TWO_MINUTES, TENTH = 120, 0.1  # seconds
DAY_LENGTH = timedelta(hours=1)  # stretches this long show a day


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time: its place, its height, a second height within it, and what it says."""

    x: float
    width: float
    height: float
    inner: float
    when: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with what a reader of the page hears instead of seeing them."""

    name: str  # unique on its page
    title: str
    description: str
    columns: tuple[str, ...]
    top: str  # what the highest bar stands for
    bars: tuple[Bar, ...]


def throughput(name: str, title: str, stretches: Sequence[Stretch]) -> Chart:
    counts = [each.count for each in stretches]
    most, total = max(counts, default=0), sum(counts)
    bars = _bars(stretches, counts, [0.0] * len(counts), [(_count(each.count),) for each in stretches])
    description = f"{total:,} comments screened in all; at most {_count(most)} in one stretch."
    return Chart(name, title, description, ("screened",), _count(most), bars)


def times(name: str, title: str, stretches: Sequence[Stretch]) -> Chart:
    slow = [each.slow or 0.0 for each in stretches]
    medians = [each.median or 0.0 for each in stretches]
    says = [(lasting(each.median), lasting(each.slow)) for each in stretches]
    worst = max((each.slow for each in stretches if each.slow is not None), default=None)
    description = f"From submission to verdict; the slowest stretch: {lasting(worst)} for all but one in twenty."
    bars = _bars(stretches, slow, medians, says)
    return Chart(name, title, description, ("half within", "95 % within"), lasting(worst), bars)


def lasting(seconds: float | None) -> str:
    """In the unit that people would use; a dash where nothing is known.

    >>> [lasting(each) for each in (None, 0.034, 1.25, 59.6, 600)]
    ['-', '34 ms', '1.2 s', '59.6 s', '10 min']
    """
    if seconds is None:
        return "-"
    if seconds < TENTH:
        return f"{seconds * 1_000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < TWO_MINUTES else f"{seconds / 60:.0f} min"


def _bars(
    stretches: Sequence[Stretch], values: Sequence[float], inner: Sequence[float], says: Sequence[tuple[str, ...]]
) -> tuple[Bar, ...]:
    place = WIDTH / max(1, len(stretches))
    most = max(values, default=0)
    return tuple(
        Bar(
            x=round(number * place + place * GAP / 2, 1),
            width=round(place * (1 - GAP), 1),
            height=_height(values[number], most),
            inner=_height(inner[number], most),
            when=each.start.strftime("%d %b, %H:%M" if each.length >= DAY_LENGTH else "%H:%M"),
            says=says[number],
        )
        for number, each in enumerate(stretches)
    )


def _height(value: float, most: float) -> float:
    return round(max(LEAST, value / most * HEIGHT), 1) if value > 0 else 0.0


def _count(number: int) -> str:
    return f"{number:,}+" if number >= COUNT_UP_TO else f"{number:,}"
