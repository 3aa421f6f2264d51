"""Links: how many, for somebody who is known here and for somebody who is not. Only ever holds.

With a limit of N, N links hold (WordPress); with a limit of 1, any does (Coral). As in WordPress, the author's own
address is no link of the comment: blocklist and spam look at it.
"""

from functools import lru_cache

from moderation.checks.hosts import Hosts, get_ready
from moderation.checks.signal import Facts, Signal, quote
from moderation.rules import Lists, Rules

NAME = "links"
VERSION = "1"
SAYS = "There are many links."

NOTHING = Signal(NAME)
AT_THE_LIMIT = 0.5
COMPILED = 256  # lists kept ready: one for each version of a site's rules in use


def look(facts: Facts) -> Signal:
    if not facts.hosts:
        return NOTHING
    limits = facts.rules.limits
    allowed = _allowed(facts.rules.lists)
    counted = [each for each in facts.hosts if each[0] not in allowed]
    newcomer = facts.author_approved < limits.approved_to_be_known
    limit = limits.links_newcomer if newcomer else limits.links
    return Signal(
        NAME,
        score=min(1.0, AT_THE_LIMIT * len(counted) / limit),
        spans=tuple((start, end) for _, start, end in counted),
        evidence=tuple(quote(host) for host, _, _ in counted),
    )


def prepare(rules: Rules) -> None:
    get_ready()
    _allowed(rules.lists)


@lru_cache(maxsize=COMPILED)
def _allowed(lists: Lists) -> Hosts:
    return Hosts(lists.hosts.allow)
