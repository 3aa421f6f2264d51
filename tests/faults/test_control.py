"""The control: where nothing makes good what is lost, the same faults lose comments. So the proof can fail."""

import pytest

from tests.faults import control


@pytest.mark.timeout(180)
def test_plain_celery_loses_comments_under_the_same_faults():
    found = control.run(2, forget=True)

    assert found.accepted > 200
    assert found.lost > 0
