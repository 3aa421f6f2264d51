"""The pictures in docs/desk: of every page that the desk has, and each of them in the gallery."""

import re

from api.desk import ROUTERS
from tests.pictures import __main__ as pictures

# Not pages: what a page fetches, and files.
NO_PAGES = {"/desk/queue/rows", "/desk/decisions.csv", "/desk/decisions.jsonl", "/desk"}
# Reached by what is done on another page.
REACHED = {"/desk/jobs/{job_id}": "job", "/desk/rules": "rules"}


def test_every_page_of_the_desk_has_its_picture():
    got = {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods} - NO_PAGES
    taken = [re.sub(r"\{\w+\}", "{}", path.partition("?")[0]) for _, path, _ in pictures.PAGES.values()]
    missing = {each for each in got if re.sub(r"\{\w+\}", "{}", each) not in taken and each not in REACHED}

    assert len(got) > 12
    assert missing == set()
    assert set(REACHED.values()) <= set(pictures.PAGES)


def test_every_picture_is_there_and_in_the_gallery():
    gallery = (pictures.TO / "README.md").read_text()
    wanted = {f"{name}-{scheme}.png" for name in pictures.PAGES for scheme in pictures.SCHEMES}
    wanted |= {f"{name}-narrow-{scheme}.png" for name in pictures.NARROW for scheme in pictures.SCHEMES}

    assert {each.name for each in pictures.TO.glob("*.png")} == wanted
    assert set(re.findall(r"\(([\w-]+\.png)\)", gallery)) == wanted
