"""A broken rule -> problem+json (RFC 9457). The rules know names and sentences; only this file knows HTTP statuses.

Never the text of an exception that is not ours, never a stranger's words echoed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match

from api.fields import moment
from moderation import errors as rules
from moderation.logs import log

STATUS: dict[type[rules.ModerationError], int] = {
    rules.NotFoundError: 404,
    rules.MoveNotAllowedError: 409,
    rules.FeedBrokenError: 422,
    rules.DifferentBodyError: 409,
    rules.CommentErasedError: 409,
    rules.IdempotencyKeyReusedError: 422,
    rules.IdempotencyKeyInvalidError: 400,
    rules.CaseDecidedError: 409,
    rules.CaseClosedError: 409,
    rules.CaseClaimedError: 409,
    rules.StaleRevisionError: 409,
    rules.ReasonRequiredError: 422,
    rules.OwnDecisionError: 403,
    rules.UndoWindowOverError: 409,
    rules.NotOverturnableError: 409,
    rules.AppealNotPossibleError: 409,
    rules.NoStatementError: 404,
    rules.NameTakenError: 409,
    rules.RulesInvalidError: 422,
    rules.AddressRefusedError: 422,
    rules.NoWebhookError: 404,
    rules.WebhookDisabledError: 409,
    rules.LetterClosedError: 409,
    rules.NotRetryableError: 409,
    rules.BackupInvalidError: 422,
    rules.NotEmptyError: 409,
    rules.CursorInvalidError: 422,
    rules.FieldInvalidError: 422,
    rules.TooManyAtOnceError: 422,
    rules.KeyMissingError: 401,
    rules.KeyInvalidError: 401,
    rules.NotAllowedError: 403,
    rules.QuotaExceededError: 429,
    rules.OverloadedError: 503,
    rules.UnavailableError: 503,
}
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Body too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    500: "Internal error",
    503: "Try again in a moment",
}
MEANINGS = {  # of the problems that are not a broken rule
    "invalid-input": "A field is missing, unknown, or holds what it cannot hold; 'errors' names it.",
    "invalid-json": "The body cannot be read as JSON.",
    "bad-request": "The request cannot be read.",
    "not-found": "There is nothing at this address.",
    "method-not-allowed": "This address does not take this method; 'Allow' says which it takes.",
    "body-too-large": "The body is larger than this address takes.",
    "internal-error": "Something went wrong here. It was logged.",
}
RETRY_SECONDS = {429: 10, 503: 2}
MOST_ERRORS = 20  # in one answer
LONGEST_POINTER = 200
METHOD_NOT_ALLOWED = 405
DESK = "/desk"


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A problem document; 'type' resolves on this very host."""
    document: dict[str, Any] = {"type": f"/problems/{kind}", "title": TITLES.get(status, "Error"), "status": status}
    document |= {"detail": detail, **(more or {})}
    if errors:
        document["errors"] = list(errors)
    return document


def problem_of(error: rules.ModerationError) -> dict[str, Any]:
    status = STATUS[type(error)]
    errors = [{"pointer": f"#{error.pointer}", "detail": error.detail}] if error.pointer else []
    return problem(
        status,
        kind_of(type(error)),
        error.detail,
        errors=errors,
        more=_shown(error.more),
    )


def _shown(more: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: moment(each) if isinstance(each, datetime) else each for name, each in more.items()}
    plain.pop("headers", None)  # they go out as headers
    return plain


def kind_of(error: type[rules.ModerationError]) -> str:
    """CaseDecidedError -> case-decided."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__.removesuffix("Error")).lower()


def problem_of_validation(error: ValidationError | RequestValidationError, skip: int = 0) -> dict[str, Any]:
    """What was wrong with which field; 'skip' leaves out that many leading parts of the location."""
    found = [_field(each["loc"][skip:], each["msg"], each["type"]) for each in error.errors()[:MOST_ERRORS]]
    return problem(
        422,
        "invalid-input",
        f"{found[0].get('pointer') or found[0].get('parameter')}: {found[0]['detail']}",
        errors=found,
    )


def shown(request: Request, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A page for a browser at the desk, a problem document for everybody else."""
    if request.url.path.startswith(DESK) and "text/html" in request.headers.get("accept", ""):
        page: Callable[..., Response] | None = getattr(request.app.state, "problem_page", None)
        if page:
            return page(request, document, headers)
    return answer(document, headers)


def answer(document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    status = int(document["status"])
    more = dict(headers or {})
    if status in RETRY_SECONDS:
        more.setdefault("Retry-After", str(RETRY_SECONDS[status]))
    if status == 401:  # noqa: PLR2004 - that is what it is called
        more.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(dict(document), status, more, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Every way of failing ends in a problem document."""
    app.add_exception_handler(rules.ModerationError, _broken_rule)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeoutError, _database)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)


async def _broken_rule(request: Request, error: Exception) -> Response:
    assert isinstance(error, rules.ModerationError)
    if STATUS[type(error)] == 401 and request.url.path.startswith(DESK):  # noqa: PLR2004 - not signed in
        return RedirectResponse("/desk/sign-in", 303)
    return shown(request, problem_of(error), error.more.get("headers"))


async def _invalid(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        return shown(request, _request_problem(request, error))
    assert isinstance(error, ValidationError)
    return shown(request, problem_of_validation(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = TITLES.get(error.status_code, "Error").lower().replace(" ", "-")
    detail = error.detail if error.status_code in (400, 404, 405) else TITLES.get(error.status_code, "Error")
    if detail == TITLES[404]:  # no route: the framework has no more to say
        detail = "There is nothing at this address."
    headers = {"Allow": _allowed(request)} if error.status_code == METHOD_NOT_ALLOWED else error.headers
    return shown(request, problem(error.status_code, kind, f"{detail.rstrip('.')}."), headers)


async def _gone(request: Request, error: Exception) -> Response:
    """Whoever asked hung up in the middle of it: nobody hears the answer, and nothing is wrong here."""
    del request, error
    return Response(status_code=400)


async def _database(request: Request, error: Exception) -> Response:
    """The database is away, busy or full: nobody's fault out there, and it will pass."""
    if isinstance(error, DBAPIError) and not (isinstance(error, OperationalError) or error.connection_invalidated):
        return await _unforeseen(request, error)
    log(__name__).warning("database trouble", error=type(error).__name__, path=_template(request))
    return shown(request, problem_of(rules.UnavailableError()))


async def _unforeseen(request: Request, error: Exception) -> Response:
    log(__name__).error("unforeseen", path=_template(request), error=type(error).__name__, exc_info=error)
    return shown(request, problem(500, "internal-error", "Something went wrong here. It was logged."))


def _allowed(request: Request) -> str:
    """Every method that this path takes, not just those of the first route that has it."""
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    routes: list[BaseRoute] = request.app.router.routes
    taken = [
        each
        for each in methods
        if any(route.matches({**request.scope, "method": each})[0] is Match.FULL for route in routes)
    ]
    return ", ".join(taken)


def _template(request: Request) -> str:
    """The route, without what was filled into it."""
    return getattr(request.scope.get("route"), "path", "?")


def _request_problem(request: Request, error: RequestValidationError) -> dict[str, Any]:
    broken = [each for each in error.errors() if each["type"] == "json_invalid"]
    if broken:
        where = broken[0]["loc"][-1]
        return problem(400, "invalid-json", f"The body is no JSON: it breaks at character {where}.")
    found = [_located(each) for each in error.errors()[:MOST_ERRORS]]
    if found[0].get("pointer") == "#" and "json" not in request.headers.get("content-type", "").lower():
        found[0]["detail"] = "Send JSON, and say so: Content-Type: application/json"
    named = found[0].get("pointer") or found[0].get("parameter") or "body"
    return problem(422, "invalid-input", f"{named}: {found[0]['detail']}", errors=found)


def _located(each: Mapping[str, Any]) -> dict[str, Any]:
    place, *rest = each["loc"]
    if place == "body":
        return _field(rest, each["msg"], each["type"])
    return {
        "parameter": str(rest[0])[:LONGEST_POINTER] if rest else place,
        "detail": _plain(each["msg"]),
        "type": each["type"],
    }


def _field(location: Sequence[Any], message: str, kind: str) -> dict[str, Any]:
    pointer = "".join(f"/{_escaped(part)}" for part in location)[:LONGEST_POINTER]
    return {"pointer": f"#{pointer}", "detail": _plain(message), "type": kind}


def _plain(message: str) -> str:
    """Pydantic's words before ours."""
    return message.removeprefix("Value error, ")


def _escaped(part: Any) -> str:
    plain = str(part).encode("ascii", "backslashreplace").decode()
    return plain.replace("~", "~0").replace("/", "~1")
