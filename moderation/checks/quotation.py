"""What is quoted or reported in a comment: somebody else's words, told.

Only beside words of the writer's own: a comment that is nothing but a quotation is said by whoever wrote it. And what
addresses the reader as 'you' is said to him, unless somebody tells to whom it was said first: he called me a ... .
A word or two between quotation marks is no quotation by itself: "you 'moron'" is said, not told.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from moderation.checks.signal import Facts
from moderation.checks.text import Text
from moderation.checks.words import word_set

SHARED = "quoted"  # its place in Facts.shared
LONGEST_QUOTATION = 400  # characters
SHORTEST_QUOTATION = 3  # words
LONGEST_REPORT = 60
FEWEST_OWN_WORDS = 2
_BEFORE, _AROUND = 40, 80  # characters in which it is said who speaks, and to whom
_PAIRS = {"“": "”", "„": "“", "«": "»", "\u2018": "\u2019", '"': '"', "'": "'", "`": "`"}
_OPENING = re.compile(r"[“„«\u2018\"'`]")
_WORD = re.compile(r"[^\W_]+")
_YOU = re.compile(r"\b(?:you|your|yours|yourself|yourselves|youre|u|ur|ya|yall|ye)\b")
# Whoever a thing was said to, or of
_VICTIM = (
    r"(?:(?:to|at|of) )?(?:me|us|her|him|them|myself|(?:my|our|his|their) \w+|someone|somebody|anyone|anybody|everyone"
    r"|everybody|people|others|women|men|kids|each other|one another"
    r"|(?:the|a|an|this|that|other|some|any|another|one) \w+(?= (?:a|an) ))"
)
_VICTIMS = re.compile(r"\b(?:i|me|us|my|our|her|him|them|myself|his|their|she|we|to the|to an?)\b")
_SAYING = (
    r"(?:said|says|saying|shouted|shouting|yelled|yelling|screamed|screaming|wrote|writes|texted|told|telling|tells)"
)
_CALLING = (
    r"(?:call(?:s|ed|ing)?|nam(?:ed|ing)|labell?(?:ed|ing)|referred to|refers to|referring to|describ(?:es|ed|ing))"
)
# He called me a ..., she told my sister ...; he said I was a ...; I was called a ...; shouted ... at us
_TO_SOMEBODY = re.compile(
    rf"\b(?:(?:{_CALLING}|told|telling|tells) {_VICTIM}\b|{_SAYING} (?:to |at )?(?:me|us|her|him|them|my \w+)\b"
    rf"|(?:said|says|saying|wrote) (?:that )?(?:i|we|she|he) (?:was|were|am|is|are)\b)"
)
_PASSIVE = re.compile(
    r"\b(?:was|were|been|being|be|got|get|gets|getting) (?:\w+ )?"
    r"(?:called|named|labell?ed|told|described as|referred to)\b"
)
_AT_SOMEBODY = re.compile(
    r"\b(?:shout|yell|scream|chant|hiss|spat|spit|mutter|whisper)(?:s|ed|ing)?\b([^.!?;\n]{1,60}?) "
    r"(?:at|to|towards|after|behind) (?:me|us|my|our|her|him|them|the|a|two|women|people)\b"
)
_MENTIONED = re.compile(
    r"\b(?:use[sd]?|using|said?|says|saying|with|by|of|about|wrote|writ(?:e|es|ing|ten)|hear|heard|reclaim(?:ed|ing)?) "
    r"the (?:word|words|term|slur|name|insult|n-word)s? "
)
# ... which no text has that has none of these words
_REPORTING = word_set(
    "call calls called calling named naming labelled labeled labelling labeling said says saying shout shouts shouted "
    "shouting yell yells yelled yelling scream screams screamed screaming chant chants chanted chanting hiss hissed "
    "mutter muttered whisper whispered referred refers referring describes described describing spat spit wrote writes "
    "texted told telling tells word words term terms slur slurs name names insult insults"
)
_CLAUSE_END = re.compile(r"[.!?;\n]")
_TURN = re.compile(r",| (?:and|but|so|because|when|while|then|or|as|since|if) ")
_SPEAKER = re.compile(
    r"\b(i|im|we|you|u|he|she|they|who|it|one|people|someone|somebody|nobody|everyone|everybody|my|his|her|their|our"
    r"|the|a|an|this|that|these|those|some)\b"
)
_OWN = frozenset({"i", "im", "we", "you", "u"})
_SAID = re.compile(
    rf"\b(?:{_SAYING}|{_CALLING}|nicknamed|sent|messaged|commented|replied|emailed|posted|sprayed|read|reads)\b"
)
_WRITTEN = re.compile(
    r"\b(?:message|e-?mail|letter|note|text|tweet|dm|post|comment|sign|graffiti|card|banner|caption|review)s? "
    r"(?:that |which )?(?:read|reads|said|says|stated|began|ended)\b"
)
_LONGEST_MENTION = 2  # words: they used the word ...

_Spans = list[tuple[int, int]]


def quoted_in(facts: Facts) -> _Spans:
    """Of a comment; found once for all checks."""
    if SHARED not in facts.shared:
        facts.shared[SHARED] = quoted(facts.text)
    return facts.shared[SHARED]


def quoted(text: Text) -> _Spans:
    """Spans in the original, in order: between quotation marks, as reported, and lines quoted with '>'."""
    original = text.original
    marked = list(_marked(original))
    said = [*marked, *_clipped(_reported(text), marked)]
    spans = sorted([*said, *_lines(original)])
    fewest = FEWEST_OWN_WORDS if said else 1  # to a line that is quoted, 'No.' is an answer
    return spans if spans and _own_words(original, spans) >= fewest else []


def _clipped(reports: Iterable[tuple[int, int]], marked: _Spans) -> Iterator[tuple[int, int]]:
    """What is reported within quotation marks ends with them."""
    for start, end in reports:
        ends = [stop for begin, stop in marked if begin <= start < stop]
        yield start, min([end, *ends])


def _own_words(original: str, spans: _Spans) -> int:
    """How many stand outside; no more are counted than matter."""
    own = done = 0
    for start, end in [*spans, (len(original), len(original))]:
        if start > done:
            own += sum(1 for _ in _WORD.finditer(original, done, start))
        done = max(done, end)
        if own >= FEWEST_OWN_WORDS:
            break
    return own


def _marked(original: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := _OPENING.search(original, at):
        start = found.start()
        at = start + 1
        if start and original[start - 1].isalnum():
            continue  # an apostrophe
        end = original.find(_PAIRS[found.group()], start + 1, start + LONGEST_QUOTATION)
        if end > start + 1:
            at = end + 1
            within = original[start + 1 : end].lower()
            is_plain = len(within.split()) >= SHORTEST_QUOTATION and not _YOU.search(within)
            if is_plain or _is_told(original, start, end + 1):
                yield start + 1, end


def _is_told(original: str, start: int, end: int) -> bool:
    """Whether it is told around these words that somebody said them of somebody."""
    before, behind = original[max(0, start - _AROUND) : start].lower(), original[end : end + _AROUND].lower()
    said = list(_SAID.finditer(before))
    if _YOU.search(before) or _YOU.search(behind) or not (said or _SAID.search(behind)):
        return False
    if said and _is_own(before, said[-1].start()):
        return False
    if _WRITTEN.search(before):
        return True
    return bool(_VICTIMS.search(before) or _VICTIMS.search(behind) or _PASSIVE.search(before))


def _is_own(before: str, verb: int) -> bool:
    """Whether the writer says it himself, or says that the reader does: I say, you called."""
    speakers = _SPEAKER.findall(before, max(0, verb - _BEFORE), verb)
    return bool(speakers) and speakers[-1] in _OWN


def _lines(original: str) -> Iterator[tuple[int, int]]:
    """Lines in a row are one quotation."""
    if ">" not in original and "&gt;" not in original:
        return
    at, begin, end = 0, -1, -1
    lines = [*original.split("\n"), ""]
    own = " ".join(line for line in lines if not line.lstrip().startswith((">", "&gt;"))).lower()
    is_told = bool(_VICTIMS.search(own)) and not _YOU.search(own)
    for line in lines:
        if line.lstrip().startswith((">", "&gt;")):
            begin = at if begin < 0 else begin
            end = at + len(line)
        elif begin >= 0:
            if is_told or not _YOU.search(original[begin:end].lower()):
                yield begin, end
            begin = -1
        at += len(line) + 1


def _reported(text: Text) -> Iterator[tuple[int, int]]:
    folded = text.folded
    if _REPORTING.isdisjoint(text.tokens):
        return
    for start, end in _reports(folded):
        if start < end and folded[start:end].strip():
            yield text.span(start, end)


def _reports(folded: str) -> Iterator[tuple[int, int]]:
    for found in _TO_SOMEBODY.finditer(folded):
        if not _is_own(folded, found.start()):
            yield found.end(), _told_until(folded, found.end())
    for found in _PASSIVE.finditer(folded):
        if not _YOU.search(folded, max(0, found.start() - _BEFORE), found.start()):
            yield found.end(), _told_until(folded, found.end())
    for found in _AT_SOMEBODY.finditer(folded):
        if not _is_own(folded, found.start()) and not _YOU.search(found[1]):
            yield found.span(1)
    for found in _MENTIONED.finditer(folded):
        yield found.end(), _mentioned_until(folded, found.end())


def _told_until(folded: str, start: int) -> int:
    """As far as the clause goes, or to its last turn before the reader is addressed."""
    stop = _CLAUSE_END.search(folded, start, start + LONGEST_REPORT)
    end = stop.start() if stop else min(start + LONGEST_REPORT, len(folded))
    you = _YOU.search(folded, start, end)
    if not you:
        return end
    turns: Sequence[re.Match[str]] = list(_TURN.finditer(folded, start, you.start()))
    return turns[-1].start() if turns else start


def _mentioned_until(folded: str, start: int) -> int:
    stop = _CLAUSE_END.search(folded, start)
    words = list(_WORD.finditer(folded, start, min(start + LONGEST_REPORT, stop.start() if stop else len(folded))))
    words = words[:_LONGEST_MENTION]
    return start if not words or any(_YOU.fullmatch(each.group()) for each in words) else words[-1].end()
