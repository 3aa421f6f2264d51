"""Links: how many, for somebody who is known here and for somebody who is not. Only ever holds."""

from moderation.checks.hosts import find_hosts, is_within
from moderation.checks.signal import Facts, Signal, quote

NAME = "links"
VERSION = "1"
SAYS = "There are many links."

AT_THE_LIMIT = 0.5


def look(facts: Facts) -> Signal:
    limits = facts.rules.limits
    counted = [each for each in find_hosts(facts.body) if not is_within(each[0], facts.rules.lists.hosts.allow)]
    newcomer = facts.author_approved < limits.approved_to_be_known
    limit = limits.links_newcomer if newcomer else limits.links
    return Signal(
        NAME,
        score=min(1.0, AT_THE_LIMIT * len(counted) / limit),
        spans=tuple((start, end) for _, start, end in counted),
        evidence=tuple(quote(host) for host, _, _ in counted),
    )
