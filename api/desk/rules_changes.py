"""What differs between two versions of a site's rules, in words."""

from collections.abc import Collection, Iterator

from moderation.checks import NAMES
from moderation.rules import CheckRule, Entries, Lists, Networks, Rules
from moderation.terms import OnFailure

MOST_NAMED = 5  # entries of a list
LISTS = ("words", "hosts", "authors", "emails", "networks")
WHATS = ("allow", "hold", "block")
FAILING = {OnFailure.HOLD: "holds when it did not run", OnFailure.IGNORE: "is ignored when it did not run"}


def changes(before: Rules, after: Rules) -> list[str]:
    """One line each: 'spam holds at 0.88 → 0.80'."""
    return [
        *_preset(before, after),
        *(line for name in _checks(before, after) for line in _check(name, before.rule(name), after.rule(name))),
        *_limits(before, after),
        *_lists(before.lists, after.lists),
        *_entries("languages", before.languages, after.languages),
        *_entries("sensitive pages", before.sensitive_pages, after.sensitive_pages),
        *_entries("protected names", protected(before), protected(after)),
    ]


def protected(rules: Rules) -> list[str]:
    """One line for each name: 'https://courier.example/a | Jane Doe'."""
    return [f"{page} | {name}" for page, names in rules.protected_names.items() for name in names]


def _checks(before: Rules, after: Rules) -> list[str]:
    return [*NAMES, *sorted({*before.checks, *after.checks} - set(NAMES))]


def _preset(before: Rules, after: Rules) -> Iterator[str]:
    if before.preset != after.preset:
        yield f"started from {before.preset} → {after.preset}"


def _check(name: str, before: CheckRule, after: CheckRule) -> Iterator[str]:
    if before.mode != after.mode:
        yield f"{name} is {before.mode} → {after.mode}"
    if before.hold_at != after.hold_at:
        yield f"{name} holds at {_score(before.hold_at)} → {_score(after.hold_at)}"
    if before.reject_at != after.reject_at:
        yield f"{name} rejects at {_score(before.reject_at)} → {_score(after.reject_at)}"
    if before.on_failure != after.on_failure:
        yield f"{name} {FAILING[after.on_failure]}"


def _limits(before: Rules, after: Rules) -> Iterator[str]:
    was, would = before.limits.model_dump(), after.limits.model_dump()
    for name in was:
        if was[name] != would[name]:
            yield f"{name.replace('_', ' ')} {was[name]:g} → {would[name]:g}"


def _lists(before: Lists, after: Lists) -> Iterator[str]:
    for name in LISTS:
        was: Entries | Networks = getattr(before, name)
        would: Entries | Networks = getattr(after, name)
        for what in WHATS:
            yield from _entries(f"{name} to {what}", getattr(was, what), getattr(would, what))


def _entries(name: str, before: Collection[str], after: Collection[str]) -> Iterator[str]:
    had, has = set(before), set(after)
    for sign, some in (("added", [each for each in after if each not in had]), ("gone", _gone(before, has))):
        if some:
            more = f" and {len(some) - MOST_NAMED:,} more" if len(some) > MOST_NAMED else ""
            yield f"{name}, {sign}: {', '.join(some[:MOST_NAMED])}{more}"


def _gone(before: Collection[str], has: Collection[str]) -> list[str]:
    return [each for each in before if each not in has]


def _score(score: float | None) -> str:
    return "never" if score is None else f"{score:.4f}".rstrip("0").ljust(4, "0")
