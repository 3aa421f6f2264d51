"""Judging: the rule book. Above each row, the rule in prose."""

import pytest

from moderation.checks.signal import Signal
from moderation.policy import SENSITIVE, judge, verdict_document
from moderation.presets import rules_from
from moderation.rules import Rules
from moderation.terms import Action

APPROVE, HOLD, REJECT = Action.APPROVE, Action.HOLD, Action.REJECT


def rules(**checks: dict[str, object]) -> Rules:
    """Rules with no more than these checks' say: the presets' own are not looked at here."""
    return Rules.model_validate({"checks": checks})


def saw(check: str, score: float, *, vouches: bool = False) -> Signal:
    return Signal(check, score=score, vouches=vouches)


def broken(check: str) -> Signal:
    return Signal(check, ran=False, why_not="took too long")


WORDS = {"hold_at": 0.5}
LISTS = {"hold_at": 0.5, "reject_at": 0.9}
VOUCHES = saw("blocklist", 0.0, vouches=True)

BOOK = {
    # thresholds
    "what no check has anything against is approved": ([saw("profanity", 0)], rules(profanity=WORDS), APPROVE, []),
    "without any signal there is nothing against it": ([], rules(), APPROVE, []),
    "below the threshold is below it": ([saw("profanity", 0.49)], rules(profanity=WORDS), APPROVE, []),
    "at the threshold it is held": ([saw("profanity", 0.5)], rules(profanity=WORDS), HOLD, ["profanity"]),
    "a check without a threshold never holds": ([saw("profanity", 1)], rules(profanity={}), APPROVE, []),
    "a threshold of nothing holds everything": ([saw("links", 0)], rules(links={"hold_at": 0}), HOLD, ["links"]),
    # rejecting
    "the site's own list may reject": ([saw("blocklist", 0.9)], rules(blocklist=LISTS), REJECT, ["blocklist"]),
    "below its reject_at it holds": ([saw("blocklist", 0.89)], rules(blocklist=LISTS), HOLD, ["blocklist"]),
    "a list that may only reject does not hold": (
        [saw("blocklist", 0.89)],
        rules(blocklist={"reject_at": 0.9}),
        APPROVE,
        [],
    ),
    "nothing but the list may reject, whatever its rules say": (
        [saw("links", 1), saw("flood", 1), saw("repeats", 1), saw("newcomer", 1), saw("profanity", 1)],
        rules(**dict.fromkeys(("links", "flood", "repeats", "newcomer", "profanity"), LISTS)),
        HOLD,
        ["links", "flood", "repeats", "newcomer", "profanity"],
    ),
    "many holds are still a hold": (
        [saw("links", 1), saw("profanity", 0.6)],
        rules(links=WORDS, profanity=WORDS),
        HOLD,
        ["links", "profanity"],
    ),
    # the gravest wins, and the reasons are in that order
    "the gravest wins and comes first": (
        [saw("profanity", 1), saw("blocklist", 0.95)],
        rules(profanity=WORDS, blocklist=LISTS),
        REJECT,
        ["blocklist", "profanity"],
    ),
    "among holds the surest comes first, and what did not run last": (
        [broken("flood"), saw("links", 0.6), saw("profanity", 0.8)],
        rules(flood=WORDS, links=WORDS, profanity=WORDS),
        HOLD,
        ["profanity", "links", "flood"],
    ),
    # modes
    "in shadow a check looks and has no say": (
        [saw("blocklist", 1)],
        rules(blocklist=LISTS | {"mode": "shadow"}),
        APPROVE,
        [],
    ),
    "off, it has no say either": ([saw("profanity", 1)], rules(profanity=WORDS | {"mode": "off"}), APPROVE, []),
    "in shadow nobody minds that it did not run": (
        [broken("profanity")],
        rules(profanity=WORDS | {"mode": "shadow"}),
        APPROVE,
        [],
    ),
    "a check that the rules do not know has no say": ([saw("newest", 1)], rules(), APPROVE, []),
    # what did not run
    "what did not run is held for a person": ([broken("links")], rules(links=WORDS), HOLD, ["links"]),
    "a list that did not run holds, and does not reject": (
        [broken("blocklist")],
        rules(blocklist=LISTS),
        HOLD,
        ["blocklist"],
    ),
    "it is ignored where the site wants that": (
        [broken("links")],
        rules(links=WORDS | {"on_failure": "ignore"}),
        APPROVE,
        [],
    ),
    # vouching
    "who is vouched for is not held for what a check saw": (
        [saw("profanity", 0.9), VOUCHES],
        rules(profanity=WORDS, blocklist=LISTS),
        APPROVE,
        [],
    ),
    "who is vouched for is held when a check did not run": (
        [saw("profanity", 0.9), broken("links"), VOUCHES],
        rules(profanity=WORDS, links=WORDS, blocklist=LISTS),
        HOLD,
        ["links"],
    ),
    "nobody is vouched for by a list in shadow": (
        [saw("profanity", 0.9), VOUCHES],
        rules(profanity=WORDS, blocklist=LISTS | {"mode": "shadow"}),
        HOLD,
        ["profanity"],
    ),
    "nobody is vouched for by a list that is off": (
        [saw("profanity", 0.9), VOUCHES],
        rules(profanity=WORDS, blocklist=LISTS | {"mode": "off"}),
        HOLD,
        ["profanity"],
    ),
    "nobody is vouched for by a list that holds the comment itself": (
        [saw("profanity", 0.9), VOUCHES],
        rules(profanity=WORDS, blocklist={"hold_at": 0}),
        HOLD,
        ["profanity", "blocklist"],
    ),
}


@pytest.mark.parametrize(("signals", "in_force", "action", "because"), BOOK.values(), ids=BOOK.keys())
def test_the_rule_book(signals, in_force, action, because):
    verdict = judge(signals, in_force)

    assert verdict.action is action
    assert [each.check for each in verdict.because] == because
    assert {each.check for each in (*verdict.because, *verdict.others)} == {each.check for each in signals}


SENSITIVE_BOOK = {
    "on a sensitive page a clean comment is held": ([saw("profanity", 0)], [SENSITIVE]),
    "on a sensitive page who is vouched for is held": ([saw("profanity", 1), VOUCHES], [SENSITIVE]),
    "on a sensitive page a listed comment is held, and the list comes first": (
        [saw("blocklist", 1)],
        ["blocklist", SENSITIVE],
    ),
    "on a sensitive page the other reasons are kept": ([saw("profanity", 1)], ["profanity", SENSITIVE]),
}


@pytest.mark.parametrize(("signals", "because"), SENSITIVE_BOOK.values(), ids=SENSITIVE_BOOK.keys())
def test_a_sensitive_page_holds_everything(signals, because):
    verdict = judge(signals, rules(profanity=WORDS, blocklist=LISTS), sensitive=True)

    assert verdict.action is HOLD
    assert [each.check for each in verdict.because] == because


def test_a_reason_tells_the_distance_to_each_threshold():
    verdict = judge([saw("blocklist", 0.6), saw("links", 0.2)], rules(blocklist=LISTS, links=WORDS))

    reason, other = verdict.because[0], verdict.others[0]
    assert (reason.score, reason.hold_at, reason.reject_at) == (0.6, 0.5, 0.9)
    assert (reason.to_hold, reason.to_reject) == (-0.1, 0.3)
    assert (other.to_hold, other.reject_at, other.to_reject) == (0.3, None, None)


def test_what_did_not_run_has_no_score_and_no_distance():
    verdict = judge([broken("links")], rules(links=WORDS))

    reason = verdict.because[0]
    assert (reason.score, reason.to_hold) == (None, None)
    assert reason.explanation == "The check 'links' did not run."


def test_the_explanation_names_the_category_and_not_the_word():
    signal = Signal("profanity", score=0.6, evidence=("asshole",))

    verdict = judge([signal], rules(profanity=WORDS))

    assert verdict.because[0].explanation == "The language is on a profanity list."
    assert "asshole" not in str(verdict_document(verdict))


def test_a_waived_reason_says_why():
    verdict = judge([saw("profanity", 0.9), VOUCHES], rules(profanity=WORDS, blocklist=LISTS))

    waived = next(each for each in verdict.others if each.check == "profanity")
    assert waived.explanation == "Waived: the site's lists vouch for the author."
    assert waived.score == 0.9


def test_how_sure_a_verdict_is_grows_from_the_threshold_to_one():
    def sureness(score: float) -> float:
        return judge([saw("profanity", score)], rules(profanity=WORDS)).sureness

    assert [sureness(0.4), sureness(0.5), sureness(0.75), sureness(1.0)] == [0.0, 0.0, 0.5, 1.0]


@pytest.mark.parametrize(("name", "action"), [("relaxed", APPROVE), ("standard", HOLD), ("strict", HOLD)])
def test_a_preset_is_judged_like_any_rules(name, action):
    assert judge([saw("profanity", 0.6)], rules_from({"preset": name})).action is action


def test_what_is_quoted_keeps_its_score_and_counts_for_less():
    quoted = Signal("profanity", score=0.8, weight=0.5)

    verdict = judge([quoted], rules(profanity=WORDS))

    assert verdict.action is APPROVE
    assert (verdict.others[0].score, verdict.others[0].to_hold) == (0.8, pytest.approx(0.1))
    assert "quoted" in verdict.others[0].explanation


@pytest.mark.parametrize("check", ["spam", "abuse.insult", "abuse.threat", "abuse.hate", "abuse.sexual"])
def test_calibrated_scores_may_reject(check):
    assert judge([saw(check, 0.9)], rules(**{check: LISTS})).action is REJECT


@pytest.mark.parametrize(
    "check",
    ["profanity", "links", "repeats", "flood", "shouting", "newcomer", "honeypot", "campaign", "private", "gibberish"],
)
def test_every_other_check_only_ever_holds(check):
    assert judge([saw(check, 1.0)], rules(**{check: LISTS})).action is HOLD


def test_a_check_that_does_not_know_the_language_says_so():
    foreign = Signal("abuse.insult", ran=False, why_not="does not know this language: de")

    assert "language" in judge([foreign], rules(**{"abuse.insult": WORDS})).because[0].explanation


@pytest.mark.parametrize(
    ("why_not", "languages", "action"),
    [
        ("does not know this language: de", ["en"], HOLD),
        ("does not know this language: de", ["de"], APPROVE),
        ("does not know this language: de", ["en", "de"], APPROVE),
        ("does not know this language: nl", ["de"], HOLD),
        ("took too long", ["de"], HOLD),
        ("failed: de", ["de"], HOLD),
        (None, ["de"], HOLD),
    ],
)
def test_a_check_that_does_not_know_a_language_of_the_site_holds_nothing(why_not, languages, action):
    site = Rules.model_validate({"languages": languages, "checks": {"abuse.insult": WORDS}})

    verdict = judge([Signal("abuse.insult", ran=False, why_not=why_not)], site)

    assert verdict.action is action
    [reason] = (*verdict.because, *verdict.others)
    assert "did not run" in reason.explanation
