"""Hosts and links in a stranger's text. RE2 throughout: linear on any input."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import re2

MOST_LINKS = 200  # a text with more has made its point
LONGEST_HOST = 253  # RFC 1035

# What follows a scheme or www., or a bare host that ends in one of the top-level domains that spam is made of.
_LINK = (
    r"(?i)(?:https?://|ftp://|\bwww\.)[^\s/?#<>\"']+"
    r"|\b(?:[a-z0-9\-]+\.)+(?:com|net|org|info|biz|ru|cn|xyz|top|online|site|shop|club|icu|live|link|click|store|vip|"
    r"win|io|co|me|tk|ml|ga|cf|gq|example|test)\b"
)


def find_hosts(body: str) -> list[tuple[str, int, int]]:
    """(host, start, end) of every link in a text, up to MOST_LINKS."""
    found: list[tuple[str, int, int]] = []
    for match in _link().finditer(body):
        host = _host(match.group())
        if "." in host and not _is_mail(body, match.start()):
            found.append((host, match.start(), match.end()))
        if len(found) == MOST_LINKS:
            break
    return found


def get_ready() -> None:
    """Compile the expression."""
    _link()


def host_of(url: str) -> str:
    """The host that an address leads to, or nothing."""
    hosts = find_hosts(url)
    return hosts[0][0] if hosts else ""


class Hosts:
    """Listed hosts. www.shop.example is among them when shop.example is."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._listed = frozenset(each.casefold().removeprefix("*.").strip(".") for each in listed)

    def __contains__(self, host: str) -> bool:
        while self._listed and host:
            if host in self._listed:
                return True
            host = host.partition(".")[2]
        return False


def _host(link: str) -> str:
    """What a browser would connect to: without scheme, user and port."""
    authority = link.rpartition("//")[2].rpartition("@")[2]
    return authority.partition(":")[0].strip(".,;!)")[:LONGEST_HOST].casefold()


def _is_mail(body: str, start: int) -> bool:
    return start > 0 and body[start - 1] == "@"


@cache
def _link() -> Any:
    return re2.compile(_LINK)
