"""Plain things for tests of pages: a signed-in browser, a form of a page, sent as a browser does."""

import re
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from moderation import people
from moderation.database import clock, transaction
from tests import make

SAME_ORIGIN = {"Origin": "http://greenroom.test"}


def come_in(client: TestClient, who: make.AModerator) -> TestClient:
    """This browser, signed in by a link, and by nothing else it had."""
    client.cookies.clear()
    with transaction() as session:
        link = people.invite(session, who.id, clock(session))
    client.get(f"/desk/sign-in?link={link}")
    return client


def send(client: TestClient, url: str, page: str, **fields: Any) -> Response:
    """What a form on this page sends to this address."""
    csrf = re.search(r'name="csrf" value="(\w+)"', client.get(page).text)
    assert csrf
    return client.post(url, data={"csrf": csrf[1], **fields}, headers=SAME_ORIGIN)
