"""A real browser at the desk: Chromium, driven by Playwright, at an API that really listens."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from moderation import people
from moderation.database import clock, transaction
from tests import browser as browsers
from tests import make

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STARTED_SECONDS = 20.0
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One per file: while Playwright runs, no test of this thread can start a loop of its own."""
    path = browsers.found() or pytest.fail(browsers.MISSING)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield started
        started.close()


@pytest.fixture
def address(application: FastAPI, engine: str, valkey: str) -> Iterator[str]:
    """Where the application listens; without workers: tests.make.work() does what they would."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = uvicorn.Config(application, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ends = time.monotonic() + STARTED_SECONDS
    while not server.started and time.monotonic() < ends:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(STARTED_SECONDS)


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opener]:
    """`opened(mia)`: a page of a browser of her own, signed in, at the desk. Complaints of any page fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_as(who: make.AModerator, path: str = "/desk/queue", **options: Any) -> Page:
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"/desk/sign-in?link={link(who)}")
        if path != "/desk/queue":
            page.goto(path)
        return page

    yield open_as
    for each in contexts:
        with suppress(Exception):
            each.close()
    # An answer that is no page (409, 404) is part of some stories, and the browser says so; a broken page is not.
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def link(who: make.AModerator) -> str:
    with transaction() as session:
        return people.invite(session, who.id, clock(session))


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to leave pictures of pages for a person to look at; nowhere, unless asked."""
    where = os.environ.get("GREENROOM_PICTURES")
    return Path(where) if where else None
