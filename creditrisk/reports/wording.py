"""Numbers and facts as the short words of a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk.errors import counted, printable, shown
from creditrisk.metrics.estimate import Estimate
from creditrisk.models.composing import RECALIBRATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from creditrisk.data.schema import Dropped, Roles, Target
    from creditrisk.evaluation.results import ModelFacts
    from creditrisk.models.calibration import Calibration


def percent(share: float) -> str:
    """Return a share in per cent, with more digits where it is small.

    >>> percent(0.2), percent(0.00123), percent(1.0), percent(float("nan"))
    ('20.0 %', '0.123 %', '100.0 %', '–')
    """
    if math.isnan(share):
        return "–"
    value = 100 * share
    digits = 1 if value >= 9.95 or value == 0 else 2 if value >= 0.995 else 3
    return f"{value:.{digits}f} %"


def estimate_cells(estimate: Estimate | float, form: str) -> tuple[str, str]:
    """Return a figure and its interval as two cells; a figure without an interval leaves the second empty.

    >>> estimate_cells(Estimate(0.75, 0.7, 0.8), ".2f")
    ('0.75', '0.70 – 0.80')
    """
    if not isinstance(estimate, Estimate):
        return format(estimate, form), ""
    if math.isnan(estimate.value):
        return "–", "not determined by these loans"
    interval = "" if math.isnan(estimate.low) else f"{estimate.low:{form}} – {estimate.high:{form}}"
    return format(estimate.value, form), interval


def estimate_words(estimate: Estimate, form: str) -> str:
    """Return a figure and its interval in a line of text.

    >>> estimate_words(Estimate(0.75, 0.7, 0.8), ".2f")
    '0.75 (0.70 – 0.80)'
    """
    value, interval = estimate_cells(estimate, form)
    return f"{value} ({interval})" if interval else value


def percent_words(estimate: Estimate) -> str:
    """Return a share and its interval in per cent.

    >>> percent_words(Estimate(0.75, 0.7, 0.8))
    '75.0 % (70.0 – 80.0 %)'
    """
    if math.isnan(estimate.value) or math.isnan(estimate.low):
        return percent(estimate.value)
    low = percent(estimate.low).removesuffix(" %")
    return f"{percent(estimate.value)} ({low} – {percent(estimate.high)})"


def target_words(target: Target) -> str:
    """Return which values count as default, and what the user said of it."""
    labels = ", ".join(shown(label) for label in target.default_labels)
    words = f"default means {shown(target.name)} = {labels}"
    if target.definition:
        words += f": {printable(target.definition)}"
    return words + (f", watched for {printable(target.window)}" if target.window else "")


def weight_words(roles: Roles) -> str:
    """Return which loan weights count, and as what."""
    return f"loans weighted by {shown(roles.weight)} ({roles.weight_kind}), in the fit and in every figure"


def model_words(kind: str, chosen: Mapping[str, Any]) -> str:
    """Return what was fitted.

    >>> model_words("lightgbm", {"trees": 1200})
    'LightGBM, 1,200 trees chosen by cross-validation'
    """
    if kind == "lightgbm":
        return f"LightGBM, {counted(int(chosen.get('trees', 0)), 'tree')} chosen by cross-validation"
    if kind == "blend":
        members, trees = int(chosen.get("members", 0)), int(chosen.get("trees", 0))
        return f"blend of {counted(members, 'member')}, {f'{trees:,} trees in all' if trees else 'no trees'}"
    return f"scorecard of {counted(int(chosen.get('columns_used', 0)), 'column')}"


def calibration_words(calibration: Calibration) -> str:
    """Return what a calibration does to the log-odds."""
    fitted = "" if calibration.asked == RECALIBRATED else ", fitted out of fold"
    if calibration.knots:
        name = "a curve" if calibration.asked == RECALIBRATED else calibration.asked
        return f"{name}, {counted(len(calibration.knots), 'step')}{fitted}"
    line = f"{calibration.intercept:+.4f} + {calibration.slope:.4f} × log-odds"
    return f"{calibration.asked}: {line}{fitted}"


def columns_words(columns: Mapping[str, int]) -> str:
    """Return how many columns of each kind there are.

    >>> columns_words({"numeric": 9, "date": 1})
    '10 (9 numeric, 1 date)'
    """
    return f"{sum(columns.values())} ({', '.join(f'{count} {kind}' for kind, count in columns.items())})"


def left_out(dropped: Iterable[Dropped]) -> dict[str, str]:
    """Return the names of the columns that were left out, by reason.

    >>> from creditrisk.data.schema import Dropped
    >>> left_out([Dropped("a", "empty"), Dropped("b", "constant"), Dropped("c", "empty")])
    {'empty': '"a", "c"', 'constant': '"b"'}
    """
    names: dict[str, list[str]] = {}
    for column in dropped:
        names.setdefault(column.reason, []).append(shown(column.name))
    return {reason: ", ".join(group) for reason, group in names.items()}


def class_weight_words(model: ModelFacts) -> str:
    """Return what class weights were used and how the PDs were restored."""
    if model.weight_ratio == 1.0:
        return "no class weights"
    ratio = f"a default weighs {model.weight_ratio:.3g} times a repaid loan"
    return f"class weight {model.class_weight}: {ratio}, log-odds restored by {model.restored_by:+.3f}"


def seconds_words(seconds: Mapping[str, float]) -> str:
    """Return the time that a run took."""
    return f"{seconds['all']:.1f} s"


def drawn_words(loans: int, of: int, group: str = "") -> str:
    """Return which part of a file's loans a training used, or nothing where it used all.

    >>> drawn_words(100_000, 800_000)
    'trained on 100,000 of 800,000 loans, drawn at random within each outcome'
    """
    whole = f", each {shown(group)} as a whole" if group else ""
    return f"trained on {loans:,} of {of:,} loans, drawn at random within each outcome{whole}" if loans < of else ""
