"""Numbers that stand for a person: cards, accounts, identity and tax numbers, by form and checksum."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import re2
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import nie, nif
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import ssn

from moderation.checks.found import Found, Plain

HINT = r"\d(?:\W?[A-Za-z\d]{0,4}\W?\d){4}|[A-Za-z]{4,6}\d\d[A-Za-z]\d\d"
MOST_CANDIDATES = 20  # of each form
CERTAIN = 0.95  # a strong checksum
SAID = 0.85  # the text says what it is
LIKELY = 0.7  # a form that little else has
DOUBTFUL = 0.4  # a weak checksum, and nobody says what it is
_FEWEST_DIGITS_MIXED = 4
_AROUND = 50  # characters that are read for what it is

_CARD_PREFIXES = (
    r"(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|"
    r"6(?:011|5\d\d|4[4-9]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|(?:5018|5020|5038|6304|6759|676[1-3])\d{8,15})"
)


_PASSPORT = "passports? ?(?:number|no|nr|#|id)?\\.?\\W{0,3}(?:(?:is|was)\\W{0,3})?~"


class _Kind(NamedTuple):
    what: str
    form: str
    valid: Callable[[str], bool]
    about: str  # what a text says of such numbers
    alone: float  # score where it is valid and nothing is said
    said: float  # ... and it is said
    invalid: float = 0.0  # score where it is said, but the checksum is wrong: a slip, or another's number


def _is_card(number: str) -> bool:
    digits = "".join(each for each in number if each.isdigit())
    return bool(_compiled(_CARD_PREFIXES).fullmatch(digits)) and len(set(digits)) > 1 and luhn.is_valid(digits)


def _any_form(number: str) -> bool:
    del number
    return True


def _is_mixed(number: str) -> bool:
    """Letters and digits, as newer passports have them: C01X00T47."""
    return sum(map(str.isdigit, number)) >= _FEWEST_DIGITS_MIXED and any(map(str.isalpha, number))


def _is_insurance_number(number: str) -> bool:
    return number[:2].upper() not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


_KINDS = (
    _Kind(
        "card number", r"\b\d{4}(?:[ .-]?\d{4}){2}[ .-]?\d{1,7}\b|\b\d{4}[ .-]?\d{6}[ .-]?\d{4,5}\b", _is_card,
        "(?:credit|debit|bank)? ?card|visa|mastercard|amex|maestro|cvv|cvc|pan", CERTAIN, CERTAIN, LIKELY,
    ),
    _Kind(
        "bank account number", r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?\d[A-Z0-9]{0,3})?\b", iban.is_valid,
        "iban|account|konto|compte|cuenta|conto|rekening", CERTAIN, CERTAIN, LIKELY,
    ),
    _Kind(
        "social security number", r"\b\d{3}-\d{2}-\d{4}\b", ssn.is_valid,
        "ssn|social(?: security)?|social (?:number|no)",
        LIKELY, CERTAIN, SAID,
    ),
    _Kind(
        "social security number", r"\b\d{3}[ .]?\d{2}[ .]?\d{4}\b", ssn.is_valid,
        "ssn|social security|social (?:number|no)",
        0.0, SAID, LIKELY,
    ),
    _Kind(
        "national insurance number", r"\b[A-Z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b", _is_insurance_number,
        "national insurance|ni (?:number|no)|nino|insurance number", LIKELY, CERTAIN,
    ),
    _Kind("tax number", r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b", idnr.is_valid, "steuer\\w*|tax|idnr|tin", DOUBTFUL, CERTAIN),
    _Kind(
        "social security number", r"\b[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}\b",
        nir.is_valid, "secu\\w*|nir|insee|social", LIKELY, CERTAIN,
    ),
    _Kind(
        "identity number", r"(?i)\b\d{2}\.?\d{3}\.?\d{3}[ -]?[A-Z]\b", nif.is_valid,
        "dni|nif|documento|id", LIKELY, CERTAIN, LIKELY,
    ),
    _Kind(
        "identity number", r"(?i)\b[XYZ][ -]?\d{7}[ -]?[A-Z]\b", nie.is_valid,
        "nie|documento|id", LIKELY, CERTAIN, LIKELY,
    ),
    _Kind(
        "tax code", r"(?i)\b[A-Z]{6} ?\d[\dLMNP-V] ?[A-EHLMPRST] ?\d{2} ?[A-Z]\d{3} ?[A-Z]\b", codicefiscale.is_valid,
        "codice|cf|fiscale", CERTAIN, CERTAIN, LIKELY,
    ),
    _Kind(
        "identity number", r"\b\d{4}[ .]?\d{2}[ .]?\d{3}\b", bsn.is_valid,
        "bsn|burgerservice\\w*|sofi\\w*", 0.0, SAID,
    ),
    _Kind("identity number", r"\b\d{11}\b", pesel.is_valid, "pesel|id", LIKELY, CERTAIN),
    _Kind("tax number", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", cpf.is_valid, "cpf", CERTAIN, CERTAIN, SAID),
    _Kind("tax number", r"\b\d{11}\b", cpf.is_valid, "cpf", 0.0, CERTAIN),
    _Kind(
        "identity number", r"\b[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}\b", aadhaar.is_valid,
        "a+dha+r|uid(?:ai)?", LIKELY, CERTAIN, LIKELY,
    ),
    _Kind("tax number", r"\b[A-Z]{5}\d{4}[A-Z]\b", pan.is_valid, "pan|tax", LIKELY, CERTAIN),
    _Kind(
        "identity number", r"\b(?:19|20)?\d{6}[-+]\d{4}\b", personnummer.is_valid, "person\\w*|id", LIKELY, CERTAIN,
    ),
    _Kind("identity number", r"\b\d{6}[-+A]\d{3}[0-9A-Z]\b", hetu.is_valid, "hetu|henkilo\\w*|id", LIKELY, CERTAIN),
    _Kind("insurance number", r"\b\d{3}[ -]\d{3}[ -]\d{3}\b", luhn.is_valid, "sin|social insurance", 0.0, SAID, LIKELY),
    _Kind(
        "health number", r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b", _any_form,
        "nhs|health (?:card|number|id)|medicare", 0.0, SAID,
    ),
    _Kind(
        "passport number", r"(?i)\b[A-Z]{0,2} ?\d{6,9}[A-Z]?\b", _any_form,
        f"{_PASSPORT}|reisepass\\w*|passeport|pasaporte", 0.0, SAID,
    ),
    _Kind("passport number", r"\b[A-Z][A-Z0-9]{7,9}\b", _is_mixed, f"{_PASSPORT}|reisepass\\w*", 0.0, SAID),
    _Kind(
        "identity number", r"(?i)\b[A-Z]{0,5}[ -]?\d[A-Z0-9-]{5,15}\b", _any_form,
        "(?:driver'?s?|driving|dl) licen[cs]e|licen[cs]e (?:number|no)|national id|id (?:card|number|no)|identity "
        "(?:card|number)|ausweis\\w*",
        0.0, LIKELY,
    ),
    _Kind(
        "bank account number", r"\b\d{2}-\d{2}-\d{2}\b|\b\d{6,12}\b|\b\d{3,4}[ -]\d{3,4}[ -]\d{2,4}\b", _any_form,
        "(?:bank )?account (?:number|no|#)|acct|sort code|routing (?:number|no)|kontonummer", 0.0, SAID,
    ),
    _Kind(
        "tax number", r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b|\b\d{2}-\d{7}\b", _any_form,
        "tfn|tax (?:file|id|payer)\\w*(?: number)?", 0.0, LIKELY,
    ),
)  # fmt: skip


def find(given: Plain) -> Iterator[Found]:
    """Up to MOST_CANDIDATES of each form; one that is part of a longer code is none."""
    text = given.text
    for kind in (_KINDS[each] for each in sorted(_forms().Match(text) or ())):
        for number, match in enumerate(_compiled(kind.form).finditer(text)):
            if number == MOST_CANDIDATES:
                break
            start, end = match.span()
            score = 0.0 if _inside_something(text, start, end) else _score(given, kind, match)
            if score:
                yield Found(f"{kind.what} ending {match.group()[-2:]}", score, start, end)


def get_ready() -> None:
    """Compile, and have the libraries read what they read from files (the banks' countries)."""
    _forms()
    for kind in _KINDS:
        _compiled(kind.form)
        _about(kind.about)
        kind.valid("DE89370400440532013000")


def _score(given: Plain, kind: _Kind, match: Any) -> float:
    said = bool(_about(kind.about).search(given.near(match.start(), match.end(), _AROUND, _AROUND // 2)))
    if kind.valid(match.group().upper()):
        return kind.said if said else kind.alone
    return kind.invalid if said else 0.0


def _inside_something(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] in {"/", "_", "=", "@", "$"} or after[:1] in {"/", "_", "@"}:
        return True
    joined_before = before[-1:] in {".", "-", ","} and before[:1].isdigit()
    return joined_before or (after[:1] in {".", "-", ","} and after[1:].isdigit())


@cache
def _forms() -> Any:
    """All of them at once: which are there at all."""
    forms = re2.Set.SearchSet()
    for kind in _KINDS:
        forms.Add(kind.form)
    forms.Compile()
    return forms


@cache
def _about(words: str) -> Any:
    return re2.compile(rf"(?i)\b(?:{words})" + ("" if "~" in words else r"\b"))  # a ~ stands for the number


@cache
def _compiled(form: str) -> Any:
    return re2.compile(form)
