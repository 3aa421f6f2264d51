"""Identifiers and secrets: how they are made, and how a secret is kept."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import uuid_utils.compat

SECRET_BYTES = 32
# RFC 9562: version 8 ("our own") and the variant, in their places.
_FIXED_BITS = 0xF000 << 64 | 0xC000 << 48
_VERSION_8 = 0x8000 << 64 | 0x8000 << 48


def new_id() -> UUID:
    """UUIDv7 (RFC 9562): ordered by time, so that an index grows at its end."""
    return uuid_utils.compat.uuid7()


def first_id(moment: datetime) -> UUID:
    """No id that was made at this moment or later is smaller (the first 48 bits are milliseconds)."""
    return UUID(int=max(0, int(moment.timestamp() * 1_000)) << 80)


def derived_id(*parts: str) -> UUID:
    """The same id for the same parts, on every machine: rows that many write need not be read first."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    return UUID(int=number & ~_FIXED_BITS | _VERSION_8)


def new_secret(kind: str) -> str:
    """256 random bits behind a prefix that says what it opens."""
    return f"gr_{kind}_{secrets.token_urlsafe(SECRET_BYTES)}"


def secret_hash(secret: str) -> str:
    """What is stored. One round suffices: the secret is random, there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def page_id(site_id: UUID, url: str) -> UUID:
    return derived_id(site_id.hex, "page", url)


def author_key(site_id: UUID, external_id: str | None, email: str | None) -> UUID | None:
    """Who wrote it: the site's id for them, else their e-mail; a name alone is nobody's."""
    if external_id:
        return derived_id(site_id.hex, "id", external_id)
    return derived_id(site_id.hex, "email", email.strip().casefold()) if email and email.strip() else None
