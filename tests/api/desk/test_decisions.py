"""The decisions page: mine, everybody's for leads, undone while there is time, and as files without a cap."""

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient

from moderation import people
from moderation.database import clock, transaction
from moderation.models import Case
from moderation.terms import Action, Role
from tests import make
from tests.moderation.plain import decide, held, rows

FORMULA = "=HYPERLINK(1)"


def signed_in(client: TestClient, who: make.AModerator) -> TestClient:
    with transaction() as session:
        link = people.invite(session, who.id, clock(session))
    client.get(f"/desk/sign-in?link={link}")
    return client


@pytest.fixture
def decided(engine: str):
    """Mia approved one, Noor rejected one."""
    site = make.site()
    mia, noor = make.moderator("mia"), make.moderator("noor")
    with transaction() as session:
        now = clock(session)
    first, second = held(site.id, "c-1"), held(site.id, "c-2")
    decide(first, mia.person, Action.APPROVE, at=now)
    decide(second, noor.person, Action.REJECT, at=now)
    return site, mia, noor


def test_a_moderator_sees_her_own_and_a_lead_everybodys(client: TestClient, decided):
    _, mia, _ = decided
    page = signed_in(client, mia).get("/desk/decisions?moderator=all").text
    assert ("mia</td>" in page, "noor</td>" in page) == (True, False)
    client.cookies.clear()
    page = signed_in(client, make.moderator("lea", Role.LEAD)).get("/desk/decisions?moderator=all").text
    assert ("mia</td>" in page, "noor</td>" in page) == (True, True)
    page = client.get("/desk/decisions?moderator=all&action=reject").text
    assert ("mia</td>" in page, "noor</td>" in page) == (False, True)


def test_the_files_hold_all_that_the_page_lists(client: TestClient, decided):
    signed_in(client, make.moderator("lea", Role.LEAD))
    lines = [json.loads(each) for each in client.get("/desk/decisions.jsonl?moderator=all").text.splitlines()]
    table = list(csv.DictReader(io.StringIO(client.get("/desk/decisions.csv?moderator=all").text)))
    assert [each["moderator"] for each in lines] == [each["moderator"] for each in table] == ["noor", "mia"]
    assert "@" not in json.dumps(lines), "no e-mail leaves this way"


def test_no_cell_of_the_table_is_a_formula(client: TestClient, engine: str):
    site, mia = make.site(), make.moderator("mia")
    make.stored(site.id, "c-1", make.PROFANE, author_name=FORMULA, page_title=f"\t{FORMULA}")
    make.work()
    with transaction() as session:
        now = clock(session)
    [case] = rows(Case)
    decide(case, mia.person, Action.APPROVE, at=now)
    [row] = csv.DictReader(io.StringIO(signed_in(client, mia).get("/desk/decisions.csv").text))
    assert row["author_name"] == f"'{FORMULA}"
    assert not [each for each in row.values() if each and each[0] in "=+-@\t\r"]


def test_with_nothing_decided_the_table_has_its_heading(client: TestClient, engine: str):
    signed_in(client, make.moderator("mia"))
    assert client.get("/desk/decisions.csv").text.startswith("at,moderator,action")
    assert client.get("/desk/decisions.jsonl").text == ""
