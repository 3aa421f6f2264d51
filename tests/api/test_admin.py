"""Sites, keys, rules, people; and who may do what, as one table over every route."""

import itertools
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from moderation import webhooks
from moderation.database import clock, transaction
from moderation.models import Case, Comment, DeadLetter
from moderation.terms import Role
from tests import make
from tests.api import calls

SITE, MODERATOR, LEAD, ADMIN, OPERATOR = "site", "moderator", "lead", "admin", "operator"
SETTLES, PEOPLE = {MODERATOR, LEAD, ADMIN}, {MODERATOR, LEAD, ADMIN, OPERATOR}

# What each route opens to. A body is what makes it succeed; placeholders in addresses are filled with what is there.
ROUTES: list[tuple[str, str, object, set[str]]] = [
    ("POST", "/v1/comments", make.comment("new"), {SITE}),
    ("GET", "/v1/comments", None, {SITE}),
    ("POST", "/v1/comments/batch", {"items": [make.comment("new")]}, {SITE}),
    ("GET", "/v1/outcomes", None, {SITE}),
    ("GET", "/v1/comments/{comment_id}", None, {SITE}),
    ("PATCH", "/v1/comments/{comment_id}", {"body": "Edited."}, {SITE}),
    ("DELETE", "/v1/comments/{comment_id}", None, {SITE}),
    ("DELETE", "/v1/authors/{author_id}", None, {SITE}),
    ("POST", "/v1/comments/{comment_id}/reports", {"reader": "r"}, {SITE}),
    ("POST", "/v1/comments/{rejected_id}/appeals", {}, {SITE}),
    ("GET", "/v1/comments/{rejected_id}/statement", None, {SITE}),
    ("GET", "/v1/webhook", None, {SITE}),
    ("PUT", "/v1/webhook", {"url": "https://1.1.1.1/"}, {SITE}),
    ("POST", "/v1/webhook/rotate", None, {SITE}),
    ("POST", "/v1/webhook/test", None, {SITE}),
    ("GET", "/v1/deliveries", None, {SITE}),
    ("POST", "/v1/deliveries/{delivery_id}/redeliver", None, {SITE}),
    ("GET", "/v1/queue", None, SETTLES),
    ("POST", "/v1/queue/claims", {"count": 1}, SETTLES),
    ("DELETE", "/v1/queue/claims/{case_id}", None, SETTLES),
    ("GET", "/v1/cases/{case_id}", None, SETTLES),
    ("GET", "/v1/comments/{comment_id}/history", None, SETTLES),
    ("POST", "/v1/cases/{case_id}/decision", {"action": "approve", "revision": 1}, SETTLES),
    ("POST", "/v1/decisions", {"filter": {"check": "nothing"}, "action": "approve"}, SETTLES),
    ("GET", "/v1/decisions", None, SETTLES),
    ("DELETE", "/v1/decisions/{decision_id}", None, {LEAD, ADMIN}),  # and whoever decided
    ("GET", "/v1/sites", None, PEOPLE),
    ("POST", "/v1/sites", {"name": "Another"}, {ADMIN}),
    ("GET", "/v1/sites/{site_id}", None, PEOPLE),
    ("GET", "/v1/sites/{site_id}/export", None, {ADMIN}),
    ("GET", "/v1/sites/{site_id}/keys", None, {ADMIN}),
    ("POST", "/v1/sites/{site_id}/keys", {}, {ADMIN}),
    ("DELETE", "/v1/sites/{site_id}/keys/{key_id}", None, {ADMIN}),
    ("GET", "/v1/sites/{site_id}/rules", None, PEOPLE),
    ("PUT", "/v1/sites/{site_id}/rules", {"preset": "strict"}, {ADMIN}),
    ("GET", "/v1/sites/{site_id}/rules/versions", None, {ADMIN}),
    ("POST", "/v1/sites/{site_id}/rules/preview", {"rules": {}, "comment": make.comment()}, {ADMIN}),
    ("GET", "/v1/moderators", None, {ADMIN}),
    ("POST", "/v1/moderators", {"name": "newcomer", "role": "lead"}, {ADMIN}),
    ("PUT", "/v1/moderators/{moderator_id}/roles", {"role": "lead"}, {ADMIN}),
    ("POST", "/v1/moderators/{moderator_id}/tokens", {}, {ADMIN}),
    ("DELETE", "/v1/moderators/{moderator_id}/tokens/{token_id}", None, {ADMIN}),
    ("DELETE", "/v1/moderators/{moderator_id}", None, {ADMIN}),
    ("POST", "/v1/moderators/{moderator_id}/enable", None, {ADMIN}),
    ("GET", "/v1/health", None, {OPERATOR, ADMIN}),
    ("GET", "/v1/dead-letters", None, {OPERATOR, ADMIN}),
    ("POST", "/v1/dead-letters/{letter_id}/retry", None, {OPERATOR, ADMIN}),
    ("POST", "/v1/dead-letters/{letter_id}/settle", None, {OPERATOR, ADMIN}),
]
ENDLESS = {("GET", "/v1/stream")}  # tests/api/test_stream.py
names = itertools.count()


class World:
    """A site with something of everything, and somebody of each role."""

    def __init__(self, client: TestClient) -> None:
        number = next(names)
        self.client = client
        self.site = make.site(f"site-{number}")
        self.elsewhere = make.site(f"elsewhere-{number}")
        self.guests: dict[str, dict[str, str]] = {SITE: self.site.headers}
        for role in Role:
            self.guests[role.value] = make.moderator(f"{role.value}-{number}", role).headers
        ada = make.moderator(f"ada-{number}", Role.ADMIN)
        for name in ("held", "decided", "rejected"):
            make.stored(self.site.id, name, make.PROFANE, author_id=f"{name}-author")
        make.work()
        cases = {each["comment"]["external_id"]: each for each in calls.cases(client, ada, site=str(self.site.id))}
        decision = calls.decided(client, ada, cases["decided"], "reject")
        with transaction() as session:
            rejected = session.get_one(Comment, UUID(cases["rejected"]["comment"]["id"]))
            rejected.status = "rejected"
            session.add(rejected)
            case = session.get_one(Case, UUID(cases["rejected"]["id"]))
            case.closed_at = clock(session)
            session.add(case)
            webhooks.set_address(session, self.site.id, "https://1.1.1.1/", clock(session))
            held = UUID(cases["held"]["comment"]["id"])
            letter = DeadLetter(site_id=self.site.id, comment_id=held, revision=1, why="?", at=clock(session))
            session.add(letter)
            session.flush()
            delivery = webhooks.test(session, self.site.id, clock(session))
        person = client.post("/v1/moderators", json={"name": f"p-{number}", "role": "lead"}, headers=ada.headers).json()
        token = client.post(f"/v1/moderators/{person['id']}/tokens", headers=ada.headers).json()
        key = client.post(f"/v1/sites/{self.site.id}/keys", headers=ada.headers).json()
        self.ids = {
            "comment_id": cases["held"]["comment"]["id"],
            "rejected_id": cases["rejected"]["comment"]["id"],
            "author_id": "held-author",
            "delivery_id": str(delivery.id),
            "letter_id": str(letter.id),
            "case_id": cases["held"]["id"],
            "decision_id": decision["id"],
            "site_id": str(self.site.id),
            "moderator_id": person["id"],
            "token_id": token["id"],
            "key_id": key["id"],
        }

    def ask(self, headers: dict[str, str], method: str, path: str, body: object):
        return self.client.request(method, path.format(**self.ids), json=body, headers=headers)


def named(each: object) -> str:
    """A row's name, the same in every process: a set has no order of its own."""
    return str(sorted(each) if isinstance(each, set | frozenset) else each)[:50]


@pytest.fixture(scope="module")
def world(shared: TestClient) -> World:
    """For requests that change nothing."""
    return World(shared)


@pytest.mark.parametrize(("method", "path", "body", "opens_to"), ROUTES, ids=named)
def test_a_route_opens_to_its_roles_and_to_nobody_else(
    world: World, method: str, path: str, body: object, opens_to: set[str]
):
    before = calls.rows()

    refused = {who: world.ask(world.guests[who], method, path, body) for who in world.guests if who not in opens_to}
    untouched = calls.rows()
    own = world if method == "GET" else World(world.client)
    opened = {who: own.ask(own.guests[who], method, path, body) for who in sorted(opens_to)}

    assert not {who: answer.text for who, answer in refused.items() if answer.status_code not in (403, 404)}
    assert untouched == before
    statuses = {who: answer.status_code for who, answer in opened.items()}
    assert not {401, 403, 500} & set(statuses.values()), statuses
    assert statuses[min(statuses)] < 300, next(iter(opened.values())).text


def test_the_table_of_routes_is_complete(shared: TestClient):
    document = shared.get("/openapi.json").json()["paths"]
    there = {(method.upper(), path) for path, each in document.items() for method in each if path.startswith("/v1/")}

    assert {(method, path.replace("rejected_id", "comment_id")) for method, path, _, _ in ROUTES} == there - ENDLESS


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (method, path, body)
        for method, path, body, opens_to in ROUTES
        if opens_to <= PEOPLE and "{" in path and "moderators" not in path
    ],
    ids=named,
)
def test_an_admin_of_another_site_cannot_see_or_touch_it(world: World, method: str, path: str, body: object):
    stranger = make.moderator(f"stranger-{next(names)}", Role.ADMIN, world.elsewhere.id)
    before = calls.rows()

    answer = world.ask(stranger.headers, method, path, body)

    assert answer.status_code in (403, 404), answer.text
    assert calls.rows() == before


def test_what_an_admin_of_another_site_lists_does_not_hold_it(shared: TestClient, world: World):
    stranger = make.moderator(f"stranger-{next(names)}", Role.ADMIN, world.elsewhere.id)
    lead = make.moderator(f"lead-there-{next(names)}", Role.LEAD, world.site.id)

    for path in ("/v1/sites", "/v1/moderators", "/v1/queue", "/v1/decisions", "/v1/dead-letters"):
        answer = shared.get(path, headers=stranger.headers)
        assert answer.status_code == 200
        for hidden in (str(world.site.id), str(lead.id), *world.ids.values()):
            assert hidden not in answer.text, path


def test_nobody_hands_out_more_than_they_administer(shared: TestClient, world: World):
    here = make.moderator(f"admin-here-{next(names)}", Role.ADMIN, world.site.id)
    everywhere = make.moderator(f"admin-everywhere-{next(names)}", Role.ADMIN)
    there = make.moderator(f"lead-there-{next(names)}", Role.LEAD, world.elsewhere.id)
    everybody = {"name": f"x-{next(names)}", "role": "admin"}
    elsewhere = {**everybody, "site": str(world.elsewhere.id)}

    tried = [
        shared.post("/v1/moderators", json=everybody, headers=here.headers),
        shared.post("/v1/moderators", json=elsewhere, headers=here.headers),
        shared.put(f"/v1/moderators/{here.id}/roles", json={"role": "admin"}, headers=here.headers),
        shared.put(
            f"/v1/moderators/{there.id}/roles",
            json={"role": None, "site": str(world.elsewhere.id)},
            headers=here.headers,
        ),
        shared.post(f"/v1/moderators/{everywhere.id}/tokens", json={}, headers=here.headers),
        shared.post(f"/v1/moderators/{there.id}/tokens", json={}, headers=here.headers),
        shared.delete(f"/v1/moderators/{everywhere.id}", headers=here.headers),
        shared.delete(f"/v1/moderators/{there.id}", headers=here.headers),
        shared.post("/v1/sites", json={"name": f"y-{next(names)}"}, headers=here.headers),
    ]

    assert [each.status_code for each in tried] == [403] * len(tried)


def test_somebody_without_any_role_is_not_everybodys_to_command(shared: TestClient):
    ada = make.moderator(f"ada-{next(names)}", Role.ADMIN)
    mia = make.moderator(f"mia-{next(names)}", Role.MODERATOR)
    gone = make.moderator(f"gone-{next(names)}", Role.LEAD)
    stripped = shared.put(f"/v1/moderators/{gone.id}/roles", json={"role": None}, headers=ada.headers)
    assert stripped.status_code == 204

    token = shared.post(f"/v1/moderators/{gone.id}/tokens", json={}, headers=mia.headers)
    ended = shared.delete(f"/v1/moderators/{gone.id}", headers=mia.headers)

    calls.problem(token, 403, "not-allowed")
    calls.problem(ended, 403, "not-allowed")


def test_a_key_is_shown_once_and_refused_when_it_was_revoked(client: TestClient):
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    path = f"/v1/sites/{site.id}/keys"

    made = client.post(path, json={"label": "backend"}, headers=ada.headers)
    listed = client.get(path, headers=ada.headers)
    opens = client.get("/v1/comments", headers={"Authorization": f"Bearer {made.json()['key']}"})
    revoked = client.delete(f"{path}/{made.json()['id']}", headers=ada.headers)
    opens_no_more = client.get("/v1/comments", headers={"Authorization": f"Bearer {made.json()['key']}"})

    assert made.status_code == 201
    assert opens.status_code == 200
    assert made.json()["key"] not in listed.text
    shown = next(each for each in listed.json()["items"] if each["id"] == made.json()["id"])
    assert (shown["label"], shown["revoked_at"]) == ("backend", None)
    assert revoked.status_code == 204
    calls.problem(opens_no_more, 401, "key-invalid")
    assert client.get("/v1/comments", headers=site.headers).status_code == 200


def test_a_token_is_shown_once_and_refused_when_it_was_revoked(client: TestClient):
    ada, mia = make.moderator("ada", Role.ADMIN), make.moderator("mia")
    path = f"/v1/moderators/{mia.id}/tokens"

    made = client.post(path, json={"label": "laptop"}, headers=ada.headers).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    opens = client.get("/v1/queue", headers=headers)
    revoked = client.delete(f"{path}/{made['id']}", headers=ada.headers)

    assert opens.status_code == 200
    assert revoked.status_code == 204
    calls.problem(client.get("/v1/queue", headers=headers), 401)
    assert client.get("/v1/queue", headers=mia.headers).status_code == 200


def test_a_moderator_who_was_disabled_is_out(client: TestClient):
    ada, mia = make.moderator("ada", Role.ADMIN), make.moderator("mia")
    assert client.get("/v1/queue", headers=mia.headers).status_code == 200

    ended = client.delete(f"/v1/moderators/{mia.id}", headers=ada.headers)

    assert ended.status_code == 204
    calls.problem(client.get("/v1/queue", headers=mia.headers), 401)
    listed = client.get("/v1/moderators", headers=ada.headers).json()["items"]
    assert next(each for each in listed if each["name"] == "mia")["disabled_at"]

    assert client.post(f"/v1/moderators/{mia.id}/enable", headers=ada.headers).status_code == 204
    listed = client.get("/v1/moderators", headers=ada.headers).json()["items"]
    assert next(each for each in listed if each["name"] == "mia")["disabled_at"] is None
    assert client.get("/v1/queue", headers=mia.headers).status_code == 401, "her token is not good again"


def test_a_role_is_given_changed_and_taken_away(client: TestClient):
    site, ada, mia = make.site(), make.moderator("ada", Role.ADMIN), make.moderator("mia")
    path = f"/v1/moderators/{mia.id}/roles"

    def roles() -> list[dict]:
        listed = client.get("/v1/moderators", headers=ada.headers).json()["items"]
        return next((each["roles"] for each in listed if each["name"] == "mia"), [])

    client.put(path, json={"role": "lead", "site": str(site.id)}, headers=ada.headers)
    both = roles()
    client.put(path, json={"role": None}, headers=ada.headers)
    one = roles()

    assert sorted(each["role"] for each in both) == ["lead", "moderator"]
    assert one == [{"site": str(site.id), "role": "lead"}]


@pytest.mark.parametrize("what", ["sites", "moderators"])
def test_a_name_is_taken_once(client: TestClient, what: str):
    ada = make.moderator("ada", Role.ADMIN)
    sent = {"name": "twice", **({"role": "lead"} if what == "moderators" else {})}

    first, second = (client.post(f"/v1/{what}", json=sent, headers=ada.headers) for _ in range(2))

    assert first.status_code == 201
    calls.problem(second, 409, "name-taken", names="/name")


def test_what_is_not_there_is_a_404_for_an_admin(client: TestClient):
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    none, here = f"/v1/sites/{calls.UNKNOWN}", f"/v1/sites/{site.id}"
    tried = [
        ("GET", none, None),
        ("GET", f"{none}/keys", None),
        ("POST", f"{none}/keys", {}),
        ("DELETE", f"{here}/keys/{calls.UNKNOWN}", None),
        ("GET", f"{none}/rules", None),
        ("PUT", f"{none}/rules", {}),
        ("GET", f"{none}/rules/versions", None),
        ("POST", f"{none}/rules/preview", {"rules": {}, "comment": make.comment()}),
        ("POST", "/v1/moderators", {"name": "x", "role": "lead", "site": calls.UNKNOWN}),
        ("PUT", f"/v1/moderators/{calls.UNKNOWN}/roles", {"role": "lead"}),
        ("POST", f"/v1/moderators/{calls.UNKNOWN}/tokens", {}),
        ("DELETE", f"/v1/moderators/{calls.UNKNOWN}", None),
    ]

    answered = {
        f"{method} {path}": client.request(method, path, json=body, headers=ada.headers).status_code
        for method, path, body in tried
    }

    assert answered == dict.fromkeys(answered, 404)


def test_a_role_on_a_site_that_is_not_there_is_a_404(client: TestClient):
    ada, mia = make.moderator("ada", Role.ADMIN), make.moderator("mia")

    answer = client.put(
        f"/v1/moderators/{mia.id}/roles", json={"role": "lead", "site": calls.UNKNOWN}, headers=ada.headers
    )

    calls.problem(answer, 404)


def test_rules_have_versions_and_the_newest_judges(client: TestClient):
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    path = f"/v1/sites/{site.id}/rules"
    first = client.get(path, headers=ada.headers)

    made = client.put(path, json={"lists": {"words": {"block": ["gizmo"]}}}, headers=ada.headers)
    sent = calls.send(client, site, body="What a gizmo.")
    make.work()

    assert (first.json()["version"], first.headers["ETag"]) == (1, '"1"')
    assert made.status_code == 200
    assert made.json()["version"] == 2
    assert client.get(path, headers=ada.headers).json() == made.json()
    assert calls.where(client, site, sent["id"])["status"] == "rejected"
    versions = client.get(f"{path}/versions", headers=ada.headers).json()["items"]
    assert [each["version"] for each in versions] == [2, 1]
    assert versions[0]["by"] == "ada"
    assert versions[0]["rules"] == made.json()["rules"]


def test_a_preview_judges_by_rules_that_are_not_in_force_and_stores_nothing(client: TestClient):
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    rules = {"lists": {"words": {"block": ["gizmo"]}}}
    before = calls.rows()

    preview = client.post(
        f"/v1/sites/{site.id}/rules/preview",
        json={"rules": rules, "comment": make.comment(body="What a gizmo.")},
        headers=ada.headers,
    )

    assert preview.status_code == 200, preview.text
    assert preview.json()["verdict"]["action"] == "reject"
    assert "blocklist" in {each["check"] for each in preview.json()["signals"]}
    assert calls.rows() == before


INVALID = [
    ({"preset": "lax"}, "/preset"),
    ({"checks": {"nothing": {"hold_at": 0.5}}}, "/checks/nothing"),
    ({"checks": {"links": {"reject_at": 0.9}}}, "/checks/links/reject_at"),
    ({"checks": {"blocklist": {"hold_at": 0.9, "reject_at": 0.1}}}, "/checks/blocklist/reject_at"),
    ({"checks": {"links": {"hold_at": 1.5}}}, "/checks/links/hold_at"),
    ({"checks": {"links": {"mode": "maybe"}}}, "/checks/links/mode"),
    ({"limits": {"links": -1}}, "/limits/links"),
    ({"lists": {"networks": {"block": ["10.0.0.0/99"]}}}, "/lists/networks/block/0"),
    ({"lists": {"words": {"block": "casino"}}}, "/lists/words/block"),
    ({"unknown": 1}, "/unknown"),
]


@pytest.mark.parametrize(("rules", "names"), INVALID, ids=named)
def test_rules_that_cannot_be_name_the_field_and_change_nothing(world: World, rules: dict, names: str):
    before = calls.rows()

    answer = world.ask(world.guests[ADMIN], "PUT", "/v1/sites/{site_id}/rules", rules)

    calls.problem(answer, 422, names=names)
    assert calls.rows() == before


def test_a_preview_of_rules_that_cannot_be_names_the_field_in_its_own_body(world: World):
    for rules, names in INVALID:
        sent = {"rules": rules, "comment": make.comment()}
        answer = world.ask(world.guests[ADMIN], "POST", "/v1/sites/{site_id}/rules/preview", sent)
        calls.problem(answer, 422, names=f"/rules{names}")
