"""What is true of comments at every moment of every story."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from moderation import crosscheck, decisions
from moderation.models import Case, Comment, Decision, Delivery, Screening
from moderation.states import MOVES
from moderation.terms import Status, Why

MOVED = {(before.value, then.value) for (before, _), then in MOVES.items()}
OPEN_BECAUSE = {  # why a case may be open while its comment stands like this
    Status.PENDING: set[str](),
    Status.ERASED: set[str](),
    Status.APPROVED: {Why.REPORTED},
    Status.HELD: {Why.HELD, Why.UNSCREENED, Why.REPORTED, Why.APPEALED},
    Status.REJECTED: {Why.APPEALED},
}


def everything(
    session: Session, site_id: UUID, before: Mapping[UUID, str], retried: Mapping[tuple[UUID, int], int]
) -> Sequence[Comment]:
    """Raise what does not hold. 'before': each status after the last step; 'retried': asked for once more."""
    comments = session.exec(select(Comment)).all()
    cases = session.exec(select(Case).where(col(Case.closed_at).is_(None))).all()
    made = session.exec(select(Decision)).all()
    screened = Counter(session.exec(select(Screening.comment_id, Screening.revision)).all())
    told = {each.comment_id: each.type for each in session.exec(select(Delivery).order_by(col(Delivery.id)))}
    odd, _ = crosscheck.compare(session, site_id)
    assert odd == [], "one event per change"
    moved_by_the_table(comments, before)
    decided_once(made)
    waited_for(comments, cases, made)
    for comment in comments:
        looked_at(comment, screened)
        assert comment.status == Status.PENDING or told.get(comment.id) in {None, f"comment.{comment.status}"}
    for key, count in screened.items():
        assert count <= 1 + retried.get(key, 0), "screened once, unless an operator asked for more"
    return comments


def moved_by_the_table(comments: Sequence[Comment], before: Mapping[UUID, str]) -> None:
    for comment in comments:
        then = before.get(comment.id, Status.PENDING)
        assert comment.status == then or (then, comment.status) in MOVED
    assert set(before) <= {each.id for each in comments}, "nothing is ever gone"


def looked_at(comment: Comment, screened: Mapping[tuple[UUID, int], int]) -> None:
    assert comment.lease_token is None or comment.status == Status.PENDING
    if comment.screened_at and comment.status not in {Status.PENDING, Status.ERASED}:
        assert screened.get((comment.id, comment.revision)), "a verdict is about the text as it is"


def decided_once(made: Sequence[Decision]) -> None:
    standing = Counter((each.comment_id, each.revision, each.case_id) for each in made if each.void_at is None)
    assert all(count == 1 for count in standing.values())
    assert not [each for each in made if each.void_as == decisions.UNDONE and each.settled_at]


def waited_for(comments: Sequence[Comment], cases: Sequence[Case], made: Sequence[Decision]) -> None:
    """Whoever is held has a case or a decision on its way; whoever is settled has none that is not for a reason."""
    on_the_way = {each.comment_id for each in made if each.void_at is None and each.settled_at is None}
    open_cases = {each.comment_id: each for each in cases}
    assert len(open_cases) == len(cases)
    assert not {each.id for each in cases} & {each.case_id for each in made if each.void_at is None}
    for comment in comments:
        case = open_cases.get(comment.id)
        assert case is None or case.why in OPEN_BECAUSE[Status(comment.status)]
        assert case is None or case.revision == comment.revision
        assert comment.status != Status.HELD or case or comment.id in on_the_way
        assert comment.status not in {Status.PENDING, Status.ERASED} or comment.id not in on_the_way
