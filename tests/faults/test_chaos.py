"""Three nights of half a minute: whatever was drawn, nothing is lost and nothing is decided twice."""

import pytest

from tests.conftest import ENGINES
from tests.faults import chaos

SECONDS = 30.0


@pytest.mark.timeout(330)
@pytest.mark.parametrize(("engine", "seed"), [("sqlite", 1), ("postgresql", 2), ("postgresql", 3)])
def test_a_night_of_chaos_breaks_no_promise(engine: str, seed: int):
    if engine not in ENGINES:
        pytest.skip("not asked for")

    report = chaos.run(engine, seed, SECONDS)

    assert report.violations == {}, chaos.shown(report)
    assert report.accepted > 0
    assert report.count > 0
