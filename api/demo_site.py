"""A small site with Greenroom behind its comment form, in one file: copy it, it leans on nothing else from here.

It needs fastapi, python-multipart, uvicorn and standardwebhooks, and is told by its environment where Greenroom is:
GREENROOM_URL, SITE_KEY, and SITE_URL, which is where Greenroom can reach this site.
"""

import json
import os
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from html import escape
from typing import Annotated, Any
from uuid import uuid4

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool

PAGE = "https://courier.example/news/the-new-stage"
LONGEST = 5_000  # characters of a comment
ANSWER_SECONDS = 5.0
STATES = {
    "pending": "Thank you. Your comment will be looked at in a moment.",
    "held": "Thank you. A person will look at your comment.",
    "approved": "Thank you. Your comment is published.",
    "rejected": "Your comment was not published.",
}


class Comments:
    """What this site keeps of its comments. A real one keeps them in its database, before it sends them anywhere."""

    def __init__(self) -> None:
        self.by_id: dict[str, dict[str, Any]] = {}
        self.secret = ""  # of our webhook
        self.place: str | None = None  # in the outcomes

    def apply(self, external_id: str, status: str) -> None:
        """What became of one. It may come twice, and late: the last one counts."""
        if external_id in self.by_id:
            self.by_id[external_id]["status"] = status


def ask(method: str, path: str, document: Any = None) -> Any:
    """One call of Greenroom's API."""
    body = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {os.environ['SITE_KEY']}", "Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["GREENROOM_URL"] + path, body, headers, method=method)  # noqa: S310 - set by whoever runs the site
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - the same
        return json.load(answer)


def submit(kept: Comments, external_id: str) -> None:
    """Hand a comment over. The id makes it safe to do so again: it is never a second comment."""
    comment = kept.by_id[external_id]
    sent = {"external_id": external_id, "page": {"url": PAGE, "title": "The new stage"}} | comment["sent"]
    kept.apply(external_id, ask("POST", "/v1/comments", sent)["status"])
    comment["handed_over"] = True


def catch_up(kept: Comments) -> None:
    """Hand over what could not be, and ask what was settled since: so nothing is ever missed for good."""
    for external_id in [each for each, comment in kept.by_id.items() if not comment["handed_over"]]:
        submit(kept, external_id)
    page = ask("GET", f"/v1/outcomes?after={kept.place}" if kept.place else "/v1/outcomes")
    for each in page["items"]:
        kept.apply(each["external_id"], each["status"])
    kept.place = page["next"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.kept = Comments()
    try:
        told = await run_in_threadpool(ask, "PUT", "/v1/webhook", {"url": os.environ["SITE_URL"] + "/webhook"})
        app.state.kept.secret = told["secret"]
    except (OSError, ValueError):
        print("Greenroom may not call this site: it asks instead, with each page.")  # noqa: T201 - to whoever started it
    yield


app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/")
async def article(request: Request, mine: str = "") -> HTMLResponse:
    """The article, what is approved below it, and the form."""
    kept: Comments = request.app.state.kept
    with suppress(OSError, ValueError):  # Greenroom is away: the page is there all the same
        await run_in_threadpool(catch_up, kept)
    shown = [each for each in kept.by_id.values() if each["status"] == "approved"]
    own = kept.by_id.get(mine)
    said = STATES.get(own["status"], "") if own else ""
    comments = "".join(_comment(each["sent"]) for each in shown) or "<p>No comments yet.</p>"
    return HTMLResponse(LOOKS.format(said=escape(said), comments=comments, opened=f"{time.time():.0f}"))


@app.post("/comments")
async def post_comment(
    request: Request,
    name: Annotated[str, Form(max_length=100)],
    comment: Annotated[str, Form(min_length=1, max_length=LONGEST)],
    email: Annotated[str, Form(max_length=200)] = "",
    homepage: Annotated[str, Form(max_length=2_000)] = "",  # nobody sees this field: who fills it in is a program
    opened: Annotated[float, Form()] = 0.0,
) -> RedirectResponse:
    """Keep it, hand it over, show where it stands."""
    kept: Comments = request.app.state.kept
    external_id = uuid4().hex
    sent = {
        "body": comment,
        "author": {"name": name, "email": email or None},
        "ip": request.client.host if request.client else None,
        "user_agent": request.headers.get("user-agent"),
        "honeypot": homepage,
        "typed_for_seconds": round(max(0.0, time.time() - opened), 1) if opened else None,
    }
    kept.by_id[external_id] = {"status": "pending", "sent": sent, "handed_over": False}
    with suppress(OSError):  # kept here, and handed over with the next page
        await run_in_threadpool(submit, kept, external_id)
    return RedirectResponse(f"/?mine={external_id}#comments", 303)


@app.post("/webhook")
async def webhook(request: Request) -> Response:
    """Greenroom tells what became of a comment. Whatever is not signed by it is refused."""
    kept: Comments = request.app.state.kept
    try:
        event: Any = Webhook(kept.secret).verify(await request.body(), dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return Response(status_code=400)
    if event["type"].startswith("comment."):
        kept.apply(event["data"]["external_id"], event["data"]["status"])
    return Response(status_code=204)


def _comment(sent: dict[str, Any]) -> str:
    """Everything that a stranger wrote is escaped; the e-mail is never shown."""
    text = escape(sent["body"]).replace("\n", "<br>")
    return f"<article><h3>{escape(sent['author']['name'])}</h3><p>{text}</p></article>"


LOOKS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The new stage - The Courier</title>
<meta name="viewport" content="width=device-width">
<style>
  body {{ font: 18px/1.5 Georgia, serif; max-width: 38rem; margin: 2rem auto; padding: 0 1rem }}
  body {{ color: #222; background: #fffdf8 }}
  label {{ display: block; margin-top: 1rem }} input, textarea {{ font: inherit; width: 100%; box-sizing: border-box }}
  button {{ font: inherit; margin-top: 1rem; padding: .4rem 1.2rem }} .trap {{ position: absolute; left: -99rem }}
  [role=status] {{ background: #eef6ea; padding: .6rem 1rem }} [role=status]:empty {{ display: none }}
  article {{ border-top: 1px solid #ccc; overflow-wrap: anywhere }}
</style></head><body>
<h1>The new stage</h1>
<p>After six years of work the theatre opened its new stage last night. Those who were there told us what they saw.</p>
<section id="comments"><h2>Comments</h2>
<p role="status">{said}</p>
{comments}
</section>
<form method="post" action="/comments"><h2>Leave a Reply</h2>
<label>Name <input name="name" required maxlength="100" autocomplete="name"></label>
<label>E-mail (will not be published) <input name="email" type="email" maxlength="200" autocomplete="email"></label>
<label class="trap" aria-hidden="true">Homepage <input name="homepage" tabindex="-1" autocomplete="off"></label>
<label>Comment <textarea name="comment" rows="6" required maxlength="5000"></textarea></label>
<input type="hidden" name="opened" value="{opened}">
<button>Post comment</button>
</form></body></html>
"""
