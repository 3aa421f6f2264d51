"""What a check is given and what it gives back: facts and signals, both frozen."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from moderation.checks.hosts import find_hosts
from moderation.checks.text import Text, read
from moderation.rules import Rules

LONGEST_EVIDENCE = 80  # characters; evidence quotes strangers


@dataclass(frozen=True)
class Facts:
    """All that was known when a comment was looked at."""

    id: str
    body: str
    rules: Rules
    author_id: str | None = None  # as the site sent it
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    page_url: str = ""
    page_title: str | None = None
    ip: str | None = None
    typed_for_seconds: float | None = None
    honeypot: str | None = None
    language: str | None = None  # of the comment, as the site sent it (BCP 47)
    submitted_at: datetime | None = None
    author_approved: int = 0  # counted up to a hundred, like all that follow
    author_rejected: int = 0
    same_text: int = 0  # this author's other comments with the same text, within a day
    author_lately: int = 0  # this author's other comments, within a minute
    ip_lately: int = 0
    protected_names: tuple[str, ...] = ()  # who must not be named on this page
    cluster: str | None = None  # the key that near-identical comments share
    cluster_others: int = 0  # near-identical comments on this site by other authors, within the window

    shared: dict[str, Any] = field(default_factory=dict[str, Any], repr=False, compare=False)
    """What one check has computed for a whole batch, or for the next check: by the name of what it is."""

    @cached_property
    def text(self) -> Text:
        """The body as all checks read it, computed once."""
        return read(self.body)

    @cached_property
    def hosts(self) -> list[tuple[str, int, int]]:
        """(host, start, end) of every link in the body, found once."""
        return find_hosts(self.body)


class Signal(NamedTuple):
    """What a check saw, or that it did not run, and why."""

    check: str
    score: float = 0.0  # 0 nothing seen, 1 as sure as this check gets
    spans: tuple[tuple[int, int], ...] = ()  # [start, end) in the text as written, in characters
    evidence: tuple[str, ...] = ()
    weight: float = 1.0  # how much of the score the policy counts: less where all that was found is quoted or reported
    vouches: bool = False  # the site has said that this one is welcome
    ran: bool = True
    why_not: str | None = None
    cluster: str | None = None  # campaign: the key that near-identical comments share
    version: str = ""  # these two, last, are set by whoever runs the check
    milliseconds: float = 0.0


def quote(text: str) -> str:
    """A stranger's words as evidence: bounded."""
    return text if len(text) <= LONGEST_EVIDENCE else text[: LONGEST_EVIDENCE - 1] + "…"


def signal_document(signal: Signal) -> dict[str, Any]:
    """A signal as it is stored and shown."""
    document = {
        "check": signal.check,
        "score": round(signal.score, 4),
        "spans": [list(span) for span in signal.spans],
        "evidence": list(signal.evidence),
        "version": signal.version,
        "milliseconds": signal.milliseconds,
        "ran": signal.ran,
        "why_not": signal.why_not,
    }
    return document | {"cluster": signal.cluster} if signal.cluster else document
