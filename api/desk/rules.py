"""The rules page: what a site's checks may do, tried on its latest comments before it is saved, with every version."""

from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlmodel import Session

from api.desk import render, rules_changes, rules_form
from api.desk.access import OURS, ALead
from api.desk.rules_form import Fields
from api.routes.admin import RULES_BYTES
from moderation import casework, people, rulebook, whatif
from moderation.checks import NAMES, SAYS
from moderation.database import clock, reading, transaction
from moderation.errors import RulesInvalidError
from moderation.models import RulesVersion, Site
from moderation.people import ADMINS, LEADS, Person
from moderation.policy import MAY_REJECT
from moderation.presets import preset, rules_from
from moderation.rules import Rules
from moderation.terms import Mode, OnFailure, Preset

router = APIRouter(prefix="/desk", include_in_schema=False)

SEE_OTHER = 303
LAST_VERSION = 2**31 - 1  # that a database can be asked for
CONFLICT, INVALID = 409, 422
MOST_VERSIONS = 30  # shown at once
MOST_CHANGES = 20  # of one version, shown
SAID = {"saved": "Saved: these rules are in force.", "back": "These rules are in force again."}


class _StaleError(Exception):
    """Somebody has saved other rules meanwhile: nothing is changed."""


@dataclass(frozen=True, slots=True)
class Version:
    """A line of the history."""

    row: RulesVersion
    changes: list[str]
    more: int  # changes that are not shown


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in the form besides the rules in force, and what is said about it."""

    typed: Fields | None = None
    wrong: str = ""
    mistakes: dict[str, str] = field(default_factory=dict[str, str])
    outlook: whatif.Outlook | None = None
    based_on: int | None = None  # the version that was changed, when it is not in force any more
    said: str = ""
    status: int = 200
    before: int | None = None  # the versions shown are older than this one


async def _typed(request: Request) -> Fields:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Typed = Annotated[Fields, Depends(_typed)]
Versioned = Annotated[int, Form(ge=0, le=LAST_VERSION)]
Before = Annotated[int | None, Query(ge=0, le=LAST_VERSION)]


@router.get("/rules")
def list_sites(request: Request, me: ALead) -> Response:
    """Whose rules one may see; with one site, its rules."""
    with reading() as session:
        sites = casework.sites_of(session, me.sites(LEADS))
    if len(sites) == 1:
        return RedirectResponse(f"/desk/rules/{sites[0].id}", SEE_OTHER, render.headers())
    return render.page(request, "rules_sites.html", sites=sites)


@router.get("/rules/{site_id}")
def show_rules(
    request: Request, me: ALead, site_id: UUID, start: str = "", said: str = "", before: Before = None
) -> Response:
    """The rules in force, or a preset to start from, which is not saved yet."""
    me.must(LEADS, site_id)
    chosen = render.one_of(Preset, start)
    if chosen is None:
        return _page(request, me, site_id, Shown(said=SAID.get(said, ""), before=before))
    with reading() as session:
        now_in_force = _in_force(session, site_id)[2]
    base = preset(chosen)
    started = now_in_force.model_copy(update={"preset": chosen, "checks": base.checks, "limits": base.limits})
    told = f"The form starts from {chosen} now; your lists are kept. Nothing is saved yet."
    return _page(request, me, site_id, Shown(rules_form.fields_of(started), said=told))


@router.post("/rules/{site_id}", dependencies=[OURS], max_body_size=RULES_BYTES)
def change_rules(
    request: Request,
    me: ALead,
    site_id: UUID,
    typed: Typed,
    version: Versioned,
    do: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Save, or try on the latest comments; what was typed stays, whatever comes of it."""
    me.must(LEADS, site_id)
    document = rules_form.document_of(typed)
    try:
        rules = rules_from(document)
        if do != "save":
            return _page(request, me, site_id, Shown(typed, outlook=_outlook(site_id, rules), based_on=version))
        me.must(ADMINS, site_id)
        _save(me, site_id, document, version)
    except (ValidationError, RulesInvalidError) as broken:
        found = rules_form.mistakes(broken)
        wrong = " ".join(["Nothing is saved.", found.get("", "What is wrong stands beside its field.")])
        return _page(request, me, site_id, Shown(typed, wrong, found, based_on=version, status=INVALID))
    except _StaleError:
        wrong = "Nothing is saved: somebody has saved other rules since you opened this page."
        return _page(request, me, site_id, Shown(typed, wrong, based_on=version, status=CONFLICT))
    return RedirectResponse(f"/desk/rules/{site_id}?said=saved", SEE_OTHER, render.headers())


@router.post("/rules/{site_id}/back", dependencies=[OURS])
def go_back(request: Request, me: ALead, site_id: UUID, to: Versioned, version: Versioned) -> Response:
    """An earlier version's rules, as a new version."""
    me.must(ADMINS, site_id)
    with reading() as session:
        people.find_site(session, str(site_id))
        earlier = rulebook.version(session, site_id, to)
    if earlier is None:
        return _page(request, me, site_id, Shown(wrong="There is no such version.", status=404))
    try:
        _save(me, site_id, earlier.document, version)
    except (ValidationError, RulesInvalidError):
        wrong = f"Version {to} cannot be put in force any more: its checks are not those of today."
        return _page(request, me, site_id, Shown(wrong=wrong, status=INVALID))
    except _StaleError:
        wrong = "Nothing is changed: somebody has saved other rules since you opened this page."
        return _page(request, me, site_id, Shown(wrong=wrong, status=CONFLICT))
    return RedirectResponse(f"/desk/rules/{site_id}?said=back", SEE_OTHER, render.headers())


def _save(me: Person, site_id: UUID, document: dict[str, Any], based_on: int) -> None:
    with transaction() as session:
        made = rulebook.change(session, site_id, document, me.name, clock(session))
        if made.version != based_on + 1:  # it holds the site's row: nobody can come in between
            raise _StaleError


def _outlook(site_id: UUID, rules: Rules) -> whatif.Outlook:
    with reading() as session:
        before = _in_force(session, site_id)[2]
        known = whatif.latest(session, site_id, before, clock(session))
        ids = whatif.external_ids(session, known)
    return whatif.compare(known, before, rules, ids)


def _in_force(session: Session, site_id: UUID) -> tuple[Site, int, Rules]:
    site = people.find_site(session, str(site_id))
    version, rules = rulebook.current(session, [site_id])[site_id]
    return site, version, rules


def _page(request: Request, me: Person, site_id: UUID, shown: Shown) -> Response:
    with reading() as session:
        site, version, rules = _in_force(session, site_id)
        versions = rulebook.versions(session, site_id, before=shown.before, most=MOST_VERSIONS + 1)
        stale = shown.based_on is not None and shown.based_on != version
        theirs = _since(session, site_id, shown.based_on, rules) if stale else []
    return render.page(
        request,
        "rules.html",
        shown.status,
        site=site,
        version=version,
        fields=shown.typed or rules_form.fields_of(rules),
        shown=shown,
        theirs=theirs,
        mine=_mine(shown.typed, rules) if stale or shown.outlook else [],
        stale=stale,
        history=_history(versions),
        older=versions[MOST_VERSIONS - 1].version if len(versions) > MOST_VERSIONS else None,
        may_save=me.may(ADMINS, site_id),
        checks=NAMES,
        says=SAYS,
        rejecting=MAY_REJECT,
        modes=list(Mode),
        failing={OnFailure.HOLD: "hold", OnFailure.IGNORE: "ignore"},
        presets=list(Preset),
        limits=rules_form.LIMITS,
        lists=rules_changes.LISTS,
        whats=rules_changes.WHATS,
    )


def _since(session: Session, site_id: UUID, based_on: int | None, rules: Rules) -> list[str]:
    """What others have changed since a version."""
    base = rulebook.version(session, site_id, based_on or 0)
    return rules_changes.changes(Rules.model_validate(base.document), rules)[:MOST_CHANGES] if base else []


def _mine(typed: Fields | None, rules: Rules) -> list[str]:
    """What saving the form would change now."""
    try:
        return rules_changes.changes(rules, rules_from(rules_form.document_of(typed or {})))[:MOST_CHANGES]
    except (ValidationError, RulesInvalidError):
        return []


def _history(versions: list[RulesVersion]) -> list[Version]:
    rules = [Rules.model_validate(each.document) for each in versions]
    made: list[Version] = []
    for number, row in enumerate(versions[:MOST_VERSIONS]):
        found = rules_changes.changes(rules[number + 1], rules[number]) if number + 1 < len(rules) else []
        made.append(Version(row, found[:MOST_CHANGES], max(0, len(found) - MOST_CHANGES)))
    return made
