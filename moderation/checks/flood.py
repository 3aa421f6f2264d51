"""Flood: too many too fast, per author and per IP. Only ever holds."""

from moderation.checks.signal import Facts, Signal

NAME = "flood"
VERSION = "1"
SAYS = "Too many comments came in too short a time."

AT_THE_LIMIT = 0.5
NOTHING = Signal(NAME)


def look(facts: Facts) -> Signal:
    if not facts.author_lately and not facts.ip_lately:
        return NOTHING
    limits = facts.rules.limits
    by_author = facts.author_lately / limits.per_author_minute
    by_ip = facts.ip_lately / limits.per_ip_minute
    evidence = (
        *((f"{facts.author_lately} by this author within a minute",) if by_author >= 1 else ()),
        *((f"{facts.ip_lately} from this network address within a minute",) if by_ip >= 1 else ()),
    )
    return Signal(NAME, score=min(1.0, AT_THE_LIMIT * max(by_author, by_ip)), evidence=evidence)
