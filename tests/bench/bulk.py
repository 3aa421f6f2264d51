"""Many comments at once, as if of months: a thousand that went the whole way, copied with new ids and times."""

import random
import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlmodel import Session, SQLModel

from moderation import screening
from moderation.database import clock, reading, transaction
from moderation.ids import derived_id
from moderation.intake import submit
from moderation.models import Case, Chain, Comment, Event, Fingerprint, Screening
from moderation.submissions import Submission
from moderation.terms import Status
from tests.bench import texts

BLOCK = 1_000
OPEN_SHARE = 0.1  # of all comments have an open case
A_DAY = 10_000  # comments
AUTHORS_EACH = 20  # comments of one author
PAGES_EACH = 200
REMEMBERED_DAYS = 7  # fingerprints
BANDS = tuple(f"band_{number}" for number in range(1, 9))
Row = dict[str, Any]


def fill(site_ids: list[UUID], many: int) -> None:
    """The database in use, with so many comments."""
    pattern = _pattern(site_ids[0])
    dice = random.Random(many)
    with reading() as session:
        now = clock(session)
    chains: dict[UUID, int] = defaultdict(int)
    for number in range(many // BLOCK):
        back = timedelta(days=(many - number * BLOCK) / A_DAY)
        site = site_ids[number % len(site_ids)]
        block = _copied(pattern, number, site, now - back, dice)
        for event in block["events"]:
            chains[site] += 1
            event |= {"seq": chains[site], "hash": "0" * 64, "outcome_seq": None}
        if back > timedelta(days=REMEMBERED_DAYS):
            block["fingerprints"] = []
        with transaction() as session:
            for table, rows in block.items():
                if rows:
                    session.connection().execute(insert(SQLModel.metadata.tables[table]), rows)
    with transaction() as session:
        for site, count in chains.items():
            session.connection().execute(
                insert(Chain.__table__), {"site_id": site, "count": count, "hash": "0" * 64, "sealed_at": now}
            )


def _pattern(site_id: UUID) -> dict[str, list[Row]]:
    """A block that really went through intake and screening; a tenth of it waits for a person."""
    sent = [_submission(site_id, each) for each in islice(texts.documents("pattern"), BLOCK)]
    with transaction() as session:
        submit(session, sent, clock(session))
    with reading() as session:
        ids = session.exec(select(Comment.id)).scalars().all()
    for at in range(0, BLOCK, 200):
        screening.screen(ids[at : at + 200])
    wanted = int(BLOCK * OPEN_SHARE)
    with transaction() as session:
        tables = (Comment, Screening, Event, Case, Fingerprint)
        found = {each.__tablename__: _rows(session, each.__table__) for each in tables}
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name in {*found, "pages", "authors", "deliveries", "chains"}:
                session.connection().execute(table.delete())
    _open(found, wanted)
    return found


def _open(found: dict[str, list[Row]], wanted: int) -> None:
    """Exactly so many open cases: what the checks held, or else the first comments."""
    case = found["cases"][0]
    held = {each["comment_id"] for each in found["cases"]}
    for comment in found["comments"]:
        if len(held) < wanted and comment["id"] not in held:
            held.add(comment["id"])
            found["cases"].append({**case, "id": uuid.uuid4(), "comment_id": comment["id"]})
    kept = set(sorted(held)[:wanted])
    found["cases"] = [each for each in found["cases"] if each["comment_id"] in kept]
    for comment in found["comments"]:
        is_open = comment["id"] in kept
        comment["status"] = Status.HELD.value if is_open else Status.APPROVED.value
        comment["decided_at"] = None if is_open else comment["screened_at"]


def _copied(
    pattern: dict[str, list[Row]], number: int, site: UUID, begins: datetime, dice: random.Random
) -> dict[str, list[Row]]:
    step = timedelta(days=BLOCK / A_DAY) / BLOCK
    at_of: dict[UUID, datetime] = {}
    ids: dict[UUID, UUID] = {}
    for place, comment in enumerate(pattern["comments"]):
        at_of[comment["id"]] = begins + place * step
        ids[comment["id"]] = _id(at_of[comment["id"]], dice)
    mix = dice.getrandbits(62)
    pages = [
        derived_id(site.hex, "page", str(each))
        for each in range(number * BLOCK // PAGES_EACH, (number + 1) * BLOCK // PAGES_EACH)
    ]
    authors = [derived_id(site.hex, "id", f"{number}-{each}") for each in range(BLOCK // AUTHORS_EACH)]
    made: dict[str, list[Row]] = {
        "pages": [
            {
                "id": each,
                "site_id": site,
                "url": f"https://courier.example/{each.hex[:8]}",
                "title": "An article",
                "first_seen_at": begins,
            }
            for each in pages
        ],
        "authors": [
            {"id": each, "site_id": site, "external_id": each.hex[:12], "first_seen_at": begins} for each in authors
        ],
    }
    for place, row in enumerate(pattern["comments"]):
        at = at_of[row["id"]]
        author = authors[place % len(authors)]
        made.setdefault("comments", []).append(
            {
                **row,
                "id": ids[row["id"]],
                "site_id": site,
                "external_id": f"b-{number}-{place}",
                "page_id": pages[place % len(pages)],
                "author_id": author,
                "author_external_id": author.hex[:12],
                "ip": f"10.{dice.randrange(250)}.{dice.randrange(250)}.{dice.randrange(250)}",
                **dict.fromkeys(("submitted_at", "received_at", "updated_at", "screened_at"), at),
                "decided_at": row["decided_at"] and at,
            }
        )
    of = {row["id"]: row for row in made["comments"]}
    for table in ("screenings", "events", "cases"):
        made[table] = [_moved(row, ids, at_of, of, site, dice) for row in pattern[table]]
    made["fingerprints"] = [
        {
            **_moved(row, ids, at_of, of, site, dice),
            **{band: None if row[band] is None else row[band] ^ mix for band in BANDS},
            "cluster": f"{row['cluster'][:8]}{number:08x}",
        }
        for row in pattern["fingerprints"]
    ]
    return made


def _moved(
    row: Row, ids: dict[UUID, UUID], at_of: dict[UUID, datetime], of: dict[UUID, Row], site: UUID, dice: random.Random
) -> Row:
    """A row of something that belongs to a comment, belonging to its copy."""
    at = at_of[row["comment_id"]]
    comment = of[ids[row["comment_id"]]]
    moved = {**row, "comment_id": comment["id"]}
    for name in ("at", "opened_at"):
        if name in row:
            moved[name] = at
    if "rank" in row:
        moved |= {"rank": at.timestamp(), "page_id": comment["page_id"], "author_id": comment["author_id"]}
    if "site_id" in row:
        moved["site_id"] = site
    if "id" in row:
        moved["id"] = _id(at, dice)
    return moved


def _id(at: datetime, dice: random.Random) -> UUID:
    """A UUIDv7 of another day."""
    return UUID(
        int=int(at.timestamp() * 1_000) << 80
        | 0x7 << 76
        | dice.getrandbits(12) << 64
        | 0b10 << 62
        | dice.getrandbits(62)
    )


def _submission(site_id: UUID, sent: Row) -> Submission:
    return Submission(
        site_id=site_id,
        external_id=sent["external_id"],
        body=sent["body"],
        page_url=sent["page"]["url"],
        page_title=sent["page"]["title"],
        author_id=sent["author"]["id"],
        author_name=sent["author"]["name"],
        ip=sent["ip"],
    )


def _rows(session: Session, table: Table) -> list[Row]:
    return [dict(each) for each in session.connection().execute(select(table)).mappings()]
