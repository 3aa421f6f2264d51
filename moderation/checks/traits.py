"""Traits: what makes a comment look like advertising on any site, as numbers, for a chunk of comments at once.

Counts are damped (log(1 + n)) or shares, so that they mean the same on a site of short comments and of long ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from moderation.checks.hosts import FREE_HOSTS, SHORTENERS, domain_of
from moderation.checks.lures import Lure, lexicon, lures, lures_outside, plain
from moderation.checks.marks import CITED, KINDS, LINKS, Mark, marks
from moderation.checks.signal import Facts
from moderation.checks.spoken import SIGN, plainly, tokens

Numbers = NDArray[np.float64]

_CAPITAL, _LETTER, _DIGIT, _BANG, _EMOJI, _MONEY, _POINTING, _BLANK, _OTHER = range(9)
_CLASSES = 9
_CLASSED = 0x20000  # characters that have a class; the planes above count as the last of them
_NOT_LATIN, _FIRST_PICTURE = "\u0250", "\u2190"
_SHOWS_MONEY = "💰💸💵💴💶💷🤑📈📊🚀💎🪙💹🏦💳🏆🎁✅💯"
_POINTS = "👇👉👈👆⬇⬆➡⬅⤵☝📲📩📥📞☎📱✉"
_SPECIAL = {"!": _BANG} | dict.fromkeys(_SHOWS_MONEY, _MONEY) | dict.fromkeys(_POINTS, _POINTING)
_FEW_LETTERS = 10  # too few to speak of capitals
_FEW_WORDS = 8  # too few to speak of repetition or of a link's share
_OF_MONEY = (
    "fx forex crypto trad invest coin btc bit wealth earn profit financ capital token money rich millionaire billion "
    "expert option market stock tips chain mining recover hack"
)
_MONEY_NAMES = tuple(_OF_MONEY.split())
_FAMILIES = ("invest", "earn", "grateful", "money_word")  # the groups of money schemes
_COMMERCE = ("trade_word", "drug", "gamble", "loan", "adult", "goods", "cure")

_LINK_TRAITS = ("youtube", "shortener", "punycode", "free host", "html link", "same host again")
_MIXED = (
    "links and few words",
    "links share",
    "links and praise",
    "links and trade",
    "handle first",
    "handle later",
    "handle of money",
    "handle and money",
    "contact and money",
    "own place and call",
    "kinds of lures",
    "kinds of trade",
    "money and trade talk",
    "plea and call",
    "lures share",
)
_WRITING = (
    "length",
    "few words",
    "capitals",
    "digits",
    "exclamation",
    "emoji",
    "money emoji",
    "pointing emoji",
    "other letters",
    "repetition",
    "long words",
)


@cache
def names() -> tuple[str, ...]:
    """Of the columns."""
    groups = tuple(lexicon().weights)
    return (*_WRITING, *KINDS, *_LINK_TRAITS, *(f"lure: {each}" for each in groups), *_MIXED)


@dataclass(frozen=True, slots=True)
class Read:
    """One comment, read."""

    plain: str  # the words
    marks: list[Mark]
    lures: list[Lure]
    tokens: Sequence[str]  # the words with the marks among them


def look_at(facts: Facts) -> Read:
    words = plain(facts.text)
    marked = marks(facts.body)
    as_they_are = not marked and (facts.body.isascii() or not SIGN.search(facts.body))
    spoken = plainly(facts.text.tokens) if as_they_are else [word.text for word in tokens(facts, marked)]
    cited = [(mark.start, mark.end) for mark in marked if mark.kind == CITED]
    found = lures_outside(words, facts.text.words, cited) if cited else lures(words)
    return Read(words, marked, found, spoken)


def numbers(many: Sequence[Facts], read: Sequence[Read]) -> Numbers:
    """One row a comment, one column a trait."""
    groups = {group: place for place, group in enumerate(lexicon().weights)}
    lured = np.zeros((len(many), len(groups)))
    for row, each in enumerate(read):
        for group, _ in {(lure.group, lure.phrase) for lure in each.lures}:
            lured[row, groups[group]] += 1
    marked, linked = _marked(many, read)
    words = np.array([len(facts.text.tokens) for facts in many], dtype=float)
    different = np.array([len(set(facts.text.tokens)) for facts in many], dtype=float)
    writing = _writing(many, words, different)
    lured = np.log1p(lured)
    mixed = _mixed(many, read, words, lured, marked)
    return np.hstack([writing, np.log1p(marked), linked, lured, mixed])


def _marked(many: Sequence[Facts], read: Sequence[Read]) -> tuple[Numbers, Numbers]:
    counts = np.zeros((len(many), len(KINDS)))
    linked = np.zeros((len(many), len(_LINK_TRAITS)))
    place = {kind: column for column, kind in enumerate(KINDS)}
    for row, each in enumerate(read):
        hosts: list[str] = []
        for mark in each.marks:
            counts[row, place[mark.kind]] += 1
            if mark.host and mark.kind != CITED:
                hosts.append(mark.host)
        if hosts:
            linked[row] = _linked(hosts, many[row].body)
    return counts, linked


def _linked(hosts: Sequence[str], body: str) -> tuple[float, ...]:
    domains = {domain_of(host) or host for host in hosts}
    return (
        float(not domains.isdisjoint({"youtube.com", "youtu.be"}) or any(host.startswith("watch?") for host in hosts)),
        float(not domains.isdisjoint(SHORTENERS)),
        float(any("xn--" in host or not host.isascii() for host in hosts)),
        float(not domains.isdisjoint(FREE_HOSTS)),
        float("href=" in body or "[url" in body),
        float(np.log1p(len(hosts) - len(domains))),
    )


def _writing(many: Sequence[Facts], words: Numbers, different: Numbers) -> Numbers:
    counts = _classes([facts.body for facts in many])
    whole = np.maximum(counts.sum(axis=1), 1)
    letters = counts[:, _CAPITAL] + counts[:, _LETTER]
    other = counts[:, _OTHER]
    return np.column_stack(
        [
            np.log1p(whole) - 4,
            np.maximum(0, _FEW_WORDS - words) / _FEW_WORDS,
            np.where(letters >= _FEW_LETTERS, counts[:, _CAPITAL] / np.maximum(letters, 1), 0),
            counts[:, _DIGIT] / whole,
            np.log1p(counts[:, _BANG]),
            np.log1p(counts[:, _EMOJI]),
            np.log1p(counts[:, _MONEY]),
            np.log1p(counts[:, _POINTING]),
            other / whole,
            np.where(words > _FEW_WORDS, 1 - different / np.maximum(words, 1), 0),
            letters / np.maximum(words, 1) / 10,
        ]
    )


def _classes(bodies: Sequence[str]) -> Numbers:
    """How many characters of each class each text has; all texts in one pass."""
    written = np.frombuffer("".join(bodies).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _class_of()
    classes = table[np.minimum(written, len(table) - 1)]
    owner = np.repeat(np.arange(len(bodies)), [len(body) for body in bodies])
    return (
        np.bincount(owner * _CLASSES + classes, minlength=len(bodies) * _CLASSES)
        .reshape(len(bodies), _CLASSES)
        .astype(float)
    )


@cache
def _class_of() -> NDArray[np.intp]:
    return np.fromiter((_class(chr(code)) for code in range(_CLASSED)), dtype=np.intp, count=_CLASSED)


def _class(character: str) -> int:
    if character.isalpha():
        return _CAPITAL if character.isupper() else _LETTER if character < _NOT_LATIN else _OTHER
    if character.isdigit():
        return _DIGIT
    picture = character >= _FIRST_PICTURE and not character.isalnum() and not character.isspace()
    return _SPECIAL.get(character, _EMOJI if picture else _BLANK)


def _mixed(many: Sequence[Facts], read: Sequence[Read], words: Numbers, lured: Numbers, marked: Numbers) -> Numbers:
    group = {name: lured[:, place] for place, name in enumerate(lexicon().weights)}
    kind = {name: np.log1p(marked[:, place]) for place, name in enumerate(KINDS)}
    links = np.log1p(sum(marked[:, KINDS.index(each)] for each in sorted(LINKS)))
    first, later, moneyed, share = _places(many, read)
    money = sum(group[each] for each in _FAMILIES)
    trade = sum(np.minimum(group[each], 1) for each in _COMMERCE)
    call = group["look_here"] + group["subscribe"] + group["subscribe_word"]
    covered = np.array(
        [sum(lure.end - lure.start for lure in each.lures) for each in read],
        dtype=float,
    )
    length = np.array([max(len(each.plain), 20) for each in read], dtype=float)
    return np.column_stack(
        [
            links * np.maximum(0, 3 - np.log1p(words)),
            share,
            links * group["praise"],
            links * trade,
            first,
            later,
            moneyed,
            (later + kind["phone"] + kind["mail"]) * money,
            group["contact"] * money,
            group["own_place"] * call,
            (lured > 0).sum(axis=1) / 4,
            sum((group[each] > 0).astype(float) for each in _COMMERCE),
            money * (kind["price"] + kind["percent"]),
            group["plea"] * (call + group["own_place"]),
            covered / length,
        ]
    )


def _places(many: Sequence[Facts], read: Sequence[Read]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Whether it begins with a handle (an answer to somebody), how many come later or speak of money; links' share."""
    first, later, moneyed, share = np.zeros((4, len(many)))
    for row, each in enumerate(read):
        body = many[row].body
        for mark in each.marks:
            if mark.kind == "handle":
                if mark.start == 0:
                    first[row] = 1
                else:
                    later[row] += 1
                    handle = body[mark.start : mark.end].lower()
                    moneyed[row] = max(moneyed[row], any(word in handle for word in _MONEY_NAMES))
            elif mark.host and mark.kind != CITED:
                share[row] += mark.end - mark.start
        share[row] /= max(len(body), 1)
    return first, np.log1p(later), moneyed, share
