"""What a site starts from, and what it may change."""

import pytest
from pydantic import ValidationError

from moderation.checks import NAMES
from moderation.errors import RulesInvalidError
from moderation.policy import MAY_REJECT
from moderation.presets import preset, rules_from
from moderation.rules import MOST_ENTRIES, MOST_PROTECTED_NAMES, MOST_SENSITIVE_PAGES, Rules
from moderation.terms import Mode, OnFailure, Preset


@pytest.mark.parametrize("name", list(Preset))
def test_a_preset_has_a_rule_for_every_check_and_only_lists_reject(name):
    rules = preset(name)

    assert set(rules.checks) == set(NAMES)
    assert {check for check, rule in rules.checks.items() if rule.reject_at is not None} <= MAY_REJECT
    assert all(rule.mode is Mode.ON and rule.on_failure is OnFailure.HOLD for rule in rules.checks.values())


@pytest.mark.parametrize("check", NAMES)
def test_the_stricter_preset_never_holds_less(check):
    def holds_at(name: Preset) -> float:
        threshold = preset(name).rule(check).hold_at
        return 2.0 if threshold is None else threshold

    assert holds_at(Preset.RELAXED) >= holds_at(Preset.STANDARD) >= holds_at(Preset.STRICT)


@pytest.mark.parametrize("limit", ["links", "links_newcomer", "per_author_minute", "per_ip_minute", "reports_to_hold"])
def test_the_stricter_preset_never_allows_more(limit):
    relaxed, standard, strict = (getattr(preset(each).limits, limit) for each in Preset)

    assert relaxed >= standard >= strict


def test_what_a_site_names_is_laid_over_its_preset():
    rules = rules_from(
        {
            "preset": "strict",
            "checks": {"profanity": {"hold_at": 0.9}},
            "limits": {"links": 50},
            "sensitive_pages": ["/a"],
        }
    )

    base = preset(Preset.STRICT)
    assert rules.rule("profanity").hold_at == 0.9
    assert rules.rule("profanity").mode is Mode.ON
    assert rules.rule("shouting") == base.rule("shouting")
    assert rules.limits == base.limits.model_copy(update={"links": 50})
    assert rules.sensitive("/a")
    assert not rules.sensitive("/b")


def test_names_are_protected_on_their_page_and_on_every_page():
    rules = rules_from({"protected_names": {"/a": ["Maria Kowalska"], "*": ["K. Reporter"]}})

    assert rules.protected_on("/a") == ("K. Reporter", "Maria Kowalska")
    assert rules.protected_on("/b") == ("K. Reporter",)


def test_one_named_field_of_a_check_leaves_its_others():
    rules = rules_from({"checks": {"blocklist": {"on_failure": "ignore"}}})

    rule = rules.rule("blocklist")
    assert (rule.hold_at, rule.reject_at, rule.on_failure) == (0.5, 1.0, OnFailure.IGNORE)


def test_a_threshold_can_be_taken_away():
    assert rules_from({"checks": {"profanity": {"hold_at": None}}}).rule("profanity").hold_at is None


def test_rules_survive_being_stored():
    rules = rules_from(
        {"preset": "relaxed", "lists": {"words": {"block": ["casino"]}, "networks": {"hold": ["10.0.0.0/8"]}}}
    )

    assert Rules.model_validate(rules.model_dump(mode="json")) == rules


# (what is sent, the field that is to blame)
REFUSED = [
    ({"checks": {"nonsense": {"hold_at": 0.5}}}, "/checks/nonsense"),
    ({"checks": {"links": {"reject_at": 0.9}}}, "/checks/links/reject_at"),
    ({"checks": {"profanity": {"reject_at": 1.0}}}, "/checks/profanity/reject_at"),
    ({"checks": {"blocklist": {"hold_at": 0.9, "reject_at": 0.8}}}, "/checks/blocklist/reject_at"),
    ({"checks": {"blocklist": {"reject_at": 0.4}}}, "/checks/blocklist/reject_at"),
]


@pytest.mark.parametrize(("document", "pointer"), REFUSED)
def test_what_cannot_be_is_refused_with_the_field_to_blame(document, pointer):
    with pytest.raises(RulesInvalidError) as refused:
        rules_from(document)

    assert refused.value.pointer == pointer


MISSHAPEN = [
    {"preset": "lax"},
    {"nonsense": 1},
    {"checks": {"links": {"hold_at": 1.5}}},
    {"checks": {"links": {"hold_at": -0.1}}},
    {"checks": {"links": {"hold_at": float("nan")}}},
    {"checks": {"links": {"mode": "loud"}}},
    {"checks": {"links": {"holds": 0.5}}},
    {"limits": {"links": 0}},
    {"limits": {"typed_seconds": float("inf")}},
    {"lists": {"words": {"block": [""]}}},
    {"lists": {"words": {"block": ["   "]}}},
    {"lists": {"words": {"block": ["a" * 201]}}},
    {"lists": {"words": {"block": ["nul\x00"]}}},
    {"lists": {"words": {"block": ["word"] * (MOST_ENTRIES + 1)}}},
    {"lists": {"networks": {"block": ["300.1.1.1"]}}},
    {"lists": {"networks": {"block": ["example.com"]}}},
    {"sensitive_pages": ["/a"] * (MOST_SENSITIVE_PAGES + 1)},
    {"languages": []},
    {"languages": ["English"]},
    {"protected_names": {"/a": [""]}},
    {"protected_names": {"/a": ["Ana"] * (MOST_PROTECTED_NAMES + 1)}},
]


@pytest.mark.parametrize("document", MISSHAPEN, ids=lambda each: str(each)[:60])
def test_a_wrong_shape_is_refused(document):
    with pytest.raises(ValidationError):
        rules_from(document)
