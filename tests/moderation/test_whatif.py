"""What other rules would make of the latest comments."""

import pytest

from moderation import whatif
from moderation.database import clock, reading
from moderation.presets import preset, rules_from
from moderation.rules import Rules
from moderation.terms import Action, Preset
from tests import make

STANDARD = preset(Preset.STANDARD)


@pytest.fixture
def site(engine: str) -> make.AtSite:
    made = make.site()
    make.stored(made.id, "c-1", make.PROFANE)
    make.stored(made.id, "c-2", make.CLEAN, page_url="https://courier.example/trial")
    make.work()
    make.stored(made.id, "c-3", make.CLEAN)  # pending: nothing was decided yet
    make.stored(make.site("Other").id, "c-4", make.PROFANE)
    return made


def outlook(site: make.AtSite, after: Rules) -> whatif.Outlook:
    with reading() as session:
        known = whatif.latest(session, site.id, STANDARD, clock(session))
        ids = whatif.external_ids(session, known)
    return whatif.compare(known, STANDARD, after, ids)


def test_the_same_rules_decide_nothing_otherwise(site):
    found = outlook(site, STANDARD)
    assert (found.looked, found.changed, found.examples) == (2, 0, ())


def test_a_word_on_a_list_is_looked_for_anew(site):
    found = outlook(site, rules_from({"lists": {"words": {"block": ["lovely"]}}}))
    assert found.otherwise == ((Action.APPROVE, Action.REJECT, 1),)
    assert [(each.external_id, each.body) for each in found.examples] == [("c-2", make.CLEAN)]


def test_a_sensitive_page_holds_everything(site):
    found = outlook(site, rules_from({"sensitive_pages": ["https://courier.example/trial"]}))
    assert found.otherwise == ((Action.APPROVE, Action.HOLD, 1),)


def test_thresholds_are_for_the_judge_alone(site):
    off = {name: {"mode": "off"} for name in STANDARD.checks}
    found = outlook(site, rules_from({"checks": off}))
    assert found.otherwise == ((Action.HOLD, Action.APPROVE, 1),)
