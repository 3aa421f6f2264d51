"""Hosts and links in a stranger's text. RE2 throughout: linear on any input.

`find_hosts` is strict, for counting: what a reader could follow. `leads_to` reads one candidate the way spam is
written, by the public suffix list (bundled; nothing is fetched).
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import re2
import tldextract

MOST_LINKS = 200  # a text with more has made its point
MOST_CANDIDATES = 1_000  # words between dots that are looked at
LONGEST_HOST = 253  # RFC 1035
_LETTERS = 3  # of a top-level domain that is no country's
_RESERVED = frozenset({"example", "test"})  # RFC 2606; what a site writes in its rules and its tests
_REMEMBERED = 8_192  # hosts whose registered domain is kept

FOREIGN_SUFFIXES = "рф|укр|бел|срб|бг|中国|公司|网址|भारत"  # noqa: RUF001 - which is what they are
# What follows a scheme or www., or words between dots. Over UTF-8 as bytes; each alternative takes a whole run, so that
# what one match has read, no other reads again.
_LINK = (
    rb"(?i)(?:https?://|ftp://|\bwww\.)[^\s/?#<>\"']+"
    rb"|[a-z0-9][a-z0-9\-]*(?:\.[a-z0-9\-]+)+"
    rb"|(?:[a-z0-9\-]|[^\x00-\x7f])+\.(?:" + FOREIGN_SUFFIXES.encode() + rb")"
)

_PAGE = re.compile(r"\.(?:html?|php|aspx?|jsp|cgi|pdf|jpe?g|png|gif)$", re.IGNORECASE)  # no host ends so

# Top-level domains that are also words or names of files: 'is.it', 'done.so', 'main.py', 'readme.md' are no hosts.
_ALSO_WORDS = (
    "ad am an and are art as at author auto band bar be best bet bid bike book bot boutique build business buy by "
    "cab cafe call cam camera cards care case cash cat center chat cheap church city claims coach coffee cool "
    "country cv dance data date day deal deals dev diet dirt do dog dot doctor earth eat et exchange fail family "
    "fan fans farm fast film final fire fish fit fly food football forum foundation free fun fund fyi game games "
    "garden gay gift gifts glass global gold golf google got green group guide hair health help here homes hot "
    "house how id im in international is it joy kids kim la land law lawyer lease life like living locker love ma "
    "map me meet men mobile moe moment money moto movie music my navy network new news no now nu off one open page "
    "parts party pay pet phone photo photos pics pin pink pizza place play plus poker post press prime prof promo "
    "pub read red rent report rest review rich rip rocks room rugby run safe sale save school science search secure "
    "security services sex show silk singles site sky so soccer social song spa space sport star stream study style "
    "sucks support surf talk tax team tech theater tips to today tools top tours town toys trade training travel "
    "tube us vision vote voyage wang watch weather wed win wine work works world wow yoga you zero zone py md sh rs "
    "pl cc js ts zip mov ps ai ml so hs mm app java"
)
_WORDS = frozenset(_ALSO_WORDS.split())
# ... and those of them that so much spam is made of that a host in lower case is taken for one all the same.
_ALSO_SPAM = "best cam casino date live ml one page site space store stream today top win work world xyz"
_TAKEN = frozenset(_ALSO_SPAM.split())

_SHORT = (
    "adf.ly bc.vc bit.ly bitly.com buff.ly clck.ru cutt.ly goo.gl is.gd j.mp ouo.io ow.ly qps.ru rb.gy rebrand.ly "
    "s.id shorte.st shorturl.at soo.gd su.pr t.co t.ly t2m.io tiny.cc tinyurl.com v.gd vk.cc x.co shhort.com "
    "linktr.ee lnkd.in snip.ly tr.im u.to urlz.fr vzturl.com"
)
SHORTENERS = frozenset(_SHORT.split())
# Where anybody has a page within a minute.
_FREE = (
    "angelfire.com blogger.com geocities.com livejournal.com weebly.com wix.com wixsite.com wordpress.com "
    "tripod.com webs.com yolasite.com jimdo.com site90.com sites.google.com tumblr.com blog.com xanga.com "
    "freewebs.com webnode.com carrd.co t.me telegram.me wa.me whatsapp.com discord.gg onlyfans.com cash.app"
)
FREE_HOSTS = frozenset(_FREE.split())


def find_hosts(body: str) -> list[tuple[str, int, int]]:
    """(host, start, end) of every link in a text, up to MOST_LINKS."""
    found: list[tuple[str, int, int]] = []
    if "." not in body:
        return found
    written = body.encode(errors="replace")
    place = Places(written, len(body))
    for match in islice(_link().finditer(written), MOST_CANDIDATES):
        start, end = match.span()
        link = _PAGE.sub("", written[start:end].decode(errors="replace"))
        end = start + len(link.encode())
        host = _host(link)
        followed = written[end : end + 1] == b"/"
        if _is_mail(written, start, end) or "." not in host:
            continue
        if _announced(link) or is_bare_host(link, followed=followed):
            found.append((host, place.of(start), place.of(end)))
        if len(found) == MOST_LINKS:
            break
    return found


class Places:
    """From bytes of UTF-8 to characters; asked in ascending order, it reads the text once."""

    def __init__(self, written: bytes, characters: int) -> None:
        self._written = written
        self._plain = len(written) == characters
        self._bytes = self._characters = 0

    def of(self, position: int) -> int:
        if self._plain:
            return position
        self._characters += len(self._written[self._bytes : position].decode(errors="ignore"))
        self._bytes = position
        return self._characters


def get_ready() -> None:
    """Compile the expression and read the public suffix list."""
    _link()
    domain_of("www.example.com")


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


@lru_cache(maxsize=_REMEMBERED)
def domain_of(host: str) -> str:
    """What somebody has registered: of www.shop.co.uk, shop.co.uk; nothing when the suffix is not a public one.

    >>> domain_of("www.shop.co.uk"), domain_of("file.txt"), domain_of("good.This")
    ('shop.co.uk', '', '')
    """
    found = _suffixes().extract_str(host)
    return f"{found.domain}.{found.suffix}".casefold() if found.domain and found.suffix else ""


def is_bare_host(written: str, *, followed: bool = False) -> bool:
    """Whether words between dots, without a scheme, are meant as a host; followed: by a path.

    'great.This' is a missing blank, 'is.it' too, 'U.S.A' an abbreviation.

    >>> [is_bare_host(each) for each in ("shop.example.com", "kids-media.co", "Great.Me", "is.it", "U.S.A", "node.js")]
    [True, True, False, False, False, False]
    """
    labels = written.split(".")
    last = labels[-1]
    if not (last.islower() or written.isupper()):
        return False  # 'great.This': a sentence begins
    if followed:
        return bool(domain_of(written.casefold()))
    if len(last) < _LETTERS and len(labels[0]) == 1:
        return False  # initials, e.g.
    if last.casefold() in _WORDS and not _is_taken(written, last):
        return False
    return last.casefold() in _RESERVED or bool(domain_of(written.casefold()))


def _is_taken(written: str, last: str) -> bool:
    """Digits and hyphens are rare in words that lack a blank between them; so are three labels."""
    return last in _TAKEN or any(each.isdigit() or each == "-" for each in written) or written.count(".") > 1


def leads_to(written: str) -> str:
    """The host of a link as spam writes it: hxxp, (dot), blanks around dots.

    >>> leads_to("hxxp://Shop . example (dot) com/x"), leads_to("https://user@пример.рф:8080/a")
    ('shop.example.com', 'пример.рф')
    """
    joined = _dotted(written) if any(each in written for each in " ([{") else written
    return _host(joined.partition("/")[0] if "//" not in joined else "//" + _authority(joined))


def _dotted(written: str) -> str:
    plain = written.casefold()
    for spelt in ("(dot)", "[dot]", "{dot}", " dot ", "(.)", "[.]"):
        plain = plain.replace(spelt, ".")
    return plain.replace(" ", "")


def _authority(link: str) -> str:
    return link.partition("//")[2].partition("/")[0].partition("?")[0].partition("#")[0]


def _announced(link: str) -> bool:
    return "://" in link or link[:4].casefold() == "www."


def _host(link: str) -> str:
    """What a browser would connect to: without scheme, user and port."""
    authority = link.rpartition("//")[2].rpartition("@")[2]
    return authority.partition(":")[0].strip(".,;!)")[:LONGEST_HOST].casefold()


def _is_mail(written: bytes, start: int, end: int) -> bool:
    return written[max(start - 1, 0) : start] == b"@" or written[end : end + 1] == b"@"


@cache
def _link() -> Any:
    return re2.compile(_LINK)


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
