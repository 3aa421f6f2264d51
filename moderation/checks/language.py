"""Language: whether a comment is in one that the site reads, and says it is in."""

from moderation.checks.signal import Facts, Signal
from moderation.checks.tongue import get_ready, primary, tongue
from moderation.rules import Rules

NAME = "language"
VERSION = "2"
SAYS = "It is in a language that this site does not use."

FOREIGN = 1.0
NOT_AS_SAID = 0.4  # one of the site's languages, but not the one the site says the comment is in


def look(facts: Facts) -> Signal:
    found = tongue(facts)
    if found is None:
        return Signal(NAME)
    said = primary(facts.language)
    evidence = (found,) if said in {None, found} else (found, f"said to be {said}")
    if found not in _languages(facts.rules):
        return Signal(NAME, score=FOREIGN, evidence=evidence)
    return Signal(NAME, score=NOT_AS_SAID if len(evidence) > 1 else 0.0, evidence=evidence)


def prepare(rules: Rules) -> None:
    del rules
    get_ready()


def _languages(rules: Rules) -> frozenset[str | None]:
    """As primary tags: a site that reads 'pt-BR' reads 'pt'."""
    return frozenset(primary(each) for each in rules.languages)
