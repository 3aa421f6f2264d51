"""What Akismet's clients can do here: keys of their own, and the clicks of their moderators.

A client's moderators have no names here: they decide in the name of one who cannot sign in, and who may overturn.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from moderation import audit, decisions, intake, people, queue, standing
from moderation.ids import page_id, secret_hash
from moderation.models import Comment, Decision, Moderator, Site, SiteKey
from moderation.submissions import Submission
from moderation.terms import Action, HeldAs, Reason, Role, Status, Why

KEY_CHARACTERS = 12  # WordPress refuses any other number before it asks
_LETTERS = "0123456789abcdef"  # the form of WordPress's plugin takes every other letter out of a key
_AT_ONCE = timedelta(0)  # what they clicked was shown to them as done: there is nothing to undo
_COMES_TO = {Action.APPROVE: Status.APPROVED, Action.REJECT: Status.REJECTED}


@dataclass(frozen=True, slots=True)
class Client:
    """Whoever shows such a key."""

    site_id: UUID
    moderator_id: UUID
    held_as: HeldAs


def make_key(session: Session, site: Site, held_as: HeldAs, now: datetime) -> tuple[SiteKey, str]:
    """The key's row, and the key itself: it is shown now and never again. It opens Akismet's addresses alone."""
    name = f"{site.name} (Akismet)"
    decides = session.exec(select(Moderator).where(Moderator.name == name)).one_or_none()
    decides = decides or people.make_moderator(session, name, Role.LEAD, site.id, now)
    secret = "".join(secrets.choice(_LETTERS) for _ in range(KEY_CHARACTERS))
    key = SiteKey(
        site_id=site.id,
        hash=secret_hash(secret),
        label="Akismet",
        hint=secret[-3:],
        created_at=now,
        moderator_id=decides.id,
        held_as=held_as.value,
    )
    session.add(key)
    return key, secret


def client_of(session: Session, key: str) -> Client | None:
    """None when the key is unknown, revoked, or not one of these."""
    asked = select(SiteKey).where(SiteKey.hash == secret_hash(key), col(SiteKey.revoked_at).is_(None))
    found = session.exec(asked).one_or_none()
    if found is None or found.moderator_id is None:
        return None
    return Client(found.site_id, found.moderator_id, HeldAs(found.held_as or HeldAs.PENDING))


def known(session: Session, sent: Submission) -> UUID | None:
    """The comment that a client means: by what it sent when it first asked, else the last one of the same words there.

    Asking again, WordPress adds a date that it did not know at first, and has rewritten the markup.
    """
    mine = select(Comment.id).where(Comment.site_id == sent.site_id)
    found = session.exec(mine.where(Comment.external_id == sent.external_id)).one_or_none()
    if found is None:
        page, words = page_id(sent.site_id, sent.page_url), intake.text_hash(sent.body)
        there = mine.where(Comment.page_id == page, Comment.body_hash == words, Comment.author_name == sent.author_name)
        found = session.exec(there.order_by(col(Comment.id).desc()).limit(1)).first()
    return found


def settle(session: Session, client: Client, comment_id: UUID, action: Action, now: datetime) -> bool:
    """Carry out what was clicked; False when that is how the comment stands anyway, or it was erased.

    The decision stands at once; the sweep carries it out within a second.
    """
    moderator = session.get(Moderator, client.moderator_id)
    person = people.as_person(session, moderator) if moderator else None
    comment = standing.find(session, client.site_id, comment_id, lock=True)
    on_its_way = decisions.unsettled(session, comment.id)
    stands = Action(on_its_way.action) if on_its_way else None
    as_it_is = stands is action or (stands is None and comment.status == _COMES_TO[action])
    if person is None or comment.status == Status.ERASED or as_it_is:
        return False
    earlier = on_its_way or (session.get(Decision, comment.decision_id) if comment.decision_id else None)
    case = queue.open_case_of(session, comment.id)
    overturns = None
    if case is None and earlier and earlier.revision == comment.revision:
        case_id, overturns = earlier.case_id, earlier.id
    else:
        case = case or queue.open_case(session, comment, Why.REPORTED, audit.SITE, now)
        case.claimed_by = case.claimed_until = case.escalated_at = None  # the site's own people were first
        case.not_by = None
        session.add(case)
        session.flush()
        case_id = case.id
    reason = Reason.SPAM if action is Action.REJECT else None
    decisions.decide(session, case_id, person, action, None, now, _AT_ONCE, reason=reason, overturns=overturns)
    return True
