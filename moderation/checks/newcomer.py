"""Newcomer: an author without approved comments here. Only ever holds, and only where a site wants it to."""

from moderation.checks.signal import Facts, Signal

NAME = "newcomer"
VERSION = "1"
SAYS = "The author is new here."
NOTHING = Signal(NAME)

NEW = 0.4
NEW_AND_REJECTED = 0.6


def look(facts: Facts) -> Signal:
    if facts.author_approved >= facts.rules.limits.approved_to_be_known:
        return NOTHING
    evidence = f"{facts.author_approved} approved, {facts.author_rejected} rejected"
    return Signal(NAME, score=NEW_AND_REJECTED if facts.author_rejected else NEW, evidence=(evidence,))
