"""What a careful reader should watch: plain sentences drawn from the figures, none where nothing is unusual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk.errors import counted, shown
from creditrisk.evaluation.leaderboard import leaderboard
from creditrisk.models.portfolio import WITHOUT_DRIFT

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.scored import GivenReasons
    from creditrisk.features.steps import Notices
    from creditrisk.metrics.estimate import Estimate
    from creditrisk.models.calibrating import CalibrationEffect

#: Below this many defaults the intervals are wide and their coverage is not exact.
_FEW_DEFAULTS = 60
#: Loan data hardly ever allow an AUC above this without a column from after the default.
_TOO_GOOD = 0.95
#: Steps of trees that nobody takes who has time.
_TALL_STEPS = 0.1


def remarks(evaluation: Evaluation) -> tuple[str, ...]:
    """Return what to watch in an evaluation, the gravest first."""
    e = evaluation
    found = []
    if e.auc.value > _TOO_GOOD:
        found.append(
            f"An AUC of {e.auc.value:.3f} is rarely honest on loans: look for columns that are known only after the "
            "default (recoveries, last payments, charge-off dates) and leave them out with --drop."
        )
    if e.bce_skill.value < 0:
        found.append("The PDs are worse than giving every loan the default rate of the training loans.")
    elif e.auc.low <= 0.5 <= e.auc.high:
        found.append("These loans do not tell the model apart from one that knows nothing (AUC 0.5).")
    elif e.bce_skill.low <= 0:
        found.append(
            "These loans do not show that the PDs are better than the default rate of the training loans for all: the "
            "interval of the BCE skill reaches 0."
        )
    if e.defaults < _FEW_DEFAULTS or e.loans - e.defaults < _FEW_DEFAULTS:
        found.append(
            f"Only {min(e.defaults, e.loans - e.defaults):,} loans have the rarer outcome: the intervals are wide, and "
            "they may cover the truth less often than they say."
        )
    if _excludes(e.observed_over_expected, 1.0):
        high_low = "low" if e.observed_over_expected.value > 1 else "high"
        found.append(f"The level is off: PDs are too {high_low} by more than chance explains (observed / expected).")
    if _excludes(e.calibration_slope, 1.0):
        word = "extreme (overfitted)" if e.calibration_slope.value < 1 else "timid"
        found.append(f"The PDs are too {word} by more than chance explains (calibration slope).")
    return tuple(found)


def grade_remarks(asked: int, made: int) -> tuple[str, ...]:
    """Return a remark where fewer grades could be made than were asked for."""
    if not asked or made >= asked:
        return ()
    scale = "One grade is no rating scale" if made == 1 else "Fewer grades tell more of each"
    remark = (
        f"--grades {asked} made {counted(made, 'grade')}: more could not be cut with 20 defaults, 20 repaid loans and "
        f"1 % of the training loans in each, and with default rates that rise. {scale}."
    )
    return (remark,)


def training_remarks(training: Mapping[str, Any], calibration: CalibrationEffect | None) -> tuple[str, ...]:
    """Return what to watch in how a model was made."""
    found = []
    if calibration is not None and calibration.bce_difference.low > 0:
        found.append("The calibration makes out-of-fold PDs worse, not better: leave it out.")
    if training.get("stopped_early") is False:
        found.append(
            f"Growing ended at --max-trees ({training['trees']:,} trees or a little before): the out-of-fold BCE might "
            "still fall with more."
        )
    if training.get("folds_walk_forward") is False:
        found.append(
            "The training loans span too little time for folds that walk forward, so the folds are at random: what was "
            "chosen by them knows nothing of drift."
        )
    found += _out_of_time(training)
    rates = [row.get("settings", {}).get("learning_rate", 0.0) for row in training.get("leaderboard", [])]
    if rates and max(rates) >= _TALL_STEPS:
        found.append(
            f"The time limit left room for steps of {max(rates):g} only and for few members: with more time the model "
            "may well be better."
        )
    if training.get("refitted_on"):
        found.append(
            f"The saved model was fitted once more on all {training['refitted_on']:,} loans (--refit): the figures are "
            "those of its twin, which never saw the held-out loans."
        )
    return tuple(found)


def time_remarks(limit: float, seconds: float) -> tuple[str, ...]:
    """Return a remark where a run took more than 10 % longer than its limit; 0 is no limit, both are in seconds.

    >>> time_remarks(30.0, 33.0)
    ()
    >>> time_remarks(30.0, 36.2)[0][:54]
    'The run took 36 seconds, longer than --time-limit 30: '
    """
    if not limit or seconds <= 1.1 * limit:
        return ()
    remark = (
        f"The run took {seconds:,.0f} seconds, longer than --time-limit {limit:g}: what follows the fits, and a step "
        "that is under way, is waited for, and may take longer on a busy machine than was foreseen."
    )
    return (remark,)


def _out_of_time(training: Mapping[str, Any]) -> list[str]:
    """Return what folds that walk forward showed of drift."""
    found = []
    if training.get("folds_walk_forward") and training["out_of_fold_bce"] >= training["constant_bce"]:
        found.append(
            "On folds that walk forward in time the PDs were no better than one PD for all, the default rate of the "
            f"loans before: BCE {training['out_of_fold_bce']:.4f} against {training['constant_bce']:.4f}. The past "
            "tells little of the future here: look for columns whose meaning changed."
        )
    drifting = training.get("drifting", [])
    if drifting:
        members = [row.member for row in leaderboard(training) if row.weight > 0]
        left_out = members and all(WITHOUT_DRIFT in member for member in members)
        names = ", ".join(shown(name) for name in drifting[:5]) + (" and others" if len(drifting) > 5 else "")
        done = "they are left out, which pays on later loans" if left_out else "they are kept"
        found.append(f"These columns alone tell newer loans from older ones: {names}. In the model {done}.")
    return found


def notice_remarks(notices: Notices, rows: int) -> tuple[str, ...]:
    """Return what was unusual in the scored rows, one sentence a kind."""
    filled = (
        "missing, where no training loan lacked one: a number is taken as the training median, a category as a level "
        "that training did not know"
    )
    kinds = [
        (notices.filled, filled),
        (notices.unseen, "of a level that training did not know (fewer than 10 training loans had it)"),
        (notices.infinite, "infinite or beyond 1e100, which counts as missing"),
    ]
    return tuple(f"Among {counted(rows, 'row')}, {_listed(counts)}: {text}." for counts, text in kinds if counts)


def _excludes(estimate: Estimate, value: float) -> bool:
    return math.isfinite(estimate.low) and not estimate.low <= value <= estimate.high


def _listed(counts: Counter[str], most: int = 5) -> str:
    parts = [f"{counted(count, 'value')} of {shown(name)}" for name, count in counts.most_common(most)]
    if len(counts) > most:
        parts.append(f"some of {counted(len(counts) - most, 'further column')}")
    return ", ".join(parts)


def reason_remarks(given: GivenReasons) -> tuple[str, ...]:
    """Return against what the reasons are to be read."""
    baseline = "the training loans"
    if given.baseline:
        baseline = f"{counted(given.baseline_loans, 'loan')} of {shown(given.baseline)}"
    said = (
        f"Reasons say what raised a loan's log-odds above the mean of {baseline}, {given.base_log_odds:.4f} (exact "
        "values, before any isotonic calibration)."
    )
    return (said,)
