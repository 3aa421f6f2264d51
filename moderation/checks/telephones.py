"""Telephone numbers: runs of digits that are written like one, decided by what phonenumbers knows of each country."""

from collections.abc import Iterator
from functools import cache
from itertools import islice, pairwise
from typing import Any, NamedTuple

import phonenumbers
import re2
from phonenumbers import PhoneNumberType

from moderation.checks.found import Found, Plain

HINT = r"\d(?:\W{0,3}[\dOoIl]){6}|[OoIl]\d(?:\W{0,3}[\dOoIl]){5}"  # without it there is no telephone number
_SPOKEN_DIGIT = r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|\d)\b\W{0,3}"
HINT_SPOKEN = r"(?i)\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\W{1,3}" + _SPOKEN_DIGIT * 2
_SPOKEN = rf"(?i)(?:{_SPOKEN_DIGIT}){{7,30}}"
_FEWEST_IN_WORDS = 2
_LETTERED = r"\b[\dOoIl]*(?:\d[OoIl]|[OoIl]\d)[\dOoIl]*\b"  # letters that stand for the digits 0 and 1
_DIGIT_FOR = str.maketrans("OoIl", "0011")
_APART = r"\d(?:([ .-])\d){8,14}"  # each digit by itself
MOST_CANDIDATES = 20
MOST_LETTERED = 100
FEWEST_DIGITS, MOST_DIGITS = 7, 15  # E.164 has no longer ones

SAID = 0.9  # the text says that it is a telephone number
CERTAIN = 0.85  # written with its country, or in a form that nothing else has
LIKELY = 0.7
POSSIBLE = 0.55  # a mobile number of some country, and nothing says it is not
PUBLIC = 0.3  # nobody's home: free of charge, or a service's
DOUBTFUL = 0.3

_BEFORE, _AFTER = 45, 30  # characters around that are read for what the number is
_CANDIDATE = r"\+?\(?\+?\d[\d ().\-/]{5,26}\d"

_ABOUT_PHONES = (
    r"(?i)\b(?:(?:tele)?phones?|call(?:s|ing|ed)?|tel|cell(?:phone)?|mobile|text(?:s|ed)?|whats ?app|telegram|viber|"
    r"sms|fax|ring(?: (?:me|him|her|them))?|dial|reach (?:me|him|her|them|us)|landline|voicemail|digits|burner|signal|"
    r"ph|contact|(?:his|her|my|their|your|our|home|work|contact|private|personal) (?:\w+ )?(?:number|no|#)|"
    r"number(?:'s| is|:)|handy(?:nummer)?|telefon\w*|rufnummer|ruf|anruf\w*|appel\w*|portable|numero|llama\w*|movil|"
    r"celular|cellulare|chiama\w*|telefone|ligue|bel|gsm|numer|zadzwon\w*|komork\w*)\b"
)
_CALLED = rf"{_ABOUT_PHONES}\W{{0,4}}(?:\w+\W{{1,3}}){{0,2}}$"  # right before a short one: 'call me at 5551234'
_LONG_NUMBER = 10  # digits
_ABOUT_OTHERS = (
    r"(?i)(?:\b(?:orders?|serial|case|ticket|invoice|isbn|issn|doi|tracking|ref(?:erence)?|id|item|model|part|version|"
    r"articles?|oldid|diff|revision|pmid|oclc|bugs?|issue|docket|patent|flight|confirmation|lot|sku|upc|ean|asin|gene|"
    r"catalog(?:ue)?|page|pages|pp|population|votes|views|miles|score|seed|coordinates|release|build)"
    r"(?: (?:number|no|code|id))?\W{0,4}(?:is |was )?|[$#=_%*^]) ?~ |~ (?:%|people|million|billion|votes|views|km|"
    r"miles|dollars|euros|USD|EUR|inhabitants|points|subscribers|followers)"
)
_PUBLIC_LINE = (
    r"(?i)\b(?:help ?lines?|hot ?lines?|customer (?:service|care|support)|support line|life ?line|box office|tip line|"
    r"reservations?|switchboard|crisis|call cent(?:er|re)|toll.?free|free ?phone)\b"
)
_NO_NUMBER = (
    r"(?:(?:1[0-9]|20)\d\d[-/. ]{1,3}[01]?\d[-/. ]{1,3}[0-3]?\d(?:[ .-].*)?|"  # 2011-09-11
    r"[0-3]?\d ?[-/. ] ?[0-3]?\d ?[-/. ] ?(?:1[0-9]|20)\d\d(?:[ .-].*)?|"  # 11.9.2001
    r"(?:1[0-9]|20)\d\d(?: ?[-/] ?| )(?:(?:1[0-9]|20)?\d\d)(?:[ ,./-]+.*)?|"  # 1973-1977 ...
    r"\d{1,3}(?:\.\d{1,3}){3}|\d+ ?\. ?\d+|[1-9]\d* ?/ ?\d+|0\.\d+.*|"  # an address on the net, a fraction
    r"\d\d?\.\d\d ?- ?\d\d?\.\d\d|"  # 9.00 - 17.00
    r"[1-9]\d{0,2}(?:[ .]000)+|[01 ]+|(?:[1-9]\d?|\d)[-/. ](?:\d{1,2}[-/. ]){2,}\d{1,2})"  # millions, bits, results
)
_AMERICAN = r"(?:\+?1[-. /]?)?(?:\( ?\d{3} ?\) ?[-. ]?|\d{3}(?:[-. /]| [-.] ))\d{3}(?:[-. /]?| [-.] )\d{4}"
_AMERICAN_DASHED = r"(?:1[-. ])?(?:\( ?\d{3} ?\) ?[-. ]?|\d{3}-)\d{3}[-. ]?\d{4}"
_LOCAL = r"\d{3}[-. ]\d{4}"
_TRUNK = r"\(?0[ \d()./-]+"
_BRACKETED = r"\(\d{2,5}\) ?\d{2,5}(?:[- ]?\d{2,4}){1,3}"
_BY_THREES = r"[5-9]\d\d[ -]\d{3}[ -]\d{3}"
_BY_TWOS = (
    r"[6-9]\d\d[ .-]\d\d[ .-]\d\d[ .-]\d\d|[1-9]\d[ .-]\d{3}[ .-]\d\d[ .-]\d\d|3\d\d[ .-]\d\d[ .-]\d\d[ .-]\d{3}|"
    r"8[ -]?\(?9\d\d\)?[ -]\d{3}[ -]?\d\d[ -]?\d\d"
)
_BY_FIVES = r"[6-9]\d{4}[ -]\d{5}"
_FREE_AMERICAN = r"1?(?:800|888|877|866|855|844|833|822|900)\d{7}"
# Free or dearer numbers elsewhere, by how they begin: 0800, 0845, 0900; 900 and 800 in Spain and Italy; 1300, 1800.
_FREE_ELSEWHERE = (
    r"\(?0(?:80[0-9]|84[0-9]|87[01]|30[0-9]|33[03]|34[345]|90[0-9]|180)\)?[ /-]?\d.*|(?:90[0-2]|"
    r"80[0-9])[ -]?\d{3}[ -]?\d{3}|1[38]00[ -]?\d.*"
)
ALONE = 60  # characters; in a text so short nothing else is said than the number

_TRUNK_REGIONS = ("GB", "FR", "DE", "AU", "IT", "NL", "IN", "CH", "AT", "SE", "IE", "BE", "JP", "ZA", "BR", "TR")
_MOBILE_REGIONS = ("US", "IN", "CN", "IT")
_PLAIN_REGIONS = ("US", "IN", "CN", "ES", "PL", "PT", "IT", "RU")
_NOBODY_S = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
    }
)


def find(given: Plain) -> Iterator[Found]:
    """Up to MOST_CANDIDATES runs of digits are looked at."""
    given = given._replace(text=str(_forms().lettered.sub(_as_digits, given.text, MOST_LETTERED)))
    for match in islice(_forms().candidate.finditer(given.text), MOST_CANDIDATES):
        for start, end in _pieces(match.group(), match.start()):
            found = _judge(given, start, end)
            if found is not None:
                yield found


def find_spoken(given: Plain) -> Iterator[Found]:
    """'five five 5 ...'; who counts up or down counts."""
    for match in islice(_forms().spoken.finditer(given.text), MOST_CANDIDATES):
        said: list[str] = _forms().one_spoken.findall(match.group().lower())
        digits = "".join(_VALUES.get(each, each) for each in said)
        in_words = len([each for each in said if each in _VALUES])
        if in_words >= _FEWEST_IN_WORDS and not _counts(digits):
            yield Found("telephone number in words", LIKELY, match.start(), match.start() + len(match.group().rstrip()))


_VALUES = dict(
    zip(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), "0123456789", strict=True)
) | {"oh": "0"}


def _as_digits(match: Any) -> str:
    return str(match.group()).translate(_DIGIT_FOR)


def _counts(digits: str) -> bool:
    """1234567890, 9876543210, 5555555: nobody's number."""
    return len({(int(later) - int(earlier)) % 10 for earlier, later in pairwise(digits)}) <= 1


def get_ready() -> None:
    """Compile, and have the countries' rules read."""
    _forms()
    for region in {*_TRUNK_REGIONS, *_PLAIN_REGIONS}:
        phonenumbers.is_valid_number(phonenumbers.parse("0301234567", region))


def _pieces(written: str, start: int) -> Iterator[tuple[int, int]]:
    """One number, or several in a row when it is too long for one."""
    digits = len([each for each in written if each.isdigit()])
    if digits <= MOST_DIGITS:
        yield start, start + len(written)
        return
    position = 0
    for piece in written.split(" "):
        if len(piece) >= FEWEST_DIGITS:
            yield start + position, start + position + len(piece)
        position += len(piece) + 1


def _judge(given: Plain, start: int, end: int) -> Found | None:
    text = given.text
    written = text[start:end]
    digits = "".join(each for each in written if each.isdigit())
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS or _inside_something(text, start, end):
        return None
    forms = _forms()
    around = given.near(start, end, _BEFORE, _AFTER)
    short = written == digits and len(digits) < _LONG_NUMBER and not digits.startswith("0")
    said = bool(
        forms.called.search(text[max(0, start - _BEFORE) : start]) if short else forms.about_phones.search(around)
    )
    score = _score(written, digits, said=said, alone=len(text) <= ALONE)
    if score > DOUBTFUL and forms.about_others.search(around):
        score = DOUBTFUL
    if score > PUBLIC and (
        forms.public.search(around) or forms.free_american.fullmatch(digits) or forms.free_elsewhere.fullmatch(written)
    ):
        score = PUBLIC
    return Found(f"telephone number ending {digits[-2:]}", score, start, end) if score else None


def _inside_something(text: str, start: int, end: int) -> bool:
    """A part of a code, a decimal, a handle or a longer row of digits."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalnum() or before[-1:] in {"@", "/", "_", "="} or after[:1].isalnum() or after[:1] in {"@", "_"}:
        return True
    return (before[-1:] in {".", ",", "-", ":"} and before[:1].isdigit()) or (
        after[:1] in {",", ".", ":", "-"} and after[1:].isdigit()
    )


def _score(written: str, digits: str, *, said: bool, alone: bool) -> float:
    forms = _forms()
    if written.startswith(("+", "(+", "00")):
        return _international(written, digits)
    if _is_no_number(written, digits, said=said):
        return 0.0
    if said:
        return SAID
    if forms.american.fullmatch(written) and not forms.by_fives.fullmatch(written):
        return CERTAIN if forms.american_dashed.fullmatch(written) else _american_loose(written, digits)
    if forms.trunk.fullmatch(written):
        return _trunk(written, digits)
    return _continental(written, digits, alone=alone)


def _is_no_number(written: str, digits: str, *, said: bool) -> bool:
    forms = _forms()
    one_by_one = forms.apart.fullmatch(written)  # so are results, unless somebody says what they are
    if len(set(digits)) == 1 or (_counts(digits) and (one_by_one or written == digits)):
        return True
    return bool(forms.no_number.fullmatch(written)) and not (said and one_by_one)


def _international(written: str, digits: str) -> float:
    number = _parse("+" + (digits[2:] if written.startswith("00") else digits), None)
    if number is None or not phonenumbers.is_possible_number(number):
        return 0.0 if written.startswith("00") else DOUBTFUL
    if phonenumbers.is_valid_number(number):
        return PUBLIC if phonenumbers.number_type(number) in _NOBODY_S else SAID
    return POSSIBLE if written.startswith("00") else LIKELY


def _american_loose(written: str, digits: str) -> float:
    """With dots, blanks or nothing between: what no exchange could have is something else."""
    national = digits[-10:]
    if national[0] in "01" and not national.startswith("123"):
        return DOUBTFUL if national[0] == "1" else _trunk(written, digits)
    return LIKELY if "555" in national[:6] or _valid(written, ("US", "IT", "IN")) else DOUBTFUL


def _trunk(written: str, digits: str) -> float:
    """A 0 before the area's code, as most countries write it."""
    if not 9 <= len(digits) <= 12 or digits.startswith("00"):  # noqa: PLR2004 - as long as they are with their 0
        return 0.0
    if _valid(written, _TRUNK_REGIONS):
        return CERTAIN
    grouped = any(each in written for each in " ()-/.")
    mobile_like = digits.startswith("07") and len(digits) == 11  # noqa: PLR2004 - a British one
    return LIKELY if grouped or mobile_like else DOUBTFUL


def _continental(written: str, digits: str, *, alone: bool) -> float:
    """No 0, no country: only forms and countries where that is usual."""
    forms = _forms()
    if forms.local.fullmatch(written):
        return LIKELY if digits.startswith("555") else 0.0
    usual = (
        (forms.by_fives, ("IN",), LIKELY),
        (forms.by_twos, ("ES", "PL", "PT", "IT", "RU"), LIKELY),
        (forms.by_threes, ("ES", "PL", "PT"), POSSIBLE),
        (forms.bracketed, (), LIKELY),
    )
    for form, regions, score in usual:
        if form.fullmatch(written) and (not regions or _valid(written, regions)):
            return score
    if written == digits and len(digits) in {10, 11} and ("555" in digits[:6] or _valid(written, _MOBILE_REGIONS)):
        return POSSIBLE
    return POSSIBLE if alone and digits[0] in "5679" and _valid(written, ("ES", "PL", "PT")) else 0.0


def _valid(written: str, regions: tuple[str, ...]) -> bool:
    """Whether one of these countries has such a number."""
    for region in regions:
        number = _parse(written, region)
        if number is not None and phonenumbers.is_valid_number(number):
            return True
    return False


def _parse(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None


class _Forms(NamedTuple):
    candidate: Any
    spoken: Any
    about_phones: Any
    called: Any
    about_others: Any
    public: Any
    no_number: Any
    american: Any
    american_dashed: Any
    local: Any
    trunk: Any
    bracketed: Any
    by_threes: Any
    by_twos: Any
    by_fives: Any
    free_american: Any
    free_elsewhere: Any
    lettered: Any
    one_spoken: Any
    apart: Any


@cache
def _forms() -> _Forms:
    expressions = (
        _CANDIDATE, _SPOKEN, _ABOUT_PHONES, _CALLED, _ABOUT_OTHERS, _PUBLIC_LINE, _NO_NUMBER, _AMERICAN,
        _AMERICAN_DASHED,
        _LOCAL, _TRUNK, _BRACKETED, _BY_THREES, _BY_TWOS, _BY_FIVES, _FREE_AMERICAN, _FREE_ELSEWHERE,
        _LETTERED, r"[a-z]+|\d", _APART,
    )  # fmt: skip
    return _Forms(*(re2.compile(each) for each in expressions))
