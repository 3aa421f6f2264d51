"""The one table of moves: nothing else changes a comment's status."""

from moderation.errors import MoveNotAllowedError
from moderation.terms import Action, Change, Status

MOVES: dict[tuple[Status, Action | Change], Status] = {
    (Status.PENDING, Action.APPROVE): Status.APPROVED,
    (Status.PENDING, Action.HOLD): Status.HELD,
    (Status.PENDING, Action.REJECT): Status.REJECTED,
    (Status.HELD, Action.APPROVE): Status.APPROVED,
    (Status.HELD, Action.REJECT): Status.REJECTED,
    (Status.APPROVED, Action.APPROVE): Status.APPROVED,  # report dismissed
    (Status.APPROVED, Action.HOLD): Status.HELD,  # enough readers reported it
    (Status.APPROVED, Action.REJECT): Status.REJECTED,  # report upheld, or overturned
    (Status.REJECTED, Action.APPROVE): Status.APPROVED,  # appeal granted, or overturned
    (Status.REJECTED, Action.REJECT): Status.REJECTED,  # appeal denied
    (Status.HELD, Change.RETRY): Status.PENDING,  # it could not be screened
    **{(each, Change.EDIT): Status.PENDING for each in Status if each is not Status.ERASED},
    **{(each, Change.ERASE): Status.ERASED for each in Status if each is not Status.ERASED},
}


def after(status: Status, action: Action | Change) -> Status:
    """Where a comment stands after this; raises MoveNotAllowedError where the table has no move."""
    if (status, action) not in MOVES:
        raise MoveNotAllowedError(f"A comment that is {status} cannot take '{action}'.")
    return MOVES[status, action]
