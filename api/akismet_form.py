"""What Akismet's clients send: a form in the site's own charset, with fields of any length. It is cut, not refused.

A client of that protocol understands no refusal: whatever can be read is taken, whatever cannot is left out.
"""

import codecs
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api import fields
from moderation.settings import settings
from moderation.submissions import LONGEST_ELSEWHERE, Submission

MOST_FIELDS = 2_000  # what WordPress says of the request it got, every field of any form, is not counted
_NOT_READ = (b"POST_", b"HTTP_")
LONGEST_TITLE = 500
_CHARSETS = re.compile(
    r"(utf_?8|ascii|iso8859_\d{1,2}|cp125\d|koi8_[ru]|mac_roman|shift_jis|euc_(jp|kr)|gb18030|gbk|gb2312|big5)"
)
_CHARSET = re.compile(r"[A-Za-z0-9_.:-]{1,40}")
_MOMENT: TypeAdapter[datetime] = TypeAdapter(fields.Moment)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_ENDING = re.compile(r"\.[a-z]{1,5}$")
EMPTY = "(empty)"  # a comment without text is still a comment
SPAMMER, SPAMMERS_EMAIL = "akismet-guaranteed-spam", "akismet-guaranteed-spam@example.com"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields; of one that came several times, as a list does, all of it."""

    values: Mapping[str, list[str]]
    is_whole: bool = True  # no field was left out

    def get(self, name: str, most: int = fields.LONGEST_HEADER) -> str:
        """The last of them, without what cannot be stored, cut to this length."""
        return self.values.get(name, [""])[-1].replace("\x00", "").strip()[:most]

    def every(self, name: str) -> list[str]:
        return [each.replace("\x00", "").strip() for each in self.values.get(name, [])]

    @property
    def is_too_long(self) -> bool:
        """A part that nobody looked at must not go through with the rest."""
        name, words = fields.LONGEST_NAME, longest_body()
        long = len(self.get("comment_author", name + 1)) > name or len(self.get("comment_content", words + 1)) > words
        return long or not self.is_whole

    @property
    def is_test(self) -> bool:
        return self.get("is_test").lower() in {"1", "true"}

    @property
    def is_known_spam(self) -> bool:
        """What every client's tests send."""
        named = self.get("comment_author").lower(), self.get("comment_author_email").lower()
        return named[0] == SPAMMER or named[1] == SPAMMERS_EMAIL


def read(body: bytes) -> Form:
    """A form, in the charset that it names; UTF-8 where it names none that is known."""
    pieces = [each for each in body.split(b"&") if not each.startswith(_NOT_READ)]
    is_whole = len(pieces) <= MOST_FIELDS
    if not is_whole:  # the key may be the first of them, or the last
        pieces = pieces[: MOST_FIELDS // 2] + pieces[-MOST_FIELDS // 2 :]
    charset = "utf-8"
    for name, value in _pairs(pieces, "latin-1"):
        if name == "blog_charset":
            charset = _known_charset(value)
    values: dict[str, list[str]] = {}
    for name, value in _pairs(pieces, charset):
        values.setdefault(re.sub(r"\[\d{0,4}\]$", "[]", name), []).append(value)
    return Form(values, is_whole)


def submission(site_id: UUID, form: Form) -> Submission:
    """A comment as the site would have submitted it. The same form is the same comment, whenever it is sent."""
    return Submission(
        site_id=site_id,
        external_id=external_id(form),
        body=_body(form),
        page_url=_page(form),
        page_title=_title(form)[:LONGEST_TITLE] or None,
        page_modified_at=_moment(form.get("comment_post_modified_gmt", 40)),
        author_name=form.get("comment_author", fields.LONGEST_NAME) or None,
        author_email=form.get("comment_author_email", fields.LONGEST_EMAIL) or None,
        author_url=_url(form.get("comment_author_url", fields.LONGEST_URL)),
        parent_external_id=_parent(form),
        ip=_address(form.get("user_ip", 100)),
        user_agent=form.get("user_agent") or None,
        referrer=form.get("referrer") or form.get("referer") or None,
        honeypot=_honeypot(form),
        submitted_at=_moment(form.get("comment_date_gmt", 40)),
    )


def _pairs(pieces: Sequence[bytes], charset: str) -> list[tuple[str, str]]:
    return parse_qsl(b"&".join(pieces).decode("latin-1"), True, encoding=charset, errors="replace")


def _known_charset(name: str) -> str:
    """A codec for text; never one of Python's others, which unpack or translate."""
    try:
        found = codecs.lookup(name).name if _CHARSET.fullmatch(name) else ""
    except LookupError:
        found = ""
    return found if _CHARSETS.fullmatch(found.replace("-", "_")) else "utf-8"


def external_id(form: Form) -> str:
    """Clients name no id: a comment is what was said, where, by whom and when."""
    parts = (
        _page(form),
        form.get("comment_author", fields.LONGEST_NAME),
        form.get("comment_author_email", fields.LONGEST_EMAIL),
        form.get("comment_date_gmt", 40),
        _body(form),
    )
    return "akismet-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def longest_body() -> int:
    """Characters. Other software takes longer comments than a site's backend is told to send."""
    return max(settings().body_characters, LONGEST_ELSEWHERE)


def _body(form: Form) -> str:
    return form.get("comment_content", longest_body()) or EMPTY


def _page(form: Form) -> str:
    return form.get("permalink", fields.LONGEST_URL) or form.get("blog", fields.LONGEST_URL)


def _title(form: Form) -> str:
    """No title comes along: the last words of the address, and the context, which is tags and categories."""
    try:
        path = urlsplit(_page(form)).path
    except ValueError:
        path = ""
    last = unquote(path.rstrip("/").rpartition("/")[2]).replace("\x00", "")
    words = " ".join(re.split(r"[-_\s]+", _ENDING.sub("", last))).strip()
    return " · ".join(each for each in (words, ", ".join(form.every("comment_context[]"))) if each)


def _url(written: str) -> str | None:
    return written if _URL.fullmatch(written) else None


def _parent(form: Form) -> str | None:
    parent = form.get("comment_parent", fields.LONGEST_ID)
    return parent if parent not in {"", "0"} else None


def _honeypot(form: Form) -> str | None:
    named = form.get("honeypot_field_name", 200)
    return form.get(named) or None if named else None


def _address(written: str) -> str | None:
    try:
        return str(ip_address(written.partition("%")[0]))
    except ValueError:
        return None


def _moment(written: str) -> datetime | None:
    """'2026-11-25 09:30:00' or '2026-11-25T09:30:00Z': always UTC."""
    try:
        moment = datetime.fromisoformat(written)
        aware: Any = moment.replace(tzinfo=moment.tzinfo or UTC).isoformat()
        return _MOMENT.validate_python(aware)
    except (ValueError, ValidationError):
        return None
