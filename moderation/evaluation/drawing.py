"""Which curves go into which picture, and what the picture's file is called."""

import re
from collections.abc import Mapping, Sequence

from moderation.evaluation import plots
from moderation.evaluation.figures import CheckFigures, SetFigures, judging, ranking
from moderation.evaluation.metrics import Interval
from moderation.evaluation.plots import Line, Mark
from moderation.evaluation.scoring import Scored

ROC, PRECISION_RECALL = "roc", "precision-recall"
KINDS = (ROC, PRECISION_RECALL)


def pictures(scored: Scored, figures: Sequence[SetFigures]) -> Mapping[str, str]:
    """File name -> SVG: two for each set that holds comments of both kinds."""
    drawn: dict[str, str] = {}
    for found in figures:
        if not drawable(found):
            continue
        told = sorted((each for each in found.checks if each.fired and each.auc), key=_by_auc)[: plots.MOST_LINES - 1]
        curves = [(each.check, each, ranking(scored, each.check, found.file)) for each in told]
        verdict = f"verdict, {scored.reference}", found.verdicts[scored.reference], judging(scored, found.file)
        roc = [Line(name, f"AUC {_short(each.auc)}", curve) for name, each, curve in (verdict, *curves)]
        steps = [Line(name, f"AP {_short(each.average_precision)}", curve) for name, each, curve in (verdict, *curves)]
        drawn[picture(found.name, ROC)] = plots.roc(found.name, roc, _roc_marks(found))
        drawn[picture(found.name, PRECISION_RECALL)] = plots.precision_recall(found.name, steps, _step_marks(found))
    return drawn


def drawable(found: SetFigures) -> bool:
    return 0 < found.positives < found.rows


def picture(name: str, kind: str) -> str:
    """A plain file name.

    >>> picture("spam dev.jsonl", "roc")
    'spam-dev-roc.svg'
    """
    return f"{re.sub(r'[^A-Za-z0-9_]+', '-', name.removesuffix('.jsonl')).strip('-') or 'set'}-{kind}.svg"


def _by_auc(each: CheckFigures) -> float:
    return -each.auc.value if each.auc else 0.0


def _short(figure: Interval | None) -> str:
    return f"{figure.value:.3f}" if figure else "-"


def _roc_marks(found: SetFigures) -> list[Mark]:
    return [
        Mark(f"held under {preset}", each.held.false_positives.value, each.held.recall.value)
        for preset, each in found.verdicts.items()
        if each.held.false_positives and each.held.recall
    ]


def _step_marks(found: SetFigures) -> list[Mark]:
    return [
        Mark(f"held under {preset}", each.held.recall.value, each.held.precision.value)
        for preset, each in found.verdicts.items()
        if each.held.precision and each.held.recall
    ]
