"""The fault matrix on PostgreSQL: real processes, real signals. The tests are in cells.py."""

from collections.abc import Iterator

import pytest

from tests.conftest import ENGINES
from tests.faults.cells import *  # noqa: F403 - the tests
from tests.faults.cells import Night, a_night

ENGINE = "postgresql"
pytestmark = [
    pytest.mark.timeout(420),  # the first test waits for the whole night
    pytest.mark.skipif(ENGINE not in ENGINES, reason="not asked for"),
]


@pytest.fixture(scope="module", params=[ENGINE])
def night(request: pytest.FixtureRequest) -> Iterator[Night]:
    yield from a_night(request.param)
