"""What is quoted or reported in a comment: somebody else's words, told.

A word or two between quotation marks is no quotation by itself: "you 'moron'" is said, not told.
"""

import re

from moderation.checks.signal import Facts
from moderation.checks.text import Text
from moderation.checks.words import word_set

SHARED = "quoted"  # its place in Facts.shared
LONGEST_QUOTATION = 400  # characters
SHORTEST_QUOTATION = 3  # words
LONGEST_REPORT = 60
_PAIRS = {"“": "”", "„": "“", "«": "»", "\u2018": "\u2019", '"': '"', "'": "'", "`": "`"}
_OPENING = re.compile(r"[“„«\u2018\"'`]")
# he called me a ..., they said ..., wrote: ...; then as far as the clause goes
_REPORT = re.compile(
    r"\b(?:call(?:s|ed|ing)?|nam(?:ed|ing)|labell?ed|said|says|saying|shouted|shouting|yelled|yelling|screamed|screaming"
    r"|referred to|refers to|referring to|described|nicknamed|joked|whispered|spat|words like|slurs like|insults like"
    r"|wrote|writes|texted|tweeted|told|telling|muttered|chanted|used the word|the word|the term|the slur)\b"
)
# ... which no text has that has none of these words
_REPORTING = word_set(
    "call calls called calling named naming labelled labeled said says saying shouted shouting yelled yelling screamed "
    "screaming referred refers referring described nicknamed joked whispered spat like wrote writes texted tweeted "
    "told telling muttered chanted word term slur"
)
_CLAUSE_END = re.compile(r"[.!?;\n]")
_REPORTERS = re.compile(r"\b(?:i|we|you)\s+(?:just\s+)?$")


def quoted_in(facts: Facts) -> list[tuple[int, int]]:
    """Of a comment; found once for all checks."""
    if SHARED not in facts.shared:
        facts.shared[SHARED] = quoted(facts.text)
    return facts.shared[SHARED]


def quoted(text: Text) -> list[tuple[int, int]]:
    """Spans in the original, in order: between quotation marks, after verbs of saying, and lines quoted with '>'."""
    spans = [*_marked(text.original), *_lines(text.original), *_reported(text)]
    return sorted(spans)


def _marked(original: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    while found := _OPENING.search(original, at):
        start = found.start()
        at = start + 1
        if start and original[start - 1].isalnum():
            continue  # an apostrophe
        end = original.find(_PAIRS[found.group()], start + 1, start + LONGEST_QUOTATION)
        if end > start + 1:
            at = end + 1
            if len(original[start + 1 : end].split()) >= SHORTEST_QUOTATION:
                spans.append((start + 1, end))
    return spans


def _lines(original: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for line in original.split("\n"):
        if line.lstrip().startswith((">", "&gt;")):
            spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _reported(text: Text) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    folded = text.folded
    if _REPORTING.isdisjoint(text.tokens):
        return spans
    for found in _REPORT.finditer(folded):
        start = found.end()
        if _REPORTERS.search(folded[max(0, found.start() - 10) : found.start()]):
            continue  # 'I say', 'you said': the writer's own words, or about the reader's
        stop = _CLAUSE_END.search(folded, start, start + LONGEST_REPORT)
        end = stop.start() if stop else min(start + LONGEST_REPORT, len(folded))
        if end > start:
            spans.append(text.span(start, end))
    return spans
