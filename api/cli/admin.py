"""greenroom site, key, moderator: who may come in."""

from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.say import plainly, result, table
from moderation.terms import HeldAs, Preset, Role

site = typer.Typer(help="Sites.", no_args_is_help=True)
key = typer.Typer()
moderator = typer.Typer(help="Moderators, their roles, tokens and sign-in links.", no_args_is_help=True)

DESK = "http://127.0.0.1:8000"  # where it is if nobody says otherwise
Json = Annotated[bool, typer.Option("--json", help="For machines")]
HeldAsOption = Annotated[HeldAs, typer.Option(help="What an Akismet client hears of a held comment")]
AtSite = Annotated[str | None, typer.Option("--site", help="Its id or name; without it, every site")]


@site.command("create")
def create_site(
    name: str,
    preset: Annotated[Preset, typer.Option(help="The rules it starts with")] = Preset.STANDARD,
    json: Json = False,
) -> None:
    """Make a site and its first key."""
    from moderation import people
    from moderation.database import clock, transaction

    with plainly(), transaction() as session:
        made = people.make_site(session, name, "command line", clock(session), preset)
        _, secret = people.make_key(session, made.id, "first", clock(session))
    result({"site": str(made.id), "name": name, "key": secret}, as_json=json)


@site.command("coral")
def coral(
    at: Annotated[str, typer.Option("--site", help="Its id or name")],
    secret: Annotated[str, typer.Option(help="Coral's signing secret", prompt=True, hide_input=True)],
    json: Json = False,
) -> None:
    """Let a Coral ask here before it publishes: where it shall ask, once it has told its signing secret."""
    from moderation import people
    from moderation.database import clock, transaction
    from moderation.models import CoralPhase
    from moderation.settings import settings

    if not 16 <= len(secret) <= 200:  # noqa: PLR2004 - characters; Coral's have 70
        raise typer.BadParameter("a signing secret has 16 to 200 characters")
    with plainly(), transaction() as session:
        home = people.find_site(session, at)
        kept = session.get(CoralPhase, home.id) or CoralPhase(site_id=home.id, secret=secret, created_at=clock(session))
        kept.secret = secret
        session.add(kept)
        base = (settings().public_url or "http://127.0.0.1:8000").rstrip("/")
        address = f"{base}/integrations/coral/phase?site={home.id}&timeout=1000"
    result({"url": address, "timeout": "1000 ms, body format: HTML or plain text"}, as_json=json)


@site.command("list")
def list_sites(json: Json = False) -> None:
    """All sites."""
    from sqlmodel import col, select

    from moderation.database import reading
    from moderation.models import Site

    with plainly(), reading() as session:
        found = session.exec(select(Site).order_by(col(Site.name))).all()
    if json:
        result([{"site": str(each.id), "name": each.name} for each in found], as_json=True)
    else:
        table(("site", "name", "rules"), [(each.id, each.name, f"version {each.rules_version}") for each in found])


@key.callback(invoke_without_command=True)
def any_key(
    context: typer.Context,
    akismet: Annotated[bool, typer.Option("--akismet", help="Make a key for software that speaks Akismet")] = False,
    at: Annotated[str, typer.Option("--site", help="Its id or name")] = "",
    held_as: HeldAsOption = HeldAs.PENDING,
    json: Json = False,
) -> None:
    """Site keys: shown once, revocable."""
    if context.invoked_subcommand:
        return
    if not akismet or not at:
        raise typer.BadParameter("say --akismet and --site, or one of the commands: see --help")
    create_key(at=at, akismet=True, held_as=held_as, json=json)


@key.command("create")
def create_key(
    at: Annotated[str, typer.Option("--site", help="Its id or name")],
    label: str = "",
    akismet: Annotated[bool, typer.Option("--akismet", help="For what speaks Akismet: twelve characters")] = False,
    held_as: HeldAsOption = HeldAs.PENDING,
    json: Json = False,
) -> None:
    """Make a key; it is shown now and never again."""
    from moderation import akismet as protocol
    from moderation import people
    from moderation.database import clock, transaction

    with plainly(), transaction() as session:
        home = people.find_site(session, at)
        if akismet:
            made, secret = protocol.make_key(session, home, held_as, clock(session))
        else:
            made, secret = people.make_key(session, home.id, label, clock(session))
    result({"id": str(made.id), "key": secret}, as_json=json)


@key.command("list")
def list_keys(at: Annotated[str, typer.Option("--site", help="Its id or name")], json: Json = False) -> None:
    """A site's keys, by their last characters."""
    from sqlmodel import select

    from moderation import people
    from moderation.database import reading
    from moderation.models import SiteKey

    with plainly(), reading() as session:
        home = people.find_site(session, at)
        found = session.exec(select(SiteKey).where(SiteKey.site_id == home.id)).all()
    rows: list[dict[str, Any]] = [
        {"id": str(each.id), "label": each.label, "hint": each.hint, "revoked": each.revoked_at is not None}
        for each in found
    ]
    if json:
        result(rows, as_json=True)
    else:
        table(("id", "label", "ends in", "revoked"), [tuple(each.values()) for each in rows])


@key.command("revoke")
def revoke_key(key_id: UUID, at: Annotated[str, typer.Option("--site")], json: Json = False) -> None:
    """Refuse a key, everywhere within five seconds."""
    from moderation import people
    from moderation.database import clock, transaction

    with plainly(), transaction() as session:
        people.revoke_key(session, people.find_site(session, at).id, key_id, clock(session))
    result({"revoked": str(key_id)}, as_json=json)


@moderator.command("create")
def create_moderator(
    name: str,
    role: Annotated[Role, typer.Option(help="What they may do")] = Role.MODERATOR,
    at: AtSite = None,
    json: Json = False,
) -> None:
    """Make a moderator with a personal token for the API."""
    from moderation import people
    from moderation.database import clock, transaction

    with plainly(), transaction() as session:
        home = people.find_site(session, at).id if at else None
        made = people.make_moderator(session, name, role, home, clock(session))
        _, secret = people.make_token(session, made.id, "first", clock(session))
    result({"moderator": str(made.id), "name": name, "role": role.value, "token": secret}, as_json=json)


@moderator.command("list")
def list_moderators(json: Json = False) -> None:
    """All moderators and their roles."""
    from sqlmodel import col, select

    from moderation.database import reading
    from moderation.models import Membership, Moderator, Site

    with plainly(), reading() as session:
        found = session.exec(select(Moderator).order_by(col(Moderator.name))).all()
        names = {each.id: each.name for each in session.exec(select(Site)).all()}
        held = session.exec(select(Membership)).all()
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "roles": [
                f"{row.role} on {names[row.site_id] if row.site_id else 'every site'}"
                for row in held
                if row.moderator_id == each.id
            ],
            "disabled": each.disabled_at is not None,
        }
        for each in found
    ]
    if json:
        result(rows, as_json=True)
    else:
        table(("name", "roles", "disabled"), [(r["name"], ", ".join(r["roles"]), r["disabled"]) for r in rows])


@moderator.command("role")
def set_role(
    name: str,
    role: Annotated[str, typer.Argument(help="moderator, lead, admin, operator, or none")],
    at: AtSite = None,
    json: Json = False,
) -> None:
    """Give a moderator a role, or take it away with 'none'."""
    from moderation import people
    from moderation.database import transaction

    if role != "none" and role not in set(Role):
        raise typer.BadParameter(f"'{role}' is none of {', '.join(Role)}, none")
    with plainly(), transaction() as session:
        home = people.find_site(session, at).id if at else None
        who = people.find_moderator(session, name)
        people.give_role(session, who.id, None if role == "none" else Role(role), home)
    result({"name": name, "role": role}, as_json=json)


@moderator.command("token")
def create_token(name: str, label: str = "", json: Json = False) -> None:
    """Make a personal token; it is shown now and never again."""
    from moderation import people
    from moderation.database import clock, transaction

    with plainly(), transaction() as session:
        made, secret = people.make_token(session, people.find_moderator(session, name).id, label, clock(session))
    result({"id": str(made.id), "token": secret}, as_json=json)


@moderator.command("invite")
def invite(
    name: str,
    role: Annotated[Role, typer.Option(help="For somebody new")] = Role.MODERATOR,
    at: AtSite = None,
    url: Annotated[str, typer.Option(help="Where the desk is reached")] = "",
    json: Json = False,
) -> None:
    """A link that signs in once, within a day, without password and code. Makes the moderator if there is none."""
    from api.cli import firstrun
    from moderation import people
    from moderation.database import clock, transaction
    from moderation.errors import NotFoundError
    from moderation.settings import settings

    base = (url or settings().public_url or firstrun.last_said(settings().data).get("url") or DESK).rstrip("/")
    with plainly(), transaction() as session:
        try:
            who = people.find_moderator(session, name)
        except NotFoundError:
            home = people.find_site(session, at).id if at else None
            who = people.make_moderator(session, name, role, home, clock(session))
        secret = people.invite(session, who.id, clock(session))
    result({"name": name, "link": f"{base}/desk/sign-in?link={secret}"}, as_json=json)


@moderator.command("disable")
def disable(name: str, json: Json = False) -> None:
    """End a moderator's tokens and sessions; what they decided stays."""
    from moderation import people
    from moderation.database import clock, transaction

    with plainly(), transaction() as session:
        people.disable(session, people.find_moderator(session, name), clock(session))
    result({"disabled": name}, as_json=json)


@moderator.command("enable")
def enable(name: str, json: Json = False) -> None:
    """Let a disabled moderator come in again; tokens and sessions of before stay ended."""
    from moderation import people
    from moderation.database import transaction

    with plainly(), transaction() as session:
        people.enable(session, people.find_moderator(session, name))
    result({"enabled": name}, as_json=json)
