"""The circle as a newcomer sees it: a form on a site, Greenroom behind it, a moderator, and the comment on the page."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests import make
from tests.bench.place import free_port
from tests.journeys import launcher
from tests.journeys.launcher import GREENROOM, Running

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("demo-site")]


class Both(NamedTuple):
    greenroom: Running
    site: httpx2.Client


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    data: Path = tmp_path_factory.mktemp("demo") / "d"
    settings = {"GREENROOM_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "GREENROOM_UNDO_SECONDS": "0"}
    with launcher.up(data, **settings) as greenroom:
        port = free_port()
        running = subprocess.Popen([GREENROOM, "demo-site", "--data", data, "--port", str(port)])
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, follow_redirects=True) as site:
                launcher.until(lambda: _answers(site))
                yield Both(greenroom, site)
        finally:
            running.terminate()
            running.wait(20)


def _answers(site: httpx2.Client) -> bool:
    try:
        return site.get("/").status_code == 200
    except httpx2.HTTPError:
        return False


def _post(both: Both, comment: str, **more: str) -> httpx2.Response:
    sent = {"name": "Ana", "email": "nobody-may-see@example.org", "comment": comment, "homepage": "", **more}
    return both.site.post("/comments", data=sent)


def _told(both: Both) -> dict[str, str]:
    http, admin = both.greenroom.http, both.greenroom.admin
    site = next(each for each in http.get("/v1/sites", headers=admin).json()["items"] if each["name"] == "Demo site")
    key = http.post(f"/v1/sites/{site['id']}/keys", headers=admin).json()["key"]
    found = http.get("/v1/deliveries", headers={"Authorization": f"Bearer {key}"}).json()["items"]
    return {each["type"]: each["state"] for each in found}


def test_a_comment_appears_on_the_page_and_its_writers_e_mail_does_not(both: Both):
    said = _post(both, make.CLEAN)

    assert "Thank you" in said.text
    page = launcher.until(lambda: text if make.CLEAN in (text := both.site.get("/").text) else None)
    assert "nobody-may-see" not in page


def test_a_held_comment_appears_when_a_moderator_approves_it(both: Both):
    mine = _post(both, make.PROFANE).url
    launcher.until(lambda: "A person will look at your comment" in both.site.get(mine).text)
    assert "asshole" not in both.site.get("/").text

    [case] = both.greenroom.http.get("/v1/queue", headers=both.greenroom.admin).json()["items"]
    both.greenroom.http.post(
        f"/v1/cases/{case['id']}/decision",
        json={"action": "approve", "revision": case["comment"]["revision"]},
        headers=both.greenroom.admin,
    ).raise_for_status()

    launcher.until(lambda: "asshole" in both.site.get("/").text)
    assert _told(both) == {"comment.held": "delivered", "comment.approved": "delivered"}
    other = both.greenroom.http.get("/v1/deliveries", headers=both.greenroom.site).json()["items"]
    assert other == [], "it is a site of its own: the webhooks of others stay where they are"


def test_what_a_stranger_wrote_is_no_markup(both: Both):
    _post(both, "The play was <b>fine</b>, and so was the stage.", name="<i>Ana</i>")

    page = launcher.until(lambda: text if "and so was the stage" in (text := both.site.get("/").text) else None)
    assert "&lt;b&gt;fine&lt;/b&gt;" in page
    assert "<i>Ana" not in page


def test_a_webhook_that_somebody_made_up_is_refused(both: Both):
    forged = {"webhook-id": "msg_1", "webhook-timestamp": "1700000000", "webhook-signature": "v1,AAAA"}

    assert both.site.post("/webhook", content=b'{"type": "comment.approved"}', headers=forged).status_code == 400
    assert both.site.post("/webhook", content=b"{}").status_code == 400
