"""JSON Lines in, JSON Lines out: what 'greenroom check' does.

The lines of one file are one site's comments, in order: each is compared with those before it.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from pydantic import ValidationError

from api.cli.say import USAGE, fail, progress
from moderation.checks import run_many
from moderation.checks.clusters import Clusters, cluster_in_order
from moderation.checks.signal import Facts, Signal, signal_document
from moderation.errors import RulesInvalidError
from moderation.policy import because_document, judge
from moderation.presets import preset, rules_from
from moderation.rules import Rules
from moderation.terms import Preset

BATCH = 200  # lines looked at together
EXAMPLE = '{"id": 1, "body": "..."}'
LONGEST_TYPED = 1e9  # seconds; a whole number may be too large for a float
NO_JSON = f"no JSON: one object a line, like {EXAMPLE}"
TEXTS = (
    *("author_id", "author_name", "author_email", "author_url", "page_url", "page_title", "ip", "honeypot"),
    "language",
)
COUNTS = ("author_approved", "author_rejected")


class _Line(NamedTuple):
    """A line of the file: what is known of the comment, or what is wrong with the line."""

    number: int
    id: str  # as JSON, as it was written
    facts: Facts | str


class _Fraction(float):
    """A number that is given back digit by digit: a float would round a long id."""

    written = ""


class _WrongError(Exception):
    """A field is not what it should be; the message says what it should be."""


def rules(name: Preset, file: str | None) -> Rules:
    """What to judge by: a preset, or a document as PUT /v1/sites/{id}/rules takes it, laid over the preset."""
    if file is None:
        return preset(name)
    try:
        sent: Any = json.loads(Path(file).read_bytes())
    except OSError as broken:
        fail(f"cannot read {file}: {broken.strerror}", USAGE)
    except (ValueError, RecursionError):
        fail(f"{file}: no JSON", USAGE)
    if not isinstance(sent, dict):
        fail(f"{file}: rules are an object", USAGE)
    try:
        return rules_from({"preset": name.value, **sent})
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        unknown = first["type"] == "extra_forbidden"
        said = "There is no such rule." if unknown else first["msg"]
        fail(f"{file}: /{'/'.join(map(str, first['loc']))}: {said}", USAGE)
    except RulesInvalidError as refused:
        fail(f"{file}: {refused.pointer}: {refused.detail}", USAGE)


def check(file: str, rules: Rules) -> int:
    """How many lines could not be read."""
    wrong = 0
    clusters = Clusters()
    with progress("checked", None) as advance:
        for batch in _batches(_open(file), rules):
            good = cluster_in_order(clusters, [line.facts for line in batch if isinstance(line.facts, Facts)])
            looked = iter(zip(good, run_many(good), strict=True))
            for line in batch:
                if isinstance(line.facts, Facts):
                    _write(line, _answer(*next(looked)))
                else:
                    _write(line, {"error": line.facts, "line": line.number})
                    wrong += 1
            advance(len(batch))
    return wrong


def _answer(facts: Facts, signals: Sequence[Signal]) -> dict[str, Any]:
    """The policy counts score times weight; both are said."""
    verdict = judge(signals, facts.rules, sensitive=facts.rules.sensitive(facts.page_url))
    weights = {each.check: {"weight": each.weight} for each in signals if each.ran}
    return {
        "verdict": verdict.action.value,
        "because": [because_document(each) | weights.get(each.check, {}) for each in verdict.because],
        "signals": [signal_document(each) | weights.get(each.check, {}) for each in signals],
    }


def _batches(file: BinaryIO, rules: Rules) -> Iterator[list[_Line]]:
    """Split on line feeds alone: a text may hold any other line separator."""
    batch: list[_Line] = []
    for number, line in enumerate(file, 1):
        batch.append(_read(number, line, rules))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(number: int, line: bytes, rules: Rules) -> _Line:
    try:
        sent: Any = json.loads(line, parse_constant=_refuse, parse_float=_fraction)
        named: Any = sent.get("id") if isinstance(sent, dict) else None
        written = named.written if isinstance(named, _Fraction) else json.dumps(named)
    except (ValueError, RecursionError):
        return _Line(number, "null", NO_JSON if line.strip() else "an empty line")
    try:
        return _Line(number, written, Facts(id=str(named), rules=rules, **_known(sent, rules)))
    except _WrongError as wrong:
        return _Line(number, written, str(wrong))


def _known(sent: Any, rules: Rules) -> dict[str, Any]:
    """What is null is not there; what is of another kind is refused, not left out in silence."""
    texts = (sent.get("body"), sent.get("text")) if isinstance(sent, dict) else ()
    body = next((each for each in texts if isinstance(each, str)), None)
    if body is None:
        raise _WrongError(f"needs an object with a text 'body' (or 'text'), like {EXAMPLE}")
    known: dict[str, Any] = {}
    for name in (*TEXTS, *COUNTS, "typed_for_seconds"):
        value = sent.get(name)
        if value is not None:
            known[name] = _checked(name, value)
    names = _protected(sent)
    known["protected_names"] = (*rules.protected_on(known.get("page_url", "")), *names)
    # Half a character (a lone surrogate) is no text: looked at as the replacement character, in the same place.
    known["body"] = body.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return known


def _checked(name: str, value: object) -> object:
    if name in TEXTS:
        return value if isinstance(value, str) else _wrong(name, "a text")
    if name in COUNTS:
        return value if type(value) is int and value >= 0 else _wrong(name, "a whole number, 0 or more")
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        _wrong(name, "a number, 0 or more")
    return float(min(value, LONGEST_TYPED))


def _protected(sent: Mapping[str, Any]) -> list[str]:
    names = sent.get("protected_names")
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        _wrong("protected_names", "a list of texts")
    return names


def _wrong(name: str, kind: str) -> NoReturn:
    raise _WrongError(f"'{name}' must be {kind}")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity: Python would read them, JSON does not know them


def _fraction(written: str) -> _Fraction:
    number = _Fraction(written)
    if not math.isfinite(number):
        raise ValueError(written)
    number.written = written
    return number


def _open(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return open(file, "rb")  # noqa: PTH123 - read to its end, then the process is over
    except OSError as broken:
        fail(f"cannot read {file}: {broken.strerror}", USAGE)


def _write(line: _Line, answer: Mapping[str, Any]) -> None:
    """In ASCII: no terminal and no encoding gets in the way."""
    sys.stdout.write(f'{{"id": {line.id}, {json.dumps(answer)[1:]}\n')
