"""greenroom submit and queue: the API's two ends, by hand. They talk to a running Greenroom over HTTP."""

import json as jsonlib
import os
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

import typer

from api.cli.say import REFUSED, fail, progress, result, table
from moderation.settings import settings

BATCH = 500
TIMEOUT_SECONDS = 30.0

Url = Annotated[str, typer.Option(help="Where the API is; the one that 'up' started, if not given")]
Key = Annotated[str, typer.Option(help="Site key or moderator's token; from 'up', or GREENROOM_KEY, if not given")]


def submit(
    body: Annotated[str, typer.Argument(help="The text; '-' reads JSON Lines like POST /v1/comments")],
    page: Annotated[str, typer.Option(help="The page's address")] = "https://example.org/",
    author: Annotated[str, typer.Option(help="The author's name")] = "somebody",
    external_id: str = "",
    wait: Annotated[int, typer.Option(min=0, max=30, help="Seconds to wait for the verdict")] = 3,
    url: Url = "",
    key: Key = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Submit one comment, or many from standard input."""
    if body == "-":
        _submit_many(url, key)
        return
    comment = {
        "external_id": external_id or f"cli-{uuid4()}",
        "body": body,
        "author": {"name": author},
        "page": {"url": page},
    }
    sent = call("POST", "/v1/comments", comment, url, key or _known("site_key"), {"Prefer": f"wait={wait}"})
    shown = {"id": sent["id"], "status": sent["status"]}
    result(sent if json else shown, as_json=json)


def queue(
    site: str = "",
    sort: Annotated[str, typer.Option(help="urgent, oldest or newest")] = "urgent",
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    url: Url = "",
    key: Key = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the open cases."""
    asked = {"sort": sort, "limit": str(limit)} | ({"site": site} if site else {})
    found = call("GET", f"/v1/queue?{urlencode(asked)}", None, url, key or _known("moderator_token"))
    if json:
        result(found, as_json=True)
        return
    rows = [
        (
            each["priority"],
            ", ".join(each["checks"]) or each["why"],
            each["claimed_by"] or "",
            each["comment"]["body"][:80],
        )
        for each in found["items"]
    ]
    table(("urgency", "why", "claimed by", "comment"), rows)


def call(
    method: str, path: str, sent: Any, url: str, key: str, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """One request to the API; a problem ends the command with its sentence."""
    import httpcore

    base = (url or _known("url")).rstrip("/")
    fields: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    fields.update(headers or {})
    content = jsonlib.dumps(sent).encode() if sent is not None else None
    timeouts = {"timeout": {"connect": 5.0, "read": TIMEOUT_SECONDS + 5, "write": TIMEOUT_SECONDS, "pool": 5.0}}
    try:
        answer = httpcore.request(method, base + path, headers=fields, content=content, extensions=timeouts)
        document: dict[str, Any] = jsonlib.loads(answer.content) if answer.content else {}
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, ValueError) as broken:
        fail(f"{base} does not answer ({type(broken).__name__}). Is 'greenroom up' running?")
    if answer.status >= 400:  # noqa: PLR2004 - HTTP's errors begin there
        fail(str(document.get("detail", answer.status)), REFUSED)
    return document


def _submit_many(url: str, key: str) -> None:
    batch: list[Any] = []
    accepted = refused = 0
    with progress("submitted", None) as advance:
        for line in [*sys.stdin.buffer, b""]:
            if line.strip():
                batch.append(jsonlib.loads(line))
            if batch and (len(batch) == BATCH or not line):
                items = call("POST", "/v1/comments/batch", {"items": batch}, url, key or _known("site_key"))["items"]
                good = sum(1 for each in items if each["problem"] is None)
                accepted, refused = accepted + good, refused + len(items) - good
                advance(len(batch))
                batch = []
    result({"accepted": accepted, "refused": refused}, as_json=True)


def _known(name: str) -> str:
    """What 'up' has written down in the data folder."""
    if name != "url" and (given := os.environ.get("GREENROOM_KEY")):
        return given
    try:
        return str(jsonlib.loads(Path(settings().data / "credentials.json").read_text())[name])
    except (OSError, ValueError, KeyError):
        if name == "url":
            return "http://127.0.0.1:8000"
        fail("no key: give --key, or set GREENROOM_KEY, or run 'greenroom up' in this folder", REFUSED)
