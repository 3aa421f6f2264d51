"""The web application: create_app(), and what surrounds every request."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

import structlog
from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import backlog, described, errors, overload, quota
from api.collector import Collector
from api.desk import ROUTERS, render
from api.errors import answer, problem
from api.guests import Doorkeeper
from api.routes import (
    admin,
    akismet,
    comments,
    coral,
    dead_letters,
    decisions,
    exports,
    feedback,
    health,
    integrations,
    outcomes,
    queue,
    stream,
    webhooks,
)
from api.waiting import Waiting
from moderation import logs, memory
from moderation.ids import new_id
from moderation.settings import settings
from workers import nudge

LAST_NUDGES_SECONDS = 1.0
TOO_LARGE = 413
DEBUGGING = logging.getLogger("api")


def create_app() -> FastAPI:
    logs.set_up(settings().log_level)
    app = FastAPI(
        title="Greenroom",
        summary="A self-hosted comment moderation queue",
        version="1",
        lifespan=_lifespan,
        redoc_url=None,
        telemetry=_telemetry(),
    )
    app.router.routes.extend(comments.lane.routes)  # as it is: a router within a router looks for its routes twice
    for each in (
        *(comments, outcomes, feedback, webhooks, queue, decisions, stream, admin, health, dead_letters),
        *(akismet, integrations, coral, exports),
    ):
        largest = akismet.FORM_BYTES if each is akismet else comments.BODY_BYTES
        app.include_router(each.router, max_body_size=largest)
    for router in ROUTERS:
        app.include_router(router, max_body_size=comments.BODY_BYTES)
    app.mount("/desk/static", StaticFiles(directory=render.HERE / "static"), name="static")
    app.add_api_route("/", _home, include_in_schema=False)
    errors.install(app)
    described.install(app)
    app.state.problem_page = render.problem_page
    app.add_middleware(Doorkeeper)
    app.add_middleware(Surroundings)
    return app


def _telemetry() -> TelemetryConfig:
    """FastAPI traces itself where OpenTelemetry's SDK is installed. Without it nobody need be asked at each request."""
    return {} if find_spec("opentelemetry.sdk") else {"tracing": False, "metrics": False, "logs": False}


async def _home() -> RedirectResponse:
    return RedirectResponse("/desk/queue")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.collector = Collector()
    app.state.waiting = Waiting()
    app.state.waiting.start()
    watching = [asyncio.create_task(each.watch()) for each in (overload, backlog)]
    nudge.get_ready()
    await run_in_threadpool(_get_ready)
    yield
    for each in watching:
        each.cancel()
    await app.state.collector.close()
    await app.state.waiting.stop()
    nudge.flush(LAST_NUDGES_SECONDS)


def _get_ready() -> None:
    quota.get_ready()
    memory.leave_loaded_alone()


class Surroundings:
    """ASGI: a request's id, its line in the log, headers that every answer has, and problems instead of plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        outgoing = _Outgoing(scope, receive, send, request_id)
        try:
            await self._app(scope, receive, outgoing.send)
        finally:
            if DEBUGGING.isEnabledFor(logging.DEBUG):
                took = round((time.perf_counter() - started) * 1_000, 1)
                route = getattr(scope.get("route"), "path", "-")  # the template, not what was filled into it
                logs.log("api").debug(
                    "request", method=scope["method"], route=route, status=outgoing.status, milliseconds=took
                )
            structlog.contextvars.unbind_contextvars("request_id")


class _Outgoing:
    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self.status = 0
        self._scope, self._receive, self._send = scope, receive, send
        self._request_id = request_id.encode()
        self._replaced = False

    async def send(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start" and not self.status:
            self.status = message["status"]
            if self.status == TOO_LARGE and not _is_problem(message):
                self._replaced = True
                await self._too_large()(self._scope, self._receive, self._send)
                return
            message["headers"] = [
                *message["headers"],
                (b"x-request-id", self._request_id),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)

    def _too_large(self) -> Response:
        if self._scope["path"].startswith(("/1.1/", "/1.2/")):
            return akismet.too_large()
        detail = "The body is larger than this address takes."
        return answer(problem(TOO_LARGE, "body-too-large", detail), {"x-request-id": self._request_id.decode()})


def _is_problem(message: Message) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"application/problem") for name, value in message["headers"]
    )
