"""An evaluation for machines: the same figures, as one JSON value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from moderation.checks import CHECKS
from moderation.evaluation.figures import SetFigures
from moderation.evaluation.mistakes import Mistake
from moderation.evaluation.scoring import VERDICT, Scored

DECIMALS = 6


def document(scored: Scored, files: Sequence[str], figures: Sequence[SetFigures], checks: Sequence[str]) -> Any:
    """Lists where there is an order, objects where there are names; null where there is nothing to say."""
    shown = {*checks, VERDICT}
    return {
        "files": [
            {"name": name, "read": int((scored.file == number).sum()), "unreadable": _unreadable(scored, number)}
            for number, name in enumerate(files)
        ],
        "checks": {check.name: check.version for check in CHECKS if check.name in shown},
        "presets": {
            name: {check: rules.rule(check).model_dump(mode="json") for check in checks}
            for name, rules in scored.presets.items()
        },
        "reference": scored.reference,
        "sets": [_rounded(asdict(found)) for found in figures],
        "worst": {
            name: {
                "disturbed": [_mistake(each, files) for each in worst.disturbed()],
                "missed": [_mistake(each, files) for each in worst.missed()],
            }
            for name, worst in scored.worst.items()
            if name in shown
        },
    }


def _unreadable(scored: Scored, number: int) -> list[dict[str, Any]]:
    return [{"line": each.line, "why": each.why} for each in scored.unreadable if each.file == number]


def _mistake(mistake: Mistake, files: Sequence[str]) -> Mapping[str, Any]:
    return _rounded(asdict(mistake) | {"file": files[mistake.file]})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return value
