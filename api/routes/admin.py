"""For admins: sites, keys, rules, moderators and their roles."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlmodel import col, select

from api import fields, guests, shapes
from api.guests import TAKES_TOKEN, APerson
from moderation import people, rulebook
from moderation.checks import run
from moderation.checks.signal import Facts, signal_document
from moderation.database import clock, reading, transaction
from moderation.errors import RulesInvalidError
from moderation.models import Membership, Moderator, ModeratorToken, Site, SiteKey
from moderation.people import ADMINS, Person
from moderation.policy import judge, verdict_document
from moderation.presets import rules_from
from moderation.rules import Rules
from moderation.terms import Preset, Role

router = APIRouter(tags=["administration"], dependencies=[TAKES_TOKEN])
RULES_BYTES = 4 * 1024 * 1024

Called = Annotated[fields.Storable, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteIn(_In):
    name: Called
    preset: Preset = Preset.STANDARD


class LabelIn(_In):
    label: Annotated[fields.Storable, StringConstraints(max_length=100)] = ""


class ModeratorIn(_In):
    name: Called
    role: Role
    site: UUID | None = Field(default=None, description="Without it, the role is theirs on every site")


class RoleIn(_In):
    role: Role | None = Field(description="null takes it away")
    site: UUID | None = None


class PreviewIn(_In):
    rules: dict[str, Any]
    comment: shapes.CommentIn


@router.get("/v1/sites", operation_id="listSites")
def list_sites(person: APerson) -> dict[str, Any]:
    """Those you have a role for, by name."""
    with reading() as session:
        found = session.exec(select(Site).order_by(col(Site.name))).all()
    return {"items": [_site(each) for each in found if person.may(set(Role), each.id)], "next": None}


@router.post("/v1/sites", operation_id="makeSite", status_code=201)
def make_site(person: APerson, sent: SiteIn) -> dict[str, Any]:
    """Its rules are the preset's until they are changed. Only for administrators of every site."""
    person.must_everywhere(ADMINS)
    with transaction() as session:
        return _site(people.make_site(session, sent.name, person.name, clock(session), sent.preset))


@router.get("/v1/sites/{site_id}", operation_id="getSite")
def get_site(person: APerson, site_id: UUID) -> dict[str, Any]:
    """Its name, and the version of its rules."""
    person.must(set(Role), site_id)
    with reading() as session:
        return _site(people.find_site(session, str(site_id)))


@router.get("/v1/sites/{site_id}/keys", operation_id="listKeys")
def list_keys(person: APerson, site_id: UUID) -> dict[str, Any]:
    """In the order they were made, with their last characters; never the keys themselves."""
    person.must(ADMINS, site_id)
    with reading() as session:
        people.find_site(session, str(site_id))
        found = session.exec(select(SiteKey).where(SiteKey.site_id == site_id).order_by(col(SiteKey.id))).all()
    return {"items": [_key(each) for each in found], "next": None}


@router.post("/v1/sites/{site_id}/keys", operation_id="makeKey", status_code=201)
def make_key(person: APerson, site_id: UUID, sent: LabelIn | None = None) -> dict[str, Any]:
    """The key is in this answer and never shown again."""
    person.must(ADMINS, site_id)
    with transaction() as session:
        people.find_site(session, str(site_id))
        key, secret = people.make_key(session, site_id, sent.label if sent else "", clock(session))
    return _key(key) | {"key": secret}


@router.delete("/v1/sites/{site_id}/keys/{key_id}", operation_id="revokeKey", status_code=204)
def revoke_key(person: APerson, site_id: UUID, key_id: UUID) -> None:
    """Refused everywhere within five seconds."""
    person.must(ADMINS, site_id)
    with transaction() as session:
        people.revoke_key(session, site_id, key_id, clock(session))
    guests.forget()


@router.get("/v1/sites/{site_id}/rules", operation_id="getRules")
def get_rules(person: APerson, site_id: UUID, response: Response) -> dict[str, Any]:
    """As they are applied, with their version, which is also the ETag."""
    person.must(set(Role), site_id)
    with reading() as session:
        people.find_site(session, str(site_id))
        version, rules = rulebook.current(session, [site_id])[site_id]
    response.headers["ETag"] = f'"{version}"'
    return {"version": version, "rules": rules.model_dump(mode="json")}


@router.put("/v1/sites/{site_id}/rules", operation_id="setRules", max_body_size=RULES_BYTES)
def set_rules(person: APerson, site_id: UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """A preset and what differs from it. A new version; earlier ones are kept."""
    person.must(ADMINS, site_id)
    with transaction() as session:
        made = rulebook.change(session, site_id, sent, person.name, clock(session))
    return {"version": made.version, "rules": made.document}


@router.get("/v1/sites/{site_id}/rules/versions", operation_id="listRules")
def list_rules(person: APerson, site_id: UUID) -> dict[str, Any]:
    """Every version with who made it and when; nothing is lost by a change."""
    person.must(ADMINS, site_id)
    with reading() as session:
        people.find_site(session, str(site_id))
        found = rulebook.versions(session, site_id)
    items = [
        {"version": each.version, "by": each.by, "at": shapes.moment(each.at), "rules": each.document} for each in found
    ]
    return {"items": items, "next": None}


@router.post("/v1/sites/{site_id}/rules/preview", operation_id="previewRules", max_body_size=RULES_BYTES)
def preview_rules(person: APerson, site_id: UUID, sent: PreviewIn) -> dict[str, Any]:
    """What these rules would make of this comment, by an author nobody knows. Nothing is stored."""
    person.must(ADMINS, site_id)
    with reading() as session:
        people.find_site(session, str(site_id))
    rules, comment = _previewed(sent.rules), sent.comment
    facts = Facts(
        id=comment.external_id,
        body=comment.body,
        rules=rules,
        author_id=comment.author.id,
        author_name=comment.author.name,
        author_email=comment.author.email,
        author_url=comment.author.url,
        page_url=comment.page.url,
        ip=str(comment.ip) if comment.ip else None,
        typed_for_seconds=comment.typed_for_seconds,
        honeypot=comment.honeypot,
    )
    signals = run(facts)
    verdict = judge(signals, rules, sensitive=rules.sensitive(comment.page.url))
    return {"verdict": verdict_document(verdict), "signals": [signal_document(each) for each in signals]}


@router.get("/v1/moderators", operation_id="listModerators")
def list_moderators(person: APerson) -> dict[str, Any]:
    """Those with a role for a site that you administer, by name."""
    person.must(ADMINS)
    with reading() as session:
        found = session.exec(select(Moderator).order_by(col(Moderator.name))).all()
        held = session.exec(select(Membership)).all()
    roles = {each.id: [row for row in held if row.moderator_id == each.id] for each in found}
    visible = [each for each in found if any(_administers(person, row.site_id) for row in roles[each.id])]
    return {"items": [_moderator(each, roles[each.id]) for each in visible], "next": None}


@router.post("/v1/moderators", operation_id="makeModerator", status_code=201)
def make_moderator(person: APerson, sent: ModeratorIn) -> dict[str, Any]:
    """A person with a role, for one site or for every site; a token or an invitation lets them in."""
    _must_administer(person, sent.site)
    with transaction() as session:
        if sent.site:
            people.find_site(session, str(sent.site))
        made = people.make_moderator(session, sent.name, sent.role, sent.site, clock(session))
        return _moderator(made, session.exec(select(Membership).where(Membership.moderator_id == made.id)).all())


@router.put("/v1/moderators/{moderator_id}/roles", operation_id="setRole", status_code=204)
def set_role(person: APerson, moderator_id: UUID, sent: RoleIn) -> None:
    """Their role from now on, for one site or for every site."""
    _must_administer(person, sent.site)
    with transaction() as session:
        if sent.site:
            people.find_site(session, str(sent.site))
        people.give_role(session, people.find_moderator(session, str(moderator_id)).id, sent.role, sent.site)
    guests.forget()


@router.post("/v1/moderators/{moderator_id}/tokens", operation_id="makeToken", status_code=201)
def make_token(person: APerson, moderator_id: UUID, sent: LabelIn | None = None) -> dict[str, Any]:
    """The token is in this answer and never shown again."""
    with transaction() as session:
        _must_administer_all_of(person, session, moderator_id)
        token, secret = people.make_token(session, moderator_id, sent.label if sent else "", clock(session))
    return _key(token) | {"token": secret}


@router.delete("/v1/moderators/{moderator_id}/tokens/{token_id}", operation_id="revokeToken", status_code=204)
def revoke_token(person: APerson, moderator_id: UUID, token_id: UUID) -> None:
    """Refused everywhere within five seconds."""
    with transaction() as session:
        _must_administer_all_of(person, session, moderator_id)
        people.revoke_token(session, moderator_id, token_id, clock(session))
    guests.forget()


@router.delete("/v1/moderators/{moderator_id}", operation_id="disableModerator", status_code=204)
def disable_moderator(person: APerson, moderator_id: UUID) -> None:
    """Their tokens and sessions end; what they decided stays."""
    with transaction() as session:
        _must_administer_all_of(person, session, moderator_id)
        people.disable(session, people.find_moderator(session, str(moderator_id)), clock(session))
    guests.forget()


@router.post("/v1/moderators/{moderator_id}/enable", operation_id="enableModerator", status_code=204)
def enable_moderator(person: APerson, moderator_id: UUID) -> None:
    """They may come in again; tokens and sessions of before stay ended."""
    with transaction() as session:
        _must_administer_all_of(person, session, moderator_id)
        people.enable(session, people.find_moderator(session, str(moderator_id)))
    guests.forget()


def _previewed(document: dict[str, Any]) -> Rules:
    """The rules of a preview; what is wrong with them is named where it stands in that body."""
    try:
        return rules_from(document)
    except ValidationError as broken:
        found = [{**each, "loc": ("body", "rules", *each["loc"])} for each in broken.errors()]
        raise RequestValidationError(found) from broken
    except RulesInvalidError as broken:
        raise RulesInvalidError(broken.detail, pointer=f"/rules{broken.pointer or ''}") from broken


def _administers(person: Person, site_id: UUID | None) -> bool:
    return person.sites(ADMINS) is None if site_id is None else person.may(ADMINS, site_id)


def _must_administer(person: Person, site_id: UUID | None) -> None:
    if site_id is None:
        person.must_everywhere(ADMINS)
    else:
        person.must(ADMINS, site_id)


def _must_administer_all_of(person: Person, session: Any, moderator_id: UUID) -> None:
    """Whoever hands out or ends somebody's access must administer every site that they may touch."""
    person.must(ADMINS)
    people.find_moderator(session, str(moderator_id))
    held = session.exec(select(Membership.site_id).where(Membership.moderator_id == moderator_id)).all()
    for site_id in held or [None]:  # whoever has no role yet may get any
        _must_administer(person, site_id)


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": str(site.id),
        "name": site.name,
        "rules_version": site.rules_version,
        "created_at": shapes.moment(site.created_at),
    }


def _key(key: SiteKey | ModeratorToken) -> dict[str, Any]:
    return {
        "id": str(key.id),
        "label": key.label,
        "hint": f"…{key.hint}",
        "created_at": shapes.moment(key.created_at),
        "revoked_at": shapes.moment(key.revoked_at),
    }


def _moderator(moderator: Moderator, held: Any) -> dict[str, Any]:
    return {
        "id": str(moderator.id),
        "name": moderator.name,
        "roles": [{"site": str(each.site_id) if each.site_id else None, "role": each.role} for each in held],
        "created_at": shapes.moment(moderator.created_at),
        "disabled_at": shapes.moment(moderator.disabled_at),
    }
