"""Campaign: nearly the same text by several authors, within a week. Only ever holds."""

from collections.abc import Sequence

from moderation.checks.clusters import CLUSTERED, COUNT_UP_TO, WITHIN_DAYS, Clusters, place_in_order
from moderation.checks.signal import Facts, Signal

NAME = "campaign"
VERSION = "1"
SAYS = "Others have sent nearly the same text."

# By how many others: one may quote or agree, three do not by chance.
FEW = {0: 0.0, 1: 0.3, 2: 0.4}
AT_THE_LIMIT = 0.5  # three
EACH_MORE = 0.05

NOTHING_LIKE_IT = Signal(NAME)

_SHARED = "campaign"


def look(facts: Facts) -> Signal:
    cluster, others = facts.cluster, facts.cluster_others
    if cluster is None and CLUSTERED not in facts.shared:
        placed = facts.shared[_SHARED] if _SHARED in facts.shared else place_in_order(Clusters(), [facts])[0]
        cluster, others = (placed.cluster, placed.others) if placed else (None, 0)
    if cluster is None:
        return NOTHING_LIKE_IT
    more = others - len(FEW)
    counted = f"{others} or more" if others >= COUNT_UP_TO else str(others)
    return Signal(
        NAME,
        score=FEW[others] if others in FEW else min(1.0, AT_THE_LIMIT + EACH_MORE * more),
        evidence=(f"{counted} near-identical {_COMMENTS[others == 1]} by others within {WITHIN_DAYS} days",)
        if others
        else (),
        cluster=cluster,
    )


def prime(many: Sequence[Facts]) -> None:
    """Where nobody has looked for clusters before, a chunk's comments are one site's, in order."""
    new = [each for each in many if each.cluster is None and CLUSTERED not in each.shared]
    for each, placed in zip(new, place_in_order(Clusters(), new), strict=True):
        each.shared[_SHARED] = placed


_COMMENTS = ("comments", "comment")
