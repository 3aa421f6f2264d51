"""Profanity: graded words, whole or disguised, never inside innocent ones."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from moderation.checks.disguise import Hit
from moderation.checks.lexicon import FOUND, GRADES
from moderation.checks.quotation import quoted_in
from moderation.checks.signal import Facts, Signal, quote
from moderation.checks.swearing import get_ready, swearing_in
from moderation.checks.tongue import ENGLISH, tongue
from moderation.rules import Rules

NAME = "profanity"
VERSION = "3"
SAYS = "The language is on a profanity list."

SCORES = {"slur": 0.95, "strong": 0.9, "sexual": 0.8, "mild": 0.6, "medical": 0.2, "benign": 0.1}
GUESSED = {"slur": 0.8, "strong": 0.8, "sexual": 0.7, "mild": 0.5}  # read through a disguise that hides letters
_GUESSES = frozenset({"letters swapped", "vowels left out", "backwards", "letters hidden", "cut in two", "upside down"})
NOTHING_SEEN = Signal(NAME)
TOLD_COUNTS = 0.4  # what is only quoted or reported holds nothing under the standard preset
OFTEN, FOR_OFTEN = 3, 0.05  # as many words found weigh so much more
MOST_SPANS = 100


def look(facts: Facts) -> Signal:
    text = facts.text
    hits = swearing_in(facts).hits
    found = [hit for hit in hits if hit.entry.grade in FOUND]
    if not found and (language := tongue(facts)) not in (None, ENGLISH):
        return Signal(NAME, ran=False, why_not=f"does not know this language: {language}")
    if not hits:
        return NOTHING_SEEN
    shown = found or hits
    told = _told(hits[:MOST_SPANS], facts)
    return Signal(
        NAME,
        score=_score(hits),
        spans=tuple(text.span(hit.start, hit.end) for hit in shown[:MOST_SPANS]),
        evidence=tuple(dict.fromkeys(_evidence(hits[:MOST_SPANS], told))),
        weight=TOLD_COUNTS if len(hits) <= MOST_SPANS and told.issuperset(shown) else 1.0,
    )


def prepare(rules: Rules) -> None:
    get_ready(rules)


def _score(hits: Sequence[Hit]) -> float:
    score = max((GUESSED if hit.how in _GUESSES else SCORES).get(hit.entry.grade, 0.0) for hit in hits)
    found = sum(1 for hit in hits if hit.entry.grade in FOUND)
    return round(min(score + (FOR_OFTEN if found >= OFTEN else 0.0), 1.0), 2)


def _evidence(hits: Sequence[Hit], told: AbstractSet[Hit]) -> Iterator[str]:
    for hit in sorted(hits, key=lambda hit: GRADES.index(hit.entry.grade)):
        disguise = f" (disguised: {hit.how})" if hit.how else ""
        yield quote(f"{hit.entry.grade}: {hit.entry.word}{disguise}")
    for hit in hits:
        if hit in told:
            yield quote(f"quoted: {hit.entry.word}")


def _told(hits: Sequence[Hit], facts: Facts) -> set[Hit]:
    """Those that the comment tells of: somebody else said them."""
    told, text = quoted_in(facts), facts.text
    places = [(hit, *text.span(hit.start, hit.end)) for hit in hits] if told else []
    return {hit for hit, start, end in places if any(begin <= start and end <= stop for begin, stop in told)}
