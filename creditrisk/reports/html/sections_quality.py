"""The sections on how good the PDs are: ranking and loss, then calibration and the supervisor's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.reports.html.blocks import Block, Cell, Prose, Section, Table, charts, section, table
from creditrisk.reports.html.charts_calibration import grades_chart, reliability_chart
from creditrisk.reports.html.charts_ranking import gains_chart, histogram_chart, ks_chart, roc_chart
from creditrisk.reports.html.fields import fields_table
from creditrisk.reports.html.sections_facts import TONES
from creditrisk.reports.html.texts import (
    P_VALUE,
    PERCENT,
    RATE,
    SHARE,
    central,
    figure_cell,
    interval,
    number,
    number_cell,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.metrics.estimate import Estimate

    #: Name, key at development, figure, form, how it reads.
    Row = tuple[str, str, Estimate | float | None, str, str]

#: The shares of the loans at which capture and lift are given.
_RISKIEST = ("5 %", "10 %", "20 %")


def quality_section(e: Evaluation, development: Mapping[str, Any]) -> Section | None:
    """Return how well the loans are told apart, and how good the PDs are as predictions."""
    curves = getattr(e, "curves", None)
    drawn: list[Any] = []
    if curves is not None and curves.cutoffs:
        c = e.confusion
        drawn = [
            roc_chart(curves.cutoffs, e.auc.value, (1 - c.specificity.value, c.recall.value)),
            gains_chart(curves.cutoffs, e.default_rate.value),
            ks_chart(curves.cutoffs, central(e.ks), e.ks_cutoff),
            histogram_chart(curves.histogram),
        ]
    figures = _figures("Figures with their 95 % intervals", _quality(e), development)
    return section("quality", "How good is it?", figures, table(_riskiest(e)), charts(*drawn), table(_gains(e)))


def _quality(e: Evaluation) -> list[Row]:
    rows: list[Row] = [
        ("AUC", "auc", e.auc, ".4f", "0.5 knows nothing, 1 ranks perfectly"),
        ("Gini", "gini", e.gini, ".4f", "2 AUC − 1"),
        ("KS", "ks", e.ks, ".4f", "largest distance of the two distributions"),
        ("KS at the training cut-off", "ks_at_cutoff", e.ks_at_cutoff, ".4f",
         f"PD {number(e.ks_cutoff, PERCENT)}, fixed before"),
        ("H-measure", "h_measure", getattr(e, "h_measure", None), ".4f", "0 knows nothing, 1 is perfect"),
        ("PR-AUC", "pr_auc", e.pr_auc, ".4f",
         f"average precision; {number(e.default_rate.value, '.4f')} knows nothing"),
        ("PR gain", "pr_gain", getattr(e, "pr_gain", None), ".4f", "area under precision-recall-gain; 1 is perfect"),
    ]  # fmt: skip
    rows += [
        ("BCE", "bce", e.bce, ".4f", "loss per loan in nats, lower is better"),
        ("BCE skill", "bce_skill", e.bce_skill, ".4f", "0 is the training default rate for all, 1 is perfect"),
        ("Brier score", "brier", e.brier, ".4f", "mean squared error of the PD, lower is better"),
        ("Brier skill", "brier_skill", getattr(e, "brier_skill", None), ".4f", "0 is the default rate for all"),
    ]
    return [row for row in rows if row[2] is not None]


def _figures(caption: str, rows: list[Row], development: Mapping[str, Any]) -> Table:
    """Return figures with their intervals, beside those at development where they are known."""
    before = ("at development",) if development else ()
    made = []
    for name, key, figure, form, reads in rows:
        known = [Cell(number(_then(development, key), form))] if development else []
        made.append((Cell(name, reads), Cell(number(central(figure), form)), Cell(interval(figure, form)), *known))
    return Table(caption, ("", "value", "95 % interval", *before), tuple(made), in_card=True)


def _then(development: Mapping[str, Any], key: str) -> float | None:
    """Return a figure at development, as far as the model file has it."""
    then = development.get(key)
    then = then.get("value") if isinstance(then, dict) else then
    return float(then) if isinstance(then, (int, float)) else None


def _riskiest(e: Evaluation) -> Table:
    """Return how many of the defaults are among the riskiest loans."""
    found = zip(_RISKIEST, getattr(e, "capture", None) or (), getattr(e, "lift", None) or (), strict=False)
    rows = tuple((Cell(share), figure_cell(capture, SHARE), figure_cell(lift, ".2f")) for share, capture, lift in found)
    caption = "The riskiest loans by PD: the share of all defaults among them, and their default rate over that of all"
    return Table(caption, ("riskiest share", "capture", "lift"), rows, in_card=True)


def _gains(e: Evaluation) -> Table:
    headings = ("band", "loans", "defaults", "default rate", "mean PD", "lift", "defaults so far", "repaid so far")
    rows = tuple(
        (
            Cell(str(row.band)), Cell(f"{row.loans:,}"), Cell(f"{row.defaults:,}"),
            figure_cell(row.default_rate, RATE), Cell(number(row.mean_pd, RATE)), Cell(f"{row.lift:.2f}"),
            Cell(number(row.cumulative_defaults, SHARE)), Cell(number(row.cumulative_repaid, SHARE)),
        )
        for row in e.gains
    )  # fmt: skip
    return Table("Gains, from the riskiest band to the safest", headings, rows)


def calibration_section(e: Evaluation, development: Mapping[str, Any]) -> Section | None:
    """Return whether the PDs come true: figures, curve, decomposition, grades and tests."""
    corp = getattr(e, "corp", None)
    validation = getattr(e, "validation", None)
    blocks: list[Block | None] = [_figures("Figures with their 95 % intervals", _calibration(e), development)]
    blocks.append(_error(e))
    drawn = []
    if corp is not None:
        drawn.append(reliability_chart(corp.reliability))
    if validation is not None:
        drawn.append(grades_chart(validation.grades))
    blocks += [charts(*drawn), None if corp is None else _decomposition(corp)]
    if validation is not None:
        blocks += [table(_grades(validation)), _grades_note(validation), table(_checks(validation))]
        blocks += [fields_table("Neighbouring grades", getattr(validation, "neighbours", ()))]
        blocks += [fields_table("Concentration of the loans in grades", _one(validation, "concentration"))]
    return section("calibration", "How well calibrated is it?", *blocks)


def _one(holder: Any, name: str) -> tuple[Any, ...]:
    value = getattr(holder, name, None)
    return () if value is None else (value,)


def _calibration(e: Evaluation) -> list[Row]:
    return [
        ("observed / expected", "observed_over_expected", e.observed_over_expected, ".3f",
         "1 is right; above 1: PDs too low"),
        ("calibration in the large", "calibration_in_the_large", e.calibration_in_the_large, "+.3f",
         "0 is right; a shift of the log-odds"),
        ("calibration intercept", "calibration_intercept", e.calibration_intercept, "+.3f",
         "0 is right, with the slope"),
        ("calibration slope", "calibration_slope", e.calibration_slope, ".3f", "1 is right; below 1: too extreme"),
    ]  # fmt: skip


def _error(e: Evaluation) -> Prose:
    ece = e.ece
    text = (
        f"The calibration error (ECE) is {number(ece.value, '.4f')}. Right PDs would show "
        f"{number(ece.expected, '.4f')} on these loans, and at most {number(ece.highest, '.4f')} in 95 of 100 samples "
        f"(p = {number(ece.p_value, P_VALUE)})."
    )
    return Prose(text, in_card=True)


def _decomposition(corp: Any) -> Table:
    """Return the parts of both scores: score = miscalibration − discrimination + uncertainty."""
    headings = ("score", "value", "miscalibration", "if all PDs were right", "p", "discrimination", "uncertainty")
    rows = []
    for name, part in (("BCE", corp.bce), ("Brier score", corp.brier)):
        right = Cell(number(part.expected, ".5f"), f"up to {number(part.highest, '.5f')}")
        rows.append((
            Cell(name), Cell(number(part.score, ".4f")), Cell(number(part.miscalibration, ".5f")), right,
            Cell(number(part.p_value, P_VALUE)), Cell(number(part.discrimination, ".4f")),
            Cell(number(part.uncertainty, ".4f")),
        ))  # fmt: skip
    caption = "Where the score comes from: miscalibration − discrimination + uncertainty (CORP)"
    return Table(caption, headings, tuple(rows), in_card=True)


def _tested(text: str) -> Cell:
    return Cell(text, tone=text if text in TONES else "muted")


def _grades(validation: Any) -> Table:
    """Return a row a grade and one for the portfolio; under a correlation its test decides, and Jeffreys' is beside."""
    correlated = validation.rho > 0
    decides = "correlated" if correlated else "jeffreys"
    beside = ("too low if independent",) if correlated else ()
    headings = ("grade", "loans", "share", "PD", "default rate", "too low", "too high", *beside, "power", "verdict")
    rows = []
    for row in (*validation.grades, validation.portfolio):
        independent = [Cell(number(row.jeffreys_too_low, P_VALUE))] if correlated else []
        rows.append((
            Cell(row.grade), Cell(f"{row.loans:,}", f"{row.defaults:,} defaults"), Cell(number(row.share, SHARE)),
            Cell(number(row.pd, RATE)), figure_cell(row.default_rate, RATE),
            _adjusted(getattr(row, f"{decides}_too_low"), row.adjusted_too_low),
            _adjusted(getattr(row, f"{decides}_too_high"), row.adjusted_too_high), *independent,
            Cell(number(row.power, SHARE)), _tested(row.verdict),
        ))  # fmt: skip
    of = f"defaults with a correlation of {validation.rho:g}" if correlated else "independent defaults (Jeffreys)"
    caption = f"Grades against their PD, and all loans: p-values of {of}"
    return Table(caption, headings, tuple(rows), words_after=1, in_card=True)


def _adjusted(plain: float, adjusted: float) -> Cell:
    note = "" if adjusted != adjusted else f"Holm {number(adjusted, P_VALUE)}"  # NaN is no adjusted p-value
    return Cell(number(plain, P_VALUE), note)


def _grades_note(validation: Any) -> Prose:
    return Prose(
        "Too low, too high: how likely at least this many, or this few, defaults are if the PD is right; small values "
        f"speak against it (tests at {100 * validation.alpha:g} %). Holm: corrected for testing several grades. Power: "
        "how often a default rate of 1.2 times the PD would be found. A PD that is not rejected at low power is not "
        "shown to be right.",
        small=True,
    )


def _checks(validation: Any) -> Table:
    headings = ("test", "statistic", "p", "level", "power", "verdict")
    rows = tuple(
        (
            Cell(check.name, check.reads), number_cell(check.statistic, ".3f"), Cell(number(check.p_value, P_VALUE)),
            Cell(number(check.level, SHARE)), Cell(number(check.power, SHARE)), _tested(check.verdict),
        )
        for check in validation.checks
    )  # fmt: skip
    return Table("Tests of the whole, with their exact level and power where known", headings, rows, words_after=1)
