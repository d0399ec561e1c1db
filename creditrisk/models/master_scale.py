"""Rating grades made from out-of-fold PDs: few enough to be told apart, each with defaults enough to be tested."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.option_values import Scale
    from creditrisk.specs import TrainSpec

#: Grades are made of so many quantiles of the PD.
_PIECES = 100
#: A grade has at least so many defaults and so many repaid loans, and this share of the loans.
_FEWEST_DEFAULTS, _SMALLEST_SHARE = 20, 0.01
#: Bounds are written with so many significant digits.
_DIGITS = 3


def master_scale(spec: TrainSpec, y_true: Outcomes, pd: Floats, weight: Floats | None) -> Scale:
    """Return the scale of a model with its grades, made where that was asked for, and the PD of each of them."""
    bounds = spec.scale.grades
    if spec.grades_to_make:
        bounds = grade_bounds(y_true, pd, spec.grades_to_make, weight)
    return replace(spec.scale, grades=bounds, pds=grade_pds(pd, bounds, spec.pd_floor, weight))


def grade_bounds(y_true: Outcomes, pd: Floats, grades: int, weight: Floats | None = None) -> tuple[float, ...]:
    """Return the PDs at which the second and later of up to `grades` grades begin, rising.

    Of all ways to cut the loans, in the order of their PDs, into grades with at least 20 defaults, 20 repaid loans and
    1 % of the loans each and with default rates that rise from grade to grade, the one with the greatest binomial
    likelihood (Fisher 1958, doi:10.1080/01621459.1958.10501479, for the dynamic programme). Where so many grades
    cannot be had, as many as can.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), out-of-fold PDs, loan weights (positive; 1 where None).
    grades : int
        2 or more.

    Returns
    -------
    tuple of float
        Fewer than `grades` PDs between 0 and 1; none where the loans are too few to be cut.

    Examples
    --------
    >>> pd = np.repeat([0.01, 0.1, 0.4], 1000)
    >>> y = np.concatenate([np.arange(1000) < n for n in (20, 90, 420)]).astype(int)
    >>> grade_bounds(y, pd, 3)
    (0.055, 0.25)
    """
    weight = np.ones(len(pd)) if weight is None else weight
    edges = _edges(pd)
    piece = np.searchsorted(edges, pd, side="right")
    counts = np.column_stack([
        np.bincount(piece, values, minlength=len(edges) + 1)
        for values in (weight * y_true, weight * (1 - y_true), y_true, 1.0 - y_true)
    ])  # fmt: skip
    starts = _cut(np.vstack([np.zeros(4), np.cumsum(counts, axis=0)]), grades)
    bounds = [float(f"{edges[start - 1]:.{_DIGITS}g}") for start in starts]
    return tuple(sorted({bound for bound in bounds if 0 < bound < 1}))


def grade_pds(pd: Floats, bounds: Sequence[float], floor: float, weight: Floats | None = None) -> tuple[float, ...]:
    """Return the PD of each grade: the mean of the out-of-fold PDs in it, at least `floor`; they rise.

    Where no loan is in a grade, the geometric middle of its bounds (of half and of double the outer ones).

    >>> grade_pds(np.array([0.01, 0.02, 0.3]), (0.05, 0.2), 0.018)
    (0.018, 0.1, 0.3)
    """
    grade = np.searchsorted(np.asarray(bounds), pd, side="right")
    ends = [bounds[0] / 2, *bounds, min(1.0, 2 * bounds[-1])] if bounds else [0.0, 1.0]
    pds = []
    for number in range(len(bounds) + 1):
        member = grade == number
        mean = float(np.sqrt(ends[number] * ends[number + 1]))
        if member.any():
            mean = float(np.average(pd[member], weights=None if weight is None else weight[member]))
        pds.append(max(mean, floor))
    return tuple(pds)


def _edges(pd: Floats) -> Floats:
    """Return the PDs between which loans are never told apart: midpoints between the distinct PDs at the quantiles."""
    ordered = np.sort(pd)
    at = np.linspace(0, len(ordered), _PIECES + 1)[1:-1].astype(np.intp)
    starts = np.unique(np.searchsorted(ordered, ordered[at]))
    starts = starts[starts > 0]
    edges: Floats = (ordered[starts - 1] + ordered[starts]) / 2
    return edges


def _cut(total: Floats, grades: int) -> list[int]:
    """Return the pieces at which the second and later grades begin.

    `total` holds, before each piece, the weight of defaults and of repaid loans and their numbers so far. The best
    likelihood of the pieces up to b in k grades, the last of which begins at a, is found from that of the pieces up to
    a in k − 1 grades whose last has a lower default rate.
    """
    ends = len(total)
    inside = total[None, :, :] - total[:, None, :]  # [a, b]: the pieces from a up to b
    bad, good = inside[..., 0], inside[..., 1]
    n = np.maximum(bad + good, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = bad / n
        gain = np.nan_to_num(bad * np.log(rate)) + np.nan_to_num(good * np.log1p(-rate))
    fewest = np.minimum(inside[..., 2], inside[..., 3]) >= _FEWEST_DEFAULTS
    allowed = fewest & (n >= _SMALLEST_SHARE * (total[-1, 0] + total[-1, 1])) & np.triu(np.ones((ends, ends), bool), 1)
    gain = np.where(allowed, gain, -np.inf)
    came: list[NDArray[np.intp]] = []
    layers = [np.where(np.arange(ends)[:, None] == 0, gain, -np.inf)]  # one grade: it begins at 0
    for _ in range(1, grades):
        # [a, b] after [c, a]: the best of those whose default rate is lower.
        step = np.full_like(gain, -np.inf)
        back = np.zeros(gain.shape, dtype=np.intp)
        for a in range(1, ends - 1):
            before = layers[-1][:, a]
            fits = np.where(rate[:, a][:, None] < rate[a][None, :], before[:, None], -np.inf)
            back[a] = fits.argmax(axis=0)
            step[a] = fits.max(axis=0) + gain[a]
        layers.append(step)
        came.append(back)
    return _traced(layers, came)


def _traced(layers: list[Floats], came: list[NDArray[np.intp]]) -> list[int]:
    """Return where the grades of the most that can be had begin, but for the first."""
    most = max((k for k, layer in enumerate(layers) if np.isfinite(layer[:, -1]).any()), default=0)
    start, end, starts = int(np.argmax(layers[most][:, -1])), layers[0].shape[0] - 1, []
    for k in range(most, 0, -1):
        starts.append(start)
        start, end = int(came[k - 1][start, end]), start
    return starts[::-1]
