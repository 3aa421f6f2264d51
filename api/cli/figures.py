"""Figures as tables for people: what is good, what each threshold does, what would be better, what went wrong."""

from collections.abc import Iterable, Sequence
from typing import Any

import typer

from api.cli.say import printable
from moderation.evaluation.figures import CheckFigures, SetFigures
from moderation.evaluation.metrics import Interval, Rates
from moderation.evaluation.mistakes import Mistake
from moderation.evaluation.scoring import VERDICT, Scored
from moderation.evaluation.thresholds import Suggestion

LEAST_WIDTH = 110  # columns, also where there is no terminal
SEEN = 0.00005  # what four decimals can show
NEAR_AN_END = 10  # per cent: there, a tenth matters
WHY_ALL = {"newcomer": ": no line says that its writer is known (author_approved)"}
CONCERN = " (2-3 rejected, 1-2 held, below 1 how near to it)"  # scoring.concern


def show(scored: Scored, files: Sequence[str], found: Sequence[SetFigures], named: Sequence[str]) -> None:
    """Every set; thresholds and mistakes over all of them. Named checks have their own mistakes shown."""
    last = found[-1]
    _summarise(scored, last)
    for each in found:
        _show_set(each)
    if last.groups:
        _show_groups(scored, last)
    _show_thresholds(last)
    _heading("Suggested thresholds")
    for check in _loud(last):
        if check.suggestion:
            typer.echo(suggested(check.check, check.suggestion))
    for name in named or [VERDICT]:
        worst = scored.worst[name]
        spoke = f"under {scored.reference}" if name == VERDICT else f"by {name}"
        scale = CONCERN if name == VERDICT else ""
        _show_mistakes(f"Clean, and the most suspected {spoke}{scale}", worst.disturbed(), files)
        _show_mistakes(f"Should not pass, and the least suspected {spoke}{scale}", worst.missed(), files)


def _summarise(scored: Scored, found: SetFigures) -> None:
    """What most want to know, before all tables."""
    held = found.verdicts[scored.reference].held
    typer.echo(
        f"Under {scored.reference}, {held.found} of the {found.positives} comments that should not pass are held or "
        f"rejected ({_per_cent(held.recall)}),\n"
        f"and {held.disturbed} of the {found.rows - found.positives} clean ones ({_per_cent(held.false_positives)})."
    )
    for check in found.checks:
        for preset, at in check.presets.items():
            if at.rates and at.rates.disturbed and not at.rates.missed + at.rates.passed:
                typer.echo(f"Under {preset}, '{check.check}' alone holds every comment{WHY_ALL.get(check.check, '')}.")


def _per_cent(figure: Interval | None) -> str:
    return "-" if figure is None else f"{100 * figure.value:.1f} %"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As say.table, with room for ranges; on a narrower terminal the lines go on below."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(printable(str(each))) for each in row))
    Console(width=max(Console().width, LEAST_WIDTH)).print(shown)


def share(figure: Interval | None) -> str:
    """A share in per cent with its range, as short as it can be read.

    >>> share(Interval(0.155, 0.122, 0.194)), share(Interval(0.002, 0.0, 0.012))
    ('15.5 (12-19)', '0.2 (0.0-1.2)')
    """
    if figure is None:
        return "-"
    low, high = 100 * figure.low, 100 * figure.high
    decimals = 1 if high < NEAR_AN_END or low > 100 - NEAR_AN_END else 0
    return f"{100 * figure.value:.1f} ({low:.{decimals}f}-{high:.{decimals}f})"


def area(figure: Interval | None) -> str:
    """A figure between 0 and 1 with its range.

    >>> area(Interval(0.985, 0.98, 1.0))
    '.985 (.980-1.000)'
    """
    if figure is None:
        return "-"
    value, low, high = (f"{each:.3f}".removeprefix("0") for each in (figure.value, figure.low, figure.high))
    return f"{value} ({low}-{high})"


def suggested(check: str, suggestion: Suggestion) -> str:
    """The sentence for whoever sets thresholds."""
    most = f"{100 * suggestion.most:g} %"
    if suggestion.hold_at is None or suggestion.rates is None:
        return (
            f"{check}: no threshold holds at most {most} of clean comments; leave hold_at out, or look at its mistakes."
        )
    does, held = suggestion.rates, suggestion.surely
    if does.recall and not does.found:
        return f"{check}: finds nothing at any threshold that holds at most {most} of clean comments."
    said = f"{check}: to hold at most {most} of clean comments set hold_at to {suggestion.hold_at:g}"
    said += f": held {does.disturbed} of {suggestion.clean} clean"
    said += f" (truly at most {100 * held.high:.2g} %)" if held else ""
    said += f", found {does.found} of {does.found + does.missed}" if does.recall else ""
    few = suggestion.most > 0 and suggestion.clean * suggestion.most < 1
    return f"{said}. Too few clean comments to be sure of {most}." if few else f"{said}."


def _heading(words: str) -> None:
    typer.echo(f"\n{printable(words)}\n{'-' * len(words)}")


def _loud(found: SetFigures) -> list[CheckFigures]:
    return [each for each in found.checks if each.fired or each.did_not_run]


def _show_set(found: SetFigures) -> None:
    clean = found.rows - found.positives
    _heading(f"{found.name}: {found.rows} comments, {found.positives} should not pass, {clean} should")
    table(
        ("verdict", "", "precision %", "recall %", "clean held %", "accuracy %", "by failure"),
        (
            (does, preset, *_three(each), share(each.accuracy), figures.did_not_run)
            for preset, figures in found.verdicts.items()
            for does, each in (("hold or reject", figures.held), ("reject", figures.rejected))
            if does != "reject" or each.found + each.disturbed
        ),
    )
    typer.echo("")
    table(
        ("ranking by", "AUC", "average precision", *_within(found), "span F1", "did not run"),
        [*_verdict_rankings(found), *_check_rankings(found)],
    )
    typer.echo("")
    table(
        ("check", "preset", "hold_at", "precision %", "recall %", "clean held %"),
        (
            (check.check, preset, f"{at.hold_at:g}", *_three(at.rates))
            for check in _loud(found)
            for preset, at in check.presets.items()
            if at.rates and at.hold_at is not None
        ),
    )
    silent = [each.check for each in found.checks if not each.fired and not each.did_not_run]
    if silent:
        typer.echo(f"Nothing seen by: {', '.join(silent)}.")


def _three(rates: Rates) -> Sequence[str]:
    return share(rates.precision), share(rates.recall), share(rates.false_positives)


def _used(check: CheckFigures, threshold: float) -> str:
    return ", ".join(preset for preset, at in check.presets.items() if at.hold_at == threshold)


def _within(found: SetFigures) -> Iterable[str]:
    return [f"recall % at {100 * float(most):g} %" for most in found.checks[0].recall_within]


def _verdict_rankings(found: SetFigures) -> Iterable[Sequence[str]]:
    for preset, each in found.verdicts.items():
        blank = [""] * len(found.checks[0].recall_within)
        areas = area(each.auc), area(each.average_precision)
        yield (f"verdict, {preset}", *areas, *blank, area(each.span_f1), "")


def _check_rankings(found: SetFigures) -> Iterable[Sequence[str]]:
    for each in _loud(found):
        recalls = [share(figure) for figure in each.recall_within.values()]
        yield (
            *(each.check, area(each.auc), area(each.average_precision), *recalls),
            *(area(each.span_f1), str(each.did_not_run or "")),
        )


def _show_groups(scored: Scored, found: SetFigures) -> None:
    _heading(f"{found.name}, by group: the verdict under {scored.reference}")
    table(
        ("group", "comments", "should not pass", "recall %", "clean held %"),
        (
            (each.group, each.rows, each.positives, share(each.recall), share(each.false_positives))
            for each in found.groups
        ),
    )
    loud = [each.check for each in _loud(found)]
    alike = [check for check in loud if found.between.get(check, 0.0) < SEEN]
    for check in loud:
        if check in alike:
            continue
        _heading(f"{check}, by group: {found.between[check]:.4f} between the highest and the lowest mean")
        table(
            ("group", "mean score", "spread", "recall"),
            (
                (each.group, *(_plain(of.get(check)) for of in (each.means, each.spreads, each.recalls)))
                for each in found.groups
            ),
        )
    if alike:
        typer.echo(f"\nThe same in every group: {', '.join(alike)}.")


def _plain(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.4f}"


def _show_thresholds(found: SetFigures) -> None:
    for check in _loud(found):
        _heading(f"{check.check}, by threshold ({found.name})")
        table(
            ("hold_at", "precision %", "recall %", "clean held %", "all held %", ""),
            (
                (f"{row.threshold:g}", *_three(row.rates), share(row.rates.held), _used(check, row.threshold))
                for row in check.thresholds
            ),
        )


def _show_mistakes(title: str, mistakes: Sequence[Mistake], files: Sequence[str]) -> None:
    if not mistakes:
        return
    _heading(title)
    table(
        ("score", "where", "id", "because of", "text"),
        (
            (
                f"{each.score:.3f}",
                f"{files[each.file]}:{each.line}",
                each.id or "",
                ", ".join(each.because),
                each.excerpt,
            )
            for each in mistakes
        ),
    )
