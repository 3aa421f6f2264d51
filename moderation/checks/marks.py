"""Marks: links, addresses, handles, numbers and prices in a text, in one pass of RE2 over it.

Each alternative takes a whole run of characters, and those that read far ahead stand last, so that what one match has
read, few others read again: linear on any input.
"""

from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import re2

from moderation.checks.hosts import FOREIGN_SUFFIXES, Places, is_bare_host, leads_to
from moderation.checks.scams import is_well_known

MOST_MARKS = 600  # a text with more has made its point
_PHONE_DIGITS = range(7, 16)  # E.164

_AMOUNT = r"[0-9][0-9,.]*(?: ?[0-9]{3})*"
_PATTERNS = {
    "link": r"h(?:tt|xx)ps?://[^\s<>\"'\]]+|ftp://[^\s<>\"'\]]+|\bwww\.[^\s<>\"'\]]+",
    "anchor": r"<a\s|\[url\b|\[link\b",
    "price": rf"[$€£₦₹¥]\s?{_AMOUNT}\s?[km]?\b|{_AMOUNT}\s?(?:k\s?)?"
    r"(?:[$€£]|usdt?\b|dollars?\b|euros?\b|pounds?\b|bucks\b|btc\b|eth\b|gbp\b|p/min|ppm)",
    "percent": r"[0-9][0-9.,]*\s?%",
    "phone": r"\+?\(?[0-9][0-9 ()\-]{5,18}[0-9]",
    "video": r"watch\?v=[a-z0-9_\-]+",
    "handle": r"@[a-z0-9_.]{2,}",
    "hashtag": r"#[a-z_][a-z0-9_]*",
    "mail": r"[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+",
    "spelt": r"[a-z0-9\-]+ ?(?:\(dot\)|\[dot\]|\(\.\)|\[\.\]) ?[a-z]{2,24}"
    r"|[a-z0-9\-]{3,}(?: \. ?|\. | dot )(?:com|net|org|info|biz|xyz)\b",
    "bare": r"[a-z0-9][a-z0-9\-]*(?:\.[a-z0-9\-]+)+(?:/[^\s<>\"']*)?",
    "foreign": rf"(?:[a-z0-9\-]|[^\x00-\x7f])+\.(?:{FOREIGN_SUFFIXES})",
}
CITED = "cited"  # a link to a host that answers for what it publishes: people cite it, nobody advertises with it
KINDS = (*_PATTERNS, CITED)
LINKS = frozenset({"link", "video", "spelt", "bare", "foreign"})
_CLOSES = ".,;:!?)*"  # what ends a sentence is no part of the link before it


class Mark(NamedTuple):
    kind: str
    start: int  # in the original, in characters
    end: int
    host: str = ""  # of a link


def marks(body: str) -> list[Mark]:
    """All marks, left to right, none inside another."""
    written = body.encode(errors="replace")
    place = Places(written, len(body))
    found: list[Mark] = []
    for match in islice(_expression().finditer(written), MOST_MARKS):
        kind = KINDS[match.lastindex - 1]
        start, end = match.span()
        host = ""
        if kind in LINKS or kind == "phone":
            there = written[start:end].decode(errors="replace")
            if not _is_meant(kind, there):
                continue
            if kind in LINKS:
                end -= len(there) - len(_trimmed(there))  # all that is cut is ASCII
                host = leads_to(there)
                kind = CITED if is_well_known(host) else kind
        found.append(Mark(kind, place.of(start), place.of(end), host))
    return found


def _trimmed(link: str) -> str:
    """Without what closes the sentence around it; a bracket that was opened inside stays.

    >>> _trimmed("http://a.example/b_(c)"), _trimmed("http://a.example/b).")
    ('http://a.example/b_(c)', 'http://a.example/b')
    """
    end, unopened = len(link), link.count(")") - link.count("(")
    while end and link[end - 1] in _CLOSES:
        if link[end - 1] == ")":
            if unopened <= 0:
                break
            unopened -= 1
        end -= 1
    return link[:end]


def _is_meant(kind: str, written: str) -> bool:
    if kind == "phone":
        return sum(map(str.isdigit, written)) in _PHONE_DIGITS
    if kind == "bare":
        host, path, _ = written.partition("/")
        return is_bare_host(host, followed=bool(path))
    return True


@cache
def _expression() -> Any:
    return re2.compile("(?i)" + "|".join(f"({each})" for each in _PATTERNS.values()))


def get_ready() -> None:
    """Compile the expression."""
    _expression()
