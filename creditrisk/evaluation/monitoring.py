"""The result of watching a model in use, and the rule that turns its figures into what to do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditrisk.errors import counted, shown
from creditrisk.evaluation.gates import GateResult, check_gates
from creditrisk.evaluation.population import ALPHA, LARGE, NOTED, Population
from creditrisk.metrics.cell_shift import share_difference
from creditrisk.metrics.estimate import NO_ESTIMATE, Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from creditrisk.data.schema import Target
    from creditrisk.evaluation.performance import Performance
    from creditrisk.evaluation.population import ColumnDrift
    from creditrisk.evaluation.validation import Validation
    from creditrisk.evaluation.vintages import Vintages
    from creditrisk.judging import Gate

#: A fall of AUC that is worth a new model; a miss of the level, and of the slope, that is worth a recalibration.
FALL, MISS, SLOPES = 0.03, 0.10, (0.8, 1.25)
#: A rise of the share of loans with unknown levels that is worth a look.
_UNSEEN = 0.01
_MOST_NAMES = 3
_LIGHTS = {"nothing": "green", "watch": "amber", "recalibrate": "amber", "rebuild": "red"}
RULE = (
    f"rebuild: AUC fell by {FALL} or more since development (one-sided p < {ALPHA}), further than the loans themselves "
    f"explain; else recalibrate: outcomes contradict the PDs (p < {ALPHA}) and observed / expected is more than "
    f"{MISS:.0%} off or the slope outside {SLOPES[0]} to {SLOPES[1]}, or a grade is red and its default rate "
    f"{MISS:.0%} above its PD; else watch: an outcome test below these bounds, a red grade, PSI of the PDs or of "
    f"a column above {NOTED} and surely so, or unknown levels; else nothing. "
    "The population alone never says that a model is wrong"
)


@dataclass(frozen=True)
class Period:
    """The loans of one period, or of one file; `performance` is None where too few outcomes are known."""

    label: str
    population: Population
    performance: Performance | None


@dataclass(frozen=True)
class Conclusion:
    """What to do.

    Attributes
    ----------
    action : str
        "nothing", "watch", "recalibrate" or "rebuild".
    verdict : str
        "green", "amber" or "red", for gates.
    kind : str
        "no shift", "population shift", "concept shift", "both", or "not known" without enough outcomes.
    reasons : tuple of str
        What led to the action, the gravest first.
    advice : str
        What the action means here.
    rule : str
    """

    action: str
    verdict: str
    kind: str
    reasons: tuple[str, ...]
    advice: str
    rule: str


@dataclass(frozen=True)
class Monitoring:
    """The result of `monitor`.

    Attributes
    ----------
    model, sha256, file, data : the model, and the files of loans with their SHA-256
    reference : str
        What the loans are held against.
    target : Target
    cutoff : float
        The PD from which loans count as refused.
    rows, set_aside, rejected : int
        Rows; those of them whose outcome is neither label, where outcomes are there; those that could not be read.
    judged : str
        The label of the period that `population` is about: the newest with 200 loans.
    population : Population
    performance : Performance or None
        Of all loans with known outcomes; None where they are not there or too few.
    validation, vintages : as of an evaluation
    periods : tuple of Period
        The oldest first.
    conclusion : Conclusion
    """

    model: str
    sha256: str
    file: str
    data: tuple[Mapping[str, str], ...]
    reference: str
    target: Target
    cutoff: float
    rows: int
    set_aside: int
    rejected: int
    judged: str
    population: Population
    performance: Performance | None
    validation: Validation | None
    vintages: Vintages | None
    periods: tuple[Period, ...]
    conclusion: Conclusion
    gates: tuple[GateResult, ...]
    remarks: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Watched:
    """The figures that a gate may name; NaN where these loans do not determine them."""

    psi: float
    psi_critical: float
    psi_p: float
    column_psi: float
    columns_shifted: int
    emptied: int
    mean_pd: Estimate
    mean_pd_change: Estimate
    approval_rate: Estimate
    missing_rise: float
    unseen_rise: float
    default_rate: Estimate
    observed_over_expected: Estimate
    calibration_slope: Estimate
    calibration_p: float
    auc: Estimate
    auc_fall: float
    auc_fall_p: float
    validation: Conclusion


def watched(population: Population, found: Performance | None, conclusion: Conclusion) -> Watched:
    """Return what gates may name. Dates are no columns here, for they always go on."""
    columns = [each for each in population.columns if each.reads != "a date"]
    indices = [each.psi for each in columns if not math.isnan(each.psi)]
    return Watched(
        psi=population.psi,
        psi_critical=population.critical,
        psi_p=population.p_value,
        column_psi=max(indices, default=math.nan),
        columns_shifted=len(population.shifted),
        emptied=population.emptied,
        mean_pd=population.mean_pd,
        mean_pd_change=population.mean_pd_change,
        approval_rate=population.approval_rate,
        missing_rise=max((each.missing - each.reference_missing for each in columns), default=math.nan),
        unseen_rise=max((each.unseen - each.reference_unseen for each in columns), default=math.nan),
        default_rate=found.default_rate if found else NO_ESTIMATE,
        observed_over_expected=found.observed_over_expected if found else NO_ESTIMATE,
        calibration_slope=found.calibration_slope if found else NO_ESTIMATE,
        calibration_p=found.calibration_p if found else math.nan,
        auc=found.auc if found else NO_ESTIMATE,
        auc_fall=found.development_auc - found.auc.value if found else math.nan,
        auc_fall_p=found.auc_fall_p if found else math.nan,
        validation=conclusion,
    )


def conclude(population: Population, found: Performance | None, validation: Validation | None) -> Conclusion:
    """Return what to do, by `RULE`."""
    rebuild, mix = _ranking(found)
    recalibrate, slight = _level(found, validation)
    moved = _shifts(population)
    few = population.reads == "too few"
    said = [f"{counted(population.rows, 'loan')} are too few to tell: 200 are needed"] if few else []
    action = (
        "rebuild" if rebuild else "recalibrate" if recalibrate else
        "watch" if mix or slight or moved or few else "nothing"
    )  # fmt: skip
    reasons = (*rebuild, *recalibrate, *mix, *slight, *moved, *said)
    kind = _kind(bool(rebuild or recalibrate or slight), bool(moved or mix), found)
    quiet = "PDs and columns are spread as before" if population.reads != "too few" else ""
    return Conclusion(
        action,
        _LIGHTS[action],
        kind,
        reasons or tuple(filter(None, (quiet, _fine(found)))),
        _advice(action, kind),
        RULE,
    )


def _fine(found: Performance | None) -> str:
    if found is None:
        return "no outcomes are known, so nothing is said of default rates"
    return f"outcomes agree with the PDs and the ranking at development ({counted(found.defaults, 'default')})"


def _kind(concept: bool, population: bool, found: Performance | None) -> str:
    if concept:
        return "both" if population else "concept shift"
    if found is None:
        return "population shift; concept shift not known" if population else "not known"
    return "population shift" if population else "no shift"


def _advice(action: str, kind: str) -> str:
    if action == "watch" and "population" in kind:
        return (
            "Find out why the loans changed (a new channel, a unit, a broken feed), "
            "and judge the PDs when outcomes come."
        )
    return {
        "nothing": "Go on, and look again with the next loans.",
        "watch": "Look again soon, with more loans and outcomes.",
        "recalibrate": "Keep the ranking and fit the level to recent loans with outcomes: `creditrisk recalibrate`.",
        "rebuild": "Train a new model on recent loans, and compare it with this one before it takes over.",
    }[action]


def _ranking(found: Performance | None) -> tuple[list[str], list[str]]:
    """Return what speaks for a new model, and a fall of AUC that the loans themselves explain."""
    if found is None or not (found.auc_fall_p < ALPHA and found.development_auc - found.auc.value >= FALL):
        return [], []
    words = f"AUC fell from {found.development_auc:.3f} to {found.auc.value:.3f} (p {_p_words(found.auc_fall_p)})"
    if found.auc.high < found.expected_auc:
        return [f"{words}, though right PDs would reach {found.expected_auc:.3f} on these loans"], []
    return [], [f"{words}, as right PDs would on these loans, which are more alike: the population, not the model"]


def _level(found: Performance | None, validation: Validation | None) -> tuple[list[str], list[str]]:
    """Return what speaks for a recalibration, and what is sure but slight."""
    if found is None:
        return [], []
    ratio, slope = found.observed_over_expected.value, found.calibration_slope.value
    far, near = _red_grades(validation)
    if not found.calibration_p < ALPHA:
        return far, near
    words = f"observed / expected is {ratio:.2f} and the slope {slope:.2f} (p {_p_words(found.calibration_p)})"
    if abs(ratio - 1) > MISS or not SLOPES[0] <= slope <= SLOPES[1]:
        return [words, *far, *near], []
    return far, [words, *near]


def _red_grades(validation: Validation | None) -> tuple[list[str], list[str]]:
    """Return words on grades whose PDs are surely too low, by far and by little: with loans enough little is sure."""
    red = [row for row in validation.grades if row.verdict == "red"] if validation else []
    far = [row.grade for row in red if row.default_rate.value > (1 + MISS) * row.pd]
    near = [row.grade for row in red if row.grade not in far]
    return (
        [f"the PD of grade {', '.join(far)} is too low"] if far else [],
        [f"the PD of grade {', '.join(near)} is too low, by less than {MISS:.0%}"] if near else [],
    )


def _p_words(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _shifts(population: Population) -> list[str]:
    """Return what has moved visibly, and surely."""
    said = []
    if population.reads in ("noted", "large"):
        bound = LARGE if population.reads == "large" else NOTED
        said.append(f"the PDs are spread otherwise: PSI {population.psi:.2f}, above {bound} and what chance gives")
    shifted = population.shifted
    if shifted:
        names = "; ".join(_named(each) for each in shifted[:_MOST_NAMES])
        more = f"; and {counted(len(shifted) - _MOST_NAMES, 'further column')}" if len(shifted) > _MOST_NAMES else ""
        said.append(f"columns are spread otherwise: {names}{more}")
    unknown = [each for each in population.columns if _more_unseen(each, population)]
    if unknown:
        names = ", ".join(f"{shown(each.name)} {each.unseen:.1%}" for each in unknown[:_MOST_NAMES])
        said.append(f"levels that the model does not know: {names} of the loans")
    return said


def _named(column: ColumnDrift) -> str:
    return f"{shown(column.name)} PSI {column.psi:.2f} ({column.moved})"


def _more_unseen(column: ColumnDrift, population: Population) -> bool:
    """Whether levels that the model does not know are surely and visibly more frequent, by Bonferroni over columns."""
    if population.reads == "too few" or not column.unseen - column.reference_unseen > _UNSEEN:
        return False
    n, m = population.reference_rows, population.rows
    p_value = share_difference((round(column.reference_unseen * n), n), (round(column.unseen * m), m))
    return p_value < ALPHA / len(population.columns)


def judged_period(periods: Sequence[Period], fewest: int) -> Period:
    """Return the newest period with so many loans; where there is none, the largest."""
    large = [each for each in periods if each.population.rows >= fewest]
    return large[-1] if large else max(periods, key=lambda each: each.population.rows)


def check_names(gates: Sequence[Gate]) -> None:
    """Refuse gates that name no figure of a monitoring, before the long work.

    Raises
    ------
    UsageError
        As `gates.check_gates`.
    """
    blank = Conclusion("nothing", "green", "", (), "", "")
    check_gates(gates, watched(_NO_POPULATION, None, blank))


_NO_POPULATION = Population(
    0, 0, "", math.nan, math.nan, math.nan, 0, 0, NO_ESTIMATE, NO_ESTIMATE, NO_ESTIMATE, math.nan, math.nan, (), ()
)
