"""How moderators prove who they are: passwords, codes of an authenticator, and the sessions that come of both.

Hashing is slow on purpose and belongs outside of every transaction: look up, compare, then write.
"""

import unicodedata
from datetime import datetime, timedelta
from functools import cache
from hmac import compare_digest
from threading import BoundedSemaphore
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import or_, update
from sqlmodel import Session, col, select
from zxcvbn import zxcvbn

from moderation.errors import NotFoundError, UnavailableError
from moderation.ids import new_secret, secret_hash
from moderation.models import DeskSession, Moderator, SignInLink
from moderation.people import SESSION_LIFE
from moderation.preferences import Preferences

SHORTEST, LONGEST = 12, 200  # characters of a password
GUESSED = 72  # characters of it that are judged; the time that takes grows faster than they do
SAFE = 3  # of 4, in zxcvbn's reckoning: more than 10^8 guesses
LONGEST_SEEN_AS = 200
STEP_SECONDS = 30  # RFC 6238
SKEW_STEPS = (0, -1, 1)  # clocks differ by a step
ISSUER = "Greenroom"
RECOVERY = timedelta(hours=1)  # after a link was used: a new password takes no old one, and the second factor goes

_hasher = PasswordHasher()
HASHED_AT_ONCE = 4  # each takes 64 MiB
HASHING_SECONDS = 5.0
_turns = BoundedSemaphore(HASHED_AT_ONCE)


# --- passwords -----------------------------------------------------------------------------------------------------


def objection(name: str, password: str) -> str:
    """Why this cannot be the password, or nothing. Nobody is asked for a digit and a sign.

    Length, and what NIST SP 800-63B (5.1.1.2) wants compared: passwords that are known, repeats, sequences, names.
    """
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters."
    if plain.strip().casefold() == _normal(name).strip().casefold():
        return "Your name is no password."
    found = zxcvbn(plain[:GUESSED], user_inputs=[name, ISSUER])
    if found["score"] < SAFE:
        why = found["feedback"]["warning"] or "It is made of what is tried first."
        return f"That is too easy to guess. {why}"
    return ""


def hashed(password: str) -> str:
    with _Turn():
        return _hasher.hash(_normal(password))


def matches(moderator: Moderator | None, password: str) -> bool:
    """Whether it is theirs. For somebody unknown, or without a password, this takes as long and is never true."""
    kept = moderator.password if moderator else None
    with _Turn():
        try:
            right = _hasher.verify(kept or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def outdated(moderator: Moderator) -> bool:
    """Whether the password was hashed with weaker parameters than today's."""
    return moderator.password is not None and _hasher.check_needs_rehash(moderator.password)


def set_password(session: Session, moderator: Moderator, made: str) -> bool:
    """Put a hash in the place of the one that was looked at; False when somebody was first."""
    mine = update(Moderator).where(col(Moderator.id) == moderator.id)
    unchanged = col(Moderator.password).is_not_distinct_from(moderator.password)
    done = session.execute(mine.where(unchanged).values(password=made).returning(col(Moderator.id)))
    return done.scalar_one_or_none() is not None


class _Turn:
    """A place among those who hash; everybody's memory is finite."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=HASHING_SECONDS):
            raise UnavailableError("Too many are signing in at once. Try again in a moment.")

    def __exit__(self, *failed: object) -> None:
        _turns.release()


@cache
def _nobodys() -> str:
    return _hasher.hash(new_secret("nobody"))


def _normal(password: str) -> str:
    """The same characters, however the keyboard composed them."""
    return unicodedata.normalize("NFC", password)


# --- the second factor ---------------------------------------------------------------------------------------------


def new_factor() -> str:
    """A secret for an authenticator, in base 32."""
    return random_base32()


def factor_address(secret: str, name: str) -> str:
    """What an authenticator reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def begin_factor(session: Session, moderator_id: UUID, secret: str, code: str, now: datetime) -> bool:
    """Ask for codes from now on, if this code shows that their authenticator knows the secret."""
    step = _step(secret, code, now)
    if step is None:
        return False
    mine = update(Moderator).where(col(Moderator.id) == moderator_id, col(Moderator.totp_secret).is_(None))
    done = session.execute(mine.values(totp_secret=secret, totp_used=step).returning(col(Moderator.id)))
    return done.scalar_one_or_none() is not None


def end_factor(session: Session, moderator_id: UUID) -> None:
    mine = update(Moderator).where(col(Moderator.id) == moderator_id)
    session.execute(mine.values(totp_secret=None, totp_used=None))


def take_code(session: Session, moderator: Moderator, code: str, now: datetime) -> bool:
    """Whether the code is right; it is used up, and with it all that came before."""
    step = _step(moderator.totp_secret, code, now) if moderator.totp_secret else None
    if step is None:
        return False
    mine = update(Moderator).where(
        col(Moderator.id) == moderator.id,
        col(Moderator.totp_secret) == moderator.totp_secret,
        or_(col(Moderator.totp_used).is_(None), col(Moderator.totp_used) < step),
    )
    done = session.execute(mine.values(totp_used=step).returning(col(Moderator.id)))
    return done.scalar_one_or_none() is not None


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is."""
    given = "".join(code.split()).encode("utf-8", "replace")
    current = int(now.timestamp()) // STEP_SECONDS
    made = TOTP(secret)
    steps = [current + each for each in SKEW_STEPS]
    right = [each for each in steps if compare_digest(made.generate_otp(each).encode(), given)]
    return right[0] if right else None


# --- sessions ------------------------------------------------------------------------------------------------------


def known(session: Session, name: str) -> Moderator | None:
    return session.exec(select(Moderator).where(Moderator.name == name.strip())).one_or_none()


def sign_in(session: Session, looked_at: Moderator, code: str, now: datetime, seen_as: str) -> str | None:
    """The secret of a new session for whoever gave the right password; None when the code is wrong, or they may not."""
    moderator = session.get(Moderator, looked_at.id, with_for_update=True)
    if moderator is None or moderator.disabled_at or moderator.password != looked_at.password:
        return None
    if moderator.totp_secret and not take_code(session, moderator, code, now):
        return None
    secret = new_secret("session")
    session.add(
        DeskSession(
            moderator_id=moderator.id,
            hash=secret_hash(secret),
            created_at=now,
            expires_at=now + SESSION_LIFE,
            seen_as=seen_as[:LONGEST_SEEN_AS] or None,
        )
    )
    return secret


def sessions(session: Session, moderator_id: UUID, now: datetime) -> list[DeskSession]:
    """Theirs that have not ended, the newest first."""
    asked = select(DeskSession).where(
        DeskSession.moderator_id == moderator_id, col(DeskSession.ended_at).is_(None), DeskSession.expires_at > now
    )
    return list(session.exec(asked.order_by(col(DeskSession.id).desc())).all())


def end_session(session: Session, moderator_id: UUID, session_id: UUID, now: datetime) -> DeskSession:
    found = session.get(DeskSession, session_id)
    if found is None or found.moderator_id != moderator_id:
        raise NotFoundError("There is no such session.")
    found.ended_at = found.ended_at or now
    return found


def end_sessions(session: Session, moderator_id: UUID, now: datetime, but: str = "") -> None:
    """All of theirs, but for the one with this secret."""
    theirs = update(DeskSession).where(
        col(DeskSession.moderator_id) == moderator_id,
        col(DeskSession.ended_at).is_(None),
        col(DeskSession.hash) != secret_hash(but),
    )
    session.execute(theirs.values(ended_at=now))


def recovering(session: Session, secret: str, now: datetime) -> bool:
    """Whether this session came of a one-time link within RECOVERY: the link stands for password and code."""
    asked = (
        select(DeskSession.id)
        .join(SignInLink, col(SignInLink.moderator_id) == col(DeskSession.moderator_id))
        .where(
            DeskSession.hash == secret_hash(secret),
            DeskSession.created_at > now - RECOVERY,
            # Whoever uses a link up starts its session at the very same moment.
            col(SignInLink.used_at) == col(DeskSession.created_at),
        )
    )
    return session.exec(asked).first() is not None


def set_preferences(session: Session, moderator_id: UUID, wanted: Preferences) -> None:
    session.execute(
        update(Moderator).where(col(Moderator.id) == moderator_id).values(preferences=wanted.model_dump(mode="json"))
    )
