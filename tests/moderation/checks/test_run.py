"""How checks are run: all of them, always, and none can sink the others."""

import random
import threading
import time

import pytest

from moderation.checks import CHECKS, NAMES, SAYS, Check, run, run_many
from moderation.checks.signal import Facts, Signal
from moderation.rules import MOST_ENTRIES, Rules

LONGEST = 20_000  # characters
RULES = Rules.model_validate(
    {"lists": {"words": {"block": ["casino", "cheap pills"]}, "hosts": {"hold": ["a.example"]}}}
)


def facts(body: str = "Hello there", rules: Rules = RULES) -> Facts:
    return Facts("c-1", body, rules)


def check(name: str, look) -> Check:
    return Check(name, "7", "It says so.", look)


def fine(known: Facts) -> Signal:
    return Signal("fine", score=0.25)


def raising(known: Facts) -> Signal:
    raise RuntimeError(known.body)


def hanging(known: Facts) -> Signal:
    while True:
        pass


def late(known: Facts) -> Signal:
    time.sleep(0.05)
    return Signal("late", score=1.0)


def test_every_check_gives_one_signal_in_reading_order():
    signals = run(facts())

    assert tuple(signal.check for signal in signals) == NAMES
    assert all(signal.ran and signal.version and signal.milliseconds > 0 for signal in signals)


def test_every_check_has_a_sentence_for_the_site():
    assert set(SAYS) == set(NAMES)
    assert all(each.says.endswith(".") for each in CHECKS)


def test_a_check_that_raises_did_not_run_and_the_others_did():
    before, broken, behind = run(facts("secret"), [check("a", fine), check("broken", raising), check("b", fine)])

    assert (broken.check, broken.ran, broken.score) == ("broken", False, 0.0)
    assert broken.why_not == "failed: RuntimeError", "the type says enough: its message may quote the comment"
    assert broken.version == "7"
    assert before.score == behind.score == 0.25


def test_a_check_that_hangs_is_interrupted_and_the_others_run():
    before, broken, behind = run(facts(), [check("a", fine), check("hangs", hanging), check("b", fine)], limit=0.02)

    assert (broken.check, broken.ran, broken.why_not) == ("hangs", False, "took too long")
    assert before.ran
    assert behind.ran


def test_a_hanging_check_does_not_sink_the_batch():
    looked = run_many([facts(), facts(), facts()], checks=[check("hangs", hanging), check("a", fine)], limit=0.02)

    assert [[signal.ran for signal in signals] for signals in looked] == [[False, True]] * 3


def test_the_alarm_is_put_away_when_the_checks_are_through():
    run(facts(), [check("hangs", hanging), check("a", fine)], limit=0.02)

    time.sleep(0.05)  # an alarm that was forgotten rings now, and ends the process


def test_outside_the_main_thread_a_late_check_is_found_out_by_the_clock():
    looked: list[Signal] = []

    thread = threading.Thread(target=lambda: looked.extend(run(facts(), [check("late", late)], limit=0.02)))
    thread.start()
    thread.join()

    assert (looked[0].ran, looked[0].why_not) == (False, "took too long")


def test_when_the_budget_is_spent_the_rest_of_the_batch_is_left():
    looked = run_many([facts()] * 100, budget=0.12, checks=[check("late", late)])

    assert 1 < len(looked) < 100


def test_the_first_of_a_batch_is_looked_at_whatever_the_budget():
    assert len(run_many([facts(), facts()], budget=0, checks=[check("late", late)])) == 1


def test_an_empty_batch_has_no_signals():
    assert run_many([]) == []


def is_late(signal: Signal) -> bool:
    """It took too long, or failed; not to know a language is no fault."""
    return not signal.ran and not (signal.why_not or "").startswith("does not know")


# Texts that are as long as they may be, each made to be hard for something.
HARD = {
    "letters": "a" * LONGEST,
    "words": "a " * (LONGEST // 2),
    "nearly a phrase": "cheap " * (LONGEST // 6),
    "dots": "." * LONGEST,
    "labels": "a." * (LONGEST // 2),
    "hyphens": "-." * (LONGEST // 2),
    "hosts": "a.com " * (LONGEST // 6),
    "schemes": "http://" * (LONGEST // 7),
    "users": "https://" + "a@" * (LONGEST // 2 - 4),
    "one long host": "http://" + "x" * (LONGEST - 7),
    "combining marks": "e" + "\u0301" * (LONGEST - 1),
    "marks out of order": ("\u0315\u0300\u05ae\u0062" * LONGEST)[:LONGEST],
    "zero width": "\u200b" * LONGEST,
    "one sign for eighteen letters": "\ufdfa" * LONGEST,
    "distinct characters": "".join(chr(0x4E00 + each) for each in range(LONGEST)),
    "emoji and links": "\U0001f600http://a.example " * (LONGEST // 18),
    "blanks": " " * LONGEST,
    "controls": "\x00" * LONGEST,
    "capitals": "ÄB" * (LONGEST // 2),
    "profanity": "shit " * (LONGEST // 5),
}


@pytest.mark.parametrize("body", HARD.values(), ids=HARD.keys())
def test_no_text_however_long_makes_a_check_say_that_it_took_too_long(body):
    late_ones = [signal.check for signal in run(facts(body[:LONGEST])) if is_late(signal)]

    assert late_ones == []


def test_no_text_of_random_characters_makes_a_check_say_that_it_took_too_long():
    dice = random.Random(7)  # the same texts every time
    for alphabet in ("a.@:/ -", "abc é\u200b\u0301", "shitcom. http://"):
        body = "".join(dice.choices(alphabet, k=LONGEST))
        assert not any(map(is_late, run(facts(body))))


# Lists that are as long as they may be, and a text that asks them as often as it can.
LONG_LISTS = {
    "phrases that begin alike": (
        {"words": {"block": [f"the {each}" for each in range(MOST_ENTRIES)]}},
        "the " * (LONGEST // 4),
    ),
    "hosts to block": (
        {"hosts": {"block": [f"spam{each}.example" for each in range(MOST_ENTRIES)]}},
        "http://a.example " * (LONGEST // 17),
    ),
    "hosts to allow": (
        {"hosts": {"allow": [f"good{each}.example" for each in range(MOST_ENTRIES)]}},
        "http://a.example " * (LONGEST // 17),
    ),
    "everything": (
        {
            "words": {
                does: [f"{does} word{each}" for each in range(MOST_ENTRIES)] for does in ("allow", "hold", "block")
            },
            "authors": {does: [f"{does}{each}" for each in range(MOST_ENTRIES)] for does in ("allow", "hold", "block")},
            "emails": {
                does: [f"{does}{each}@a.b" for each in range(MOST_ENTRIES)] for does in ("allow", "hold", "block")
            },
            "networks": {
                does: [f"10.{each % 256}.{each // 256}.0/24" for each in range(MOST_ENTRIES)]
                for does in ("allow", "hold", "block")
            },
        },
        "Hello there",
    ),
}


@pytest.mark.parametrize(("lists", "body"), LONG_LISTS.values(), ids=LONG_LISTS.keys())
def test_no_list_however_long_makes_a_check_say_that_it_took_too_long(lists, body):
    rules = Rules.model_validate({"lists": lists})
    known = Facts("c-1", body, rules, author_id="ana", author_email="ana@x.example", ip="203.0.113.7")

    late_ones = [signal.check for signal in run(known) if is_late(signal)]

    assert late_ones == []
