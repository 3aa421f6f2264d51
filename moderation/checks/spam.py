"""Spam: advertising and scams, by what is written, where it leads and what the author is called.

A small model over traits and grams (selling.py), calibrated: 0.9 means that of a hundred such comments about ninety
are spam where a third of all are. What the training data know nothing of - the author's name, address and record, the
site's languages, listed hosts - shifts the log odds by the fixed steps below.

A score that rejects under a preset needs more than links and the shape of the writing: two kinds of evidence that can
be named, of which one calls or sells. Whatever has less, a lone link or 'check this out', is held at most.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from math import exp, log1p

from moderation.checks import marks, scams, selling, spoken
from moderation.checks.hosts import SHORTENERS, domain_of, find_hosts, host_of
from moderation.checks.hosts import get_ready as hosts_get_ready
from moderation.checks.lures import Spots, lexicon, lures, plain
from moderation.checks.marks import Mark
from moderation.checks.model import load
from moderation.checks.selling import Weighed
from moderation.checks.signal import Facts, Signal, quote
from moderation.checks.spoken import tokens
from moderation.checks.text import read as fold
from moderation.checks.tongue import primary, tongue
from moderation.checks.traits import names
from moderation.rules import Rules

NAME = "spam"
VERSION = "2"
SAYS = "It reads like advertising or a scam."

WORTH_SAYING = 0.3  # below it, nothing is pointed at
MOST_REASONS = 8
_MOST_WORDS = 4 * MOST_REASONS  # of which some stand inside others

# Steps in log odds: 0.7 doubles the odds, 2.3 makes them ten times as high.
SCAM = 6.0  # a link to a listed host
SCAM_VIDEO = 3.0  # ... to a listed video: people also share those to warn, or to laugh
RECORD = -0.5  # for each factor of e in approved comments by this author; those rejected count against them
LEAST_RECORD = -2.5
NAME_SELLS = 1.8  # 'cheap nike shoes' has no parents
NAME_IS_A_LINK = 1.5
ADDRESS_BEHIND_A_SALE = 0.9  # the author's address, where the name sells
ADDRESS_HIDES = 1.0  # ... shortened or punycode
ADDRESS = 0.2  # ... of any kind: most who give one are bloggers
FOREIGN = 0.7  # in a language that the site does not use; only where something else speaks for spam too
UNSURE = -3.0  # log odds from which it is worth asking for the language

# What is not told by two kinds of evidence is squeezed, in its order, below every preset's rejecting: log odds of 2.2
# (0.9) and more come to lie between 2.2 and 3.8 (0.978).
SQUEEZED_FROM, SQUEEZED_INTO = 2.2, 1.6
_KINDS_TO_REJECT = 2
_CALLS = frozenset(
    {"subscribe", "own_place", "look_here", "contact", "earn", "invest", "drug", "gamble", "loan", "adult", "goods"}
    | {"free", "cure", "papers", "feature"}
)
_GOES_WITH_CALLS = frozenset({"grateful", "urgent", "praise", "plea"})
_TURNED_TO = frozenset({"handle"})  # that does not come first: not who is answered, but who is to be turned to
_MARKS_COUNT = frozenset({"phone", "mail", "price"})  # no link does

_SELLS = frozenset(
    {"drug", "gamble", "loan", "goods", "adult", "cure", "papers"} | {"earn", "invest", "own_place", "look_here"}
)
_MAY_SELL = frozenset({"trade_word", "money_word"})  # a name of two of them sells: Tiffany is one, so is Hermes
_POINTED_AT = frozenset({"link", "anchor", "phone", "video", "handle", "mail", "spelt", "bare", "foreign", "price"})


def look(facts: Facts) -> Signal:
    weighed = facts.shared.get(NAME) or _weigh([facts])[0]
    reasons = list(_reasons(facts, weighed))
    odds = weighed.odds + sum(step for step, _ in reasons)
    if odds > SQUEEZED_FROM and not _may_reject(weighed, reasons):
        odds = SQUEEZED_FROM + SQUEEZED_INTO * (1 - exp((SQUEEZED_FROM - odds) / SQUEEZED_INTO))
    score = 1 / (1 + exp(-max(min(odds, 30.0), -30.0)))
    if score < WORTH_SAYING:
        return Signal(NAME, score=score)
    places = _places(facts, weighed)
    evidence = [said for _, said in reasons] + [said for said, _, _ in places]
    return Signal(
        NAME,
        score=score,
        spans=tuple(sorted({(start, end) for _, start, end in places})),
        evidence=tuple(quote(each) for each in dict.fromkeys(evidence)),
    )


def prepare(rules: Rules) -> None:
    del rules
    _weights()
    _columns()
    lexicon()
    spoken.get_ready()
    marks.get_ready()
    scams.get_ready()
    hosts_get_ready()


def prime(many: Sequence[Facts]) -> None:
    for facts, weighed in zip(many, _weigh(many), strict=True):
        facts.shared[NAME] = weighed


def _weigh(many: Sequence[Facts]) -> list[Weighed]:
    return selling.weigh(selling.read_all(many), _weights())


def _reasons(facts: Facts, weighed: Weighed) -> list[tuple[float, str]]:
    """What is known beside the text: steps, and what to say of each."""
    found = [max(_listed(facts, weighed.read.marks), default=(0.0, ""))]
    found = [each for each in found if each[0]]
    if facts.author_name or facts.author_url:
        found += _author_reasons(facts)
    if weighed.odds >= UNSURE and _is_foreign(facts):
        found.append((FOREIGN, "not in a language of the site"))
    if facts.author_approved:
        found.append(_record(facts))
    return found


def _listed(facts: Facts, found: Sequence[Mark]) -> Iterator[tuple[float, str]]:
    """Links to listed hosts and videos."""
    for mark in found:
        if not mark.host:
            continue
        if scams.is_scam_host(mark.host):
            yield SCAM, f"scam host: {mark.host}"
        elif (video := scams.scam_video(facts.body[mark.start : mark.end])) is not None:
            yield SCAM_VIDEO, f"scam video: {video}"


def _record(facts: Facts) -> tuple[float, str]:
    step = RECORD * log1p(facts.author_approved / (1 + facts.author_rejected))
    return max(step, LEAST_RECORD), f"counts for less: {facts.author_approved} comments by this author were approved"


def _may_reject(weighed: Weighed, reasons: Sequence[tuple[float, str]]) -> bool:
    """Whether two kinds of evidence speak for it, one of them a call or a thing on sale; or a listed host."""
    if any(step >= SCAM for step, _ in reasons):
        return True
    groups = {lure.group for lure in weighed.read.lures}
    kinds = {mark.kind for mark in weighed.read.marks if mark.kind != "handle" or mark.start > 0}
    calls = (groups & _CALLS) | (kinds & _TURNED_TO)
    if any(step == NAME_SELLS for step, _ in reasons):
        calls |= {NAME}
    return bool(calls) and len(calls | (groups & _GOES_WITH_CALLS) | (kinds & _MARKS_COUNT)) >= _KINDS_TO_REJECT


def _author_reasons(facts: Facts) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    name, url = facts.author_name or "", facts.author_url or ""
    selling_name = bool(name) and _sells(name)
    if selling_name:
        found.append((NAME_SELLS, "the author's name reads like an advertisement"))
    if name and find_hosts(name):
        found.append((NAME_IS_A_LINK, "the author's name is a link"))
    if not url:
        return found
    host = host_of(url)
    if scams.is_scam_host(host):
        found.append((SCAM, f"scam host: {host}"))
    elif selling_name:
        found.append((ADDRESS_BEHIND_A_SALE, f"the author's address: {host}"))
    elif domain_of(host) in SHORTENERS or "xn--" in host or not host.isascii():
        found.append((ADDRESS_HIDES, f"the author's address: {host}"))
    else:
        found.append((ADDRESS, f"the author's address: {host}"))
    return found


def _sells(name: str) -> bool:
    groups = [lure.group for lure in lures(plain(fold(name)))]
    return any(group in _SELLS for group in groups) or len([group for group in groups if group in _MAY_SELL]) > 1


def _is_foreign(facts: Facts) -> bool:
    spoken = tongue(facts)
    return spoken is not None and spoken not in {primary(each) for each in facts.rules.languages}


def _places(facts: Facts, weighed: Weighed) -> list[tuple[str, int, int]]:
    """What weighed most: what to say, and where it stands in the text as written."""
    read, column, weights = weighed.read, _columns(), _weights().traits
    found: list[tuple[float, str, int, int]] = []
    for mark in read.marks:
        if mark.kind in _POINTED_AT:
            weight = float(weights[column[mark.kind]])
            found.append((weight, _said(facts, mark), mark.start, mark.end))
    words = Spots(facts.text.words)
    for lure in read.lures:
        weight = float(weights[column[f"lure: {lure.group}"]])
        found.append((weight, f"phrase: {lure.phrase.rstrip('*')}", *words.span(lure.start, lure.end)))
    spots = Spots(tokens(facts, read.marks))
    for weight, start, end in sorted(weighed.heavy(_weights()), reverse=True)[:_MOST_WORDS]:
        first, last = spots.span(start + 1, end + 1)
        found.append((weight, f"words: {facts.body[first:last]}", first, last))
    found.sort(key=lambda each: -each[0])
    return [(said, start, end) for _, said, start, end in _apart(found)]


def _apart(found: list[tuple[float, str, int, int]]) -> list[tuple[float, str, int, int]]:
    """The heaviest, none inside a heavier one."""
    kept: list[tuple[float, str, int, int]] = []
    for each in found:
        if each[0] > 0 and not any(other[2] <= each[2] and each[3] <= other[3] for other in kept):
            kept.append(each)
        if len(kept) == MOST_REASONS:
            break
    return kept


def _said(facts: Facts, mark: Mark) -> str:
    return f"link: {mark.host}" if mark.host else f"{mark.kind}: {facts.body[mark.start : mark.end].strip()}"


@cache
def _weights() -> selling.Weights:
    return selling.weights_of(load(NAME, VERSION).arrays)


@cache
def _columns() -> dict[str, int]:
    return {name: place for place, name in enumerate(names())}
