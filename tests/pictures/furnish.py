"""A newsroom's day, for pictures: two sites, four people, the made-up newspaper's comments, and what became of them.

Prints a sign-in link for each person, and what the pictures want to show, as one line of JSON.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from moderation import (
    appeals,
    decisions,
    filters,
    intake,
    migrate,
    notes,
    people,
    queue,
    reports,
    rulebook,
    screening,
    signin,
    unscreened,
    webhooks,
)
from moderation.database import clock, reading, transaction
from moderation.models import Case, Comment, Moderator, Screening
from moderation.terms import Action, Reason, Role
from tests import make

# What these people make of what a check has seen; all else they let through.
REASONS = {
    "spam": Reason.SPAM,
    "links": Reason.SPAM,
    "campaign": Reason.SPAM,
    "private": Reason.PRIVATE_DATA,
    "abuse": Reason.ABUSE,
}
PASSWORD = "a newsroom at night"
HOURS = 9.0  # over which the newspaper's comments came in
CAMPAIGN = (
    "Do not believe these eleven people. The board of the theatre has done everything right, and it is the Courier "
    "that should say sorry{}"
)
TESTIMONY = (
    "He pinned me against the props table and called me a frigid little bitch when I said no. I was nineteen. "
    "I told the deputy director the same evening, and she told me to think of my contract."
)
OUTED = "Everybody here knows that the second woman is Maria from the box office. Ask her why she stayed for six years."
BLAMING = "Nobody forced them to go to his flat. Nine years of silence and now they want money, what did they expect?"
SELLING = (
    "I make $480 a day from home, ask me how: https://quick-cash.example/start and tell your friends: "
    "www.quick-cash.example"
)
LINK = "https://courier.example/hooks/greenroom"
Row = dict[str, Any]


def main() -> None:
    migrate.upgrade()
    courier, books = make.site("The Courier"), make.site("Harbour Books")
    who = {
        "mia": make.moderator("Mia Okafor"),
        "noor": make.moderator("Noor Haddad", at=courier.id),
        "lea": make.moderator("Lea Brandt", Role.LEAD),
        "ada": make.moderator("Ada Lindqvist", Role.ADMIN),
    }
    with reading() as session:
        now = clock(session)
    _submit(courier.id, books.id, now)
    make.work()
    _as_of_then()
    _a_days_work(who, now)
    shown = _what_else_happened(courier, who, now)
    _address(courier.id, now)
    with transaction() as session:
        session.get_one(Moderator, who["mia"].id).password = signin.hashed(PASSWORD)
        links = {name: people.invite(session, each.id, now) for name, each in who.items()}
    print(json.dumps({"links": links, "site": str(courier.id), **shown}))


def _submit(courier: UUID, books: UUID, now: datetime) -> None:
    content = json.loads((files("api.cli.demo") / "courier.json").read_text("utf-8"))
    pages = {each["key"]: each for each in content["pages"]}
    comments: list[Row] = content["comments"]
    step = timedelta(hours=HOURS) / len(comments)
    for number, each in enumerate(comments):
        _store(
            courier,
            f"c-{number}",
            each["body"],
            pages[each["page"]],
            each["author"],
            now - timedelta(hours=HOURS) + number * step,
        )
    page = pages["harassment"]
    late = [TESTIMONY, OUTED, BLAMING, SELLING, *(CAMPAIGN.format("." * (number % 3)) for number in range(6))]
    for number, body in enumerate(late):
        name = ("Anon", "TheatreFan", "Col. Briggs", "QuickCash")[number % 4]
        author = {"id": f"late-{number}", "name": name, "email": f"{name.lower().replace('. ', '.')}@example.org"}
        _store(courier, f"late-{number}", body, page, author, now - timedelta(minutes=40 - 3 * number))
    shop = {
        "url": "https://harbourbooks.example/b/the-salt-ladder",
        "title": "The Salt Ladder: recipes from the fish quay",
    }
    for number, body in enumerate(
        (
            "Arrived with a torn cover, what a crap parcel service.",
            "Call me on 020 7946 0018 if you have a second copy.",
        )
    ):
        _store(
            books,
            f"b-{number}",
            body,
            shop,
            {"id": f"buyer-{number}", "name": "P. Marlow"},
            now - timedelta(minutes=90 + number),
        )


def _store(site: UUID, external_id: str, body: str, page: Row, author: Row, at: datetime) -> None:
    sent = intake.Submission(
        site_id=site,
        external_id=external_id,
        body=body,
        page_url=page["url"],
        page_title=page["title"],
        author_id=author["id"],
        author_name=author["name"],
        author_email=author.get("email"),
        ip="198.51.100.7" if external_id.startswith("late") else None,
        submitted_at=at,
    )
    with transaction() as session:
        intake.submit(session, [sent], at)


def _as_of_then() -> None:
    """Screened when they came in, not all at once when this was run."""
    with transaction() as session:
        for case in session.exec(select(Case)).all():
            comment = session.get_one(Comment, case.comment_id)
            case.rank += (comment.submitted_at - case.opened_at).total_seconds()
            case.opened_at = comment.submitted_at
        for screening_, comment in session.exec(select(Screening, Comment).where(Screening.comment_id == Comment.id)):
            screening_.at = comment.screened_at = comment.received_at + timedelta(milliseconds=40 + len(comment.body))


def _a_days_work(who: dict[str, make.AModerator], now: datetime) -> None:
    """Decisions of three people over the day; they have been told. What came in lately is still open."""
    people_ = ("mia", "noor", "lea", "mia")
    for number, case in enumerate(each for each in _open_cases(200) if each.opened_at < now - timedelta(hours=2)):
        reason = next((reason for check, reason in REASONS.items() if check in case.checks), None)
        at = case.opened_at + timedelta(minutes=4 + number % 9)
        person = who[people_[number % len(people_)]].person
        with transaction() as session:
            action = Action.REJECT if reason else Action.APPROVE
            if person.may({Role.MODERATOR, Role.LEAD}, case.site_id):
                decisions.decide(session, case.id, person, action, None, min(at, now), timedelta(seconds=30), reason)
    with transaction() as session:
        decisions.settle_due(session, now)


def _what_else_happened(courier: make.AtSite, who: dict[str, make.AModerator], now: datetime) -> dict[str, str]:
    with transaction() as session:
        comments = {each.external_id: each for each in session.exec(select(Comment)).all()}
    testimony = comments["late-0"]
    with transaction() as session:
        notes.write(
            session,
            who["noor"].person,
            testimony.id,
            "Called the news desk: this is one of the eleven. Please keep.",
            now,
        )
        filters.save(session, who["mia"].person, "Theatre, profanity", "check=profanity&sort=oldest", now)
        reports.report(
            session, courier.id, comments["late-1"].id, "reader-88", "names a witness", "Please take this down.", now
        )
        reports.report(session, courier.id, comments["late-1"].id, "reader-91", "private", None, now)
    with transaction() as session:
        edited = session.get_one(Comment, comments["late-2"].id)
        intake.edit(
            session,
            edited,
            BLAMING.replace("now they want money", "now they want attention"),
            now - timedelta(minutes=20),
        )
    make.work()
    with transaction() as session:
        reports.report(session, courier.id, comments["late-2"].id, "reader-3", "victim blaming", "Really?", now)
    _rejected_and_appealed(courier, who, now)
    with transaction() as session:
        cases = {each.comment_id: each for each in _open_cases(200)}
        queue.escalate(session, who["mia"].person, cases[comments["late-2"].id].id, now)
        queue.claim_next(session, who["noor"].person, 2, now, timedelta(minutes=10), queue.Filter(), None)
        document = rulebook.current(session, [courier.id])[courier.id][1].model_dump(mode="json")
    for number, name in enumerate(("Lea Brandt", "Ada Lindqvist")):
        document["checks"]["spam"]["hold_at"] = 0.4 + number / 20
        with transaction() as session:
            rulebook.change(session, courier.id, document, name, now - timedelta(days=2 - number))
    _given_up(courier, now)
    return {
        "case": str(next(each.id for each in cases.values() if "abuse.insult" in each.checks)),
        "reported": str(cases[comments["late-1"].id].id),
        "author": str(testimony.author_id),
    }


def _rejected_and_appealed(courier: make.AtSite, who: dict[str, make.AModerator], now: datetime) -> None:
    with reading() as session:
        asked = (
            select(Comment).where(Comment.status == "rejected", Comment.site_id == courier.id).order_by(col(Comment.id))
        )
        rejected = session.exec(asked).first()
    if rejected:
        with transaction() as session:
            appeals.appeal(
                session, courier.id, rejected.id, "I quoted what he said to me. I did not say it to anybody.", now
            )


def _given_up(courier: make.AtSite, now: datetime) -> None:
    comment = make.stored(courier.id, "stubborn", "A comment that took three workers with it.")
    with transaction() as session:
        row = session.get_one(Comment, comment.id)
        row.attempts, row.lease_until = screening.MOST_ATTEMPTS, now
        session.add(row)
    with transaction() as session:
        unscreened.exhausted(session, clock(session))


def _address(courier: UUID, now: datetime) -> None:
    with transaction() as session:
        webhooks.set_address(session, courier, LINK, now)
        webhooks.test(session, courier, now)


def _open_cases(most: int) -> Sequence[Case]:
    with reading() as session:
        return session.exec(
            select(Case).where(col(Case.closed_at).is_(None)).order_by(col(Case.rank)).limit(most)
        ).all()


if __name__ == "__main__":
    main()
