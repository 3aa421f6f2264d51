"""README and docs: links lead somewhere, commands exist with the options shown, examples are what they say they are."""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import typer.main
from click import Command, Context, Group, UsageError

from api.cli.main import app

ROOT = Path(__file__).parents[1]
HEALTH = sorted((ROOT / "moderation" / "health").glob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: str
    line: int
    kind: str
    text: str


def blocks() -> Iterator[Block]:
    for page in PAGES:
        whole = page.read_text("utf-8")
        for each in FENCE.finditer(whole):
            yield Block(page.name, whole.count("\n", 0, each.start()) + 1, each.group(1), each.group(2))


def heading(text: str) -> str:
    """Its anchor, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda each: str(each.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    text = FENCE.sub("", page.read_text("utf-8"))
    broken: list[str] = []
    for target in (each.group(1) or each.group(2) for each in LINK.finditer(text)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name) if name else page
        known = found.exists() and (
            not anchor
            or anchor in {heading(each) for each in re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)}
        )
        broken += [] if known else [target]
    assert broken == []


def commands() -> list[tuple[str, str]]:
    """Every `greenroom ...` that somebody could type, with where it stands."""
    found: list[tuple[str, str]] = []
    for each in blocks():
        joined = each.text.replace("\\\n", " ")
        for line in joined.splitlines():
            typed = re.match(r"(?:docker compose exec \w+ )?(?:\.venv/bin/)?(greenroom .*)", line.strip().lstrip("$ "))
            if typed:
                found.append((f"{each.page}:{each.line}", re.split(r"\s[>|#]\s|\s{2}#", typed.group(1))[0]))
    for page in PAGES:
        text = FENCE.sub("", page.read_text("utf-8"))
        found += [(page.name, " ".join(each.split())) for each in re.findall(r"`(greenroom [^`]+)`", text)]
    return found


@pytest.mark.parametrize(("where", "line"), commands(), ids=lambda each: each)
def test_every_command_exists_with_the_options_shown(where: str, line: str):
    words = shlex.split(line.replace("...", ""))[1:]
    command: Command = typer.main.get_command(app)
    context = Context(command, info_name="greenroom")
    while isinstance(command, Group) and words and not words[0].startswith("-"):
        named = command.get_command(context, words[0])
        assert named, f"{where}: there is no '{words[0]}'"
        command, words = named, words[1:]
        context = Context(command, parent=context, info_name=command.name)
    try:
        command.make_parser(context).parse_args([each for each in words if each.isascii()])
    except UsageError as wrong:
        pytest.fail(f"{where}: {wrong.message}")


@pytest.mark.parametrize(
    "block", [each for each in blocks() if each.kind == "json"], ids=lambda b: f"{b.page}:{b.line}"
)
def test_every_example_in_json_is_json(block: Block):
    json.loads(block.text)


@pytest.mark.parametrize(
    "block", [each for each in blocks() if each.kind == "python"], ids=lambda b: f"{b.page}:{b.line}"
)
def test_every_example_in_python_is_python(block: Block):
    ast.parse(block.text)


def test_the_runbook_has_every_alert_and_no_other():
    rules = (ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8")
    alerts = re.findall(r"alert: (\w+).*?severity: (\w+)", rules, re.DOTALL)
    text = (ROOT / "docs/runbook.md").read_text("utf-8")
    headings = [(name, how.lower()) for name, how in re.findall(r"^### (\w+)\n\n(Page|Ticket)\. ", text, re.MULTILINE)]

    assert headings == alerts


def test_every_part_of_health_is_explained():
    said = (ROOT / "docs/operating.md").read_text("utf-8")
    parts = set(re.findall(r'Part\(f?"([a-z ]+)', "".join(each.read_text() for each in HEALTH)))

    assert len(parts) > 10
    assert [each for each in sorted(parts) if f"`{each.strip()}" not in said] == []
