"""greenroom evaluate: how good the checks are on labelled comments, and which thresholds suit them."""

from pathlib import Path
from typing import Annotated

import typer

from moderation.terms import Preset

REPORT = Path("docs/detection.md")


def evaluate(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="One JSON object a line; '-' is standard input")
    ],
    presets: Annotated[
        list[Preset] | None, typer.Option("--preset", help="Judge by these rules; all by default")
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Judge by a site's rules, a JSON file, too")] = None,
    checks: Annotated[
        list[str] | None, typer.Option("--check", help="Show this check or family alone, with its worst mistakes")
    ] = None,
    label: Annotated[str, typer.Option("--label", metavar="FIELD", help="The field that holds the label")] = "label",
    positive: Annotated[
        list[str] | None, typer.Option("--positive", metavar="VALUE", help="Should not pass; '>=0.5' for numbers")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="FIELD", help="Also by the values of this field")] = None,
    max_held: Annotated[
        str, typer.Option("--max-held", metavar="PERCENT", help="Suggest thresholds that hold no more clean comments")
    ] = "0.5%",
    worst: Annotated[int, typer.Option("--worst", min=0, max=1_000, help="How many mistakes of each kind")] = 5,
    characters: Annotated[int, typer.Option("--characters", min=1, max=2_000, help="Cut texts to so many")] = 100,
    plots: Annotated[Path | None, typer.Option("--plots", metavar="DIR", help="Write the curves here, as SVG")] = None,
    report: Annotated[
        bool, typer.Option("--report", help=f"Write {REPORT} with its curves and the model cards")
    ] = False,
    report_to: Annotated[Path, typer.Option("--report-to", help="Where the report goes")] = REPORT,
    date: Annotated[str | None, typer.Option("--date", help="The date in the report; today by default")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure every check, and the verdicts under each preset, on comments that people have labelled.

    A line is an object like {"text": "...", "label": 1}: a text (or body) and a label. 1, true, spam, toxic, reject ...
    should not pass; 0, false, ham, clean, approve ... should. It may hold spans (positions of characters, or
    [start, end) pairs), id, and what a comment is submitted with (author_name, page_url, language ...). Figures come
    with the range they may be in (95 %).
    Nothing is learnt, nothing is stored. A line that cannot be used is said on standard error; the exit code is then 1.
    """
    from api.cli import evaluating

    wanted = evaluating.Wanted(label=label, positive=tuple(positive or ()), by=by)
    in_force = evaluating.rules_in_force(presets or list(Preset), rules)
    asked = evaluating.asked(checks or [], max_held)
    done = evaluating.run(files, wanted, in_force, asked, worst=worst, characters=characters)
    done.show(as_json=as_json, by_name=bool(checks))
    if plots:
        done.write_plots(plots)
    if report or report_to != REPORT:
        done.write_report(report_to, date)
    if done.scored.unreadable:
        raise typer.Exit(1)
