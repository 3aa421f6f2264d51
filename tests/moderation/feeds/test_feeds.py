"""Readers: what is taken over as what, what is skipped and why, what is refused and on which line."""

import json
import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import FeedBrokenError
from moderation.feeds import READERS, Row, Skipped
from moderation.feeds.row import plain
from moderation.terms import Status
from tests.moderation.feeds import made


def read(kind: str, file: Path) -> list[Any]:
    return list(READERS[kind](file, lambda _: None))


def test_wordpress(tmp_path: Path):
    comments = [
        made.wxr_comment(1, "It&rsquo;s <em>fine</em>."),
        made.wxr_comment(2, approved="0", comment_parent="1", comment_user_id="7"),
        made.wxr_comment(3, approved="spam"),
        made.wxr_comment(4, approved="trash"),
        made.wxr_comment(5, approved="post-trashed"),
        made.wxr_comment(6, comment_type="pingback"),
        made.wxr_comment(7, " "),
        made.wxr_comment(8, comment_date_gmt="0000-00-00 00:00:00", comment_date="0000-00-00 00:00:00"),
    ]
    found = read("wxr", made.wxr(tmp_path / "a.xml", made.wxr_item(comments), made.wxr_item([made.wxr_comment(9)], 2)))

    rows = {each.external_id: each for each in found if isinstance(each, Row)}
    assert list(rows) == ["wordpress-1", "wordpress-2", "wordpress-3", "wordpress-4", "wordpress-9"]
    first, second = rows["wordpress-1"], rows["wordpress-2"]
    assert (first.body, first.page_url, first.page_title) == (
        "It&rsquo;s <em>fine</em>.",
        "https://courier.example/1",
        "Article 1",
    )
    assert (first.author_name, first.author_email, first.ip) == ("Ana 1", "ana1@example.org", "203.0.113.9")
    assert first.submitted_at.isoformat() == "2024-05-01T12:00:00+00:00"
    assert (second.parent_external_id, second.author_id) == ("wordpress-1", "wordpress-7")
    assert [each.status for each in rows.values()] == [
        Status.APPROVED,
        Status.PENDING,
        Status.REJECTED,
        Status.REJECTED,
        Status.APPROVED,
    ]
    assert (rows["wordpress-3"].reason, rows["wordpress-4"].reason) == ("spam", "other")
    assert rows["wordpress-9"].page_url == "https://courier.example/2"
    skipped = [each for each in found if isinstance(each, Skipped)]
    assert [each.why.split()[3] for each in skipped] == ["status", "it:", "text", "date"]
    begins = (tmp_path / "a.xml").read_text().split("<wp:comment_id>5<")[0].count("\n")
    assert skipped[0].line == begins


def test_disqus(tmp_path: Path):
    found = read("disqus", made.disqus(tmp_path / "a.xml"))

    first, second, third, fourth = found
    assert (first.external_id, first.body, first.page_url) == ("disqus-11", "One & two", "https://courier.example/1")
    assert (first.author_id, first.author_name, first.ip) == ("disqus-ana", "Ana", "203.0.113.9")
    assert (second.status, second.reason, second.parent_external_id) == (Status.REJECTED, "spam", "disqus-11")
    assert (third.status, third.reason) == (Status.REJECTED, "other")
    assert isinstance(fourth, Skipped)


def test_isso(tmp_path: Path):
    rows = [(1, None, 1, "One"), (2, 1, 2, "Two"), (3, None, 4, ""), (4, None, 9, "Four")]

    first, second, third, fourth = read("isso", made.isso(tmp_path / "a.db", rows))

    assert (first.external_id, first.status, first.page_url) == ("isso-1", Status.APPROVED, "/article")
    assert (second.status, second.parent_external_id) == (Status.PENDING, "isso-1")
    assert isinstance(third, Skipped), "deleted, and its text with it"
    assert isinstance(fourth, Skipped)


def test_json_lines(tmp_path: Path):
    line = {
        "external_id": "c-1",
        "body": "Hi \ud83d\x00there",
        "author": {"id": "a", "name": "Ana"},
        "page": {"url": "https://a.example/"},
        "submitted_at": "2024-05-01T12:00:00+02:00",
        "status": "rejected",
        "reason": "abuse",
    }
    lines = [line, line | {"status": "erased"}, line | {"body": 5}, line | {"author": [], "page": None}]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n")

    first, *others = read("jsonl", file)

    assert (first.body, first.status, first.reason, first.author_name) == ("Hi there", Status.REJECTED, "abuse", "Ana")
    assert [each.line for each in others] == [2, 3, 4]
    assert all(isinstance(each, Skipped) for each in others)


BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "cut off": ("wxr", made.WXR_HEAD + "<item><wp:comment>", "Line 8"),
    "no XML": ("wxr", "PK\x03\x04", "Line 1"),
    "two roots": ("disqus", "<disqus></disqus>\n<b></b>", "Line 2"),
    "billion laughs": ("wxr", f"<?xml version='1.0'?>\n{BOMB}\n<rss>&b;</rss>", "Line 2"),
    "a file of this machine": ("disqus", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "Line 1"),
    "an unknown entity": ("wxr", "<rss>\n&nbsp;</rss>", "Line 2"),
    "an unknown charset": ("wxr", "<?xml version='1.0' encoding='klingon'?><rss/>", "Line 1"),
    "another charset than it says": ("wxr", b"<?xml version='1.0' encoding='utf-8'?>\n<rss>\xe4\xf6</rss>", "Line 2"),
    "deeply nested": ("disqus", "<disqus>" * 1_000, "Line 1"),
    "an endless element": ("wxr", "<rss>\n" + "x" * 11_000_000, "Line 2"),
    "an endless attribute": ("wxr", "<rss>\n<a b='" + "x" * 6_000_000, "Line 2"),
    "an endless remark": ("wxr", "<rss>\n<!-- " + "x" * 6_000_000, "Line 2"),
    "elements within each other, each of them long": ("wxr", "<rss>\n" + ("<a>" + "x" * 3_000_000) * 4, "Line 2"),
    "another kind of document": ("wxr", "<html>\n<body/></html>", "Line 1"),
    "Disqus' for WordPress'": ("wxr", "<disqus/>", "Line 1"),
    "no JSON": ("jsonl", '{"a": 1}\n{"a": \n', "Line 2"),
    "a list": ("jsonl", "[]\n", "Line 1"),
    "deeply nested JSON": ("jsonl", "[" * 100_000 + "\n", "Line 1"),
    "an endless line": ("jsonl", '\n{"a": "' + "x" * 2_000_000, "Line 2"),
    "another charset": ("jsonl", b'{"a": "\xe4"}\n', "Line 1"),
    "no database": ("isso", "PK\x03\x04" * 1_000, "Isso"),
}


@pytest.mark.parametrize(("kind", "text", "says"), HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path: Path, kind: str, text: str | bytes, says: str):
    file = tmp_path / "hostile"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(FeedBrokenError, match=says):
        read(kind, file)


def test_a_file_that_is_missing_a_table_is_no_isso(tmp_path: Path):
    import sqlite3

    sqlite3.connect(tmp_path / "a.db").execute("CREATE TABLE threads (id)")

    with pytest.raises(FeedBrokenError):
        read("isso", tmp_path / "a.db")


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path):
    def most(many: int) -> int:
        file = made.wxr(tmp_path / f"{many}.xml", made.wxr_item(made.wxr_comment(each + 1) for each in range(many)))
        tracemalloc.start()
        assert sum(1 for _ in READERS["wxr"](file, lambda _: None)) == many
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(10_000) < 2 * most(1_000) + 200_000


ENDLESS = {
    "tags": "<a " * 100_000,
    "remarks": "<!--" * 100_000,
    "quotes": '<a b="' * 80_000,
    "ends": "</" * 200_000,
    "links": "<a href= " * 50_000,
    "blanks": "<a href=" + " " * 300_000,
    "a number": "&#" + "9" * 300_000 + ";",
    "sections": "<![foo[" * 50_000,
}


@pytest.mark.timeout(20)  # what is not linear takes minutes
@pytest.mark.parametrize("html", ENDLESS.values(), ids=ENDLESS)
def test_no_markup_keeps_the_reader_busy(html: str):
    assert len(plain(html)) <= len(html)


def test_half_of_a_section_is_text():
    assert plain("Hello <![foo[x there") == "Hello <![foo[x there"


def test_isso_whatever_its_columns_hold(tmp_path: Path):
    file = made.isso(tmp_path / "comments.db", [(1, None, 1, "One"), (2, 1, 1, "Two")])
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "UPDATE comments SET author = X'00ff41', website = 5, email = CAST(X'e9' AS TEXT) WHERE id = 1"
        )
        database.execute("UPDATE comments SET text = X'616263' WHERE id = 2")
        database.execute("UPDATE threads SET title = 7")
        database.commit()

    found = read("isso", file)

    assert {each.body for each in found if isinstance(each, Row)} >= {"abc"}
    assert all(each.page_title == "7" for each in found if isinstance(each, Row))


def test_a_view_without_an_end_is_no_isso(tmp_path: Path):
    endless = "WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT id, 1 AS tid FROM c"
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE threads (id INTEGER, uri TEXT, title TEXT)")
        database.execute(f"CREATE VIEW comments AS {endless}")

    with pytest.raises(FeedBrokenError, match="not Isso's"):
        read("isso", tmp_path / "a.db")
