"""A champion and a challenger on the same loans: every difference paired, and whether the loans tell them apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.evaluation.compare_words import conclusion, remarks, verdict
from creditrisk.evaluation.disagreement import Cell, Shift, cells, shifts
from creditrisk.metrics.calibration import bce, bce_difference, brier, observed_over_expected
from creditrisk.metrics.discrimination import auc, auc_difference, gini
from creditrisk.metrics.paired import accepted_parts, bad_rate_difference, brier_difference, ks_with_interval
from creditrisk.metrics.profit import Terms, accepted_at, break_even_pd, profit_at, profit_difference
from creditrisk.metrics.rates import weighted_rate
from creditrisk.metrics.resampling import Resampling
from creditrisk.models.booster import usable_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.evaluation.compare_spec import CompareSpec
    from creditrisk.evaluation.gates import GateResult
    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate

#: What both accept where nothing says otherwise.
_USUAL_APPROVAL = 0.8
#: A smaller part of a loan is no loan.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Contender:
    """One of the two scores, on the loans that both have scored; arrays of shape (n_rows,).

    Attributes
    ----------
    name, kind : str
        What the user called it; `model` or `column`.
    risk : array
        What it ranks by: higher = riskier.
    pd : array
        Its PDs, between 0 and 1.
    mapping : str
        Empty where the PDs are its own; otherwise how its score became PDs on these loans.
    cutoff : float
        The PD from which it refuses, as stored in a model; NaN where none is known.
    safety : bool
        Whether the score was turned round: higher was safer.
    """

    name: str
    kind: str
    risk: Floats
    pd: Floats
    mapping: str = ""
    cutoff: float = math.nan
    safety: bool = False

    def repeated(self, often: NDArray[np.intp]) -> Contender:
        """Return the scores with each loan as often as its frequency says."""
        return replace(self, risk=np.repeat(self.risk, often), pd=np.repeat(self.pd, often))


@dataclass(frozen=True, eq=False)
class SharedLoans:
    """The outcomes (1 = default) and the weights of the loans that both have scored, arrays of shape (n_rows,).

    `file`, `rows`, `set_aside`, `unscored` and `rejected` say where they come from and how many rows are not among
    them: for their outcome, for a score that is missing, or since they could not be read.
    """

    y_true: Outcomes
    weight: Floats | None = None
    weight_kind: str = ""
    file: str = ""
    rows: int = 0
    set_aside: int = 0
    unscored: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Side:
    """The figures of one score. AUC, Gini and KS are of the score, the others of its PDs.

    `profit` is per loan applied for, where loans below the break-even PD are accepted; None where no terms were given.
    """

    name: str
    kind: str
    mapping: str
    mean_pd: float
    auc: Estimate
    gini: Estimate
    ks: Estimate
    bce: Estimate
    brier: Estimate
    observed_over_expected: Estimate
    profit: Estimate | None


@dataclass(frozen=True)
class Differences:
    """B less A, paired by loan: AUC and profit above 0 speak for B, BCE and Brier score below 0 do."""

    auc: Estimate
    bce: Estimate
    brier: Estimate
    profit: Estimate | None


@dataclass(frozen=True)
class SwapSet:
    """Loans that one side accepts and the other refuses; `loans` may have a fraction where scores tie at the edge.

    `share` is their part of the weight of all loans.
    """

    loans: float
    share: float
    bad_rate: Estimate
    mean_pd_a: float
    mean_pd_b: float


@dataclass(frozen=True)
class EqualApproval:
    """Both sides accepting the same share of the loans, each its safest.

    `edge_a` and `edge_b` are the scores of the riskiest loans accepted, as they stand in the file or model. The
    difference is B less A: below 0, B accepts fewer defaults.
    """

    approval_rate: float
    reason: str
    edge_a: float
    edge_b: float
    bad_rate_a: Estimate
    bad_rate_b: Estimate
    difference: Estimate
    newly_accepted: SwapSet
    newly_refused: SwapSet


@dataclass(frozen=True)
class Comparison:
    """The result of `compare`: A is the champion, B the challenger; docs say what each figure means."""

    a: Side
    b: Side
    file: str
    rows: int
    set_aside: int
    unscored: int
    rejected: int
    loans: int
    defaults: int
    weights: str
    default_rate: Estimate
    differences: Differences
    break_even: float
    equal_approval: EqualApproval
    cells: tuple[Cell, ...]
    shifts: tuple[Shift, ...]
    draws: int
    rule: str
    verdict: str
    conclusion: str = ""
    remarks: tuple[str, ...] = field(default=())
    gates: tuple[GateResult, ...] = field(default=())


def compare(shared: SharedLoans, a: Contender, b: Contender, spec: CompareSpec) -> Comparison:
    """Return the comparison of a champion A and a challenger B on the same loans.

    Parameters
    ----------
    shared, a, b : the loans, and the two scores in the same order
    spec : CompareSpec
        The approval rate, the terms (both 0 where profit is not asked for), the draws and their seed.

    Raises
    ------
    ValueError
        When a class is empty, or the arrays do not fit each other.

    Notes
    -----
    Intervals say what other loans from the same source would show. They leave out that a model trained again would be
    another one, and that a common downturn would strike all loans together.
    """
    loans, a, b = _expanded(shared, a, b)
    y = loans.y_true
    w = np.ones(len(y)) if loans.weight is None else loans.weight
    rate, reason = _approval_rate(a, w, spec.approval_rate)
    how = Resampling(draws=spec.draws, seed=spec.seed, threads=usable_threads(spec.threads))
    bad_rates = bad_rate_difference(y, (a.risk, b.risk), rate, loans.weight, how)
    differences = _differences(loans, a, b, spec)
    ruled_by, rule, word = verdict(differences, own_pds=not (a.mapping or b.mapping))
    result = Comparison(
        a=_side(loans, a, spec, how),
        b=_side(loans, b, spec, how),
        file=shared.file,
        rows=shared.rows or len(shared.y_true),
        set_aside=shared.set_aside,
        unscored=shared.unscored,
        rejected=shared.rejected,
        loans=len(y),
        defaults=int(np.sum(y == 1)),
        weights=shared.weight_kind,
        default_rate=weighted_rate(y, w),
        differences=differences,
        break_even=break_even_pd(spec.lgd, spec.margin) if spec.margin else math.nan,
        equal_approval=_equal_approval(loans, (a, b), bad_rates, (rate, reason)),
        cells=cells(y, (a.risk, b.risk), (a.pd, b.pd), w),
        shifts=shifts(y, (a.risk, b.risk), (a.pd, b.pd), w),
        draws=spec.draws,
        rule=rule,
        verdict=word,
    )
    alike = bool(np.array_equal(a.risk, b.risk))
    return replace(result, conclusion=conclusion(result, ruled_by), remarks=remarks(result, alike=alike))


def _expanded(shared: SharedLoans, a: Contender, b: Contender) -> tuple[SharedLoans, Contender, Contender]:
    """Return the loans each as often as its frequency says, so that intervals know how many there are."""
    if shared.weight is None or shared.weight_kind != "frequency":
        return shared, a, b
    often = shared.weight.astype(np.intp)
    return replace(shared, y_true=np.repeat(shared.y_true, often), weight=None), a.repeated(often), b.repeated(often)


def _approval_rate(a: Contender, weight: Floats, asked: float) -> tuple[float, str]:
    """Return the approval rate at which both are compared, and why it is that."""
    if asked:
        return asked, "as asked"
    if not math.isnan(a.cutoff):
        rate = float(np.average(a.pd < a.cutoff, weights=weight))
        if 0.0 < rate < 1.0:
            return rate, f"what A accepts below its own cut-off, a PD of {a.cutoff:.4f}"
        return _USUAL_APPROVAL, f"since A accepts {'all' if rate else 'none'} of them at its own cut-off"
    return _USUAL_APPROVAL, "since no cut-off of A is known"


def _terms(spec: CompareSpec) -> Terms | None:
    return Terms(spec.lgd, spec.margin) if spec.margin else None


def _side(loans: SharedLoans, contender: Contender, spec: CompareSpec, how: Resampling) -> Side:
    y, weight, pd = loans.y_true, loans.weight, contender.pd
    area = auc(y, contender.risk, weight)
    terms = _terms(spec)
    at = break_even_pd(spec.lgd, spec.margin) if terms else math.nan
    return Side(
        name=contender.name,
        kind=contender.kind,
        mapping=contender.mapping,
        mean_pd=float(np.average(pd, weights=weight)),
        auc=area,
        gini=gini(area),
        ks=ks_with_interval(y, contender.risk, weight, how),
        bce=bce(y, pd, weight),
        brier=brier(y, pd, weight),
        observed_over_expected=observed_over_expected(y, pd, weight),
        profit=profit_at(y, pd, at, terms, weight) if terms else None,
    )


def _differences(loans: SharedLoans, a: Contender, b: Contender, spec: CompareSpec) -> Differences:
    y, weight, terms, profit = loans.y_true, loans.weight, _terms(spec), None
    if terms:
        by_a, by_b = (accepted_at(side.pd, break_even_pd(spec.lgd, spec.margin)) for side in (a, b))
        profit = profit_difference(y, by_b, by_a, terms, weight)
    return Differences(
        auc=auc_difference(y, b.risk, a.risk, weight),
        bce=bce_difference(y, b.pd, a.pd, weight),
        brier=brier_difference(y, b.pd, a.pd, weight),
        profit=profit,
    )


def _equal_approval(
    loans: SharedLoans,
    sides: tuple[Contender, Contender],
    difference: Estimate,
    approval: tuple[float, str],
) -> EqualApproval:
    """Return what each accepts at one approval rate, and the loans on which they part."""
    rate, reason = approval
    y = loans.y_true
    w = np.ones(len(y)) if loans.weight is None else loans.weight
    by_a, by_b = (accepted_parts(side.risk, rate, loans.weight) for side in sides)
    edges = [_edge(side, part) for side, part in zip(sides, (by_a, by_b), strict=True)]
    pds = sides[0].pd, sides[1].pd
    return EqualApproval(
        approval_rate=rate,
        reason=reason,
        edge_a=edges[0],
        edge_b=edges[1],
        bad_rate_a=_rate_of(y, w, by_a),
        bad_rate_b=_rate_of(y, w, by_b),
        difference=difference,
        newly_accepted=_swap_set(y, w, np.maximum(by_b - by_a, 0.0), pds),
        newly_refused=_swap_set(y, w, np.maximum(by_a - by_b, 0.0), pds),
    )


def _edge(side: Contender, part: Floats) -> float:
    riskiest = float(side.risk[part > _ROUNDING].max())
    return -riskiest if side.safety else riskiest


def _rate_of(y_true: Outcomes, weight: Floats, part: Floats) -> Estimate:
    """Return the default rate of the loans that are taken in part or whole."""
    taken = part > _ROUNDING
    return weighted_rate(y_true[taken] == 1, (weight * part)[taken])


def _swap_set(y_true: Outcomes, weight: Floats, part: Floats, pds: tuple[Floats, Floats]) -> SwapSet:
    mass = weight * part
    means = [float(np.average(pd, weights=mass)) if mass.any() else math.nan for pd in pds]
    return SwapSet(
        loans=float(part.sum()),
        share=float(mass.sum() / weight.sum()),
        bad_rate=_rate_of(y_true, weight, part),
        mean_pd_a=means[0],
        mean_pd_b=means[1],
    )
