"""JSON Lines in, JSON Lines out: what 'greenroom check' does.

The lines of one file are one site's comments, in order: each is compared with those before it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from api.cli.say import USAGE, fail, progress
from moderation.checks import run_many
from moderation.checks.clusters import Clusters, cluster_in_order
from moderation.checks.signal import Facts, signal_document
from moderation.errors import RulesInvalidError
from moderation.policy import because_document, judge
from moderation.presets import preset, rules_from
from moderation.rules import Rules
from moderation.terms import Preset

BATCH = 200  # lines looked at together
TEXTS = (
    *("author_id", "author_name", "author_email", "author_url", "page_url", "page_title", "ip", "honeypot"),
    "language",
)


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
        fail(f"{file}: /{'/'.join(map(str, first['loc']))}: {first['msg']}", USAGE)
    except RulesInvalidError as refused:
        fail(f"{file}: {refused.pointer}: {refused.detail}", USAGE)


def check(file: str, rules: Rules) -> int:
    """How many lines could not be read."""
    wrong = 0
    clusters = Clusters()
    with progress("checked", None) as advance:
        for batch in _batches(_lines(_open(file)), rules):
            good = cluster_in_order(clusters, [facts for _, facts in batch if isinstance(facts, Facts)])
            looked = iter(zip(good, run_many(good), strict=True))
            for sent, facts in batch:
                if isinstance(facts, Facts):
                    _write(_answer(sent, *next(looked)))
                else:
                    _write(facts)
                    wrong += 1
            advance(len(batch))
    return wrong


def _answer(sent: Any, facts: Facts, signals: Any) -> dict[str, Any]:
    verdict = judge(signals, facts.rules, sensitive=facts.rules.sensitive(facts.page_url))
    return {
        "id": sent,
        "verdict": verdict.action.value,
        "because": [because_document(each) for each in verdict.because],
        "signals": [signal_document(each) for each in signals],
    }


def _batches(lines: Iterator[tuple[int, bytes]], rules: Rules) -> Iterator[list[tuple[Any, Any]]]:
    batch: list[tuple[Any, Any]] = []
    for number, line in lines:
        batch.append(_read(number, line, rules))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(number: int, line: bytes, rules: Rules) -> tuple[Any, Any]:
    try:
        sent: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None, {"id": None, "error": "no JSON", "line": number}
    if not isinstance(sent, dict) or not isinstance(sent.get("body"), str):
        return None, {"id": None, "error": "needs an object with a text 'body'", "line": number}
    known: dict[str, Any] = {name: sent[name] for name in TEXTS if isinstance(sent.get(name), str)}
    known |= {name: sent[name] for name in ("author_approved", "author_rejected") if isinstance(sent.get(name), int)}
    names = sent.get("protected_names")
    sent_names = [each for each in names if isinstance(each, str)] if isinstance(names, list) else []
    known["protected_names"] = (*rules.protected_on(known.get("page_url", "")), *sent_names)
    if isinstance(sent.get("typed_for_seconds"), int | float):
        known["typed_for_seconds"] = float(sent["typed_for_seconds"])
    # Half a character (a lone surrogate) is no text: looked at as the replacement character, in the same place.
    body = sent["body"].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return sent.get("id"), Facts(id=str(sent.get("id")), body=body, rules=rules, **known)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Split on line feeds alone: a text may hold any other line separator."""
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, line


def _open(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return open(file, "rb")  # noqa: PTH123 - read to its end, then the process is over
    except OSError as broken:
        fail(f"cannot read {file}: {broken.strerror}", USAGE)


def _write(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
