"""Blocklist: a site's own words, phrases and wildcards, disguised or not; hosts, authors, e-mails and networks.

Each is allowed, held or blocked.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from moderation.checks.hosts import Hosts, get_ready, host_of
from moderation.checks.signal import Facts, Signal, quote
from moderation.checks.wordlist import WordList
from moderation.rules import Entries, Lists, Networks, Rules

NAME = "blocklist"
VERSION = "3"
SAYS = "Something here is on the site's own list."

NOTHING = Signal(NAME)
HELD = 0.6
BLOCKED = 1.0
COMPILED = 256  # lists kept ready: one for each version of a site's rules in use


class _Hit(NamedTuple):
    does: str  # allow, hold or block
    evidence: str
    span: tuple[int, int] | None = None


def look(facts: Facts) -> Signal:
    ready = _compile(facts.rules.lists)
    if ready.empty:
        return NOTHING
    hits = list(_hits(facts, ready))
    does = {hit.does for hit in hits}
    return Signal(
        NAME,
        score=BLOCKED if "block" in does else HELD if "hold" in does else 0.0,
        spans=tuple(hit.span for hit in hits if hit.span),
        evidence=tuple(quote(f"{hit.does} {hit.evidence}") for hit in hits),
        vouches=does == {"allow"} and any(hit.evidence.startswith(("author", "e-mail", "network")) for hit in hits),
    )


def _hits(facts: Facts, ready: "_Ready") -> Iterator[_Hit]:
    for does in ("allow", "hold", "block"):
        for entry, start, end in ready.words[does].find(facts.text):
            yield _Hit(does, f"word: {entry}", (start, end))
        yield from _host_hits(facts, does, ready.hosts[does])
        if facts.author_id in ready.authors[does] or _folded(facts.author_name) in ready.authors[does]:
            yield _Hit(does, "author")
        if _email_matches(facts.author_email, ready.emails[does]):
            yield _Hit(does, "e-mail")
        if _in_networks(_address(facts.ip), ready.networks[does]):
            yield _Hit(does, "network")


def prepare(rules: Rules) -> None:
    """Compile a site's lists: long ones take longer than a check may."""
    get_ready()
    _compile(rules.lists)


def _host_hits(facts: Facts, does: str, listed: Hosts) -> Iterator[_Hit]:
    for host, start, end in facts.hosts:
        if host in listed:
            yield _Hit(does, f"host: {host}", (start, end))
    own = host_of(facts.author_url or "")
    if own in listed:
        yield _Hit(does, f"host: {own}")


class _Ready(NamedTuple):
    empty: bool  # most sites have no lists
    words: dict[str, WordList]
    hosts: dict[str, Hosts]
    authors: dict[str, frozenset[str | None]]
    emails: dict[str, frozenset[str]]
    networks: dict[str, tuple[IPv4Network | IPv6Network, ...]]


_EACH = ("allow", "hold", "block")


_NO_LISTS = Lists()


@lru_cache(maxsize=COMPILED)
def _compile(lists: Lists) -> _Ready:
    return _Ready(
        empty=lists == _NO_LISTS,
        words={does: WordList(_entries(lists.words, does)) for does in _EACH},
        hosts={does: Hosts(_entries(lists.hosts, does)) for does in _EACH},
        authors={
            does: frozenset(spelt for each in _entries(lists.authors, does) for spelt in (each, _folded(each)))
            for does in _EACH
        },
        emails={does: frozenset(each.casefold() for each in _entries(lists.emails, does)) for does in _EACH},
        networks={
            does: tuple(ip_network(each, strict=False) for each in _entries(lists.networks, does)) for does in _EACH
        },
    )


def _entries(entries: Entries | Networks, does: str) -> tuple[str, ...]:
    return getattr(entries, does)


def _folded(name: str | None) -> str | None:
    return " ".join(name.casefold().split()) or None if name else None


def _email_matches(email: str | None, listed: frozenset[str]) -> bool:
    if not email or not listed:
        return False
    whole = email.casefold()
    return whole in listed or "@" + whole.rpartition("@")[2] in listed


def _address(ip: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(ip) if ip else None
    except ValueError:
        return None


def _in_networks(address: IPv4Address | IPv6Address | None, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return address is not None and any(address in network for network in networks)
