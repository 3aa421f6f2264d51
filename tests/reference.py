"""make docs: the API's description as pages to read. `python -m tests.reference` writes docs/reference.md anew."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.main import create_app

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"
VERBS = ("get", "post", "put", "patch", "delete")
KEYS = {"siteKey": "a site's key", "moderatorToken": "a moderator's token", None: "nothing"}
OPENING = """# API reference

Every operation, from the description that a running Greenroom serves at `/openapi.json`, of which clients are made.
How to sign in, cursors, retries and signatures are in [api.md](api.md); a first site in [site.md](site.md).

What goes wrong is answered as [Problem](#problem), `application/problem+json`, with a 4xx or 5xx status."""

Node = dict[str, Any]


def page() -> str:
    found = create_app().openapi()
    parts = "\n".join([OPENING, *_operations(found["paths"]), *_schemas(found["components"]["schemas"])])
    return re.sub(r"\n{3,}", "\n\n", parts).rstrip() + "\n"


def _operations(paths: Node) -> Iterator[str]:
    every = [(path, verb, node[verb]) for path, node in paths.items() for verb in VERBS if verb in node]
    for tag in dict.fromkeys(operation["tags"][0] for _, _, operation in every):
        yield f"\n## {tag[0].upper()}{tag[1:]}"
        for path, verb, operation in every:
            if operation["tags"][0] == tag:
                yield from _operation(path, verb, operation)


def _operation(path: str, verb: str, operation: Node) -> Iterator[str]:
    key = next((name for each in operation.get("security", []) for name in each), None)
    yield f"\n### {operation['operationId']}\n"
    yield f"`{verb.upper()} {path}` with {KEYS[key]}.\n"
    if said := operation.get("description"):
        yield f"{said}\n"
    parameters = operation.get("parameters", [])
    if parameters:
        rows = ([f"`{each['name']}`", each["in"], *_about(each, each.get("required"))] for each in parameters)
        yield from _table(("parameter", "in", "type", "meaning"), rows)
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body, `{media}`: {_type(body['schema'])}\n"
        for example in _examples(body):
            yield f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```\n"
    yield from _answers(operation["responses"])


def _answers(responses: Node) -> Iterator[str]:
    for status, answer in responses.items():
        if status in {"4XX", "5XX"}:
            continue
        types = [_type(content["schema"]) for content in answer.get("content", {}).values() if content.get("schema")]
        said = answer["description"]
        words = ["" if said == "Successful Response" else said, *types]
        yield f"Answers **{status}**" + "".join(f", {each}" for each in words if each) + "\n"


def _examples(body: Node) -> list[Any]:
    return [each["value"] for each in body.get("examples", {}).values()] or (
        [body["example"]] if "example" in body else []
    )


def _schemas(schemas: Node) -> Iterator[str]:
    yield "\n## Types"
    for name, schema in sorted(schemas.items()):
        yield f"\n### {name}\n"
        if said := schema.get("description"):
            yield f"{said}\n"
        if "enum" in schema:
            yield "One of " + ", ".join(f"`{each}`" for each in schema["enum"]) + ".\n"
        needed = schema.get("required", [])
        rows = ([f"`{key}`", *_about(each, key in needed)] for key, each in schema.get("properties", {}).items())
        if schema.get("properties"):
            yield from _table(("field", "type", "meaning"), rows)


def _about(node: Node, needed: object) -> list[str]:
    """Type and meaning of a parameter or a field."""
    schema = node.get("schema", node)
    said = node.get("description") or schema.get("description") or ""
    limits = [text.format(schema[key]) for key, text in _LIMITS.items() if key in schema]
    words = [*(["needed"] if needed else []), *limits, *([str(said)] if said else [])]
    return [_type(schema), "; ".join(words)]


_LIMITS = {
    "default": "`{}` if left out",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxLength": "at most {:,} characters",
    "maxItems": "at most {:,} of them",
}


def _type(schema: Node) -> str:
    """'[Page](#page) or null', 'list of string'."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_type(each) for each in several))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _table(columns: tuple[str, ...], rows: Iterator[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|" + " --- |" * len(columns)
    for row in rows:
        yield "| " + " | ".join(each.replace("|", "\\|").replace("\n", " ") for each in row) + " |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
