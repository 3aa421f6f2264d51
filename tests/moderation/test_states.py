"""The one table of moves, cell by cell."""

import pytest

from moderation.errors import MoveNotAllowedError
from moderation.states import MOVES, after
from moderation.terms import Action, Change, Status

P, A, H, R, E = Status.PENDING, Status.APPROVED, Status.HELD, Status.REJECTED, Status.ERASED
REFUSED = None

# A comment that is ...: (approve, hold, reject, edited by its author, erased, screened once more)
TABLE = {
    P: (A, H, R, P, E, REFUSED),  # stored, not screened: the verdict moves it
    H: (A, REFUSED, R, P, E, P),  # waiting for a person: nobody holds it once more
    A: (A, H, R, P, E, REFUSED),  # report dismissed; taken down by reports; report upheld
    R: (A, REFUSED, R, P, E, REFUSED),  # appeal granted; appeal denied
    E: (REFUSED,) * 6,  # what is gone is gone
}
COLUMNS = (Action.APPROVE, Action.HOLD, Action.REJECT, Change.EDIT, Change.ERASE, Change.RETRY)
CELLS = [(status, move, TABLE[status][at]) for status in Status for at, move in enumerate(COLUMNS)]


@pytest.mark.parametrize(("status", "move", "becomes"), [cell for cell in CELLS if cell[2] is not REFUSED])
def test_a_move_in_the_table_is_made(status, move, becomes):
    assert after(status, move) is becomes


@pytest.mark.parametrize(("status", "move"), [cell[:2] for cell in CELLS if cell[2] is REFUSED])
def test_a_move_that_is_not_in_the_table_is_refused(status, move):
    with pytest.raises(MoveNotAllowedError, match=f"that is {status} cannot take '{move}'"):
        after(status, move)


def test_there_is_no_move_beside_the_table():
    assert set(MOVES) == {(status, move) for status, move, becomes in CELLS if becomes is not REFUSED}
