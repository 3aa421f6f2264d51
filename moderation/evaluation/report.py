"""The report: the figures of one run, the models' cards, whom errors harm, and what is not met. Quotes no comment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.checks import CHECKS, NAMES
from moderation.evaluation.cards import models, written
from moderation.evaluation.drawing import KINDS, drawable, picture
from moderation.evaluation.figures import CheckFigures, SetFigures
from moderation.evaluation.metrics import Interval, Rates
from moderation.evaluation.scoring import Scored


@dataclass(frozen=True, slots=True)
class Made:
    command: str
    date: str
    pictures: str  # the folder of the curves, beside the report


def write(scored: Scored, figures: Sequence[SetFigures], made: Made) -> str:
    """Markdown, wholly from this run, the files of the models, and what is written by hand."""
    parts = [
        "# Detection: what the checks find, and what they miss",
        f"Measured on {made.date}. This page is written by a command; do not edit it, run it again:",
        f"```\n{made.command}\n```",
        written("reading"),
        "## Figures",
        *_verdicts(figures),
        *(part for each in figures for part in _set(scored, each, made)),
        "## Limits",
        written("limits"),
        "## The checks, one by one",
        *_checks(),
        "## Model cards",
        *_cards(models()),
    ]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def share(figure: Interval | None) -> str:
    return f"{100 * figure.value:.1f} % ({100 * figure.low:.1f}-{100 * figure.high:.1f})" if figure else "-"


def area(figure: Interval | None) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})" if figure else "-"


def _verdicts(figures: Sequence[SetFigures]) -> Iterable[str]:
    yield "### Verdicts"
    yield _table(
        ("comments", "rows", "should not pass", "rules", "held of these", "clean held", "right among the held", "AUC"),
        (
            (found.name, found.rows, found.positives, preset, *_three(each.held), area(each.auc))
            for found in figures
            for preset, each in found.verdicts.items()
        ),
    )
    if any(each.rejected.found + each.rejected.disturbed for found in figures for each in found.verdicts.values()):
        yield "Of these, rejected without a person:"
        yield _table(
            (
                "comments",
                "rules",
                "rejected of those that should not pass",
                "clean rejected",
                "right among the rejected",
            ),
            (
                (found.name, preset, *_three(each.rejected))
                for found in figures
                for preset, each in found.verdicts.items()
                if each.rejected.found + each.rejected.disturbed
            ),
        )


def _three(rates: Rates) -> Sequence[str]:
    return share(rates.recall), share(rates.false_positives), share(rates.precision)


def _set(scored: Scored, found: SetFigures, made: Made) -> Iterable[str]:
    loud = [each for each in found.checks if each.fired or each.did_not_run]
    yield f"### {_cell(found.name)}"
    clean = found.rows - found.positives
    yield f"{found.rows} comments; {found.positives} should not pass, {clean} should."
    if loud:
        yield _table(_columns(scored, loud), (_row(scored, each, loud) for each in loud))
    silent = [each.check for each in found.checks if each not in loud]
    yield f"Nothing seen by: {', '.join(silent)}." if silent else ""
    if drawable(found):
        yield "\n".join(
            f"![{_cell(found.name)}: {kind}]({made.pictures}/{picture(found.name, kind)})" for kind in KINDS
        )
    if found.groups:
        yield from _groups(scored, found, loud)


def _columns(scored: Scored, loud: Sequence[CheckFigures]) -> Sequence[str]:
    within = [f"recall at {100 * float(most):g} % of clean held" for most in loud[0].recall_within]
    spans = ["span F1"] if any(each.span_f1 for each in loud) else []
    return (
        *("check", "AUC", "average precision", *within, *spans),
        *(f"found under {scored.reference}", "clean held", "did not run"),
    )


def _row(scored: Scored, each: CheckFigures, loud: Sequence[CheckFigures]) -> Sequence[Any]:
    spans = [area(each.span_f1)] if any(other.span_f1 for other in loud) else []
    rates = each.presets[scored.reference].rates
    return (
        *(each.check, area(each.auc), area(each.average_precision)),
        *(*map(share, each.recall_within.values()), *spans),
        *(share(rates.recall if rates else None), share(rates.false_positives if rates else None), each.did_not_run),
    )


def _groups(scored: Scored, found: SetFigures, loud: Sequence[CheckFigures]) -> Iterable[str]:
    yield f"By group, under {scored.reference}:"
    yield _table(
        ("group", "rows", "should not pass", "held of these", "clean held", *(f"mean {each.check}" for each in loud)),
        (
            (
                *(each.group, each.rows, each.positives, share(each.recall), share(each.false_positives)),
                *("-" if (mean := each.means[check.check]) is None else f"{mean:.4f}" for check in loud),
            )
            for each in found.groups
        ),
    )
    spreads = [f"{check} {spread:.4f}" for check, spread in found.between.items() if spread]
    yield f"Between the highest and the lowest group's mean: {', '.join(spreads)}." if spreads else ""


def _checks() -> Iterable[str]:
    """What is written by hand, once for a family."""
    families = list(dict.fromkeys(name.partition(".")[0] for name in NAMES))
    for family in families:
        members = [f"{each.name} {each.version}" for each in CHECKS if each.name.partition(".")[0] == family]
        yield f"### {family}"
        yield f"Versions: {', '.join(members)}."
        yield written(family) or "Nobody has written yet what this check is for and whom its errors harm."


def _cards(cards: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    if not cards:
        yield "No check uses a trained model."
    for file, card in cards.items():
        yield f"### {file}"
        yield "\n".join(_bullets(card, 0))


def _bullets(value: Mapping[str, Any], depth: int) -> Iterable[str]:
    """A card as nested points: what it is for first, then as it was written."""
    first = ("name", "version", "for", "what", "sources", "licences")
    for name in sorted(value, key=lambda name: first.index(name) if name in first else len(first)):
        each: Any = value[name]
        lead = f"{'  ' * depth}- {_cell(name.replace('_', ' '))}:"
        if isinstance(each, dict):
            yield lead
            yield from _bullets(each, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(each, list):
            yield lead
            for one in each:  # pyright: ignore[reportUnknownVariableType]
                yield f"{'  ' * (depth + 1)}- {_inline(one)}"
        else:
            yield f"{lead} {_inline(each)}"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_inline(each)}" for name, each in value.items())  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return ", ".join(_inline(each) for each in value)  # pyright: ignore[reportUnknownVariableType]
    return _cell(f"{value:.4g}" if isinstance(value, float) else str(value))


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(str(each)) for each in line)} |" for line in lines)


def _cell(text: str) -> str:
    """A file's name or a group's is a stranger's word: it must not become Markdown."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    for special in ("\\", "|", "[", "]", "<", ">", "`", "*"):
        shown = shown.replace(special, f"\\{special}")
    return shown
