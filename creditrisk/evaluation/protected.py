"""Whether a cut-off treats protected groups alike: approval, equal opportunity, calibration, and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import shown
from creditrisk.evaluation.groups import Groups, grouped
from creditrisk.evaluation.segments import FEWEST_OF_EACH, Portfolio, listed
from creditrisk.metrics.borrowers import shared
from creditrisk.metrics.estimate import LEVEL, NO_ESTIMATE, Estimate
from creditrisk.metrics.fairness import FOUR_FIFTHS, four_fifths, group_figures, group_gaps
from creditrisk.metrics.level_tests import Heterogeneity, heterogeneity
from creditrisk.metrics.rates import weighted_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.fairness import GroupFigures

#: No verdict is drawn on groups of fewer loans.
FEWEST_LOANS = 100
#: A difference of approval rates that is worth a word.
_NOTED_GAP = 0.05

TOO_SMALL = "too small"
POOLED = "several groups"
HIGHEST = "highest approval rate"


@dataclass(frozen=True)
class ProtectedGroup:
    """One group, and what sets it apart from the group with the highest approval rate.

    Attributes
    ----------
    label : str
        The value as it stands in the data; see `groups.Groups`.
    loans, defaults : int
        Rows, not weights.
    share : float
        Of the weight of all loans.
    approval, approval_of_repaid, approval_of_defaults, default_rate, observed_over_expected, observed_minus_expected, \
auc : Estimate
    mean_pd : float
        The group's own figures, `metrics.fairness.GroupFigures`. Where the group is too small only approval, default
        rate and mean PD.
    approval_ratio, equal_opportunity, equal_detection, calibration_ratio, calibration_difference, \
auc_difference : Estimate
        Against the group with the highest approval rate, `metrics.fairness.GroupGaps`; NaN for that group itself, and
        where no verdict is drawn.
    verdict : str
        On the four-fifths rule: "met", "broken" or "cannot tell"; "highest approval rate" for the group that the others
        are held against; "too small" or "several groups" where no verdict is drawn.
    """

    label: str
    loans: int
    defaults: int
    share: float
    approval: Estimate
    default_rate: Estimate
    mean_pd: float
    approval_of_repaid: Estimate = NO_ESTIMATE
    approval_of_defaults: Estimate = NO_ESTIMATE
    observed_over_expected: Estimate = NO_ESTIMATE
    observed_minus_expected: Estimate = NO_ESTIMATE
    auc: Estimate = NO_ESTIMATE
    approval_ratio: Estimate = NO_ESTIMATE
    equal_opportunity: Estimate = NO_ESTIMATE
    equal_detection: Estimate = NO_ESTIMATE
    calibration_ratio: Estimate = NO_ESTIMATE
    calibration_difference: Estimate = NO_ESTIMATE
    auc_difference: Estimate = NO_ESTIMATE
    verdict: str = TOO_SMALL


@dataclass(frozen=True)
class Protected:
    """The groups of a protected column at a cut-off; loans with this PD or a higher one are refused.

    `heterogeneity` tests one observed over expected for all groups: with many groups some pair differs by chance.
    """

    column: str
    cutoff: float
    groups: tuple[ProtectedGroup, ...]
    heterogeneity: Heterogeneity
    remarks: tuple[str, ...]


def protected(
    column: str,
    labels: Sequence[str] | NDArray[Any] | Groups,
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None,
    cutoff: float,
    *,
    by: NDArray[np.intp] | None = None,
) -> Protected:
    """Return the figures of each group at a cut-off, and how they differ from the group with the highest approval rate.

    Parameters
    ----------
    column : str
        Its name, for the remarks.
    labels : Groups, or sequence of str or array of numbers of shape (n_rows,)
        As for `segments.segments`; an age is cut into fifths.
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    cutoff : float
        The lowest PD that is refused, between 0 and 1.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, there is not one label for each loan, or the cut-off is not
        between 0 and 1.

    Notes
    -----
    No verdict is drawn on groups of fewer than 100 loans, 20 defaults or 20 repaid loans, nor on rare values that were
    pooled; neither these nor the loans without a value are what others are held against.
    """
    loans = Portfolio.of(y_true, pd, weight, by)
    groups = labels if isinstance(labels, Groups) else grouped(labels)
    if len(groups.member) != len(loans.pd):
        raise ValueError(f"{len(groups.member)} labels were given for {len(loans.pd)} loans.")
    if not 0.0 <= cutoff <= 1.0:
        raise ValueError(f"cutoff must be between 0 and 1, got {cutoff}.")
    own: dict[int, GroupFigures] = {}
    rows = []
    for position in range(len(groups.names)):
        row, part = _sized(loans, groups, position, cutoff)
        if row.verdict != TOO_SMALL:
            own[position] = group_figures(part.y_true, part.pd, cutoff, part.weight, by=part.by)
        rows.append(row)
    fit = [position for position in own if position not in (groups.pool, groups.missing)]
    highest = max(fit, key=lambda position: own[position].approval.value, default=-1)
    rows = [_judged(row, position, own, highest, groups.pool) for position, row in enumerate(rows)]
    test = heterogeneity(loans.y_true, loans.pd, groups.member, weight, by=by)
    return Protected(column, float(cutoff), tuple(rows), test, _remarks(shown(column), rows, test))


def _sized(loans: Portfolio, groups: Groups, position: int, cutoff: float) -> tuple[ProtectedGroup, Portfolio]:
    """Return what can be said of a group of any size, and its loans."""
    part = loans.part(groups.member == position)
    count, defaults = len(part.pd), int(part.y_true.sum())
    small = count < FEWEST_LOANS or min(defaults, count - defaults) < FEWEST_OF_EACH
    owner = shared(part.by, count)
    row = ProtectedGroup(
        label=groups.names[position],
        loans=count,
        defaults=defaults,
        share=float(part.weight.sum() / loans.weight.sum()),
        approval=weighted_rate(part.pd < cutoff, part.weight, by=owner),
        default_rate=weighted_rate(part.y_true, part.weight, by=owner),
        mean_pd=float(np.average(part.pd, weights=part.weight)),
        verdict=TOO_SMALL if small else "",
    )
    return row, part


def _judged(
    row: ProtectedGroup, position: int, own: dict[int, GroupFigures], highest: int, pool: int
) -> ProtectedGroup:
    """Return a group with its further figures, its gaps and its verdict, as far as it is large enough."""
    if position not in own:
        return row
    figures = own[position]
    row = replace(
        row,
        approval_of_repaid=figures.approval_of_repaid,
        approval_of_defaults=figures.approval_of_defaults,
        observed_over_expected=figures.observed_over_expected,
        observed_minus_expected=figures.observed_minus_expected,
        auc=figures.auc,
        verdict=POOLED if position == pool else HIGHEST if position == highest else "cannot tell",
    )
    if highest < 0 or position in (pool, highest):
        return row
    gaps = group_gaps(figures, own[highest])
    return replace(row, **vars(gaps), verdict=four_fifths(gaps.approval_ratio))


def _remarks(column: str, rows: Sequence[ProtectedGroup], test: Heterogeneity) -> tuple[str, ...]:
    said = []
    for verdict, words in (
        ("broken", f"less than {FOUR_FIFTHS:.0%} of the highest approval rate, by more than chance explains"),
        ("cannot tell", f"these loans do not tell whether {FOUR_FIFTHS:.0%} of the highest approval rate is reached"),
    ):
        named = [row for row in rows if row.verdict == verdict and math.isfinite(row.approval_ratio.value)]
        if named:
            said.append(f"{column}: {words} (ratio): {_listed(named, 'approval_ratio', '.2f')}.")
    refused = [row for row in rows if row.equal_opportunity.high < 0 and row.equal_opportunity.value <= -_NOTED_GAP]
    if refused:
        said.append(
            f"{column}: among repaid loans these groups are approved less often than the group with the highest "
            "approval rate, by more than chance explains (difference): "
            f"{_listed(refused, 'equal_opportunity', '+.2f')}."
        )
    harmed = [row for row in rows if row.calibration_ratio.high < 1]
    if harmed and test.p_value < 1 - LEVEL:
        said.append(
            f"{column}: the PDs of these groups are too high compared with those of the group with the highest "
            "approval rate, by more than chance explains (ratio of observed / expected): "
            f"{_listed(harmed, 'calibration_ratio', '.2f')}."
        )
    return (*said, *_limits(column, rows))


def _limits(column: str, rows: Sequence[ProtectedGroup]) -> list[str]:
    said = []
    small = [row.label for row in rows if row.verdict == TOO_SMALL]
    if small:
        said.append(
            f"{column}: no verdict on groups of fewer than {FEWEST_LOANS} loans, {FEWEST_OF_EACH} defaults or "
            f"{FEWEST_OF_EACH} repaid loans: {listed(small)}."
        )
    pooled = [row.label for row in rows if row.verdict == POOLED]
    if pooled:
        said.append(f"{column}: {listed(pooled)} holds several rare values together, so no verdict is drawn on it.")
    if not any(math.isfinite(row.approval_ratio.value) for row in rows):
        said.append(f"{column}: no two groups can be compared.")
    said.append(
        f"{column}: the approval rates are those of loans that were once granted, at this cut-off, not those of "
        "applicants. They are figures, not a legal opinion."
    )
    return said


def _listed(rows: Sequence[ProtectedGroup], name: str, form: str, most: int = 5) -> str:
    parts = []
    for row in rows[:most]:
        figure: Estimate = getattr(row, name)
        interval = "" if math.isnan(figure.low) else f" ({figure.low:{form}} – {figure.high:{form}})"
        parts.append(f"{shown(row.label, most=60)} {figure.value:{form}}{interval}")
    return "; ".join(parts) + (f" and {len(rows) - most:,} more" if len(rows) > most else "")
