"""Opaque cursors: where a list goes on, bound to the very list it came from."""

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response

from moderation.errors import CursorInvalidError


def write(listing: object, last: Sequence[Any]) -> str:
    """'listing' is everything that makes this list this list: its name, its filters, its order."""
    plain = json.dumps([_mark(listing), *(_plain(each) for each in last)])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read(cursor: str | None, listing: object, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """What write() was given as 'last'; raises CursorInvalidError for anything else."""
    if not cursor:
        return None
    try:
        mark, *last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if mark != _mark(listing) or len(last) != len(kinds):
            raise CursorInvalidError(pointer="/cursor")
        return tuple(_typed(each, kind) for each, kind in zip(last, kinds, strict=True))
    except (ValueError, TypeError, RecursionError, OverflowError) as broken:
        raise CursorInvalidError(pointer="/cursor") from broken


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Link: rel="next" (RFC 8288)."""
    if cursor:
        query = urlencode(
            [*((k, v) for k, v in request.query_params.multi_items() if k != "cursor"), ("cursor", cursor)]
        )
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'


def page(request: Request, response: Response, items: Sequence[Any], cursor: str | None) -> Mapping[str, Any]:
    link_next(request, response, cursor)
    return {"items": items, "next": cursor}


def _mark(listing: object) -> str:
    return hashlib.sha256(repr(listing).encode("utf-8", "backslashreplace")).hexdigest()[:8]


def _plain(each: Any) -> Any:
    return each.isoformat() if isinstance(each, datetime) else str(each) if isinstance(each, UUID) else each


def _typed(each: Any, kind: type) -> Any:
    if kind is datetime and isinstance(each, str):
        moment = datetime.fromisoformat(each)
        if _EARLIEST <= moment <= _LATEST:
            return moment
    if kind is float and isinstance(each, int | float) and math.isfinite(each):
        return float(each)
    if kind is UUID and isinstance(each, str):
        return UUID(each)
    raise ValueError


_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(3000, 1, 1, tzinfo=UTC)
