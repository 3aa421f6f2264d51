"""The express lane: a comment as nearly every site sends it, past what a route needs for everything else it may get.

FastAPI describes the route and takes whatever is unusual here (another content type, a preference, a key for
idempotency, a body that is not well-formed or breaks a rule), with the same answers.
"""

from typing import Any

from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.shapes import CommentIn

UNUSUAL = frozenset({b"prefer", b"idempotency-key", b"transfer-encoding"})
LONGEST_LENGTH = 5  # digits: a longer comment goes the general way, which knows where to stop reading


class Express(APIRoute):
    async def take(self, scope: Scope, sent: CommentIn) -> Response:
        """What to do with a comment that came this way."""
        raise NotImplementedError

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_plain(scope):
            body, receive = await _read(receive)
            sent = _comment(body)
            if sent is not None:
                response = await self.take(scope, sent)
                await response(scope, receive, send)
                return
        await super().handle(scope, receive, send)


def _is_plain(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    return (
        scope["method"] == "POST"
        and headers.get(b"content-type", b"").startswith(b"application/json")
        and len(length) <= LONGEST_LENGTH
        and length.isdigit()
        and UNUSUAL.isdisjoint(headers)
    )


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, and a way to read it once more."""
    messages: list[Message] = []
    while True:
        message = await receive()
        messages.append(message)
        if not message.get("more_body"):
            break
    body: bytes = b"".join([each.get("body", b"") for each in messages])

    async def again() -> Any:
        return messages.pop(0) if messages else await receive()

    return body, again


def _comment(body: bytes) -> CommentIn | None:
    try:
        return CommentIn.model_validate_json(body)
    except ValidationError:
        return None  # what is wrong with it, the general way says
