"""Reports for people: read from top to bottom like an answer. Colours on a terminal, plain text when piped."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from creditrisk.audit.results import Audit
from creditrisk.errors import counted, printable, shown
from creditrisk.evaluation.compare import Comparison
from creditrisk.evaluation.explanation import Explanation
from creditrisk.evaluation.monitoring import Monitoring
from creditrisk.evaluation.results import Training
from creditrisk.reports.audit_words import audit_remarks
from creditrisk.reports.console_audit import audit_report
from creditrisk.reports.console_compare import comparison_report
from creditrisk.reports.console_explain import explanation_report
from creditrisk.reports.console_figures import evaluation_section
from creditrisk.reports.console_gates import gates_section
from creditrisk.reports.console_groups import groups_sections
from creditrisk.reports.console_leaderboard import leaderboard_section
from creditrisk.reports.console_money import money_section
from creditrisk.reports.console_monitor import monitoring_report
from creditrisk.reports.console_tables import line, print_table, table, title
from creditrisk.reports.console_validation import validation_section
from creditrisk.reports.wording import (
    calibration_words,
    class_weight_words,
    columns_words,
    drawn_words,
    estimate_words,
    left_out,
    model_words,
    percent,
    seconds_words,
    target_words,
    weight_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.gates import GateResult
    from creditrisk.evaluation.results import DataFacts, Judgement, ModelFacts
    from creditrisk.evaluation.reweighting import ReweightingEffect
    from creditrisk.models.calibrating import CalibrationEffect

#: Wide enough that no table is ever cut where nobody can widen the window.
_PIPED_WIDTH = 200
_LONGEST_NAME = 40
_SHARE_OF = {
    "lightgbm": "the gain in the objective",
    "scorecard": "the spread of the points",
    "blend": "what drives its members, by their weights",
}


def report(result: Training | Judgement | Comparison | Monitoring | Audit | Explanation, stream: TextIO) -> None:
    """Write the report of a training, an evaluation, a comparison, a monitoring, an audit or an explanation."""
    if stream.isatty():
        _render(result, Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True))
        return
    text = io.StringIO()
    _render(
        result,
        Console(file=text, width=_PIPED_WIDTH, markup=False, highlight=False, emoji=False, soft_wrap=True),
    )
    stream.write("".join(f"{row.rstrip()}\n" for row in text.getvalue().strip("\n").split("\n")))


def _render(result: Training | Judgement | Comparison | Monitoring | Audit | Explanation, console: Console) -> None:
    if isinstance(result, Training):
        _training(console, result)
    elif isinstance(result, Comparison):
        comparison_report(console, result)
    elif isinstance(result, Monitoring):
        monitoring_report(console, result)
    elif isinstance(result, Audit):
        audit_report(console, result)
    elif isinstance(result, Explanation):
        explanation_report(console, result)
    else:
        _judgement(console, result)


def _training(console: Console, result: Training) -> None:
    model = result.model
    _data(console, result.data)
    _model(console, model)
    leaderboard_section(console, result.leaderboard, result.raced)
    evaluation_section(console, result.held_out, f"the {result.held_out.loans:,} held-out loans", {})
    _further(console, result.held_out)
    if result.calibration is not None:
        _calibration(console, result.calibration)
    if result.reweighting is not None:
        _reweighting(console, result.reweighting)
    _drivers(console, result.importance, model.kind)
    gates_section(console, result.gates)
    audited = audit_remarks(result.findings, [column.name for column in result.data.dropped])
    _watch(console, (*result.remarks, *audited), result.held_out, result.gates)
    title(console, "Saved")
    size = f"{model.bytes / 1024:,.0f} KiB" if model.bytes else ""
    line(console, f"{printable(model.path)}  {size}  SHA-256 {model.sha256[:16]}…  in {seconds_words(result.seconds)}")


def _data(console: Console, data: DataFacts) -> None:
    title(console, "What was learned from")
    rate = data.defaults / data.loans
    line(console, f"{printable(data.file)}: {data.loans:,} loans, {data.defaults:,} defaults ({percent(rate)})")
    drawn = drawn_words(data.loans, data.drawn_from, data.roles.group)
    if drawn:
        line(console, drawn)
    line(console, target_words(data.target))
    for rows, reason in ((data.set_aside, "set aside: their outcome is neither default nor repaid"),
                         (data.rejected, "skipped: they could not be read (see --rejects)")):  # fmt: skip
        if rows:
            line(console, f"{counted(rows, 'row')} {reason}")
    line(console, f"{data.training_loans:,} loans to learn from, {data.held_out_loans:,} held out: {data.split}")
    for loans, reason in ((data.still_watched, "whether they default was not known when the held-out ones begin"),
                          (data.related, f"their {shown(data.roles.group)} has held-out loans")):  # fmt: skip
        if loans:
            line(console, f"{counted(loans, 'loan')} on neither side: {reason}")
    if data.roles.weight:
        line(console, weight_words(data.roles))
    line(console, f"columns used: {columns_words(data.columns)}")
    for name, rule in data.units.items():
        line(console, f"{shown(name, most=_LONGEST_NAME)} is read as a number: {printable(rule)}", style="dim")
    for reason, names in left_out(data.dropped).items():
        line(console, f"left out, {reason}: {names}", style="dim")


def _model(console: Console, model: ModelFacts) -> None:
    made = f"{model_words(model.kind, model.chosen)} (out-of-fold BCE {model.out_of_fold_bce:.4f})"
    line(console, made)
    line(console, class_weight_words(model))
    if model.calibration.asked != "none":
        line(console, f"calibration {calibration_words(model.calibration)}")
    if model.refitted_on:
        line(console, f"saved is its twin, fitted once more on all {model.refitted_on:,} loans")


def _judgement(console: Console, result: Judgement) -> None:
    title(console, "What was judged")
    line(console, f"{printable(result.model)} on {printable(result.file)}")
    if result.set_aside:
        line(console, f"{result.set_aside:,} of {result.rows:,} rows set aside: their outcome is neither label")
    if result.rejected:
        line(console, f"{counted(result.rejected, 'row')} skipped: they could not be read (see --rejects)")
    evaluation_section(console, result.figures, f"{result.figures.loans:,} loans", result.development)
    _further(console, result.figures)
    gates_section(console, result.gates)
    _watch(console, result.remarks, result.figures, result.gates)


def _further(console: Console, figures: Evaluation) -> None:
    """Print what goes beyond the figures: the supervisor's tests, time and groups, money."""
    validation_section(console, figures.validation)
    groups_sections(console, figures.vintages, figures.segmentations, figures.protected)
    if figures.money is not None:
        money_section(console, figures.money)


def _calibration(console: Console, effect: CalibrationEffect) -> None:
    title(console, "What the calibration changed, out of fold, each fold by a calibration of the others")
    line(console, f"BCE {estimate_words(effect.bce_difference, '+.5f')}: below 0 it pays")
    before, after = (estimate_words(slope, ".3f") for slope in (effect.slope_before, effect.slope_after))
    line(console, f"calibration slope {before} before, {after} after")


def _reweighting(console: Console, effect: ReweightingEffect) -> None:
    title(console, "What the class weights changed, on the held-out loans")
    rows = table(["", "AUC", "BCE", "observed /\nexpected", "calibration\nslope", "recall\nat 0.5"])
    for variant in effect.variants:
        figures = (variant.auc, variant.bce, variant.observed_over_expected, variant.calibration_slope)
        cells = [f"{figure.value:.4f}" for figure in figures]
        rows.add_row(variant.name, *cells, percent(variant.recall_at_half.value))
    print_table(console, rows)
    auc, bce = (estimate_words(figure, "+.4f") for figure in (effect.auc_difference, effect.bce_difference))
    line(console, f"restored less unweighted: AUC {auc}, BCE {bce}")


def _drivers(console: Console, importance: Mapping[str, float], kind: str, most: int = 10) -> None:
    share_of = _SHARE_OF[kind]
    title(console, f"What drives it?  Share of {share_of}")
    rows = table(["", "share", ""], words_last=True)
    largest = max(importance.values(), default=0.0) or 1.0
    used = {name: share for name, share in importance.items() if share > 0}
    for name, share in list(used.items())[:most]:
        bar = Text("█" * round(24 * share / largest), style="cyan")
        rows.add_row(shown(name, most=_LONGEST_NAME), percent(share), bar)
    print_table(console, rows)
    if len(used) > most:
        line(console, f"and {counted(len(used) - most, 'further column')}", style="dim")
    if len(used) < len(importance):
        line(console, f"{counted(len(importance) - len(used), 'column')} the model does not use", style="dim")


def _watch(console: Console, remarks: Sequence[str], figures: Evaluation, gates: Sequence[GateResult]) -> None:
    title(console, "What to watch")
    said = [part.remarks for part in figures.segmentations] + [part.remarks for part in figures.protected]
    said += [figures.vintages.remarks] if figures.vintages is not None else []
    said += [figures.money.remarks] if figures.money is not None else []
    above = sum(map(len, said)) + len([gate for gate in gates if gate.failed])
    above += figures.validation.verdict != "green"
    for remark in remarks:
        line(console, f"• {remark}", style="yellow")
    if above:
        line(console, f"• and {counted(above, 'remark')} in the sections above", style="yellow")
    elif not remarks:
        line(console, "nothing unusual was seen")
