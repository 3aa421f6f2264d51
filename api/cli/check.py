"""greenroom check: look and judge without any engine running."""

from typing import Annotated

import typer

from moderation.terms import Preset


def check(
    file: Annotated[
        str, typer.Argument(help='One JSON object a line, like {"id": 1, "body": "..."}; - is standard input')
    ] = "-",
    preset: Annotated[Preset, typer.Option(help="Judge by these rules")] = Preset.STANDARD,
    rules: Annotated[
        str | None, typer.Option(help="... overlaid with a JSON file, as PUT /v1/sites/{id}/rules takes it")
    ] = None,
) -> None:
    """Write one JSON line for each line read, in order: {id, verdict, because, signals}.

    Besides id and body (or text) a line may hold author_id, author_name, author_email, author_url, page_url,
    page_title, protected_names, ip, honeypot, language, typed_for_seconds, author_approved, author_rejected. The lines
    are one site's comments, in order. A line that cannot be read, an empty one too, is answered with
    {id, error, line}, and the exit code is then 1. What counts is a signal's score times its weight.
    """
    from api.cli import lines

    if lines.check(file, lines.rules(preset, rules)):
        raise typer.Exit(1)
