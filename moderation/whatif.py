"""What other rules would make of a site's latest comments: counted before they are put in force. Nothing is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from moderation import facts
from moderation.checks import run_many
from moderation.checks.signal import Facts, Signal
from moderation.models import Comment
from moderation.policy import Verdict, judge
from moderation.rules import Rules
from moderation.terms import Action, Status

LATEST = 500  # comments
LOOKING_SECONDS = 3.0  # for each set of rules; what is not looked at by then is not counted
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Example:
    """A comment that would be decided otherwise."""

    comment_id: UUID
    external_id: str
    body: str
    before: Action
    after: Action


@dataclass(frozen=True, slots=True)
class Outlook:
    looked: int  # comments
    otherwise: tuple[tuple[Action, Action, int], ...]  # (before, after, how many), the most first
    examples: tuple[Example, ...]

    @property
    def changed(self) -> int:
        return sum(count for _, _, count in self.otherwise)


def latest(session: Session, site_id: UUID, rules: Rules, now: datetime) -> list[Facts]:
    """The facts of a site's latest screened comments, as they are known now."""
    newest = (
        select(Comment)
        .where(
            Comment.site_id == site_id,
            col(Comment.status).not_in([Status.PENDING.value, Status.ERASED.value]),
        )
        .order_by(col(Comment.id).desc())
        .limit(LATEST)
    )
    return facts.gather(session, session.exec(newest).all(), {site_id: rules}, now)


def compare(known: Sequence[Facts], before: Rules, after: Rules, ids: dict[str, str]) -> Outlook:
    """Both rules over the same facts: what differs comes of the rules alone. Takes seconds; no transaction is open."""
    looked = run_many(known, budget=LOOKING_SECONDS)
    again = looked if _looks_alike(before, after) else run_many(_under(known, after), budget=LOOKING_SECONDS)
    counts: Counter[tuple[Action, Action]] = Counter()
    examples: list[Example] = []
    number = min(len(looked), len(again))
    for each, one, other in zip(known[:number], looked, again, strict=False):
        was, would = _judged(each, one, before).action, _judged(each, other, after).action
        if was is would:
            continue
        counts[was, would] += 1
        if len(examples) < EXAMPLES:
            examples.append(Example(UUID(each.id), ids.get(each.id, ""), each.body, was, would))
    return Outlook(number, tuple((was, would, count) for (was, would), count in counts.most_common()), tuple(examples))


def external_ids(session: Session, known: Sequence[Facts]) -> dict[str, str]:
    """The site's own ids of these comments."""
    asked: Any = select(Comment.id, Comment.external_id).where(col(Comment.id).in_([UUID(each.id) for each in known]))
    return {str(comment_id): external_id for comment_id, external_id in session.exec(asked)}


def _looks_alike(before: Rules, after: Rules) -> bool:
    """Whether the checks see the same under both: thresholds and modes are for the judge alone."""
    names = ("limits", "lists", "languages", "protected_names")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _under(known: Sequence[Facts], rules: Rules) -> list[Facts]:
    return [replace(each, rules=rules, protected_names=rules.protected_on(each.page_url), shared={}) for each in known]


def _judged(each: Facts, signals: Sequence[Signal], rules: Rules) -> Verdict:
    return judge(signals, rules, sensitive=rules.sensitive(each.page_url))
