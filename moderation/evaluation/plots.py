"""Curves as SVG: small, drawn by hand, readable on light and on dark ground."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from moderation.evaluation.metrics import Curve

WIDTH, HEIGHT = 760, 470  # of the whole, in pixels, like all that follow
LEFT, TOP, SIDE = 64, 48, 360  # where the square of the axes begins, and its side
LEGEND = LEFT + SIDE + 28
LINE = 20  # of the legend
MOST_POINTS = 400  # of a line: more cannot be seen
MOST_LINES = 10
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

# Paul Tol's bright and muted schemes: told apart by the colour-blind, and seen on white and on near-black.
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#dd8452", "#7777dd", "#44aa99", "#999933")
DASHES = ("", "7 3", "2 3", "9 3 2 3")
LIKE = 3  # lines in a row with the same dashes

Points = Sequence[tuple[float, float]]

_SIZE = f'width="{WIDTH}" height="{HEIGHT}" aria-labelledby="title said"'
_STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; } .small { font-size: 12px; fill: #59636e; }
  .ground { fill: #ffffff; } .grid { stroke: #d8dee4; stroke-width: 1; } .axis { stroke: #818b98; stroke-width: 1; }
  .chance { stroke: #818b98; stroke-width: 1.2; stroke-dasharray: 3 4; fill: none; }
  .curve { fill: none; stroke-width: 2; stroke-linejoin: round; } .mark { stroke: #ffffff; fill: #1f2328; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9198a1; } .ground { fill: #0d1117; } .grid { stroke: #2a313c; }
    .axis, .chance { stroke: #6e7681; } .mark { stroke: #0d1117; fill: #e6edf3; }
  }
"""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    figure: str  # beside the name: 'AUC 0.98'
    curve: Curve


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: what a verdict does."""

    name: str
    x: float
    y: float


def roc(title: str, lines: Sequence[Line], marks: Sequence[Mark]) -> str:
    """Found against clean comments held, for every threshold."""
    drawn = [(line, _roc_points(line.curve)) for line in lines[:MOST_LINES]]
    chance = ((0.0, 0.0), (1.0, 1.0))
    return _svg(f"{title}: ROC", "clean comments held (false positive rate)", "found (recall)", drawn, marks, chance)


def precision_recall(title: str, lines: Sequence[Line], marks: Sequence[Mark]) -> str:
    """Right among the held against found, for every threshold."""
    drawn = [(line, _precision_points(line.curve)) for line in lines[:MOST_LINES]]
    prevalence = next(
        (each.curve.positives / (each.curve.positives + each.curve.negatives) for each in lines),
        0.0,
    )
    chance = ((0.0, prevalence), (1.0, prevalence))
    return _svg(
        f"{title}: precision and recall", "found (recall)", "right among the held (precision)", drawn, marks, chance
    )


def _roc_points(curve: Curve) -> Points:
    kept = _thinned(len(curve.found))
    return [
        (0.0, 0.0),
        *zip(
            (curve.disturbed[kept] / max(1, curve.negatives)).tolist(),
            (curve.found[kept] / max(1, curve.positives)).tolist(),
            strict=True,
        ),
    ]


def _precision_points(curve: Curve) -> Points:
    """Steps: between two thresholds there is none that does something between."""
    kept = _thinned(len(curve.found))
    recalls = (curve.found[kept] / max(1, curve.positives)).tolist()
    precisions = (curve.found[kept] / (curve.found[kept] + curve.disturbed[kept])).tolist()
    points: list[tuple[float, float]] = []
    before = 0.0
    for recall, precision in zip(recalls, precisions, strict=True):
        points += [(before, precision), (recall, precision)]
        before = recall
    return points


def _thinned(count: int) -> Any:
    """Which thresholds are drawn: all, or as many as can be seen, the last among them."""
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, MOST_POINTS).astype(np.intp))


def _svg(
    title: str, across: str, up: str, drawn: Sequence[tuple[Line, Points]], marks: Sequence[Mark], chance: Points
) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {_SIZE}>',
        f'<title id="title">{_text(title)}</title>',
        f'<desc id="said">{_text("; ".join(f"{line.name} {line.figure}" for line, _ in drawn))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="{TOP - 20}">{_text(title)}</text>',
        *_axes(across, up),
        f'<polyline class="chance" points="{_points(chance)}"/>',
    ]
    for number, (_line, points) in enumerate(drawn):
        parts.append(f'<polyline class="curve" {_pen(number)} points="{_points(points)}"/>')
    parts += [_shape(number, *_place(mark.x, mark.y)) for number, mark in enumerate(marks)]
    parts += _legend([line for line, _ in drawn], marks)
    return "\n".join([*parts, "</svg>", ""])


def _axes(across: str, up: str) -> Iterable[str]:
    right, bottom = LEFT + SIDE, TOP + SIDE
    for tick in TICKS:
        x, y = _place(tick, tick)
        yield f'<line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}"/>'
        yield f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}"/>'
        yield f'<text class="small" x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:.1f}</text>'
        yield f'<text class="small" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{tick:.1f}</text>'
    yield f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{bottom}H{right}"/>'
    yield f'<text x="{LEFT + SIDE / 2:g}" y="{bottom + 42}" text-anchor="middle">{_text(across)}</text>'
    middle = TOP + SIDE / 2
    yield f'<text x="20" y="{middle:g}" text-anchor="middle" transform="rotate(-90 20 {middle:g})">{_text(up)}</text>'


def _legend(lines: Sequence[Line], marks: Sequence[Mark]) -> Iterable[str]:
    y = TOP + 8
    for number, line in enumerate(lines):
        yield f'<path class="curve" {_pen(number)} d="M{LEGEND} {y}h26"/>'
        yield (
            f'<text x="{LEGEND + 34}" y="{y + 4}">{_text(line.name)}'
            f' <tspan class="small" dx="4">{_text(line.figure)}</tspan></text>'
        )
        y += LINE
    y += LINE // 2 if lines else 0
    for number, mark in enumerate(marks):
        yield _shape(number, LEGEND + 13, y)
        yield f'<text x="{LEGEND + 34}" y="{y + 4}">{_text(mark.name)}</text>'
        y += LINE
    yield f'<path class="chance" d="M{LEGEND} {y}h26"/>'
    yield f'<text class="small" x="{LEGEND + 34}" y="{y + 4}">by chance</text>'


def _pen(number: int) -> str:
    dash = DASHES[number // LIKE % len(DASHES)]
    return f'stroke="{COLOURS[number % len(COLOURS)]}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _shape(number: int, x: float, y: float) -> str:
    """A circle, a square, a diamond: a mark is told by its shape, not by its colour."""
    if number % 3 == 0:
        return f'<circle class="mark" cx="{x:g}" cy="{y:g}" r="5"/>'
    if number % 3 == 1:
        return f'<rect class="mark" x="{x - 4.5:g}" y="{y - 4.5:g}" width="9" height="9"/>'
    return f'<path class="mark" d="M{x:g} {y - 6:g}l6 6l-6 6l-6 -6z"/>'


def _place(x: float, y: float) -> tuple[float, float]:
    return round(LEFT + x * SIDE, 1), round(TOP + (1 - y) * SIDE, 1)


def _points(points: Points) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in (_place(*point) for point in points))


def _text(text: str) -> str:
    return escape("".join(each if each.isprintable() else " " for each in text))
