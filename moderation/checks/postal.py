"""Postal addresses as several countries write them, and how sure one is: a town, a code, who lives there."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import re2

from moderation.checks.found import Found, Plain

HINT_ENGLISH = (
    r"(?i) (?:street|st|avenue|ave?|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|way|"
    r"terrace|ter|crescent|cres|close|square|sq|parkway|pkwy|highway|hwy|circle|cir|trail|trl|row|walk|gardens?|grove|"
    r"mews|hill|park|rise|view|green|loop|alley|plaza|turnpike|pike|broadway|quay|croft|heights|ridge|run|path|vale)\b|"
    r"(?-i:\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]{2},? \d{5}\b)"  # codes of the post
)
HINT_EUROPEAN = (
    r"(?i)(?:stra(?:ss?|~)e|str\.|platz|allee|gasse|weg|ring|damm|ufer|straat|laan|plein|gracht|kade|dijk|singel|"
    r"hof)\.? "
    r"?\d|\bc/|\d,? place |\b(?:rue|avenue|av|bd|boulevard|chemin|impasse|quai|allee|route|calle|avda|avenida|plaza|"
    r"paseo|carrer|via|"
    r"viale|piazza|corso|vicolo|largo|ul|ulica|aleja|al|os|rua|travessa|praca)\b|\b(?:am|an der|auf dem|im|zum|zur) "
    r"[a-z]"
    r"+ \d|er (?:stra(?:ss?|~)e|str\.|platz|allee|weg|ring|damm|ufer) \d"
)
HINT_BOX = r"(?i)\bp\.? ?o\.? ?box|\bpost(?:al| office)? box|postfach|\bapartado\b"
MOST_FOUND = 20

CERTAIN = 0.85  # with its town or code
LIVED_AT = 0.9  # the text says that somebody lives there
LIKELY = 0.6
BARE = 0.45  # a street and a number, as any house of business has
KNOWN_TO_ALL = 0.2  # the seats of governments
BOX = 0.55
ALONE = 3  # other words: then nothing else is said than the address
MOST_AROUND = 60  # characters, for so few words
NEARLY_ALL = 0.7

_BEFORE, _AFTER = 60, 60  # characters around that are read for who lives there
_UNIT_NEAR = 15
_CODE_BEFORE, _CODE_AFTER = 25, 40
_JOINED = frozenset("$.,:/-#")  # right before the number: it is no house's
_NUMBER = r"\b\d{1,5}(?:[A-Za-z]|-\d{1,4}|/\d{1,3}| ?1/2)?"
_SIDE = r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?"
_LONG_TYPE = (
    r"(?:Street|Avenue|Road|Lane|Boulevard|Terrace|Crescent|Parkway|Highway|Mews|Turnpike|Croft|St|Ave|Av|Rd|Ln|Blvd|"
    r"Cres|Pkwy|Hwy|Dr)"
)
_SHORT_TYPE = (
    r"(?:Drive|Court|Ct|Place|Pl|Way|Ter|Close|Square|Sq|Circle|Cir|Trail|Trl|Row|Walk|Gardens?|Grove|Hill|Park|Rise|"
    r"View|"
    r"Green|Loop|Alley|Plaza|Pike|Quay|Heights|Ridge|Run|Path|Vale)"
)
_CAPITAL = r"(?:[A-Z0-9][\w'.-]*|de|la|of|the|los|del|van) "
_SURE_STREET = rf"{_NUMBER},? {_SIDE}[A-Z0-9][\w'.-]* (?:{_CAPITAL}){{0,3}}{_LONG_TYPE}\b\.?"
_OTHER_STREET = rf"{_NUMBER},? {_SIDE}(?:(?:[A-Z][\w'.-]*|\d{{1,3}}(?:st|nd|rd|th)) ){{1,3}}{_SHORT_TYPE}\b\.?"
_LOWER_STREET = rf"(?i){_NUMBER},? {_SIDE}(?:[a-z0-9][a-z0-9'.-]* ){{1,3}}(?:{_LONG_TYPE}|{_SHORT_TYPE})\b\.?"
_BROADWAY = rf"{_NUMBER} (?:{_SIDE}Broadway|Avenue [A-Z]\b|The [A-Z][a-z]+\b)"
_BRITISH_CODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
_AMERICAN_CODE = r"[A-Z]{2},? \d{5}\b"
_WITH_CODE = rf"{_NUMBER},? (?:[A-Z][\w'.-]*[ ,\n]{{1,2}}){{2,9}}(?:{_BRITISH_CODE}|{_AMERICAN_CODE})"  # no type needed
_GERMAN = (
    r"\b[A-Z][a-z]*(?:[ -][A-Z][a-z]+){0,2}(?:[ -]?[Ss]tras(?:s)?e|[ -]?[Ss]tr\.|platz|allee|gasse|weg|ring|damm|"
    r"ufer|steig|"
    r"straat|laan|plein|gracht|kade|dijk|singel|hof|[ -](?:Platz|Allee|Weg|Ring|Damm|Ufer|Gasse)) ?\d{1,4}(?: "
    r"?[a-hA-H])?\b"
)
_GERMAN_LOWER = r"\b[a-z]{3,}(?:stras(?:s)?e|str\.) ?\d{1,4}(?: ?[a-h])?\b"
_GERMAN_AT = r"\b(?:Am|An der|Auf dem|Auf der|Im|In der|Zum|Zur) [A-Z][a-z]+(?: [A-Z][a-z]+)? \d{1,4}(?: ?[a-h])?\b"
_FRENCH = (
    r"(?i)\b\d{1,4}(?: ?(?:bis|ter|quater))?,? (?:rue|avenue|av\.?|boulevard|bd\.?|place|chemin|allee|impasse|quai|"
    r"cours|route|"
    r"square|passage|faubourg)(?: (?:de la|de l'|du|des|de|d'|le|la|les))? ?[a-z][a-z'-]+(?:[ -][A-Z][A-Za-z'-]+){0,3}"
)
_SPANISH = (
    r"(?i)(?:\b(?:calle|avenida|av\.|avda\.?|plaza|paseo|carrer|camino|ronda|travesia|rua|travessa|praca|"
    r"alameda)|\bc/) ?"
    r"(?:(?:de la|de los|de las|de|del|da|do|dos|das|el|la) )?[a-z][a-z'-]+(?: [a-z][a-z'-]+){0,3}?,? (?:n[o.]{1,2} "
    r"?|num\. ?)?\d{1,4}\b"
)
_ITALIAN = (
    r"(?i)\b(?:via|viale|piazza|corso|vicolo|largo|strada|piazzale) (?:(?:della|delle|dei|del|di|dell'|san|santa) ?)?"
    r"[a-z][a-z'.]+(?: [A-Z][a-z'.]+){0,3},? (?:n\.? ?)?\d{1,4}(?:/?[a-z])?\b"
)
_POLISH = (
    r"(?i)\b(?:ul\.|ulica|ulicy|al\.|aleja|alei|os\.|osiedle|pl\.) ?[A-Z][a-z]+(?: [A-Z][a-z]+){0,2} \d{1,4}[a-z]?"
    r"(?: ?(?:/|m\.|lok\.) ?\d{1,4})?\b"
)
_BOX_NUMBER = r"(?:no\.? |# ?)?\d[\d ]{0,8}\d?\b"
_BOX_SHORT = rf"(?i)\b(?:p\.? ?o\.? ?box|postfach|apartado(?: de correos)?|boite postale|casella postale) {_BOX_NUMBER}"
_BOX_LONG = rf"(?i)\bpost(?:al| office) box {_BOX_NUMBER}"
_UNIT = r"(?i)\b(?:apt|apartment|flat|unit|suite|wohnung|room)\.? ?#?\d{1,4}[a-z]?\b|#\d{1,4}[a-z]?\b"
_UNIT_BEFORE = (
    r"(?i)\b(?:apt|apartment|flat|unit|suite|room)\.? ?(?:#?\d{1,4}[a-z]?[, ]{1,2})?$"  # a part of the address
)

_TOWN = (  # right behind the street
    r"^(?:[ ,]*(?:apt|apartment|flat|unit|suite|ste|floor|room|#)\.? ?#?[\w-]{1,5})?[ ,.\n-]{1,3}"
    r"(?:in |near )?(?:[A-Z][a-z'.-]+|[A-Z]{2,})(?:[ -][A-Z][a-z'.-]+){0,2}"
)
_CODE = (  # of the post, near the street
    r"\b(?:[A-Z]{2}[ ,]{1,2}\d{5}(?:-\d{4})?|\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|"
    r"\d\d-\d{3}|"
    r"\d{4}-\d{3}|[A-Z]\d[A-Z] ?\d[A-Z]\d|(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT) \d{4}|[A-Z][a-z]+,? [A-Z]{2}\b)"
)
_CODE_AND_TOWN = (
    r"\b(?:\d{4,5}|\d\d-\d{3}|[A-Z]{1,2}-\d{4,5}) [A-Z][a-z]+|\b(?:Berlin|Paris|Madrid|Barcelona|Roma|Milano|Wien)\b"
)
_LIVES = (
    r"(?i)\b(?:lives?|living|resid\w+|address|(?:his|her|their|my|your|whose|'s) (?:home|house|apartment|flat|place)|"
    r"stays?|staying|(?:find|visit|see|get|meet|reach|track) "
    r"(?:me|him|her|them|this|you)|home address|moved (?:to|into|in)|doxx?\w*|parents|mother|mom|mum|dad|"
    r"where|sleeps?|hid(?:es|ing)|hangs out|come (?:to|over|by|and|find|see)|drop by|show up|swing by|go to|knock|"
    r"deliver\w*|send (?:it|them|him|her|me|this|mail|"
    r"your|a|the)|mail (?:it|them|to)|ship (?:it|to)|wohn\w*|adresse|habite\w*|vive|vivo|viven|abita|abito|"
    r"mieszka\w*|woont|"
    r"woon|mora|domicile|direccion|indirizzo|adres|zuhause|(?:his|her|their|my|your) (?:place|door|doorstep|"
    r"neighbou?r))\b"
)
_NO_STREET = (
    r"(?i)\d,? (?:.* )?(?:a|an|and|the|off|down|per|year|years|yr|yrs|day|days|hours?|hrs?|minutes?|mins?|miles?|"
    r"blocks?|km|feet|"
    r"percent|more|times?|people|men|women|cars?|lanes?|way|star|in|on|to|from|for|with|at|by|is|was|are|my|your|his|"
    r"her|"
    r"their|this|that|it|or|as|if|so|than|then|of|supreme|district|circuit|high|federal|superior|county|appeals|tennis|"
    r"basketball|food|world|central|national|state|dead|wall|sesame|million|billion|k|pm|am|ways|out|different|other|"
    r"long|side|hard|only|one|two|best|steps?|points?|things?|kids|games?|wins?|first|second|third|no|not|on|just|"
    r"any|test|"
    r"every|some|right|wrong|fast|same|easy|good|bad|big|small|little|new|hour|min|pound|dollar|year-old|yo) "
    r"(?:[\w'.-]+ ?)?$"
)
_ORGANISATION = (  # ... before the street: it is not where a person lives
    r"(?i)\b(?:compan(?:y|ies)|inc|co|corp\w*|records|grocery|market|offices?|hotel|motel|restaurant|cafe|bar|pub|"
    r"cent(?:er|re)|"
    r"schools?|college|university|church|chapel|museum|theat(?:er|re)|gallery|stores?|shop|mall|station|banks?|"
    r"clinic|hospital|"
    r"librar(?:y|ies)|hall|society|bureau|department|dept|agency|club|headquarters|hq|llc|ltd|gmbh|association|"
    r"foundation|institute|park|stadium|arena|venue|block of|studio|salon|gym|court(?:house|room)?|embassy|consulate|"
    r"ministry|police|council|government|parliament|prison|jail|airport|tower|temple|mosque|synagogue|cathedral|"
    r"committee|commission|precinct|archive|registry)\b[^!?]{0,25}$"
)
_NEWS = (  # ... around it: what happened there is told. A bare 'dead' or 'shot' may be a threat
    r"(?i)\b(?:police|officials|officers|firefighters|paramedics|authorities|witnesses|shooting|stabbing|collision|"
    r"burglar\w*|robbery|protest\w*|rally|blaze|explosion|a fire|suspects?|reported|according to|opened|closed|"
    r"demolished|auction\w*|renovat\w*|(?:killed|injured|wounded|left) (?:\d+|one|two|three|four|several|dozens))\b"
)
_REPORTED = (
    r"(?:\d{1,3} ?,|[a-z.]) (?:both )?of $"  # 'Joe Smith, 21, of 23 Maple Ave.': how papers tell who somebody is
)
_YEAR = r"(?:1[6-9]|20)\d\d\b"
_OF_A_YEAR = r"(?i)\b(?:in|since|of|the|by|from|until|till|after|before|during|around|circa|and|to) $"
_COMMA_TOWN = r"^[^,\n]{0,15}, ?[A-Z][a-z]+"
_SEATS_OF_GOVERNMENTS = r"(?i)\b1[01] downing st|\b1600 pennsylvania"
_WORD = r"[A-Za-z]{2,}"


class _Reading(NamedTuple):
    form: str
    bare: float  # score with nothing around
    needs_context: bool = False  # without it, no address at all
    what: str = "postal address"


_ENGLISH = (
    _Reading(_SURE_STREET, BARE),
    _Reading(_OTHER_STREET, BARE),
    _Reading(_WITH_CODE, CERTAIN),
    _Reading(_BROADWAY, 0.0, needs_context=True),
    _Reading(_LOWER_STREET, 0.0, needs_context=True),
)
_EUROPEAN = (
    _Reading(_GERMAN, LIKELY),
    _Reading(_GERMAN_LOWER, LIKELY),
    _Reading(_GERMAN_AT, 0.0, needs_context=True),
    _Reading(_FRENCH, LIKELY),
    _Reading(_SPANISH, LIKELY),
    _Reading(_ITALIAN, 0.0, needs_context=True),
    _Reading(_POLISH, LIKELY),
)
_BOXES = (
    _Reading(_BOX_SHORT, BOX, what="post box"),
    _Reading(_BOX_LONG, 0.0, needs_context=True, what="post box"),
)


def find_english(given: Plain) -> Iterator[Found]:
    return _find(given, _ENGLISH)


def find_european(given: Plain) -> Iterator[Found]:
    return _find(given, _EUROPEAN)


def find_boxes(given: Plain) -> Iterator[Found]:
    return _find(given, _BOXES)


def get_ready() -> None:
    """Compile the expressions."""
    for reading in (*_ENGLISH, *_EUROPEAN, *_BOXES):
        _compiled(reading.form)
    for form in (
        _TOWN,
        _CODE,
        _CODE_AND_TOWN,
        _LIVES,
        _NO_STREET,
        _ORGANISATION,
        _REPORTED,
        _YEAR,
        _NEWS,
        _OF_A_YEAR,
        _COMMA_TOWN,
        _WORD,
        _SEATS_OF_GOVERNMENTS,
        _UNIT,
        _UNIT_BEFORE,
    ):
        _compiled(form)


def _find(given: Plain, readings: tuple[_Reading, ...]) -> Iterator[Found]:
    for reading in readings:
        for number, match in enumerate(_compiled(reading.form).finditer(given.text)):
            if number == MOST_FOUND:
                break
            score = _score(given, reading, match)
            if score:
                unit = _compiled(_UNIT_BEFORE).search(given.text[max(0, match.start() - _UNIT_NEAR) : match.start()])
                yield Found(reading.what, score, match.start() - len(unit.group() if unit else ""), match.end())


def _score(given: Plain, reading: _Reading, match: Any) -> float:
    written, (start, end) = match.group(), match.span()
    if _compiled(_SEATS_OF_GOVERNMENTS).search(written):
        return KNOWN_TO_ALL
    if reading in _ENGLISH and (_is_no_street(written) or given.text[max(0, start - 1) : start] in _JOINED):
        return 0.0
    lived = bool(_compiled(_LIVES).search(given.near(start, end, _BEFORE, _AFTER)))
    if _is_coded(given, start, end):
        return LIVED_AT if lived else CERTAIN
    before = given.text[max(0, start - _BEFORE) : start]
    if _compiled(_REPORTED).search(before) or _compiled(_ORGANISATION).search(before):
        return 0.0 if reading.needs_context else min(reading.bare, BARE)
    return LIVED_AT if lived else _unsaid(given, reading, match)


def _unsaid(given: Plain, reading: _Reading, match: Any) -> float:
    """No code of the post, and nobody is said to live there."""
    start, end = match.span()
    if reading.needs_context or _is_year(given, reading, match):
        return 0.0
    if _compiled(_NEWS).search(given.near(start, end, _BEFORE, _AFTER)):
        return reading.bare
    town = _compiled(_TOWN).search(given.text[end : end + _AFTER])
    return (
        max(reading.bare, LIKELY)
        if town or _has_unit(given, match) or _is_alone(given, reading, match)
        else reading.bare
    )


def _is_year(given: Plain, reading: _Reading, match: Any) -> bool:
    """'the 1995 Elm Street fire'; but '2001 N. Elm Ave. #7, Fresno' is a house's number."""
    if reading not in _ENGLISH or not _compiled(_YEAR).match(match.group()):
        return False
    start, end = match.span()
    if _compiled(_OF_A_YEAR).search(given.text[max(0, start - _UNIT_NEAR) : start]):
        return True
    return not (_has_unit(given, match) or _compiled(_COMMA_TOWN).search(given.text[end : end + _AFTER]))


def _has_unit(given: Plain, match: Any) -> bool:
    return bool(_compiled(_UNIT).search(given.near(match.start(), match.end(), _UNIT_NEAR, _UNIT_NEAR)))


def _is_coded(given: Plain, start: int, end: int) -> bool:
    after = given.text[end : end + _AFTER]
    around = given.near(start, end, _CODE_BEFORE, _CODE_AFTER)
    return bool(_compiled(_CODE).search(after) or _compiled(_CODE_AND_TOWN).search(around))


def _is_alone(given: Plain, reading: _Reading, match: Any) -> bool:
    """Hardly anything else is said; 'Way' and 'Close' are words too: there it must be nearly all."""
    text, (start, end) = given.text, match.span()
    if reading.form == _OTHER_STREET:
        return end - start >= NEARLY_ALL * len(text)
    others = text[:start] + " " + text[end:]
    return len(others) <= MOST_AROUND and len(_compiled(_WORD).findall(others)) <= ALONE


def _is_no_street(written: str) -> bool:
    return bool(_compiled(_NO_STREET).search(" ".join(written.split(" ")[:-1]) + " "))


@cache
def _compiled(form: str) -> Any:
    return re2.compile(form)
