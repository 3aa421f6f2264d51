"""The tasks, called as a worker calls them, against the database and the queue."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import pytest
from sqlmodel import select
from standardwebhooks import Webhook as Verifier

from moderation import callbacks, decisions, erasure, intake, live, screening, upkeep, webhooks
from moderation.checks import NAMES
from moderation.database import clock, reading, transaction
from moderation.ids import first_id
from moderation.models import (
    Callback,
    Case,
    Comment,
    DeadLetter,
    Delivery,
    DeskSession,
    IdempotentAnswer,
    Screening,
    Webhook,
)
from moderation.settings import settings
from moderation.terms import Action, Status, Why
from tests import make
from tests.moderation.plain import held, rows, the
from tests.workers.test_nudge import nudged
from workers import DELIVER, SCREEN, nudge, tasks

pytestmark = pytest.mark.usefixtures("engine", "valkey")

AGO = timedelta(minutes=1)


def age(*comment_ids, attempts=0, by=AGO):
    """As if they had waited for a while, and been tried."""
    with transaction() as session:
        for each in comment_ids:
            comment = session.get_one(Comment, each)
            comment.updated_at, comment.attempts = clock(session) - by, attempts
            if attempts:
                comment.lease_until = clock(session) - timedelta(seconds=1)


def sweep():
    tasks.sweep.run()
    nudge.flush(5)


@pytest.fixture
def site():
    made = make.site()
    with transaction() as session:
        webhooks.set_address(session, made.id, "https://hooks.example/a", clock(session))
    return made


@pytest.fixture
def receiver(monkeypatch):
    """A site's own server: what it got, and what it answers next."""
    got, answers = [], []

    class Its(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((body.decode(), {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setenv("GREENROOM_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")
    settings.cache_clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Its)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got, answers
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    settings.cache_clear()


def test_screen_writes_the_verdicts_counts_them_and_has_the_site_told(site):
    clean, profane = make.stored(site.id, "clean"), make.stored(site.id, "profane", make.PROFANE)

    tasks.screen.run([str(clean.id), str(profane.id)])
    nudge.flush(5)

    assert (make.status(clean.id), make.status(profane.id)) == (Status.APPROVED, Status.HELD)
    assert nudged(DELIVER) == [[str(site.id)]]
    assert live.counters() == {f"verdicts|{site.id}|approve": 1, f"verdicts|{site.id}|hold": 1}


def test_the_same_nudge_twice_screens_once(site):
    comment = make.stored(site.id)

    tasks.screen.run([str(comment.id)])
    tasks.screen.run([str(comment.id)])

    assert len(rows(Screening)) == 1
    assert live.counters() == {f"verdicts|{site.id}|approve": 1}


def test_sweep_settles_what_is_due(site):
    case, mia = held(site.id), make.moderator().person
    with transaction() as session:
        now = clock(session) - AGO
        decisions.decide(session, case.id, mia, Action.APPROVE, 1, now, timedelta(seconds=10))

    sweep()

    assert make.status(case.comment_id) == Status.APPROVED
    assert nudged(DELIVER) == [[str(site.id)]]


def test_sweep_leaves_what_can_be_undone(site):
    case, mia = held(site.id), make.moderator().person
    with transaction() as session:
        decisions.decide(session, case.id, mia, Action.APPROVE, 1, clock(session), timedelta(minutes=10))

    sweep()

    assert make.status(case.comment_id) == Status.HELD


def test_sweep_holds_the_exhausted(site):
    comment = make.stored(site.id)
    age(comment.id, attempts=screening.MOST_ATTEMPTS)

    sweep()
    sweep()

    assert make.status(comment.id) == Status.HELD
    assert [each.why for each in rows(Case)] == [Why.UNSCREENED]
    assert len(rows(DeadLetter)) == len(rows(Delivery)) == 1


def test_sweep_makes_good_what_was_never_nudged(site):
    old, fresh = [make.stored(site.id, f"c-{each}").id for each in range(3)], make.stored(site.id, "fresh").id
    age(*old)

    sweep()

    assert [set(each) for each in nudged(SCREEN)] == [{str(each) for each in old}]
    assert str(fresh) not in str(nudged(SCREEN)), "its first nudge is still on its way"


def test_sweep_nudges_what_failed_before_alone(site):
    failed, clean = make.stored(site.id, "failed").id, make.stored(site.id, "clean").id
    age(failed, attempts=1)
    age(clean)

    sweep()

    assert sorted(nudged(SCREEN)) == sorted([[str(failed)], [str(clean)]])


def test_sweep_does_not_nudge_what_a_worker_is_at(site):
    comment = make.stored(site.id)
    age(comment.id)
    with transaction() as session:
        screening.claim(session, [comment.id], clock(session))

    sweep()

    assert nudged(SCREEN) == []


def test_sweep_piles_nothing_onto_a_full_queue(site):
    comment = make.stored(site.id)
    age(comment.id)
    for each in range(tasks.LOW_WATER + 1):
        live.client().lpush(SCREEN, f"nudge {each}")

    sweep()

    assert live.length(SCREEN) == tasks.LOW_WATER + 1


def test_sweep_is_fair_between_sites(site, monkeypatch):
    monkeypatch.setattr(tasks, "TOP_UP", 4)
    quiet = make.site("The Gazette")
    many = [make.stored(site.id, f"c-{each}").id for each in range(20)]
    one = make.stored(quiet.id, "one").id
    age(*many, by=10 * AGO)
    age(one)

    sweep()

    assert str(one) in [each for batch in nudged(SCREEN) for each in batch]


def test_what_one_site_does_not_need_of_a_round_another_gets(site):
    quiet = make.site("The Gazette")
    many = [make.stored(site.id, f"c-{each}").id for each in range(20)]
    one = make.stored(quiet.id, "one").id
    age(*many, one)

    with reading() as session:
        nudged_now = [each for each, _, _ in upkeep.to_nudge(session, clock(session), 12)]

    assert nudged_now.index(one) < 2, "one of each site in turn"
    assert nudged_now[:12] == [each for each in nudged_now if each == one or each in many[:11]]
    assert len(nudged_now) == 12


def test_a_worker_that_has_emptied_the_queue_asks_for_what_was_never_nudged(site):
    first, second = make.stored(site.id, "c-1").id, make.stored(site.id, "c-2").id
    age(second)

    tasks.screen.run([str(first)])
    nudge.flush(5)

    assert nudged(SCREEN) == [[str(second)]]


def test_a_worker_that_leaves_others_something_to_do_asks_for_nothing(site):
    first, second = make.stored(site.id, "c-1").id, make.stored(site.id, "c-2").id
    age(second)
    live.client().lpush(SCREEN, "somebody's nudge")

    tasks.screen.run([str(first)])
    nudge.flush(5)

    assert live.length(SCREEN) == 1


def test_a_dead_letter_names_the_check_in_which_the_last_attempt_ended(site):
    comment = make.stored(site.id)
    age(comment.id, attempts=screening.MOST_ATTEMPTS)
    live.entering(comment.id, "profanity")
    live.entering(comment.id, "spam")

    sweep()

    letter = rows(DeadLetter)[0]
    assert letter.check_name == "spam"
    assert "'spam'" in letter.why


def test_a_comment_that_failed_before_leaves_a_trace_of_each_check(site):
    comment, fresh = make.stored(site.id, "c-1"), make.stored(site.id, "c-2")
    age(comment.id, attempts=1)

    tasks.screen.run([str(comment.id)])
    tasks.screen.run([str(fresh.id)])

    assert live.entered(comment.id) == NAMES[-1]
    assert live.entered(fresh.id) is None


def test_sweep_says_that_it_was_there():
    assert live.pulse()["beat"] is None

    sweep()

    assert live.pulse()["beat"] is not None


def test_an_empty_sweep_does_nothing():
    sweep()

    assert (nudged(SCREEN), nudged(DELIVER)) == ([], [])


def test_prune_forgets_old_answers_and_keeps_young_ones(site):
    for name, back in (("old", timedelta(hours=25)), ("young", timedelta(hours=23))):
        with transaction() as session:
            sent = make.submission(site.id, name, idempotency_key=name, payload_hash=name)
            intake.submit(session, [sent], clock(session) - back)

    tasks.prune.run()

    young = rows(Comment, external_id="young")[0]
    assert [each.comment_id for each in rows(IdempotentAnswer)] == [young.id]
    assert len(rows(Comment)) == 2


def test_prune_forgets_what_arrived_long_ago_and_keeps_what_did_not(site):
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/a", clock(session))
        now = clock(session)
        for back, state in ((31, "delivered"), (31, "failed"), (31, "waiting"), (29, "delivered")):
            at = now - timedelta(days=back)
            made = webhooks.test(session, site.id, at)
            made.id, made.state = UUID(int=first_id(at).int + 1 + made.id.int % 2**60), state
            session.add(made)

    tasks.prune.run()

    kept = sorted((each.state, (now - each.created_at).days) for each in rows(Delivery))
    assert kept == [("delivered", 29), ("failed", 31), ("waiting", 31)]


def test_prune_forgets_sessions_long_over(site):
    mia = make.moderator()
    with transaction() as session:
        now = clock(session)
        for name, over in (("long", timedelta(days=8)), ("just", timedelta(days=6))):
            session.add(DeskSession(moderator_id=mia.id, hash=name, created_at=now, expires_at=now - over))

    tasks.prune.run()

    assert [each.hash for each in rows(DeskSession)] == ["just"]


def test_a_held_comment_s_site_is_told_with_a_signature_that_verifies(receiver):
    url, got, _ = receiver
    site = make.site()
    with transaction() as session:
        webhooks.set_address(session, site.id, url, clock(session))
    comment = make.stored(site.id, body=make.PROFANE)
    tasks.screen.run([str(comment.id)])

    tasks.deliver.run([str(site.id)])

    body, headers = got[0]
    told = Verifier(rows(Webhook)[0].secret).verify(body, headers)
    assert (told["type"], told["data"]["id"], told["data"]["reason"]) == ("comment.held", str(comment.id), "profanity")
    assert rows(Delivery)[0].state == "delivered"
    assert live.counters()[f"deliveries|{site.id}|delivered"] == 1


def test_a_turn_sends_all_that_is_due_and_gives_the_address_back(receiver):
    url, got, _ = receiver
    site = make.site()
    with transaction() as session:
        webhooks.set_address(session, site.id, url, clock(session))
    ids = [str(make.stored(site.id, f"c-{each}").id) for each in range(2 * tasks.AT_ONCE + 1)]
    tasks.screen.run(ids)

    tasks.deliver.run([str(site.id)])

    assert {json.loads(body)["data"]["id"] for body, _ in got} == set(ids)
    assert len(got) == len(ids)
    assert {each.state for each in rows(Delivery)} == {"delivered"}
    assert (rows(Webhook)[0].lease_token, rows(Webhook)[0].failures) == (None, 0)


def test_a_refusal_is_tried_again_later_with_the_same_bytes(receiver):
    url, got, answers = receiver
    answers.append(500)
    site = make.site()
    with transaction() as session:
        webhooks.set_address(session, site.id, url, clock(session))
    tasks.screen.run([str(make.stored(site.id).id)])

    tasks.deliver.run([str(site.id)])
    assert (len(got), rows(Delivery)[0].state, rows(Delivery)[0].last_status) == (1, "waiting", 500)

    with transaction() as session:
        delivery = session.get_one(Delivery, rows(Delivery)[0].id)
        delivery.next_at = clock(session) - AGO
    tasks.deliver.run([str(site.id)])
    assert rows(Delivery)[0].state == "delivered"
    assert got[0][0] == got[1][0]
    assert got[0][1]["webhook-id"] == got[1][1]["webhook-id"]


def test_an_akismet_client_is_called_back_beside_the_sites_own_address(receiver):
    url, got, answers = receiver
    answers.append(503)
    site = make.site()
    with transaction() as session:
        webhooks.set_address(session, site.id, url, clock(session))
    comment = make.stored(site.id)
    with transaction() as session:
        callbacks.expect(session, comment.id, f"{url}/called", "abcdefghijkl")
    tasks.screen.run([str(comment.id)])
    assert callbacks_due(site.id) == [], "the client stores the comment only after it was answered"
    make_due()
    assert callbacks_due(site.id) == [site.id]

    tasks.deliver.run([str(site.id)])  # the address refuses once: its delivery waits, the other one went out
    called = [(json.loads(body), headers) for body, headers in got if "x-akismet-webhook" in headers]

    assert [each["comments"] for each, _ in called] == [[{"guid": str(comment.id), "result": "false"}]]
    assert "webhook-signature" not in called[0][1]
    assert {each.type: each.state for each in rows(Delivery)} == {
        callbacks.TYPE: "delivered",
        "comment.approved": "waiting",
    }
    assert rows(Callback) == [], "called once"


def test_a_client_that_does_not_answer_is_called_again(receiver):
    url, got, answers = receiver
    answers.append(500)
    site = make.site()
    comment = make.stored(site.id)
    with transaction() as session:
        callbacks.expect(session, comment.id, url, "abcdefghijkl")
    tasks.screen.run([str(comment.id)])

    make_due()
    tasks.deliver.run([str(site.id)])
    [first] = rows(Delivery)
    make_due()
    tasks.deliver.run([str(site.id)])

    assert (first.state, first.last_status) == ("waiting", 500)
    assert rows(Delivery)[0].state == "delivered"
    assert got[0][0] == got[1][0]


def test_an_erased_comment_is_told_to_nobody_who_had_waited(receiver):
    url, _, _ = receiver
    site = make.site()
    comment = make.stored(site.id)
    with transaction() as session:
        callbacks.expect(session, comment.id, url, "abcdefghijkl")
        erasure.erase(session, site.id, comment.id, clock(session))

    assert rows(Callback) == []


def make_due():
    """As if its time had come."""
    with transaction() as session:
        for each in session.exec(select(Delivery).where(Delivery.type == callbacks.TYPE)):
            each.next_at = clock(session) - AGO


def callbacks_due(site_id):
    with reading() as session:
        return callbacks.sites_with_due(session, clock(session), 10)


def test_delivering_to_nobody_does_nothing(site):
    tasks.deliver.run([str(make.site("The Gazette").id), str(site.id)])

    assert rows(Delivery) == []


def test_screening_what_was_edited_meanwhile_screens_the_new_text(site):
    comment = make.stored(site.id)
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, comment.id), make.PROFANE, clock(session))

    tasks.screen.run([str(comment.id)])

    assert (the(comment.id).status, rows(Screening)[0].revision) == (Status.HELD, 2)
