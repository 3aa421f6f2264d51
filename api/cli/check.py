"""greenroom check: look and judge without any engine running."""

from typing import Annotated

import typer

from moderation.terms import Preset


def check(
    file: Annotated[str, typer.Argument(help="JSON Lines of {id, body, ...}; '-' is standard input")] = "-",
    rules: Annotated[Preset, typer.Option("--preset", help="Judge by these rules")] = Preset.STANDARD,
) -> None:
    """Write one JSON line for each line read: {id, verdict, because, signals}.

    Besides id and body a line may hold author_id, author_name, author_email, author_url, page_url, ip, honeypot,
    language, typed_for_seconds, author_approved, author_rejected. A line that cannot be read is answered with
    {id: null, error, line}, and the exit code is then 1.
    """
    from api.cli import lines

    if lines.check(file, rules):
        raise typer.Exit(1)
