"""A site's rules over time."""

import pytest

from moderation import rulebook
from moderation.database import reading, transaction
from moderation.errors import NotFoundError, RulesInvalidError
from moderation.ids import new_id
from moderation.presets import preset
from moderation.terms import Preset
from tests import make
from tests.moderation.plain import together


def change(site_id, document, by="ada"):
    with transaction() as session:
        return rulebook.change(session, site_id, document, by, make.NOON)


def current(site_id):
    with reading() as session:
        return rulebook.current(session, [site_id])[site_id]


def test_a_new_site_has_the_first_version_of_its_preset(engine):
    site = make.site()

    assert current(site.id) == (1, preset(Preset.STANDARD))


def test_a_change_is_a_new_version_in_force_at_once_and_the_old_one_stays(engine):
    site = make.site()
    assert current(site.id)[0] == 1, "read before, and remembered"

    change(site.id, {"preset": "strict", "checks": {"links": {"hold_at": 0.9}}}, by="ada")

    version, rules = current(site.id)
    with reading() as session:
        versions = rulebook.versions(session, site.id)
    assert (version, rules.preset, rules.rule("links").hold_at) == (2, Preset.STRICT, 0.9)
    assert [(each.version, each.by) for each in versions] == [(2, "ada"), (1, "test")]
    assert versions[0].at == make.NOON
    assert versions[1].document["preset"] == "standard"


def test_rules_that_cannot_be_change_nothing(engine):
    site = make.site()

    with pytest.raises(RulesInvalidError):
        change(site.id, {"checks": {"links": {"reject_at": 1.0}}})

    assert current(site.id)[0] == 1


def test_a_site_that_is_not_there_has_no_rules_to_change(engine):
    with pytest.raises(NotFoundError):
        change(new_id(), {})


def test_the_rules_of_one_site_are_not_those_of_another(engine):
    courier, gazette = make.site("The Courier"), make.site("The Gazette")

    change(courier.id, {"preset": "relaxed"})

    with reading() as session:
        both = rulebook.current(session, [courier.id, gazette.id])
    assert {site_id: rules.preset for site_id, (_, rules) in both.items()} == {
        courier.id: Preset.RELAXED,
        gazette.id: Preset.STANDARD,
    }


def test_two_who_change_the_rules_at_once_make_two_versions(engine):
    site = make.site()

    together([lambda: change(site.id, {"preset": "strict"}), lambda: change(site.id, {"preset": "relaxed"})])

    with reading() as session:
        assert [each.version for each in rulebook.versions(session, site.id)] == [3, 2, 1]
