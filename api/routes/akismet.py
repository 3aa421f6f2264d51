"""Akismet's protocol, as its clients speak it: forms in, a word of plain text out, and always 200.

`true` is spam, `false` is none. Whatever is not settled within ANSWER_SECONDS is answered as held, never as clean.
Every answer to a check has a guid: plugin 5.7 passes over an answer without one, and publishes the comment.
"""

import time
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api import akismet_form, overload, quota
from api.akismet_form import Form
from api.akismet_keys import client_of, is_well_formed, key_of
from api.collector import Collector
from api.waiting import Waiting
from moderation import akismet, callbacks, live, outbound, rulebook, standing
from moderation.akismet import Client
from moderation.checks import run_many
from moderation.checks.signal import Facts
from moderation.database import clock, reading, transaction
from moderation.errors import AddressRefusedError, ModerationError
from moderation.ids import derived_id, new_id
from moderation.policy import judge
from moderation.settings import settings
from moderation.standing import SiteView
from moderation.submissions import Seen, Submission
from moderation.terms import Action, HeldAs, Status

router = APIRouter(tags=["Akismet"], default_response_class=PlainTextResponse)

ANSWER_SECONDS = 0.7  # the whole must stay below a second, which is how long the shortest-tempered client waits
FORM_BYTES, LONG_FORM = 2 << 20, 64 << 10  # a commenter may add fields, which WordPress hands on
DISCARD_AT = 0.98  # so sure that the client need not even keep it
SPAM, HAM, HELD, INVALID = "true", "false", "pending", "invalid"
THANKS = "Thanks for making the web a better place."
GUID, TIP, RECHECK, HELP = "X-akismet-guid", "X-akismet-pro-tip", "X-akismet-recheck-after", "X-akismet-debug-help"
NO_KEY = "We were unable to parse your key, or it is none of ours."


_FIELDS = (
    *("api_key", "blog", "user_ip", "user_agent", "referrer", "permalink", "comment_type", "comment_author"),
    *("comment_author_email", "comment_author_url", "comment_content", "comment_date_gmt", "comment_parent"),
    "comment_post_modified_gmt",
    *("blog_charset", "user_role", "is_test", "recheck_reason", "honeypot_field_name", "comment_context[]", "callback"),
)
_TAKES: dict[str, Any] = {  # for the API's description
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {each: {"type": "string"} for each in _FIELDS}}
            }
        }
    }
}


async def _form(request: Request) -> Form:
    body = await request.body()
    return akismet_form.read(body) if len(body) < LONG_FORM else await run_in_threadpool(akismet_form.read, body)


async def _client(request: Request, form: Annotated[Form, Depends(_form)]) -> Client | None:
    key = key_of(request, form)
    return await run_in_threadpool(client_of, request, key) if is_well_formed(key) else None


Sent = Annotated[Form, Depends(_form)]
Known = Annotated[Client | None, Depends(_client)]


@router.post("/1.1/verify-key", operation_id="akismetVerifyKey", openapi_extra=_TAKES)
async def verify_key(client: Known) -> Response:
    """Whether this key is one of ours: `valid` or `invalid`."""
    return PlainTextResponse("valid") if client else _invalid(NO_KEY)


@router.post("/1.1/comment-check", operation_id="akismetCommentCheck", openapi_extra=_TAKES)
async def comment_check(request: Request, form: Sent, client: Known) -> Response:
    """Whether a comment is spam: `true` or `false`; `pending` where a person is to say."""
    answer = await _checked(request, form, client)
    answer.headers.setdefault(GUID, str(derived_id(akismet_form.external_id(form))))
    return answer


async def _checked(request: Request, form: Form, client: Client | None) -> Response:
    refused = _why_not(client, form)
    if refused or client is None:
        return _invalid(refused)
    if word := _without_looking(form, client):
        return PlainTextResponse(word)
    sent = akismet_form.submission(client.site_id, form)
    try:
        overload.refuse_if_overloaded()
        quota.spend(client.site_id, 1)
        if form.is_test:
            return PlainTextResponse(_word(await run_in_threadpool(_tried, sent), client))
        return await _answered(request, form, client, sent)
    except (ModerationError, SQLAlchemyError):  # nothing is stored: the client asks again, and until then it waits
        return PlainTextResponse(_held(client))


@router.post("/1.1/submit-spam", operation_id="akismetSubmitSpam", openapi_extra=_TAKES)
async def submit_spam(form: Sent, client: Known) -> Response:
    """A moderator of the site says that this is spam."""
    return await _submitted(form, client, Action.REJECT)


@router.post("/1.1/submit-ham", operation_id="akismetSubmitHam", openapi_extra=_TAKES)
async def submit_ham(form: Sent, client: Known) -> Response:
    """A moderator of the site says that this is none."""
    return await _submitted(form, client, Action.APPROVE)


@router.get("/1.1/test", operation_id="akismetTest")
async def test() -> Response:
    """What WordPress's settings page asks to see whether anybody is there: `connected`."""
    return PlainTextResponse("connected")


@router.get("/1.2/compatible-plugins", operation_id="akismetPlugins")
@router.post("/1.1/get-stats", operation_id="akismetStats")
async def nothing() -> Response:
    """An empty list: no other plugins, and no figures, with which a chart from Akismet's servers would be shown."""
    return JSONResponse([])


@router.get("/1.2/usage-limit", operation_id="akismetUsageLimit")
async def usage_limit(client: Known) -> Response:
    """How much of a quota is used: there is none to speak of."""
    return JSONResponse({"limit": "none", "usage": 0, "percentage": "0.00", "throttled": False}) if client else _no()


@router.get("/1.2/key-sites", operation_id="akismetKeySites")
async def key_sites(client: Known) -> Response:
    """Which sites have used it how often: a key here belongs to one, and nobody counts."""
    return JSONResponse({"limit": 500, "offset": 0, "total": 0}) if client else _no()


@router.post("/1.1/get-subscription", operation_id="akismetSubscription", openapi_extra=_TAKES)
async def subscription(client: Known) -> Response:
    """What WordPress's settings page asks."""
    shown = {"account_id": 1, "account_name": "Greenroom", "account_type": "greenroom", "status": "active"}
    return JSONResponse(shown | {"next_billing_date": False, "limit_reached": False}) if client else _no()


@router.api_route("/1.1/{path:path}", methods=["GET", "POST"], include_in_schema=False)
@router.api_route("/1.2/{path:path}", methods=["GET", "POST"], include_in_schema=False)
async def unknown() -> Response:
    answer = _invalid("There is no such call.")  # a plugin of WordPress breaks over a problem document
    answer.headers[GUID] = str(new_id())
    return answer


def too_large() -> Response:
    """What a form larger than FORM_BYTES is answered with: whatever is in it, a person is to look at it."""
    return PlainTextResponse(HELD, headers={GUID: str(new_id())})


def _without_looking(form: Form, client: Client) -> str:
    if form.is_known_spam:
        return SPAM
    if form.get("user_role") == "administrator":
        return HAM
    return _held(client) if form.is_too_long else ""


def _why_not(client: Client | None, form: Form) -> str:
    if client is None:
        return NO_KEY
    missing = [each for each in ("blog", "user_ip") if not form.get(each)]
    return f'Empty "{missing[0]}" value' if missing else ""


async def _answered(request: Request, form: Form, client: Client, sent: Submission) -> Response:
    ends = time.monotonic() + ANSWER_SECONDS
    waiting: Waiting = request.app.state.waiting
    comment_id = await run_in_threadpool(_known, sent) if form.get("recheck_reason") else None
    if comment_id is None:
        stored = await _stored(request.app.state.collector, sent)
        comment_id = stored.id
        if stored.status == Status.PENDING:
            await waiting.verdicts([comment_id], max(0.0, ends - time.monotonic()))
    wanted = form.get("callback"), key_of(request, form)
    view, called = await run_in_threadpool(_stands, client, comment_id, *wanted)
    headers = {GUID: str(comment_id)}
    if view.comment.status == Status.APPROVED:
        return PlainTextResponse(HAM, headers=headers)
    if view.comment.status == Status.REJECTED:
        return PlainTextResponse(SPAM, headers=headers | ({TIP: "discard"} if _is_certain(view) else {}))
    if called:
        return PlainTextResponse(HAM, headers=headers | {RECHECK: str(settings().akismet_recheck_hours * 3600)})
    return PlainTextResponse(_held(client), headers=headers)


async def _stored(collector: Collector, sent: Submission) -> Seen:
    outcome = (await collector.submit([sent]))[0]
    if isinstance(outcome, ModerationError):
        raise outcome
    return outcome.comment


def _known(sent: Submission) -> UUID | None:
    with reading() as session:
        return akismet.known(session, sent)


def _stands(client: Client, comment_id: UUID, callback: str, key: str) -> tuple[SiteView, bool]:
    """The comment as it stands, and whether its client is called back: in one transaction, so that none is missed."""
    wanted = bool(callback) and _may_be_called(callback)
    with transaction() as session:
        comment = standing.find(session, client.site_id, comment_id, lock=wanted)
        waits = comment.status in {Status.PENDING, Status.HELD}
        if wanted and waits:
            callbacks.expect(session, comment_id, callback, key)
        return standing.views(session, [comment])[0], wanted and waits


def _may_be_called(url: str) -> bool:
    try:
        outbound.check_url(url, settings().webhook_allowed_networks)
    except AddressRefusedError:
        return False
    return True


async def _submitted(form: Form, client: Client | None, action: Action) -> Response:
    refused = _why_not(client, form)
    if refused or client is None:
        return _invalid(refused)
    if not form.is_test:
        with suppress(ModerationError):  # one that we do not know, or that cannot be moved: nobody is waiting to hear
            await run_in_threadpool(_settle, client, akismet_form.submission(client.site_id, form), action)
    return PlainTextResponse(THANKS)


def _settle(client: Client, sent: Submission, action: Action) -> None:
    with transaction() as session:
        found = akismet.known(session, sent)
        moved = found is not None and akismet.settle(session, client, found, action, clock(session))
    if found and moved:
        live.changed([found])


def _tried(sent: Submission) -> Action:
    """What would become of it; nothing is stored, nothing is learned."""
    with reading() as session:
        _, rules = rulebook.current(session, [sent.site_id])[sent.site_id]
    facts = Facts(
        id=sent.external_id,
        body=sent.body,
        rules=rules,
        author_name=sent.author_name,
        author_email=sent.author_email,
        author_url=sent.author_url,
        page_url=sent.page_url,
        ip=sent.ip,
        honeypot=sent.honeypot,
    )
    return judge(run_many([facts])[0], rules, sensitive=rules.sensitive(sent.page_url)).action


def _word(action: Action, client: Client) -> str:
    return {Action.APPROVE: HAM, Action.REJECT: SPAM}.get(action) or _held(client)


def _held(client: Client) -> str:
    return SPAM if client.held_as is HeldAs.TRUE else HELD


def _is_certain(view: SiteView) -> bool:
    """Rejected by the checks, and hardly ever wrongly."""
    because = view.screening.verdict["because"] if view.screening and view.decision is None else []
    return any(each["action"] == Action.REJECT and (each["score"] or 0) >= DISCARD_AT for each in because)


def _invalid(why: str) -> Response:
    return PlainTextResponse(INVALID, headers={HELP: why})


def _no() -> Response:
    return JSONResponse({"error": NO_KEY}, headers={HELP: NO_KEY})
