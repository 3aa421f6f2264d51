"""The form of the rules: fields out of rules, a document out of fields, and each mistake beside its field."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from api.desk.rules_changes import LISTS, WHATS, protected
from moderation.checks import NAMES
from moderation.errors import RulesInvalidError
from moderation.policy import MAY_REJECT
from moderation.rules import Limits, Rules

Fields = dict[str, str]  # a field's name -> what stands in it
BETWEEN = " | "  # a page and a name, in a line of the protected names
QUOTED = 60  # characters of an entry that is wrong
CLEARER = {  # by pydantic's name of the mistake
    "float_parsing": "This is not a valid number.",
    "int_parsing": "This is not a whole number.",
    "string_pattern_mismatch": "must be a language's short name, like en or de",
    "string_too_long": "is too long",
    "string_too_short": "is empty",
    "too_short": "There must be at least one.",
}
LIMITS = {  # what each means, beside its field
    "links": "links hold an author with approved comments",
    "links_newcomer": "links hold a newcomer",
    "approved_to_be_known": "approved comments, then one is no newcomer",
    "per_author_minute": "comments of one author in a minute",
    "per_ip_minute": "comments from one address in a minute",
    "typed_seconds": "seconds: typed faster than this is no person",
    "reports_to_hold": "reports take a comment down until decided",
}


def fields_of(rules: Rules) -> Fields:
    made: Fields = {"preset": rules.preset.value}
    for name in NAMES:
        rule = rules.rule(name)
        made[f"mode.{name}"] = rule.mode.value
        made[f"hold_at.{name}"] = "" if rule.hold_at is None else f"{rule.hold_at:.10g}"
        made[f"reject_at.{name}"] = "" if rule.reject_at is None else f"{rule.reject_at:.10g}"
        made[f"on_failure.{name}"] = rule.on_failure.value
    for name in Limits.model_fields:
        made[f"limits.{name}"] = f"{getattr(rules.limits, name):g}"
    for name in LISTS:
        for what in WHATS:
            made[f"lists.{name}.{what}"] = "\n".join(getattr(getattr(rules.lists, name), what))
    made["languages"] = " ".join(rules.languages)
    made["sensitive_pages"] = "\n".join(rules.sensitive_pages)
    made["protected_names"] = "\n".join(protected(rules))
    return made


def document_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """What rules_from() takes; what cannot be read goes on as it was typed, to be refused there."""
    return {
        "preset": typed.get("preset", ""),
        "checks": {name: _check(typed, name) for name in NAMES},
        "limits": {name: typed.get(f"limits.{name}", "").strip() for name in Limits.model_fields},
        "lists": {name: {what: lines(typed.get(f"lists.{name}.{what}", "")) for what in WHATS} for name in LISTS},
        "languages": typed.get("languages", "").replace(",", " ").split(),
        "sensitive_pages": lines(typed.get("sensitive_pages", "")),
        "protected_names": _protected(typed.get("protected_names", "")),
    }


def mistakes(broken: ValidationError | RulesInvalidError) -> dict[str, str]:
    """What is wrong, by the field that it stands beside; '' where there is none."""
    if isinstance(broken, RulesInvalidError):
        where = [part for part in (broken.pointer or "").split("/") if part]
        return {_field(where): broken.detail}
    found: dict[str, str] = {}
    for each in broken.errors():
        said = CLEARER.get(each["type"]) or each["msg"].removeprefix("Value error, ")
        typed: Any = each["input"]
        named = each["loc"][0] not in {"checks", "limits"} and isinstance(typed, str)
        found.setdefault(_field(each["loc"]), f"“{typed[:QUOTED]}” {said}" if named else said)
    return found


def lines(text: str) -> list[str]:
    """One entry a line; blank ones are none, and what stands there twice stands there once."""
    return list(dict.fromkeys(each.strip() for each in text.replace("\r", "").split("\n") if each.strip()))


def _check(typed: Mapping[str, str], name: str) -> dict[str, Any]:
    rejects = _score(typed.get(f"reject_at.{name}", "")) if name in MAY_REJECT else None
    return {
        "mode": typed.get(f"mode.{name}", ""),
        "hold_at": _score(typed.get(f"hold_at.{name}", "")),
        "reject_at": rejects,
        "on_failure": typed.get(f"on_failure.{name}", ""),
    }


def _score(typed: str) -> str | None:
    return typed.strip().replace(",", ".") or None


def _protected(text: str) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for line in lines(text):
        page, between, name = line.partition(BETWEEN)
        made.setdefault(page.strip() if between else "*", []).append(name.strip() if between else line)
    return made


def _field(where: Sequence[Any]) -> str:
    """Where a part of the document stands in the form: ('checks', 'links', 'hold_at') is 'hold_at.links'."""
    match [str(each) for each in where]:
        case ["checks", name, what, *_]:
            return f"{what}.{name}"
        case ["limits", name, *_]:
            return f"limits.{name}"
        case ["lists", name, what, *_]:
            return f"lists.{name}.{what}"
        case [("languages" | "sensitive_pages" | "protected_names" | "preset") as name, *_]:
            return name
        case _:
            return ""
