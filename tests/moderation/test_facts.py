"""Gathering what the checks want to know of a batch: right, and by short ways."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from moderation import alike, facts
from moderation.database import clock, reading
from moderation.models import Comment
from moderation.presets import preset
from moderation.terms import Preset
from tests import make

RULES = preset(Preset.STANDARD)


def gathered(later=timedelta(0)):
    with reading() as session:
        comments = session.exec(select(Comment).order_by(col(Comment.id))).all()
        rules = {each.site_id: RULES for each in comments}
        return facts.gather(session, comments, rules, clock(session) + later)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=3)], ids=["at once", "three hours later"])
def test_a_flood_is_seen_however_late_it_is_looked_at(engine, later):
    site = make.site()
    for number in range(3):
        make.stored(site.id, f"c-{number}", f"Clean text {number}", author_id="ana", ip="203.0.113.7")

    found = gathered(later)

    assert [each.author_lately for each in found] == [0, 1, 2]
    assert [each.ip_lately for each in found] == [0, 1, 2]


def test_what_was_sent_more_than_a_minute_apart_is_no_flood(engine):
    site = make.site()
    for number in range(3):
        sent = make.NOON + number * timedelta(seconds=61)
        make.stored(site.id, f"c-{number}", author_id="ana", ip="203.0.113.7", submitted_at=sent)

    assert [(each.author_lately, each.ip_lately) for each in gathered()] == [(0, 0)] * 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_query_walks_through_a_whole_site(engine):
    site = make.site()
    for number in range(3):
        make.stored(site.id, f"c-{number}", "The same long text, sent again and again and again, by many hands.")
    make.work()
    asked = []
    with reading() as session:
        comments = session.exec(select(Comment).order_by(col(Comment.id))).all()
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
        known = facts.gather(session, comments, {site.id: RULES}, clock(session))
        alike.gather(session, comments, known, clock(session))
        steps = [
            step[-1]
            for statement, given in list(asked)
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        ]

    assert len(asked) >= 3
    # By its key, its author or its address; never by 'site and an earlier id', and never from end to end.
    looked = [step for step in steps if " comments" in step or " fingerprints" in step]
    assert looked
    assert [step for step in looked if step.startswith("SCAN comments") or "comments_listed" in step] == []
