"""How good a model is on each part of the loans: the figures of every segment of a column."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import shown
from creditrisk.evaluation.groups import Groups, grouped
from creditrisk.metrics.arrays import checked_pd
from creditrisk.metrics.calibration import bce
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.drift import psi
from creditrisk.metrics.estimate import LEVEL, NO_ESTIMATE, Estimate
from creditrisk.metrics.level_tests import Heterogeneity, heterogeneity
from creditrisk.metrics.rates import weighted_rate
from creditrisk.metrics.two_samples import ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes

#: With fewer defaults, or fewer repaid loans, neither AUC nor BCE says anything.
FEWEST_OF_EACH = 20
#: With fewer loans chance alone lifts the PSI above its critical value too often.
FEWEST_FOR_PSI = 100
TOO_SMALL = "too small"


@dataclass(frozen=True)
class Segment:
    """The figures of the loans that share a value, or a range of values.

    Attributes
    ----------
    label : str
        The value as it stands in the data; see `groups.Groups`.
    loans, defaults : int
        Rows, not weights.
    share : float
        Of the weight of all loans.
    default_rate, mean_pd, observed_over_expected :
        For segments of any size, since their intervals hold for few loans too.
    auc, bce : Estimate
        NaN below 20 defaults or 20 repaid loans.
    psi, psi_critical : float
        How differently the PDs are spread from those of other loans, and what chance alone exceeds in 5 of 100 cases;
        NaN below 100 loans on either side.
    note : str
        "too small" where AUC and BCE are missing.
    """

    label: str
    loans: int
    defaults: int
    share: float
    default_rate: Estimate
    mean_pd: float
    auc: Estimate
    bce: Estimate
    observed_over_expected: Estimate
    psi: float
    psi_critical: float
    note: str


@dataclass(frozen=True)
class Segmentation:
    """The segments of a column. `other` counts the loans of rare values, which are one segment; see `heterogeneity`."""

    column: str
    segments: tuple[Segment, ...]
    other: int
    heterogeneity: Heterogeneity
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Outcomes, PDs and loan weights that were checked, arrays of shape (n_rows,)."""

    y_true: Floats
    pd: Floats
    weight: Floats
    by: NDArray[np.intp] | None = None

    @classmethod
    def of(
        cls, y_true: Outcomes, pd: NDArray[np.floating], weight: Floats | None, by: NDArray[np.intp] | None = None
    ) -> Portfolio:
        """Return them checked, weight 1 where there is none; `ValueError` as `arrays.checked_pd`."""
        return cls(*checked_pd(y_true, pd, weight), by)

    def part(self, inside: NDArray[np.bool_]) -> Portfolio:
        """Return some of the loans, which may be of one class, or none."""
        by = None if self.by is None else self.by[inside]
        return Portfolio(self.y_true[inside], self.pd[inside], self.weight[inside], by)


def segments(
    column: str,
    labels: Sequence[str] | NDArray[Any] | Groups,
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None = None,
    most: int = 12,
    *,
    by: NDArray[np.intp] | None = None,
) -> Segmentation:
    """Return the figures of each segment of a column, and whether the PDs are equally right in all of them.

    Parameters
    ----------
    column : str
        Its name, for the remarks.
    labels : Groups, or sequence of str or array of numbers of shape (n_rows,)
        Groups stay as they are. Text ("" = missing): up to `most` segments, the largest first, rare values together in
        the last one. Numbers (NaN = missing): up to five values, or fifths of the loans, rising.
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or there is not one label for each loan.

    Notes
    -----
    The PSI compares a segment with all other loans. `heterogeneity` tests one observed over expected for all segments,
    `metrics.level_tests`.
    """
    loans = Portfolio.of(y_true, pd, weight, by)
    groups = labels if isinstance(labels, Groups) else grouped(labels, most)
    if len(groups.member) != len(loans.pd):
        raise ValueError(f"{len(groups.member)} labels were given for {len(loans.pd)} loans.")
    rows = []
    for position, name in enumerate(groups.names):
        inside = groups.member == position
        rows.append(Segment(name, **figures(loans, inside, loans.part(~inside))))
    test = heterogeneity(loans.y_true, loans.pd, groups.member, weight, by=by)
    remarks = _remarks(shown(column), rows, test)
    return Segmentation(column, tuple(rows), groups.pooled, test, remarks)


def figures(loans: Portfolio, inside: NDArray[np.bool_], reference: Portfolio) -> dict[str, Any]:
    """Return every field of a `Segment` but its label.

    Parameters
    ----------
    loans : Portfolio
        All loans, which the share is of.
    inside : array of bool, shape (n_rows,)
        Which of them the figures are about.
    reference : Portfolio
        The loans that the PSI compares with; none of them inside.
    """
    part = loans.part(inside)
    y, p, w = part.y_true, part.pd, part.weight
    defaults = int(y.sum())
    enough = min(defaults, len(y) - defaults) >= FEWEST_OF_EACH
    rate = weighted_rate(y, w, by=part.by)
    mean = float(np.average(p, weights=w)) if len(p) else math.nan
    moved = (math.nan, math.nan)
    if min(len(p), len(reference.pd)) >= FEWEST_FOR_PSI:
        drift = psi(reference.pd, p, reference.weight, w)
        moved = (drift.value, drift.critical)
    return {
        "loans": len(y),
        "defaults": defaults,
        "share": float(w.sum() / loans.weight.sum()),
        "default_rate": rate,
        "mean_pd": mean,
        "auc": auc(y, p, w, by=part.by) if enough else NO_ESTIMATE,
        "bce": bce(y, p, w, by=part.by) if enough else NO_ESTIMATE,
        "observed_over_expected": ratio(rate, Estimate(mean, mean, mean, 0.0)),
        "psi": moved[0],
        "psi_critical": moved[1],
        "note": "" if enough else TOO_SMALL,
    }


def _remarks(column: str, rows: Sequence[Segment], test: Heterogeneity) -> tuple[str, ...]:
    found = []
    large = [row for row in rows if not row.note]
    if test.p_value < 1 - LEVEL:
        found.append(level_remark(f"between the segments of {column}", large if len(large) > 1 else rows, test.p_value))
    blind = [row.label for row in large if row.auc.low <= 0.5]
    if blind:
        found.append(
            f"Within these segments of {column} it is not shown that the PDs tell defaults from repaid loans (the "
            f"interval of the AUC reaches 0.5): {listed(blind)}."
        )
    small = [row.label for row in rows if row.note]
    if small:
        found.append(
            f"These segments of {column} have fewer than {FEWEST_OF_EACH} defaults or {FEWEST_OF_EACH} repaid loans, "
            f"too few for an AUC or a BCE: {listed(small)}."
        )
    return tuple(found)


def level_remark(where: str, rows: Sequence[Segment], p_value: float) -> str:
    """Return that the level of the PDs differs, and from where to where."""
    known = [row for row in rows if math.isfinite(row.observed_over_expected.value)]
    low = min(known, key=lambda row: row.observed_over_expected.value)
    high = max(known, key=lambda row: row.observed_over_expected.value)
    return (
        f"The level of the PDs differs {where} by more than chance explains (p {p_words(p_value)}): observed / "
        f"expected runs from {low.observed_over_expected.value:.2f} ({shown(low.label, most=60)}) to "
        f"{high.observed_over_expected.value:.2f} ({shown(high.label, most=60)})."
    )


def listed(labels: Iterable[str], most: int = 5) -> str:
    """Return labels of the data for a sentence, no more than a reader takes in.

    >>> listed(["a", "b", "c"], most=2)
    '"a", "b" and 1 more'
    """
    names = [shown(label, most=60) for label in labels]
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def p_words(p_value: float) -> str:
    """Return a p-value after a "p".

    >>> p_words(0.0312), p_words(1e-9)
    ('= 0.031', '< 0.001')
    """
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
