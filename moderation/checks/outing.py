"""Outing in words: where somebody lives or works, who somebody really is, whose plate, machine or birthday it is."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import re2

from moderation.checks.found import Found, Plain

HINT = (
    r"(?i)\blives? (?:at|in|on|near|next|by|behind|across|above|opposite|right|just|over|two|three|a few|with|around|"
    r"off|"
    r"down)\b|\b(?:kids?|child|children|daughters?|sons?) (?:go(?:es)?|attends?|is|are)\b|\b(?:find|get|catch|meet) "
    r"(?:him|her|them) (?:at|in|outside|near)\b|\b(?:real|true|legal) (?:name|identity)\b|\bworks? (?:\w+ )?(?:at|"
    r"for|in)\b|"
    r"\bplates?\b|\breg(?:istration)?\b|\bip\b|(?:[\da-f]{2}[:-]){5}|\bdob\b|\bd\.o\.b|\bdate of birth|\d\.\d{4,}|"
    r"kennzeichen|\baddress (?:is|:|=)|\bwhere (?:she|he|they) lives?\b|"
    r"(?:house|home|flat|apartment|place|door|trailer|cottage) is (?:the |at )?(?:number|no\b|#|\d)"
)
MOST_FOUND = 10  # of each kind
SAID = 0.8
LIKELY = 0.7
POSSIBLE = 0.55
HINTED = 0.3

_HOME = "where somebody lives"
_WORK = "where somebody works"
_ONE = r"she|he|they|who|(?:his|her|their|my|your) [a-z]+|this (?:guy|man|woman|girl|bitch|user|person)"
_WHO = rf"\b(?:{_ONE}|[A-Z][a-z]+)"
_LIVES = rf"{_WHO} (?:\w+ly )?(?:still )?lives?"
# Who holds an office lives where everybody knows.
_OFFICE = (
    r"\b(?:Minister|President|King|Queen|Pope|Chancellor|Mayor|Governor|Majesty|Holiness|Ambassador|Archbishop|Bishop)"
    r" (?:\w+ly )?(?:still )?lives"
)
_NO_HOME = (
    r"(?:home\b|peace|ease|large|least|all\b|risk|sea|odds|night|the (?:moment|time|expense|mercy|edge|bottom|top|"
    r"heart|cent|limit|margin|same|crossroads)|a (?:time|different|slower|faster|higher|lower|frantic|breakneck|pace))"
)
_SPOT = (
    r"(?:house|apartment|flat|trailer|cabin|cottage|bungalow|condo|duplex|building|block|mansion|farm|dorm|townhouse|"
    r"floor|basement|attic|maisonette)"
)
_PLACED = r"(?:on|at|near|by|next to|behind|across(?: from)?|opposite|with|above|over|below|in|number|no\.?|#)"
_AND_SO_ON = r"(?: [\w'-]+){1,6}"  # up to the next comma or stop
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|close|crescent|terrace|way|row|square|"
    r"strasse|str)"
)
_BESIDE = (
    r"(?:next door to|across the (?:street|road|hall) from|around the corner from|opposite|behind|above|over|"
    r"(?:a few|two|three|some) (?:doors|houses|streets|blocks) (?:down |away )?from)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    rf"(?:\d{{1,4}}[-/. ]{{1,2}}\d{{1,2}}[-/. ]{{1,2}}\d{{2,4}}|(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH})(?:,? ?(?:1[89]|20)\d\d\b)?)"
)
_SCHOOL = r"(?:school|kindergarten|daycare|nursery|academy|preschool|elementary)"
_PRIMARY = r"(?:primary|infants?|juniors?)"  # words of much else: only right behind a name
_GO_THERE = (
    r"(?:go there|go and|go (?:see|meet|get|greet) (?:him|her|them)|find (?:him|her|them)|"
    r"(?:pay|visit|get|call|ask for) (?:him|her|them)|say (?:hi|hello)|show up|wait (?:for|outside)|"
    r"call (?:his|her|their)|drop (?:by|in)|(?:his|her|their) (?:boss|shift)|fired|come (?:by|over))"
)
_WHEN = (
    r"(?:on|every|after|before|around|between|at|from) (?:\w+ )?(?:\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day|day|"
    r"morning|"
    r"night|evening|school|work|lunch|noon)"
)
_ADDRESS = r"(?:\d{1,3}\.){3}\d{1,3}"
_DEVICE = r"(?:[\da-f]{2}[:-]){5}[\da-f]{2}"
_PLATE = (
    r"(?-i:[A-Z]{1,3}[ -]?(?:[A-Z]{1,3}[ -]?)?\d{1,4}(?:[ -]?[A-Z]{1,3})?|[A-Z]{1,3}\d{1,2} ?[A-Z]{3}|"
    r"\d{1,4}[ -]?[A-Z]{2,3}(?:[ -]?\d{1,3})?)"
)


class _Kind(NamedTuple):
    what: str
    score: float
    form: str
    unless: str = ""  # what makes it something else


_KINDS = (
    _Kind(
        _HOME, LIKELY,
        rf"\b(?:{_ONE}) (?:\w+ly )?(?:still )?lives? (?:\w+ )?(?:at|right (?:at|by|next|behind)) "
        r"[\w']+(?: [\w'.]+){0,2}",
        rf"(?i)lives? (?:\w+ )?at {_NO_HOME}",
    ),
    _Kind(
        _HOME, LIKELY,
        rf"\b[A-Z][a-z]+ (?:\w+ly )?(?:still )?lives? (?:\w+ )?(?:at|right (?:at|by|next to|behind)) "
        rf"(?:(?:[\w'-]+ ){{0,3}}(?:{_SPOT}|(?i:{_STREET}))\b|"
        r"(?:(?:number|no\.?) ?|#)\d+|\d+[a-z]?(?: [A-Z][\w'-]+|[.,!]|$))",
        rf"(?i:white house|lives? (?:\w+ )?at {_NO_HOME})|{_OFFICE}",
    ),
    _Kind(
        _HOME, LIKELY,
        rf"{_LIVES} (?:\w+ )?(?:in|at|on|near|behind|by|next to) (?:the|that|this|number) (?:[\w'-]+ "
        rf"){{0,3}}{_SPOT}(?: of (?:[\w'-]+ ){{1,3}}{_SPOT})?(?: \w+)? "
        rf"(?:{_PLACED}{_AND_SO_ON}|\d+)",
        rf"(?i:white house|full house|(?:ground|upper|lower) floor of)|{_OFFICE}",
    ),
    _Kind(
        _HOME, SAID,
        r"(?i)\b(?:his|her|their|your|\w+'s) (?:house|home|flat|apartment|place|door|trailer|cottage) is (?:the |at )?"
        r"(?:(?:number|no\.?|#) ?)?\d+[a-z]?(?: (?:on|in|at|of) (?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+){0,2})",
    ),
    _Kind(
        _HOME, LIKELY,
        r"(?i)\bwhere (?:she|he|they) lives?[,:;.! -]{1,3}(?:it is|it's|its|that's|thats|in|at|on) "
        rf"(?:the |that |a )?(?:[\w'-]+ ){{0,3}}(?:{_SPOT} {_PLACED}{_AND_SO_ON}|{_STREET}\b)",
    ),
    _Kind(
        _HOME, LIKELY,
        rf"{_LIVES} (?:\w+ )?(?:on|in|off|near|at the (?:end|corner|top|bottom) of) (?:[A-Z0-9][\w'-]+ "
        rf"){{1,3}}(?i:{_STREET})\b",
        r"(?i)(?:wall|sesame|fleet) street",
    ),
    _Kind(_HOME, SAID, rf"{_LIVES} (?:\w+ )?(?:in|at) (?:apartment|apt|flat|unit|room|house|number|no|#)\.? ?#?\d+\w?"),
    _Kind(_HOME, LIKELY, rf"{_LIVES} (?:right |just )?{_BESIDE} the [\w']+(?: [\w']+)?"),
    _Kind(
        "home address", LIKELY,
        r"(?i)\b(?:home|house|street|full|exact|current|his|her|their|'s) address (?:is|:|=) ?[^\s].{3,40}",
        r"(?i)address (?:is|:|=) ?(?:not|un|being|very|that|also|the |public|available|private|still|known|a |in |on "
        r"|wrong|now|"
        r"one |important|to |about|what|how|why|delivered|over|here|there)|\bip |(?:[\w-]+ ){0,3}(?:speech|lecture|"
        r"nation)",
    ),
    _Kind("somebody's town", HINTED, rf"{_LIVES} in [A-Z][a-z]+"),
    _Kind(
        "real name", POSSIBLE,
        r"\b(?i:his|her|their|the \w+'s|user|this (?:guy|user|troll|person)'s|\w+'s) (?i:real|true|actual|full|legal) "
        r"(?i:name|identity)(?: is|:|=)(?: actually| really)? ?[A-Z][a-z]+(?: [A-Z][a-z'-]+){0,2}",
        r"(?: is|:|=) ?(?:The|Not|Unknown|Never|A|An|That|What|Of)\b",
    ),
    _Kind("real name", POSSIBLE, r"\b(?i:real|true|full|legal) (?i:name|identity) ?: ?[A-Z][a-z]+ [A-Z][a-z'-]+"),
    _Kind(_WORK, LIKELY, rf"(?:{_WHO} (?:\w+ )?|^|[.!?;] )[Ww]orks? (?:\w+ )?(?:at|for|in) .{{2,60}}\b{_GO_THERE}\b"),
    _Kind(_WORK, HINTED, r"\b(?:[Ss]he|[Hh]e|[Tt]hey) works? at (?:the )?[A-Z][a-z]+"),
    _Kind(
        "where somebody is found", LIKELY,
        r"(?i)\b(?:you (?:can|will|could)|you'll|go) (?:\w+ )?(?:find|get|catch|meet) (?:him|her|them) (?:at|in|"
        r"outside|near) "
        rf"[\w']+(?: [\w'.,]+){{0,5}} {_WHEN}",
    ),
    _Kind(
        "where a child is", LIKELY,
        r"(?i)\b(?:his|her|their|whose) (?:kids?|child(?:ren)?|daughters?|sons?) (?:go(?:es)?|attends?|is|are) (?:to "
        r"|at )?"
        rf"(?:the )?(?-i:[A-Z])(?:\w+.{{0,40}}\b{_SCHOOL}|[\w'.]*(?: (?-i:[A-Z])[\w'.]+){{0,3}} {_PRIMARY})\b",
    ),
    _Kind(
        "licence plate", LIKELY,
        r"(?i)(?:\b(?:licen[cs]e|number|registration|car|tag)[ -]?(?:plates?|tag)|\bplates?|\breg(?:istration)?|"
        r"kennzeichen)"
        rf"(?: (?:number|no|nr|mark))?\.?(?: ?(?:is|was|reads?|says?|:|#|=|of|ist))* ?[\"']?{_PLATE}\b",
    ),
    _Kind(
        "network address", LIKELY,
        rf"(?i)\b(?:his|her|their|your|s|users?) ip(?: address)?(?: is| was|:| =)? ?{_ADDRESS}\b",
    ),
    _Kind(
        "network address", LIKELY,
        rf"(?i)\bip(?: address)?(?: is|:)? ?{_ADDRESS} (?:belongs to|(?:is|was|=) (?:(?:hi[ms]|hers?|theirs|them)\b|"
        r"(?:the|that|this) (?:guy|man|one|troll|user|person|woman|girl|boy|idiot|asshole|bitch|creep|kid)))",
    ),
    _Kind("network address", HINTED, rf"(?i)\bip(?: address)?(?: is|:)? ?{_ADDRESS}\b"),
    _Kind("device address", LIKELY, rf"(?i)\bmac(?: address)?(?: is|:)? ?{_DEVICE}\b"),
    _Kind("device address", HINTED, rf"(?i)\b{_DEVICE}\b"),
    _Kind(
        "coordinates of a home", LIKELY,
        r"(?i)\b(?:lives?|house|home|find (?:him|her|them)|address)\b.{0,30}-?\d{1,2}\.\d{4,}[NS]?,? "
        r"?-?\d{1,3}\.\d{4,}",
    ),
    _Kind(
        "coordinates of a home", LIKELY,
        r"(?i)-?\d{1,2}\.\d{4,}[NS]?,? ?-?\d{1,3}\.\d{4,}[EW]?\W{1,3}(?:[\w']+ ){0,2}(?:(?:his|her|their|your|\w+'s) "
        r"(?:\w+ )?(?:home|house|flat|apartment|place|balcony|garden|yard|bedroom|window|door\w*|address|street|office|"
        r"school)\b|where (?:he|she|they|\w+) (?:lives?|sleeps?|works?|stays?))",
    ),
    _Kind("date of birth", POSSIBLE, rf"(?i)\b(?:dob|d\.o\.b\.?|date of birth)(?: is| was|:|=)? ?{_DATE}"),
)  # fmt: skip


def find(given: Plain) -> Iterator[Found]:
    """Up to MOST_FOUND of each kind."""
    for kind in (_KINDS[each] for each in sorted(_forms().Match(given.text) or ())):
        for number, match in enumerate(_compiled(kind.form).finditer(given.text)):
            if number == MOST_FOUND:
                break
            if not (kind.unless and _compiled(kind.unless).search(given.text[match.start() : match.end() + 20])):
                yield Found(kind.what, kind.score, *match.span())


def get_ready() -> None:
    """Compile the expressions."""
    _forms()
    for kind in _KINDS:
        _compiled(kind.form)
        _compiled(kind.unless)


@cache
def _forms() -> Any:
    """All of them at once: which are there at all."""
    forms = re2.Set.SearchSet()
    for kind in _KINDS:
        forms.Add(kind.form)
    forms.Compile()
    return forms


@cache
def _compiled(form: str) -> Any:
    return re2.compile(form)
