"""Whose key it is that an Akismet client sends, and how often somebody may be wrong about one."""

from fastapi import Request

from api.akismet_form import Form
from api.desk import throttle
from moderation import akismet
from moderation.akismet import Client
from moderation.database import reading
from moderation.ids import secret_hash

GUESSES, MOST_KEYS = "akismet-", 10_000


def key_of(request: Request, form: Form) -> str:
    """In the form or in the query, else the first label of the host's name."""
    asked = request.query_params
    named = form.get("api_key", 200) or form.get("key", 200) or asked.get("api_key") or asked.get("key")
    return named or request.headers.get("host", "").partition(".")[0]


def is_well_formed(key: str) -> bool:
    return len(key) == akismet.KEY_CHARACTERS and key.isascii() and key.isalnum()


def client_of(request: Request, key: str) -> Client | None:
    """Who guesses is not looked up any more; a key that has been right before still is, from wherever it comes."""
    name = secret_hash(key)
    if name not in _right and throttle.guessed_too_often(request, GUESSES):
        return None
    with reading() as session:
        found = akismet.client_of(session, key)
    if found is None:
        throttle.failed(request, GUESSES)
        _right.discard(name)
    elif len(_right) < MOST_KEYS:
        _right.add(name)
    return found


_right: set[str] = set()
