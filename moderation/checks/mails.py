"""E-mail addresses, also those written for people's eyes only: 'name at host dot com', 'name [at] host [dot] com'."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import re2

from moderation.checks.found import Found, Plain

HINT = r"(?i)[@]|[\[({<_-] ?at ?[\])}>_-]|\bdot\b|\b(?:gmail|hotmail|yahoo|outlook|protonmail|icloud)\b"
MOST_FOUND = 20
CERTAIN = 0.85
LIKELY = 0.7
ROLE = 0.3  # nobody's own
_AROUND = 40  # characters that are read for what it is

_TOP = (
    r"(?:com|net|org|edu|gov|info|biz|io|co|me|us|uk|de|fr|es|it|nl|pl|pt|ru|in|au|ca|ch|at|be|se|no|dk|fi|eu|br|jp|"
    r"cn|example|test|email|dev|app|xyz|online)"
)
_HOSTS = (
    r"(?:g(?:oogle)?mail|hotmail|yahoo|ymail|outlook|live|aol|icloud|me|msn|proton(?:mail)?|gmx|web|mail|fastmail|"
    r"zoho|yandex|tutanota|posteo|wp|onet|o2|orange|laposte|free|libero|btinternet|comcast)"
)
_AT = r"(?: ?[\[({<_-] ?(?:at|@) ?[\])}>_-] ?)"
_DOT = r"(?: ?[\[({<_-] ?(?:dot|\.) ?[\])}>_-] ?| dot |\.| \. )"
_NAME = r"[a-z0-9][a-z0-9._%+'-]{0,63}"
_WRITTEN = rf"(?i){_NAME}@(?:[a-z0-9-]{{1,63}}\.)+[a-z]{{2,24}}"
_BRACKETED = rf"(?i){_NAME}{_AT}[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,3}}{_DOT}[a-z]{{2,24}}\b"
_SPACED = rf"(?i){_NAME}(?: ?@ ?)[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,2}}{_DOT}{_TOP}\b"
_SPOKEN = (
    rf"(?i)\b{_NAME}(?: (?:dot|underscore|dash) {_NAME}){{0,3}} at [a-z0-9-]{{1,63}}(?: dot "
    rf"[a-z0-9-]{{1,63}}){{0,2}}(?: dot |\.){_TOP}\b"
)
_HALF = rf"(?i)\b{_NAME}(?:@| at |{_AT}){_HOSTS}\b"
_ABOUT_MAIL = (
    r"(?i)\b(?:e-?mails?|mail|write (?:to )?(?:me|him|her|them)|address|inbox|contact|reach|correo|courriel|gmail)\b"
)
_ROLES_LISTED = (
    "info press contact support sales admin office hello help editor editors news newsroom letters webmaster "
    "service noreply no-reply jobs media enquiries inquiries team feedback tips abuse privacy customerservice "
    "careers hr postmaster hostmaster billing accounts marketing security kontakt redaktion contacto legal "
    "subscriptions mail presse redaction moderator moderators tickets booking bookings reservations events "
    "membership volunteer "
)
_ROLES = frozenset(_ROLES_LISTED.split())
# What people do at a host that is no mailbox.
_NO_NAMES_LISTED = (
    "shop shopping buy buying bought available visit look looking looked order ordered find found read reading "
    "see saw check checking more me us now online here work works worked working live lives sold sale sell "
    "selling get got is are was were be it them this that you him her deals deal up out over back arrive posted "
    "post watch watched article story listed booked sign register start login "
)
_NO_NAMES = frozenset(_NO_NAMES_LISTED.split())


def find(given: Plain) -> Iterator[Found]:
    """Each address once, in the surest reading."""
    taken: list[tuple[int, int]] = []
    for expression, judge in _readings():
        for match in expression.finditer(given.text):
            start, end = match.span()
            if len(taken) == MOST_FOUND or any(start < right and left < end for left, right in taken):
                continue
            score = judge(given, match)
            if score:
                taken.append((start, end))
                yield Found("e-mail address", ROLE if _is_role(match.group()) else score, start, end)


def get_ready() -> None:
    """Compile the expressions."""
    _readings()


def _is_role(written: str) -> bool:
    name = written.lower().replace("@", " ").replace("[", " ").replace("(", " ").split()[0]
    return name.strip(".-_") in _ROLES


def _certainly(given: Plain, match: Any) -> float:
    del given, match
    return CERTAIN


def _likely(given: Plain, match: Any) -> float:
    del given, match
    return LIKELY


def _spoken(given: Plain, match: Any) -> float:
    """'shop at amazon dot com' is no address."""
    name = match.group().lower().rpartition(" at ")[0]
    if name in _NO_NAMES and not _about_mail().search(given.near(match.start(), match.end(), _AROUND, _AROUND)):
        return 0.0
    return LIKELY


def _half(given: Plain, match: Any) -> float:
    """'joe.smith at gmail': the rest is known to all."""
    said = match.group().lower()
    if given.text[match.end() : match.end() + 1] in {".", "@"}:
        return 0.0
    name = said.replace("@", " ").split()[0]
    if "@" in said and not said.startswith("@"):
        return LIKELY
    return LIKELY if _is_strange(name) and _known_host().search(said) else 0.0


def _is_strange(name: str) -> bool:
    return any(each.isdigit() or each in "._+" for each in name)


@cache
def _readings() -> tuple[tuple[Any, Any], ...]:
    _about_mail()
    _known_host()
    return (
        (re2.compile(_WRITTEN), _certainly),
        (re2.compile(_BRACKETED), _certainly),
        (re2.compile(_SPACED), _likely),
        (re2.compile(_SPOKEN), _spoken),
        (re2.compile(_HALF), _half),
    )


@cache
def _about_mail() -> Any:
    return re2.compile(_ABOUT_MAIL)


@cache
def _known_host() -> Any:
    return re2.compile(r"(?i)\b(?:gmail|googlemail|hotmail|yahoo|outlook|aol|icloud|proton(?:mail)?|gmx|ymail)\b")
