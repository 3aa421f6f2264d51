"""The rules about the code that a machine can hold and no linter does."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for folder in ("api", "workers", "moderation")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 50
LONGEST_TASK = 8


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_says_in_its_first_line_what_it_is_for(path: Path):
    lines = path.read_text().splitlines()
    assert len(lines) <= LONGEST_FILE
    assert lines[0].startswith('"""')


def test_functions_are_short():
    found = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert {name: length for name, length in found.items() if length > LONGEST_FUNCTION} == {}


def test_a_task_is_a_few_lines():
    tasks = [
        node
        for node in ast.walk(ast.parse((ROOT / "workers/tasks.py").read_text()))
        if isinstance(node, ast.FunctionDef) and any("task" in ast.unparse(each) for each in node.decorator_list)
    ]
    assert {each.name for each in tasks} == {"screen", "deliver", "sweep", "prune"}
    assert all(each.end_lineno - each.body[0].lineno < LONGEST_TASK for each in tasks if each.end_lineno)


def test_only_the_table_of_moves_says_what_a_status_becomes():
    assigned = re.compile(r"\.status = (?!after\()")
    found = [
        f"{path.name}: {line.strip()}"
        for path in (ROOT / "moderation").rglob("*.py")
        for line in path.read_text().splitlines()
        if assigned.search(line) and path.name != "screening.py"
    ]
    assert found == []
    # A batch is moved by its verdicts: that status has come from the table too.
    screening = (ROOT / "moderation/screening.py").read_text()
    assert "status = after(Status.PENDING, action)" in screening


def test_the_documents_name_files_that_exist():
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = document.read_text()
        named = re.findall(r"`((?:api|workers|moderation|tests)/[\w/.]*\.py)", text)
        linked = re.findall(r"\]\((?!http)([^)#]+)\)", text)
        missing = [each for each in named if not (ROOT / each).exists()]
        missing += [each for each in linked if not (document.parent / each).exists()]
        assert missing == [], document.name
