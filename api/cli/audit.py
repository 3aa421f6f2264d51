"""greenroom audit verify: whether the trail holds, from its first event to its last."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.say import USAGE, WRONG, fail, plainly, printable, progress, result

if TYPE_CHECKING:
    from uuid import UUID

    from moderation.chain import Walk
    from moderation.crosscheck import Odd

audit = typer.Typer(help="The audit trail: every change, sealed in a chain for each site.", no_args_is_help=True)


@dataclass(frozen=True)
class Found:
    """What came of one site."""

    name: str
    walk: "Walk"
    odd: "Odd | None"  # the first
    now: datetime

    @property
    def holds(self) -> bool:
        return self.walk.holds(self.now) and self.odd is None


@audit.callback()
def _audit() -> None:
    """One command so far, but called by its name."""


@audit.command("verify")
def verify(
    at: Annotated[str | None, typer.Option("--site", help="Its id or name; without it, every site")] = None,
    expect: Annotated[str | None, typer.Option(help="An end that was printed before: it must be in the chain")] = None,
    json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Follow each site's chain to its end, and compare its events with what they tell of.

    Exit code 1, and the first broken row, when one was changed, removed or put in. Prints how many events there are and
    the hash of the last: kept elsewhere, it shows later (--expect) that nobody has made the chain anew.
    """
    if expect and not at:
        fail("--expect is the end of one site's chain: give --site too", USAGE)
    with plainly():
        found = [_verified(site_id, name, expect) for site_id, name in _sites(at)]
    if json:
        result({"ok": all(each.holds for each in found), "sites": [_shown(each) for each in found]}, as_json=True)
    else:
        for each in found:  # no table: it would cut the hashes
            typer.echo(f"{printable(each.name)}: {_said(each)}")
            typer.echo(f"  {each.walk.seq} events, {each.walk.unsealed} more not sealed yet. The last one's hash:")
            typer.echo(f"  {each.walk.hash or '-'}")
    if not all(each.holds for each in found):
        raise typer.Exit(WRONG)


def _sites(named: str | None) -> "list[tuple[UUID, str]]":
    from sqlmodel import col, select

    from moderation import people
    from moderation.database import reading
    from moderation.models import Site

    with reading() as session:
        if named:
            site = people.find_site(session, named)
            return [(site.id, site.name)]
        return [(each.id, each.name) for each in session.exec(select(Site).order_by(col(Site.name)))]


def _verified(site_id: "UUID", name: str, expected: str | None) -> Found:
    """A look at the database for each part, so that a chain of millions holds nobody up."""
    from moderation import chain
    from moderation.database import clock, reading

    with reading() as session:
        walk = chain.set_out(session, site_id, expected)
    with progress(name, walk.count) as advance:
        while not walk.over:
            before = walk.seq
            with reading() as session:
                walk = chain.go_on(session, walk)
            advance(walk.seq - before)
    with reading() as session:
        now = clock(session)
    return Found(name, walk, _first_odd(site_id), now)


def _first_odd(site_id: "UUID") -> "Odd | None":
    from moderation import crosscheck
    from moderation.database import snapshot

    odd, after = [], None
    while not odd:
        with snapshot() as session:
            odd, after = crosscheck.compare(session, site_id, after)
        if after is None:
            break
    return odd[0] if odd else None


def _said(found: Found) -> str:
    walk = found.walk
    if walk.broken:
        return f"BROKEN at {walk.broken.seq}, event {walk.broken.event_id or '-'}: {walk.broken.why}"
    if found.odd:
        return f"ODD: {found.odd}"
    if walk.expected and not walk.met:
        return "BROKEN: the expected end is not in this chain"
    if not found.holds:
        return f"NOT SEALED since {walk.unsealed_since}: is 'greenroom beat' running?"
    return "holds"


def _shown(found: Found) -> dict[str, Any]:
    walk, broken = found.walk, found.walk.broken
    row = str(broken.event_id) if broken and broken.event_id else None
    return {
        "site": str(walk.site_id),
        "name": found.name,
        "ok": found.holds,
        "count": walk.seq,
        "head": walk.hash,
        "broken": {"seq": broken.seq, "event_id": row, "why": broken.why} if broken else None,
        "odd": str(found.odd) if found.odd else None,
        "expected": walk.met if walk.expected else None,
        "unsealed": walk.unsealed,
        "unsealed_since": walk.unsealed_since.isoformat() if walk.unsealed_since else None,
    }
