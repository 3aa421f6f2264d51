"""Hard words that are meant of nobody here: denied, said of oneself, said of a thing, or only a manner of speaking.

'You are not an idiot', 'I am such an idiot', 'what a stupid rule', 'we will die laughing'. Each is told by the few
words before or behind, with no stop between: 'I think not, idiot' is said to somebody.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from moderation.checks.masked import PLAIN
from moderation.checks.words import word_set

FARTHEST = 7  # words back
MOST = 100  # hard words of one comment that are looked at
_NOT = word_set("not never neither nor isn aren wasn weren ain isnt arent wasnt werent aint hardly without")
_NEITHER = word_set("neither none")
_NO_AFTER = word_set("is are am was were be been s re m")  # you're no fool; but 'no, you fool'
_BETWEEN = word_set("a an the t so such that really as at all very any some be being been or nor of both either") | {
    PLAIN
}
_I = word_set("i im myself")
_I_AM = word_set(
    "am m was were be being been feel felt like look looked such a an so just really too the very quite always ve"
)
_AS_IF = word_set("pretend think thinks thought assume assumes say says said claim believe imply suppose if do")
_IS = word_set("is are was were s looks sounds seems feels being be been isn")
_HOW = word_set("so such just really a an very pretty too totally absolutely completely utterly truly also all")
_YOU = word_set("you your yours u ur yourself you're ya yall")
_THIS = word_set("this that the what a an my our such some another these those")
_LAUGHING = word_set("laughing laughter boredom embarrassment excitement curiosity jealousy cringe happiness joy")
_DYING = word_set("die dies died dead dying kill kills killed killing")
_GAMES = word_set(
    "chess poker tennis scrabble golf football soccer basketball monopoly cards checkers darts pool fifa mario game "
    "games match final finals race quiz league tournament playoffs semifinal semifinals season round"
)
_BEATING = word_set("beat beats beating smash crush crushed destroy destroyed kill killed slaughter slaughtered murder")
_BEHIND = 5  # words in which a manner of speaking ends

Parted = Callable[[int, int], bool]


def is_denied(words: Sequence[str], at: int, parted: Parted) -> bool:
    """Whether it is denied, or said by somebody of himself."""
    back = at - 1
    while back >= max(0, at - FARTHEST) and words[back] in _BETWEEN:
        back -= 1
    if back < 0:
        return False
    if back > 2 and words[back] in _IS and words[back - 2] == "of":  # noqa: PLR2004 - neither of you is
        return words[back - 3] in _NEITHER and not parted(back - 3, at)
    if words[back] in _NOT or (words[back] == "no" and back and words[back - 1] in _NO_AFTER):
        return not parted(back, at)
    return False


def is_of_oneself(words: Sequence[str], at: int, parted: Parted) -> bool:
    back = at - 1
    while back >= max(0, at - FARTHEST) and words[back] in _I_AM:
        back -= 1
    if back < 0 or words[back] not in _I or (back and words[back - 1] in _AS_IF):
        return False
    return not parted(back, at) and not (at + 1 < len(words) and words[at + 1] in _YOU)


def is_of_a_thing(words: Sequence[str], at: int, parted: Parted) -> bool:
    """A stupid rule; the rule is stupid. Not: your stupid rule."""
    things = _things()
    if not _YOU.isdisjoint(words[max(0, at - 3) : at + 4]):
        return False
    if at + 1 < len(words) and words[at + 1] in things:
        return not parted(at, at + 1)
    back = at - 1
    while back >= max(0, at - FARTHEST) and words[back] in _HOW:
        back -= 1
    if back < 1 or words[back] not in _IS or words[back - 1] not in things:
        return False
    named = back >= 2 and words[back - 2] in _THIS  # noqa: PLR2004 - this rule is
    return named and not parted(back - 2, at)


def is_a_manner_of_speaking(words: Sequence[str], at: int, parted: Parted) -> bool:
    """To die laughing, to beat somebody at chess."""
    del parted
    behind = words[at + 1 : at + 1 + _BEHIND]
    if words[at] in _DYING and not _LAUGHING.isdisjoint(behind[:2]):
        return True
    return words[at] in _BEATING and not _GAMES.isdisjoint(behind)


@cache
def _things() -> frozenset[str]:
    lines = (files("moderation.checks.data") / "things.txt").read_text("utf-8").splitlines()
    singular = [word for line in lines if not line.startswith("#") for word in line.split()]
    return frozenset(singular) | {f"{word}s" for word in singular}


def get_ready() -> None:
    _things()
