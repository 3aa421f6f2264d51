"""What 'up' makes on its first start, and prints again on every later one: a site, keys, a moderator, an admin."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlmodel import Session

from moderation import people
from moderation.database import clock, transaction
from moderation.errors import NotFoundError
from moderation.models import Moderator, Site
from moderation.terms import Role

SITE = "The Courier"
LABEL = "greenroom up"
FILE = "credentials.json"  # in the data folder


@dataclass(frozen=True, slots=True)
class Credentials:
    url: str
    site_id: str
    site_key: str
    moderator_token: str
    admin_token: str


def credentials(file: Path, url: str) -> Credentials:
    """Those of the first start, if they still open the door; else new ones, written down for the next start."""
    kept = _kept(file, url)
    if kept is None:
        with transaction() as session:
            kept = _make(session, url)
    _write(file, kept)
    return kept


def last_said(data: Path) -> dict[str, str]:
    """What 'up' has printed last in this folder: 'url', 'site_key' and the others; nothing if it never ran there."""
    try:
        return json.loads((data / FILE).read_text())
    except (OSError, ValueError):
        return {}


def sign_in_link(url: str) -> str:
    """A link that signs the admin in, once."""
    with transaction() as session:
        admin = people.find_moderator(session, "admin")
        return f"{url}/desk/sign-in?link={people.invite(session, admin.id, clock(session))}"


def _kept(file: Path, url: str) -> Credentials | None:
    try:
        kept = Credentials(**{**json.loads(file.read_text()), "url": url})
    except (OSError, ValueError, TypeError):
        return None
    with transaction() as session:
        good = (
            people.site_of_key(session, kept.site_key)
            and people.person_of_token(session, kept.moderator_token)
            and people.person_of_token(session, kept.admin_token)
        )
    return kept if good else None


def _make(session: Session, url: str) -> Credentials:
    now = clock(session)
    site = _site(session)
    _, key = people.make_key(session, site.id, LABEL, now)
    _, moderator = people.make_token(session, _moderator(session, "moderator", Role.MODERATOR, site).id, LABEL, now)
    _, admin = people.make_token(session, _moderator(session, "admin", Role.ADMIN, None).id, LABEL, now)
    return Credentials(url, str(site.id), key, moderator, admin)


def _site(session: Session) -> Site:
    try:
        return people.find_site(session, SITE)
    except NotFoundError:
        return people.make_site(session, SITE, LABEL, clock(session))


def _moderator(session: Session, name: str, role: Role, site: Site | None) -> Moderator:
    try:
        return people.find_moderator(session, name)
    except NotFoundError:
        return people.make_moderator(session, name, role, site.id if site else None, clock(session))


def _write(file: Path, kept: Credentials) -> None:
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(asdict(kept), opened, indent=1)
    new.replace(file)
