"""Feeds The Courier's comments to a running Greenroom: some at once, the rest over the first minutes."""

import json
import sys
import time
from importlib.resources import files
from typing import Any

import httpcore

AT_ONCE = 40
PAUSE_SECONDS = 0.8
PATIENCE_SECONDS = 2.0  # when the API is away for a moment


def main(url: str, key: str) -> None:
    content = json.loads((files("api.cli.demo") / "courier.json").read_text("utf-8"))
    pages = {page["key"]: {"url": page["url"], "title": page["title"]} for page in content["pages"]}
    comments = [_comment(index, each, pages) for index, each in enumerate(content["comments"])]
    for index, comment in enumerate(comments):
        new = _submit(url, key, comment)
        if new and index >= AT_ONCE:
            time.sleep(PAUSE_SECONDS)


def _comment(index: int, each: dict[str, Any], pages: dict[str, Any]) -> dict[str, Any]:
    made = {
        "external_id": f"courier-{index:04d}",
        "body": each["body"],
        "author": each["author"],
        "page": pages[each["page"]],
    }
    made |= {name: each[name] for name in ("ip", "typed_for_seconds", "honeypot") if name in each}
    if "reply_to" in each:
        made["parent_external_id"] = f"courier-{each['reply_to']:04d}"
    return made


def _submit(url: str, key: str, comment: dict[str, Any]) -> bool:
    """Whether it was new; a second start finds the first one's comments and goes on."""
    headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while True:
        try:
            answer = httpcore.request(
                "POST", f"{url}/v1/comments", headers=headers, content=json.dumps(comment).encode()
            )
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError):
            time.sleep(PATIENCE_SECONDS)
            continue
        if answer.status in (429, 503):
            time.sleep(PATIENCE_SECONDS)
            continue
        return answer.status == 202  # noqa: PLR2004 - accepted


if __name__ == "__main__":
    main(*sys.argv[1:3])
