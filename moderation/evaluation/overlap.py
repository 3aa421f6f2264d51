"""How well what a check points at is what people pointed at: character F1, as in SemEval-2021 task 5."""

from collections.abc import Iterable

from moderation.evaluation.rows import Span


def characters(spans: Iterable[Span]) -> set[int]:
    """The positions that these spans cover."""
    return {position for start, end in spans for position in range(start, end)}


def f1(found: Iterable[Span], wanted: Iterable[Span]) -> float:
    """Over the characters of one comment. Where nothing was to be found, finding nothing is right.

    >>> f1([(0, 4)], [(0, 4)]), f1([], []), f1([(0, 2)], []), f1([(0, 2)], [(0, 4)])
    (1.0, 1.0, 0.0, 0.6666666666666666)
    """
    ours, theirs = characters(found), characters(wanted)
    if not theirs:
        return 0.0 if ours else 1.0
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))
