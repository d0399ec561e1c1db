"""The cut-off that a model keeps, so that `predict` can say whom it refuses."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from creditrisk.errors import UsageError

if TYPE_CHECKING:
    from creditrisk.evaluation.judged import Judged
    from creditrisk.judging import JudgeSpec
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.specs import TrainSpec


def check_decision(spec: TrainSpec, judge: JudgeSpec) -> None:
    """Refuse a decision for which what it needs was not given, and money that is about another time than the PDs.

    Raises
    ------
    UsageError
    """
    if judge.wants_money:
        from creditrisk.evaluation.money import check_window

        check_window(spec.performance_window, judge.profit_window)
    if spec.decision == "cutoff" and not spec.cutoff:
        raise UsageError("--decision cutoff needs --cutoff PD.", fix="Example: --cutoff 0.2 --decision cutoff")
    if spec.decision in ("break-even", "profit") and not judge.wants_money:
        raise UsageError(f"--decision {spec.decision} needs --lgd and --margin.", fix="Example: --lgd 0.6 --margin 0.1")
    if spec.decision == "break-even" and judge.margin_column:
        raise UsageError(
            "--decision break-even needs one margin for all loans, and --margin-column gives each its own.",
            fix="Use --decision profit, or --margin.",
        )


def with_decision(model: TrainedModel, spec: TrainSpec, judge: JudgeSpec, out_of_fold: Judged) -> TrainedModel:
    """Return the model with the cut-off that was asked for; that of most profit is chosen on out-of-fold PDs."""
    if spec.decision == "none":
        return model
    cutoff = spec.cutoff
    if spec.decision == "break-even":
        from creditrisk.metrics.profit import break_even_pd

        cutoff = break_even_pd(judge.lgd, judge.margin)
    elif spec.decision == "profit":
        from creditrisk.evaluation.parts import best_cutoff

        # Where refusing everybody is best this is 0, which in a model stands for no cut-off at all.
        cutoff = max(best_cutoff(out_of_fold, judge), sys.float_info.min)
    from creditrisk.features.score_profile import score_profile  # this file checks options, and starts without NumPy

    return replace(model, decision_cutoff=cutoff, scores=score_profile(out_of_fold.pd, cutoff))
