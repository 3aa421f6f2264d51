"""What tests of the HTTP surface share: settings of their own, and one application for a whole table of requests."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import SQLModel

from api import guests
from api.main import create_app
from moderation import database, live
from moderation.settings import settings
from tests.conftest import ENGINES


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Settings by environment, as an operator gives them; gone after the test."""

    def configure(**named: str) -> None:
        for name, value in named.items():
            monkeypatch.setenv(f"GREENROOM_{name.upper()}", value)
        settings.cache_clear()

    yield configure
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module", params=ENGINES)
def shared(request: pytest.FixtureRequest, queue_server: str) -> Iterator[TestClient]:
    """One application for a table of requests that leave nothing behind; a 500 is an answer here, not an exception."""
    url = request.getfixturevalue(f"{request.param}_url")
    if not database.in_use(url):
        database.use(url)
    with database.transaction() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.connection().execute(text(f'DELETE FROM "{table.name}"'))
    guests.forget()
    live.client().flushall()
    with TestClient(create_app(), base_url="http://greenroom.test", raise_server_exceptions=False) as client:
        yield client
