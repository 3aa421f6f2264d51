"""The rules page: changed, tried before it is saved, refused when others were first, and taken back."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from api.desk import rules_changes, rules_form
from moderation import rulebook
from moderation.database import clock, reading, transaction
from moderation.presets import preset, rules_from
from moderation.rules import Rules
from moderation.terms import Preset, Role
from tests import make
from tests.api.desk.test_decisions import signed_in

SAME_ORIGIN = {"Origin": "http://greenroom.test"}


@pytest.fixture
def site(engine: str) -> make.AtSite:
    return make.site()


@pytest.fixture
def ada(client: TestClient, site: make.AtSite) -> TestClient:
    """An admin's browser."""
    return signed_in(client, make.moderator("ada", Role.ADMIN))


def in_force(site: make.AtSite) -> tuple[int, Rules]:
    with reading() as session:
        return rulebook.current(session, [site.id])[site.id]


def form(page: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    [inner] = re.findall(r'<form method="post" action="/desk/rules/[^"/]+" id="rules">(.*?)</form>', page, re.DOTALL)
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', inner))
    found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', inner, re.DOTALL))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', inner, re.DOTALL):
        chosen = re.findall(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        found[name] = next((value or text for value, text in chosen), "")
    return {name: unescape(value) for name, value in found.items()}


def post(browser: TestClient, site: make.AtSite, sent: dict[str, str], do: str = "save", where: str = ""):
    return browser.post(f"/desk/rules/{site.id}{where}", data=sent | {"do": do}, headers=SAME_ORIGIN)


@pytest.mark.parametrize("start", list(Preset))
def test_what_the_form_shows_is_what_it_sends(start: Preset):
    rules = preset(start).model_copy(
        update={"protected_names": {"*": ("Jane Doe",), "https://courier.example/a": ("A", "B")}}
    )
    assert rules_from(rules_form.document_of(rules_form.fields_of(rules))) == rules


def test_with_one_site_its_rules_are_there_at_once(ada: TestClient, site: make.AtSite):
    assert ada.get("/desk/rules").url.path == f"/desk/rules/{site.id}"
    other = make.site("The <Other>")
    page = ada.get("/desk/rules").text
    assert "The &lt;Other&gt;" in page
    assert f'href="/desk/rules/{other.id}"' in page


def test_saved_as_it_stands_nothing_changes_but_the_number(ada: TestClient, site: make.AtSite):
    before = in_force(site)
    post(ada, site, form(ada.get(f"/desk/rules/{site.id}").text))
    assert in_force(site) == (before[0] + 1, before[1])


def test_a_change_is_in_force_and_its_version_says_who_and_what(ada: TestClient, site: make.AtSite):
    sent = form(ada.get(f"/desk/rules/{site.id}").text)
    sent |= {"hold_at.spam": "0,8", "mode.links": "shadow", "lists.words.block": "bad\r\n\r\nworse\r\nbad"}
    page = post(ada, site, sent).text
    version, rules = in_force(site)
    assert (version, rules.rule("spam").hold_at, rules.rule("links").mode) == (2, 0.8, "shadow")
    assert rules.lists.words.block == ("bad", "worse")
    for line in ("spam holds at 0.88 → 0.80", "links is on → shadow", "words to block, added: bad, worse", "ada"):
        assert line in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("hold_at.spam", "seven", "valid number"),
        ("hold_at.spam", "7", "less than or equal to 1"),
        ("reject_at.spam", "0.1", "must not be below hold_at"),
        ("limits.links", "", "whole number"),
        ("mode.links", "loud", "&#39;on&#39;"),
        ("lists.networks.block", "10.0.0.0/8\nhere", "“here” must be an address or a network"),
        ("languages", "English", "“English” must be a language"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_what_was_typed_is_kept(ada, site, field, typed, said):
    sent = form(ada.get(f"/desk/rules/{site.id}").text) | {field: typed, "sensitive_pages": "https://kept.example/"}
    answer = post(ada, site, sent)
    assert answer.status_code == 422
    [mistake] = re.findall(r'<span class="mistake" id="wrong-([^"]+)">([^<]+)', answer.text)
    assert mistake[0] == field
    assert said in mistake[1]
    assert form(answer.text)["sensitive_pages"] == "https://kept.example/"
    assert in_force(site)[0] == 1


def test_what_others_saved_meanwhile_is_shown_and_not_overwritten(ada: TestClient, site: make.AtSite):
    sent = form(ada.get(f"/desk/rules/{site.id}").text) | {"hold_at.spam": "0.5"}
    with transaction() as session:
        rulebook.change(session, site.id, {"checks": {"links": {"hold_at": 0.9}}}, "lea", clock(session))
    answer = post(ada, site, sent)
    assert answer.status_code == 409
    for line in ("somebody has saved other rules", "links holds at 0.50 → 0.90", "spam holds at 0.88 → 0.50"):
        assert line in answer.text
    assert in_force(site)[0] == 2
    assert form(answer.text)["hold_at.spam"] == "0.5"
    post(ada, site, form(answer.text))
    assert in_force(site)[1].rule("spam").hold_at == 0.5


def test_tried_first_it_says_how_many_would_be_decided_otherwise(ada: TestClient, site: make.AtSite):
    make.stored(site.id, "c-1", make.PROFANE)
    make.stored(site.id, "c-2", make.CLEAN)
    make.work()
    sent = form(ada.get(f"/desk/rules/{site.id}").text)
    sent |= {"lists.words.block": "theatre", "lists.words.hold": "lovely"}
    page = post(ada, site, sent, "preview").text
    assert "Of the last 2 screened comments, 1 would be decided otherwise." in page
    assert "I worked there for six years" in page
    assert form(page)["lists.words.hold"] == "lovely"
    assert in_force(site)[0] == 1


def test_a_preset_fills_the_form_and_keeps_the_lists(ada: TestClient, site: make.AtSite):
    post(ada, site, form(ada.get(f"/desk/rules/{site.id}").text) | {"lists.words.hold": "mine"})
    shown = form(ada.get(f"/desk/rules/{site.id}?start=strict").text)
    assert (shown["preset"], shown["hold_at.spam"], shown["lists.words.hold"]) == ("strict", "0.6", "mine")
    assert in_force(site)[1].preset is Preset.STANDARD


def test_back_to_an_earlier_version_is_a_new_one(ada: TestClient, site: make.AtSite):
    first = in_force(site)[1]
    page = ada.get(f"/desk/rules/{site.id}").text
    page = post(ada, site, form(page) | {"hold_at.spam": "0.5"}).text
    csrf = form(page)["csrf"]
    stale = post(ada, site, {"csrf": csrf, "version": "1", "to": "1"}, where="/back")
    assert stale.status_code == 409
    post(ada, site, {"csrf": csrf, "version": "2", "to": "1"}, where="/back")
    assert in_force(site) == (3, first)


def test_a_lead_looks_and_tries_and_does_not_save(client: TestClient, site: make.AtSite):
    signed_in(client, make.moderator("lea", Role.LEAD, site.id))
    page = client.get(f"/desk/rules/{site.id}").text
    assert 'value="save"' not in page
    assert post(client, site, form(page), "preview").status_code == 200
    assert post(client, site, form(page)).status_code == 403
    assert client.get(f"/desk/rules/{make.site('Other').id}").status_code == 403


def test_a_difference_is_told_in_words():
    before, after = preset(Preset.STANDARD), rules_from({"preset": "standard", "checks": {"spam": {"hold_at": None}}})
    assert rules_changes.changes(before, after) == ["spam holds at 0.88 → never"]
    assert rules_changes.changes(before, before) == []


def test_long_lists_are_taken(ada: TestClient, site: make.AtSite):
    many = "\n".join(f"{number:05d}" + "w" * 100 for number in range(9_000))
    post(ada, site, form(ada.get(f"/desk/rules/{site.id}").text) | {"lists.words.block": many})
    assert len(in_force(site)[1].lists.words.block) == 9_000


def test_older_versions_are_on_further_pages(ada: TestClient, site: make.AtSite):
    with transaction() as session:
        for number in range(34):
            rulebook.change(session, site.id, {"limits": {"links": number + 4}}, f"lea {number}", clock(session))
    page = ada.get(f"/desk/rules/{site.id}").text
    assert ("lea 33" in page, "lea 4<" in page, "lea 3<" in page) == (True, True, False)
    [older] = re.findall(r'<a href="([^"#]+)#versions" rel="next"', page)
    page = ada.get(older).text
    assert ("lea 3<" in page, "the first" in page, 'rel="next"' in page) == (True, True, False)


@pytest.mark.parametrize("number", ["-1", "x", str(2**40)])
def test_a_version_that_cannot_be_is_refused(ada: TestClient, site: make.AtSite, number: str):
    sent = form(ada.get(f"/desk/rules/{site.id}").text)
    assert post(ada, site, sent | {"version": number}).status_code == 422
    assert post(ada, site, sent | {"to": number}, where="/back").status_code == 422
    assert ada.get(f"/desk/rules/{site.id}?before={number}").status_code == 422
    assert post(ada, site, sent | {"to": "7"}, where="/back").status_code == 404
