"""Erasure: nothing of the writer is left in any table."""

from sqlmodel import SQLModel, select

from moderation import appeals, erasure, intake, reports, screening, webhooks
from moderation.database import reading, transaction
from moderation.ids import new_id
from moderation.models import Author, Case, Comment, Decision, Delivery, Event, Screening
from moderation.terms import Action, Closed, Kind, Status
from tests import make
from tests.moderation.plain import WINDOW, decide, held, rows, settle, settled, the

NOON = make.NOON
PLANTED = {
    "body": "You complete asshole, xyzzybody, see https://xyzzyhost.example/ and xyzzy2.example",
    "author_name": "Xyzzyname",
    "author_email": "xyzzymail@x.example",
    "author_url": "https://xyzzyurl.example/",
    "ip": "203.0.113.77",
    "user_agent": "Xyzzyagent/1.0",
    "referrer": "https://xyzzyreferrer.example/",
    "honeypot": "xyzzyhoney",
}
STRINGS = (
    *("xyzzybody", "xyzzyhost", "xyzzy2", "asshole", "xyzzyname", "xyzzymail", "xyzzyurl", "203.0.113.77"),
    *("xyzzyagent", "xyzzyreferrer", "xyzzyhoney", "xyzzyedited", "xyzzyappeal", "xyzzynote"),
)


def everything():
    """All rows of all tables, as text."""
    with reading() as session:
        return "\n".join(
            f"{table.name} {tuple(row)}"
            for table in SQLModel.metadata.sorted_tables
            for row in session.connection().execute(select(table)).all()
        ).lower()


def found(strings=STRINGS):
    text = everything()
    return [each for each in strings if each in text]


def erase(site_id, comment_id):
    with transaction() as session:
        return erasure.erase(session, site_id, comment_id, NOON)


def erase_author(site_id, named):
    with transaction() as session:
        return erasure.erase_author(session, site_id, named, NOON)


def a_long_life(site):
    """A comment that was edited, held, rejected, reported and appealed."""
    case = held(site.id, "c-1", author_id="xyzzyid", **PLANTED)
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, case.comment_id), "asshole xyzzyedited", NOON)
    make.work()
    case = next(each for each in rows(Case) if each.closed_at is None)
    with transaction() as session:
        reports.report(session, site.id, case.comment_id, "reader-1", "rude", "xyzzynote", NOON)
    settled(case, make.moderator().person, Action.REJECT)
    with transaction() as session:
        appeals.appeal(session, site.id, case.comment_id, "xyzzyappeal", NOON)
    return case.comment_id


def test_nothing_of_the_text_and_the_writer_is_left_in_any_table(engine):
    site = make.site()
    comment_id = a_long_life(site)
    assert set(found()) >= {"xyzzymail", "xyzzyedited", "xyzzyappeal", "xyzzynote", "asshole", "xyzzyhost"}

    erase(site.id, comment_id)

    assert found() == []


def test_a_writer_is_erased_everywhere_on_the_site_with_their_id(engine):
    site, other = make.site(), make.site("The Gazette")
    first = a_long_life(site)
    second = make.stored(site.id, "c-2", author_id="xyzzyid", author_email="xyzzymail@x.example").id
    bystander = make.stored(site.id, "c-3", "Fine words", author_id="bob").id
    elsewhere = make.stored(other.id, "c-1", "Fine words", author_id="xyzzyid").id

    erased, _ = erase_author(site.id, "xyzzyid")
    none_left, _ = erase_author(site.id, "xyzzyid")

    assert ({each.id for each in erased}, none_left) == ({first, second}, [])
    assert found() == []
    assert rows(Author, site_id=site.id, external_id="xyzzyid") == []
    assert (make.status(bystander), make.status(elsewhere)) == (Status.PENDING, Status.PENDING)


def test_a_writer_known_by_e_mail_alone_is_erased_by_our_id(engine):
    site = make.site()
    comment = make.stored(site.id, author_id=None, author_email="xyzzymail@x.example")

    erased, _ = erase_author(site.id, str(comment.author_id))

    assert [each.id for each in erased] == [comment.id]
    assert found() == []


def test_a_writer_with_many_comments_is_erased_in_chunks(engine, monkeypatch):
    monkeypatch.setattr(erasure, "CHUNK", 2)
    site = make.site()
    for each in range(5):
        make.stored(site.id, f"c-{each}", author_id="ana")

    sizes = [len(erase_author(site.id, "ana")[0]) for _ in range(4)]

    assert sizes == [2, 2, 1, 0]
    assert {each.status for each in rows(Comment)} == {Status.ERASED}


def test_the_events_and_scores_stay_and_an_event_is_added(engine):
    site = make.site()
    comment_id = a_long_life(site)
    before = {each.id: each.model_dump() for each in rows(Event)}
    scores = {each.id: [signal["score"] for signal in each.signals] for each in rows(Screening)}

    erase(site.id, comment_id)

    after = {each.id: each.model_dump() for each in rows(Event)}
    assert {each: after[each] for each in before} == before
    assert [each["kind"] for key, each in after.items() if key not in before] == [Kind.ERASED]
    assert {each.id: [signal["score"] for signal in each.signals] for each in rows(Screening)} == scores


def test_the_site_is_told_and_erasing_again_changes_nothing(engine):
    site = make.site()
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/a", NOON)
    comment = make.stored(site.id, **PLANTED)

    _, first = erase(site.id, comment.id)
    _, again = erase(site.id, comment.id)

    assert (first, again) == ({site.id}, set())
    assert [each.type for each in rows(Delivery)] == ["comment.erased"]
    assert len(rows(Event, kind=Kind.ERASED)) == 1


def test_an_open_case_and_an_unsettled_decision_go_with_it(engine):
    site, mia = make.site(), make.moderator().person
    waiting, decided = held(site.id, "c-1"), held(site.id, "c-2")
    decide(decided, mia, Action.APPROVE)

    erase(site.id, waiting.comment_id)
    erase(site.id, decided.comment_id)

    assert settle(NOON + WINDOW) == []
    assert {each.status for each in rows(Comment)} == {Status.ERASED}
    assert rows(Case, id=waiting.id)[0].closed_as == Closed.ERASED
    assert rows(Decision)[0].void_as == "erased"


def test_a_worker_that_was_looking_writes_nothing_about_it(engine):
    site = make.site()
    comment = make.stored(site.id, **PLANTED)
    with transaction() as session:
        claimed = screening.claim(session, [comment.id], NOON)
    looked = screening.run_many(claimed.facts)
    erase(site.id, comment.id)

    verdicts = [screening.judge(looked[0], claimed.facts[0].rules)]
    with transaction() as session:
        written = screening.write(session, claimed, looked, verdicts, NOON)

    assert written.changed == ()
    assert make.status(comment.id) == Status.ERASED
    assert found() == []


def test_nobody_to_erase_is_nobody_erased(engine):
    site = make.site()
    make.stored(site.id, author_id="ana")

    assert erase_author(site.id, str(new_id())) == ([], set())
    assert {each.status for each in rows(Comment)} == {Status.PENDING}


def test_a_comment_s_own_key_does_not_bring_it_back(engine):
    site = make.site()
    sent = make.submission(site.id, **PLANTED, idempotency_key="key-1", payload_hash="hash")
    with transaction() as session:
        comment = intake.submit(session, [sent], NOON)[0].comment
    erase(site.id, comment.id)

    with transaction() as session:
        intake.submit(session, [sent], NOON)

    assert the(comment.id).status == Status.ERASED
    assert found() == []


def test_the_language_goes_from_the_case_as_it_goes_from_the_comment(engine):
    case = held(make.site().id, language="xyzzylang")

    erase(case.site_id, case.comment_id)

    assert found(["xyzzylang"]) == []
