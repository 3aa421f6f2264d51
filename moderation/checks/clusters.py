"""Clusters: who among many comments says nearly the same, and how many others do. In memory, for one site.

The same code places comments that come from a file and comments whose forerunners come from the database. A comment
joins the largest cluster that holds something nearly identical to it, or several things that are alike; a comment that
is like two clusters joins them. Else it is the first of its own.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from moderation.checks.likeness import Fingerprint, fingerprints, likeness
from moderation.checks.signal import Facts

WITHIN_DAYS = 7  # what was said before is forgotten
NEARLY_IDENTICAL = 0.45  # of all runs in both; one word in ten changed leaves 0.55, two strangers' texts share 0.05
ALIKE = 0.33  # ... is not enough alone, but several of one cluster say the same
SEVERAL = 3
ENOUGH = 32  # forerunners that stand for all who follow: the next one needs no place in the index
COUNT_UP_TO = 100
MOST_IN_MEMORY = 50_000  # comments; the oldest is forgotten first


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A comment that was placed."""

    cluster: str
    bands: tuple[int, ...]
    signature: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    cluster: str
    others: int  # near-identical comments by others, up to COUNT_UP_TO
    crowded: bool  # ENOUGH forerunners are known already


class Clusters:
    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most = most
        self._in_order: deque[Known] = deque()
        self._by_band: dict[int, list[Known]] = {}
        self._members: dict[str, deque[str | None]] = {}
        self._joined: dict[str, str] = {}

    def know(self, known: Known) -> None:
        """A forerunner, from wherever it was kept."""
        self._in_order.append(known)
        for band in known.bands:
            bucket = self._by_band.get(band)
            if bucket is None:
                self._by_band[band] = [known]
            else:
                bucket.append(known)
                del bucket[:-ENOUGH]
        if len(self._in_order) > self._most:
            self._forget(self._in_order.popleft())

    def count(self, cluster: str, writers: Iterable[str | None]) -> None:
        """Who has written in a cluster so far, the oldest first."""
        members = self._members.setdefault(self._now(cluster), deque(maxlen=COUNT_UP_TO))
        members.extend(writers)

    def around(self, print_: Fingerprint) -> set[str]:
        """The clusters that a comment may come to join."""
        return {self._now(each.cluster) for each, alike in self._alike(print_) if alike >= ALIKE}

    def place(self, print_: Fingerprint, writer: str | None) -> Placed:
        """Find a comment's cluster, and remember it there."""
        alike = self._alike(print_)
        cluster = (self._choose(alike) if alike else None) or self._now(print_.key)
        members = self._members.get(cluster, ()) if writer else ()
        others = sum(1 for each in members if each and each != writer)
        crowded = len(alike) >= ENOUGH and sum(1 for _, share in alike if share >= NEARLY_IDENTICAL) >= ENOUGH
        self.know(Known(cluster, () if crowded else print_.bands, print_.signature))
        self.count(cluster, (writer,))
        return Placed(cluster, min(others, COUNT_UP_TO), crowded)

    def now(self, placed: Placed) -> Placed:
        """Where it is by now: its cluster may have joined another."""
        now = self._now(placed.cluster)
        return placed if now == placed.cluster else replace(placed, cluster=now)

    def _alike(self, print_: Fingerprint) -> list[tuple[Known, float]]:
        buckets = [bucket for band in print_.bands if (bucket := self._by_band.get(band))]
        if not buckets:
            return []
        found = list({each: None for bucket in buckets for each in bucket})
        return list(zip(found, likeness([each.signature for each in found], print_.signature), strict=True))

    def _choose(self, alike: Sequence[tuple[Known, float]]) -> str | None:
        sure = {self._now(each.cluster) for each, share in alike if share >= NEARLY_IDENTICAL}
        likely = Counter(self._now(each.cluster) for each, share in alike if share >= ALIKE)
        sure |= {cluster for cluster, times in likely.items() if times >= SEVERAL}
        if not sure:
            return None
        chosen = max(sure, key=lambda each: (len(self._members.get(each, ())), likely[each], each))
        for each in sure - {chosen}:
            self._joined[each] = chosen
            self.count(chosen, self._members.pop(each, ()))
        return chosen

    def _now(self, cluster: str) -> str:
        while cluster in self._joined:
            cluster = self._joined[cluster]
        return cluster

    def _forget(self, known: Known) -> None:
        for band in known.bands:
            bucket = self._by_band.get(band)
            if bucket and bucket[0] is known:
                del bucket[0]
            if not bucket:
                self._by_band.pop(band, None)
        cluster = self._now(known.cluster)
        members = self._members.get(cluster)
        if members:
            members.popleft()
        if not members:
            self._members.pop(cluster, None)


def writer(author_id: str | None, email: str | None, ip: str | None, name: str | None) -> str | None:
    """Who wrote it, as far as they can be told apart; not to be read back from what is kept."""
    if author_id:
        told = f"id\x1f{author_id}"
    elif email and email.strip():
        told = f"email\x1f{email.strip().casefold()}"
    elif ip or name:
        told = f"somebody\x1f{ip or ''}\x1f{(name or '').strip().casefold()}"
    else:
        return None
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def place_in_order(clusters: Clusters, many: Sequence[Facts]) -> list[Placed | None]:
    """The clusters of these comments, each of which sees those before it; None for one that is too short."""
    placed = [
        clusters.place(print_, writer(each.author_id, each.author_email, each.ip, each.author_name)) if print_ else None
        for each, print_ in zip(many, fingerprints([each.text.folded for each in many]), strict=True)
    ]
    return [clusters.now(at) if at else None for at in placed]


def cluster_in_order(clusters: Clusters, many: Sequence[Facts]) -> list[Facts]:
    """These comments with their clusters."""
    return [with_cluster(each, at) for each, at in zip(many, place_in_order(clusters, many), strict=True)]


def with_cluster(facts: Facts, placed: Placed | None) -> Facts:
    known = replace(
        facts,
        cluster=placed.cluster if placed else None,
        cluster_others=placed.others if placed else 0,
        shared=facts.shared | {CLUSTERED: True},
    )
    vars(known)["text"] = facts.text  # it was read already
    return known


CLUSTERED = "clustered"  # in Facts.shared: whoever gathered these facts has looked for a cluster
