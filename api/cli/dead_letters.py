"""greenroom dead-letters: comments that could not be screened; why, once more, or settled."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.say import USAGE, fail, plainly, result

dead_letters = typer.Typer(help="Comments that could not be screened.", no_args_is_help=True)

MOST_SHOWN = 1_000
Json = Annotated[bool, typer.Option("--json", help="For machines")]
Which = Annotated[list[UUID] | None, typer.Argument(help="Their ids, from 'list'")]


@dead_letters.command("list")
def listed(
    settled: Annotated[bool, typer.Option("--settled", help="Those that are closed, instead")] = False,
    json: Json = False,
) -> None:
    """The open ones, newest first: which comment, and why."""
    from moderation import deadletters
    from moderation.database import reading

    with plainly(), reading() as session:
        found = deadletters.listed(session, None, open_only=not settled, before=None, limit=MOST_SHOWN)
    rows: list[dict[str, Any]] = [
        {
            "id": str(each.id),
            "site": str(each.site_id),
            "comment": str(each.comment_id),
            "revision": each.revision,
            "why": each.why,
            "check": each.check_name,
            "at": each.at.isoformat(),
            "state": each.settled_as or "open",
        }
        for each in found
    ]
    if json:
        result(rows, as_json=True)
        return
    for row in rows:  # no table: it would cut the ids
        typer.echo(f"{row['id']}  {row['at'][:16]}  {row['state']}: {row['why']}, check: {row['check'] or 'not known'}")


@dead_letters.command("retry")
def retry(
    ids: Which = None,
    every: Annotated[bool, typer.Option("--all", help="All that can be")] = False,
    json: Json = False,
) -> None:
    """Screen these once more, with three fresh attempts: when what broke them is mended."""
    from moderation import audit, deadletters
    from moderation.database import clock, transaction

    def again(letter_id: UUID) -> None:
        with transaction() as session:
            deadletters.retry(session, None, letter_id, audit.OPERATOR, clock(session))

    result({"retried": _each(ids, again, every=every)}, as_json=json)


@dead_letters.command("settle")
def settle(ids: Which = None, json: Json = False) -> None:
    """Somebody has looked; the comments stay in their cases, for a moderator to decide."""
    from moderation import audit, deadletters
    from moderation.database import clock, transaction

    def done(letter_id: UUID) -> None:
        with transaction() as session:
            deadletters.settle(session, None, letter_id, audit.OPERATOR, clock(session))

    result({"settled": _each(ids, done, every=False)}, as_json=json)


def _each(ids: list[UUID] | None, act: Callable[[UUID], None], *, every: bool) -> int:
    """Do it to each; how many. With 'every', what cannot be (it was decided meanwhile) is left alone."""
    if bool(ids) == every:
        fail("name dead letters by their ids, or --all", USAGE)
    with plainly():
        if not ids:
            return _all(act)
        for each in ids:
            act(each)
    return len(ids)


def _all(act: Callable[[UUID], None]) -> int:
    from moderation import deadletters
    from moderation.database import reading
    from moderation.errors import LetterClosedError, NotRetryableError

    done, before = 0, None
    while True:
        with reading() as session:
            found = deadletters.listed(session, None, open_only=True, before=before, limit=MOST_SHOWN)
        for each in found:
            with suppress(LetterClosedError, NotRetryableError):
                act(each.id)
                done += 1
        if len(found) < MOST_SHOWN:
            return done
        before = found[-1].id
