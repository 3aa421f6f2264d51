"""Documents as files: JSON Lines, CSV that no spreadsheet takes for a formula, and WordPress's WXR. Line by line."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape

FORMULA = frozenset("=+-@")  # what a spreadsheet would carry out, also in full width (OWASP, CSV injection)
BREAKS = ("\t", "\r", "\n")  # ... and what it may take for the next cell
_NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
MOST_DIGITS = 15
_STATUSES = {"approved": "1", "held": "0", "pending": "0", "rejected": "trash"}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<wp:wxr_version>1.2</wp:wxr_version>
"""
_TAIL = "</channel>\n</rss>\n"


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    WXR = "wxr"  # comments only


MEDIA_TYPES = {
    Format.JSONL: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
    Format.WXR: "application/xml; charset=utf-8",
}


def lines(documents: Iterable[Mapping[str, Any]], form: Format) -> Iterator[str]:
    """In this format; columns of CSV are those of the first document, with 'author.name' for what is within another."""
    if form is Format.JSONL:
        return json_lines(documents)
    if form is Format.WXR:
        return wxr_lines(documents)
    flat = map(_flat, documents)
    first = next(flat, None)
    return csv_lines(chain([first], flat), list(first)) if first else iter(())


def json_lines(documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (json.dumps(each) + "\n" for each in documents)


def csv_lines(documents: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    written = io.StringIO()
    csv.writer(written).writerow(columns)
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)  # a stranger's semicolon ends no cell
    for each in documents:
        writer.writerow([_cell(each.get(name)) for name in columns])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
    yield written.getvalue()  # the heading, where there is nothing else


def wxr_lines(documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """WordPress's export, an item for each run of comments on one page. Its importer joins items of one address.

    Numbers of comments are those of WordPress where they came from there, else new ones.
    """
    numbers: dict[str, int] = {}
    page: str | None = None
    yield _HEAD
    for each in documents:
        if each["page"]["url"] != page:
            yield ("</item>\n" if page is not None else "") + _item(each["page"])
            page = each["page"]["url"]
        yield _comment(each, numbers)
    yield ("</item>\n" if page is not None else "") + _TAIL


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    first = next((each for each in text if not each.isspace() and unicodedata.category(each) != "Cf"), "")
    return f"'{text}" if text.startswith(BREAKS) or unicodedata.normalize("NFKC", first) in FORMULA else text


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            inner: dict[str, Any] = value
            flat |= {f"{name}.{key}": each for key, each in inner.items()}
        else:
            flat[name] = json.dumps(value) if isinstance(value, list) else value
    return flat


def _item(page: Mapping[str, Any]) -> str:
    return f"<item>\n<title>{_xml(page['title'])}</title>\n<link>{_xml(page['url'])}</link>\n"


def _comment(each: Mapping[str, Any], numbers: dict[str, int]) -> str:
    author, spam = each["author"], each["status"] == "rejected" and each["reason"] == "spam"
    fields = {
        "comment_id": _number(each["external_id"], numbers),
        "comment_author": author["name"],
        "comment_author_email": author["email"],
        "comment_author_url": author["url"],
        "comment_author_IP": each["ip"],
        "comment_date_gmt": str(each["submitted_at"])[:19].replace("T", " "),
        "comment_content": each["body"],
        "comment_approved": "spam" if spam else _STATUSES.get(each["status"], "trash"),
        "comment_type": "comment",
        "comment_parent": _number(each["parent_external_id"], numbers) if each["parent_external_id"] else 0,
    }
    inner = "".join(f"<wp:{name}>{_xml(value)}</wp:{name}>\n" for name, value in fields.items())
    return f"<wp:comment>\n{inner}</wp:comment>\n"


def _number(external_id: str, numbers: dict[str, int]) -> int:
    theirs = external_id.removeprefix("wordpress-")
    if theirs != external_id and theirs.isdecimal() and len(theirs) <= MOST_DIGITS:
        return int(theirs)
    return numbers.setdefault(external_id, 10**9 + len(numbers))


def _xml(value: Any) -> str:
    return escape(str("" if value is None else value).translate(_NOT_XML))
