"""A labelled line: the comment, whether it should pass, and what else is said about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.checks.signal import Facts
from moderation.rules import Rules

GROUP_CHARACTERS = 60  # of the value that a row is grouped by

_BAD = frozenset(
    {"1", "true", "yes", "bad", "positive", "reject", "rejected", "hold", "held", "spam", "toxic", "abuse", "abusive"}
    | {"offensive", "insult", "threat", "hate", "hateful", "sexist", "profane", "harassment"}
)
_GOOD = frozenset(
    {"0", "false", "no", "good", "negative", "approve", "approved", "ham", "clean", "none", "neutral", "normal"}
    | {"non-hateful", "not_hate", "not sexist", "non-toxic", "neither", "legitimate", "innocent"}
)
_TEXTS = (
    *("author_id", "author_name", "author_email", "author_url", "page_url", "page_title", "ip"),
    *("honeypot", "language", "cluster"),
)
_COUNTS = ("author_approved", "author_rejected", "same_text", "author_lately", "ip_lately", "cluster_others")

Span = tuple[int, int]  # [start, end) in characters


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read."""

    label: str = "label"  # the field
    positive: tuple[str, ...] = ()  # which of its values mean 'should not pass'; empty: the words everybody uses
    by: str | None = None  # the field that groups rows


@dataclass(frozen=True, slots=True)
class Row:
    file: int
    line: int
    id: str | None
    known: Mapping[str, Any]  # Facts, without the rules
    positive: bool  # it should not pass
    spans: tuple[Span, ...] | None  # what makes it so; None: nobody has said
    group: str | None

    def facts(self, rules: Rules) -> Facts:
        return Facts(rules=rules, **self.known)


@dataclass(frozen=True, slots=True)
class Unreadable:
    file: int
    line: int
    why: str


def read(file: int, line: int, written: bytes, wanted: Wanted) -> Row | Unreadable:
    """One line of a file of labelled comments."""
    try:
        sent: Any = json.loads(written)
    except (ValueError, RecursionError):
        return Unreadable(file, line, "no JSON")
    text = _text(sent)
    if text is None:
        return Unreadable(file, line, "needs an object with a 'text' or a 'body'")
    label = sent.get(wanted.label)
    if label is None:
        return Unreadable(file, line, f"has no '{wanted.label}'")
    positive = should_not_pass(label, wanted.positive)
    if positive is None:
        return Unreadable(file, line, f"the label {str(label)[:40]!r} is not known: name it with --positive")
    named = sent.get("id")
    group = None if wanted.by is None else _group(sent.get(wanted.by))
    known = _known(sent, text, f"{file}:{line}")
    return Row(file, line, None if named is None else str(named), known, positive, _spans(sent, text), group)


def should_not_pass(label: object, positive: Sequence[str] = ()) -> bool | None:
    """What a label says; None when nobody can know.

    >>> should_not_pass(True), should_not_pass("Ham"), should_not_pass("b", ["b", "c"]), should_not_pass(0.7, [">=0.5"])
    (True, False, True, True)
    """
    said = _said(label)
    if positive:
        return any(_is(said, each.strip().lower()) for each in positive)
    return True if said in _BAD else False if said in _GOOD else None


def _text(sent: object) -> str | None:
    if not isinstance(sent, dict):
        return None
    given = (sent.get("text"), sent.get("body"))  # pyright: ignore[reportUnknownMemberType]
    return next((each for each in given if isinstance(each, str)), None)


def _group(value: object) -> str:
    return "(none)" if value is None else str(value)[:GROUP_CHARACTERS]


def _said(label: object) -> str:
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label).strip().lower()


def _is(said: str, wanted: str) -> bool:
    if not wanted.startswith(">="):
        return said == wanted
    try:
        return float(said) >= float(wanted[2:])
    except ValueError:
        return False


def _known(sent: Mapping[str, Any], text: str, here: str) -> dict[str, Any]:
    known: dict[str, Any] = {name: sent[name] for name in _TEXTS if isinstance(sent.get(name), str)}
    known |= {name: sent[name] for name in _COUNTS if type(sent.get(name)) is int}
    if isinstance(sent.get("typed_for_seconds"), int | float):
        known["typed_for_seconds"] = float(sent["typed_for_seconds"])
    names: Any = sent.get("protected_names")
    if isinstance(names, list):
        known["protected_names"] = tuple(str(each) for each in names)  # pyright: ignore[reportUnknownVariableType]
    # Half a character (a lone surrogate) is no text: looked at as the replacement character, in the same place.
    body = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return known | {"id": here, "body": body}


def _spans(sent: Mapping[str, Any], text: str) -> tuple[Span, ...] | None:
    """From a list of characters' positions (as in SemEval-2021) or of [start, end) pairs."""
    given: Any = sent.get("spans")
    if not isinstance(given, list):
        return None
    spans: list[Span] = []
    for each in given:  # pyright: ignore[reportUnknownVariableType]
        pair: Any = each if isinstance(each, list) else [each, each + 1] if type(each) is int else ()
        if len(pair) == 2 and all(type(end) is int for end in pair):  # noqa: PLR2004
            spans.append((max(0, pair[0]), min(len(text), pair[1])))
    return tuple((start, end) for start, end in spans if start < end)
