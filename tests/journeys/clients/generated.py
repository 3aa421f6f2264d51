"""Run by the environment of openapi-python-client: submit, look, list, decide, catch up, with what it has generated."""

import os
import sys

sys.path.insert(0, os.environ["GENERATED"])

from greenroom_client import AuthenticatedClient
from greenroom_client.api.comments import get_comment, list_comments, list_outcomes, submit_batch, submit_comment
from greenroom_client.api.decisions import decide_case
from greenroom_client.api.queue import list_queue
from greenroom_client.models import AuthorIn, BatchIn, CommentIn, DecisionIn, DecisionInAction, PageIn, Problem


def client(key: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["GREENROOM"], token=os.environ[key], timeout=20)


def comment(external_id: str, body: str) -> CommentIn:
    page = PageIn(url="https://courier.example/a")
    return CommentIn(external_id=external_id, body=body, author=AuthorIn(name="Ana"), page=page)


site, moderator = client("SITE_KEY"), client("MODERATOR_TOKEN")

clean = submit_comment.sync(client=site, body=comment("g-1", os.environ["CLEAN"]), prefer="wait=10")
assert clean.status == "approved", clean
held = submit_comment.sync(client=site, body=comment("g-2", os.environ["PROFANE"]), prefer="wait=10")
assert held.status == "held", held
assert held.verdict.because[0].check == "profanity", held.verdict

again = submit_batch.sync(client=site, body=BatchIn(items=[comment("g-1", os.environ["CLEAN"]).to_dict(), {"body": 5}]))
assert [each.status for each in again.items] == [200, 422], again
assert again.items[1].problem.type_ == "/problems/invalid-input", again

page = list_comments.sync(client=site, limit=1)
assert (len(page.items), bool(page.next_)) == (1, True), page

[case] = list_queue.sync(client=moderator).items
decision = DecisionIn(action=DecisionInAction.APPROVE, revision=case.revision)
made = decide_case.sync(case.id, client=moderator, body=decision)
assert made.action == "approve", made
taken = decide_case.sync(case.id, client=moderator, body=decision)
assert isinstance(taken, Problem), taken
assert taken.status == 409, taken

while get_comment.sync(held.id, client=site).status != "approved":
    pass
assert {each.external_id for each in list_outcomes.sync(client=site).items} >= {"g-1"}
refused = list_comments.sync(client=client("MODERATOR_TOKEN"))
assert isinstance(refused, Problem), refused
