"""Reports for people: read from top to bottom like an answer. Colours on a terminal, plain text when piped."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from creditrisk.errors import counted, printable, shown
from creditrisk.evaluation.results import Training
from creditrisk.reports.wording import (
    class_weight_words,
    columns_words,
    estimate_cells,
    left_out,
    percent,
    seconds_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.results import Judgement
    from creditrisk.evaluation.reweighting import ReweightingEffect

#: Wide enough that no table is ever cut where nobody can widen the window.
_PIPED_WIDTH = 200
#: A narrower terminal shows figures without the words on how to read them.
_ROOM_FOR_WORDS = 120
_LONGEST_NAME = 40


def report(result: Training | Judgement, stream: TextIO) -> None:
    """Write the report of a training or an evaluation."""
    if stream.isatty():
        _render(result, Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True))
        return
    text = io.StringIO()
    _render(
        result,
        Console(file=text, width=_PIPED_WIDTH, markup=False, highlight=False, emoji=False, soft_wrap=True),
    )
    stream.write("".join(f"{line.rstrip()}\n" for line in text.getvalue().strip("\n").split("\n")))


def _render(result: Training | Judgement, console: Console) -> None:
    if isinstance(result, Training):
        _training(console, result)
    else:
        _judgement(console, result)


def _title(console: Console, text: str) -> None:
    console.print(Text(f"\n{text}", style="bold"))


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(f"  {text}", style=style))


def _table(headings: Sequence[str], *, words_last: bool = False) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for index, heading in enumerate(headings):
        words = index == 0 or (words_last and index == len(headings) - 1)
        table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    return table


def _print_table(console: Console, table: Table) -> None:
    from rich.padding import Padding

    console.print(Padding(table, (0, 0, 0, 2)), soft_wrap=False)


def _training(console: Console, result: Training) -> None:
    data, model = result.data, result.model
    _title(console, "What was learned from")
    rate = data.defaults / data.loans
    _line(console, f"{printable(data.file)}: {data.loans:,} loans, {data.defaults:,} defaults ({percent(rate)})")
    labels = ", ".join(shown(label) for label in data.target.default_labels)
    _line(console, f"default means {shown(data.target.name)} = {labels}")
    if data.set_aside:
        _line(console, f"{data.set_aside:,} rows set aside: their outcome is neither default nor repaid")
    split = f"{data.training_loans:,} loans to learn from, {data.held_out_loans:,} held out at random"
    _line(console, f"{split} (stratified, seed {model.seed})")
    _line(console, f"columns used: {columns_words(data.columns)}")
    for reason, names in left_out(data.dropped).items():
        _line(console, f"left out, {reason}: {names}", style="dim")
    chosen = f"LightGBM, {counted(model.trees, 'tree')} chosen by cross-validation"
    chosen += f" (out-of-fold BCE {model.out_of_fold_bce:.4f})"
    _line(console, f"{chosen}; {class_weight_words(model)}")
    _evaluation(console, result.held_out, f"the {result.held_out.loans:,} held-out loans", {})
    if result.reweighting is not None:
        _reweighting(console, result.reweighting)
    _drivers(console, result.gain_share)
    _watch(console, result.remarks)
    _title(console, "Saved")
    size = f"{model.bytes / 1024:,.0f} KiB" if model.bytes else ""
    _line(console, f"{printable(model.path)}  {size}  SHA-256 {model.sha256[:16]}…  in {seconds_words(result.seconds)}")


def _judgement(console: Console, result: Judgement) -> None:
    _title(console, "What was judged")
    _line(console, f"{printable(result.model)} on {printable(result.file)}")
    if result.set_aside:
        _line(console, f"{result.set_aside:,} of {result.rows:,} rows set aside: their outcome is neither label")
    _evaluation(console, result.figures, f"{result.figures.loans:,} loans", result.development)
    _watch(console, result.remarks)


def _evaluation(console: Console, e: Evaluation, on: str, development: Mapping[str, Any]) -> None:
    _title(console, f"How good is it?  On {on}, {e.defaults:,} defaults ({percent(e.default_rate.value)})")
    quality = [
        ("AUC", "auc", "0.5 knows nothing, 1 ranks perfectly", ".4f"),
        ("Gini", "gini", "2 AUC − 1", ".4f"),
        ("KS", "ks", "largest distance of the two distributions", ".4f"),
        ("KS at the training cut-off", "ks_at_cutoff", f"PD {e.ks_cutoff:.4f}, fixed before", ".4f"),
        ("BCE", "bce", "loss per loan in nats, lower is better", ".4f"),
        ("BCE skill", "bce_skill", "0 is the training default rate for all, 1 is perfect", ".4f"),
        ("Brier score", "brier", "mean squared error of the PD", ".4f"),
    ]
    _figures(console, e, quality, development)
    _title(console, f"How well calibrated is it?  Mean PD {percent(e.mean_pd)}")
    calibration = [
        ("observed / expected", "observed_over_expected", "1 is right; above 1: PDs too low", ".3f"),
        ("calibration in the large", "calibration_in_the_large", "0 is right; a shift of the log-odds", "+.3f"),
        ("calibration intercept", "calibration_intercept", "0 is right, with the slope", "+.3f"),
        ("calibration slope", "calibration_slope", "1 is right; below 1: too extreme", ".3f"),
    ]
    _figures(console, e, calibration, development)
    _gains(console, e)


def _figures(
    console: Console, e: Evaluation, figures: Sequence[tuple[str, str, str, str]], development: Mapping[str, Any]
) -> None:
    """Print figures with their intervals; how to read them is said where there is room for it."""
    wide = console.width >= _ROOM_FOR_WORDS
    before = ["at development"] if development else []
    table = _table(["", "value", "95 % interval", *before, *(["reads"] if wide else [])], words_last=wide)
    for name, key, reads, form in figures:
        then = development.get(key)
        then = then.get("value") if isinstance(then, dict) else then
        known = format(then, form) if isinstance(then, (int, float)) else "–"
        words = [Text(reads, style="dim")] if wide else []
        table.add_row(name, *estimate_cells(getattr(e, key), form), *([known] if development else []), *words)
    _print_table(console, table)


def _gains(console: Console, e: Evaluation) -> None:
    _title(console, "Gains, from the riskiest tenth to the safest")
    table = _table(
        ["", "loans", "defaults", "rate", "95 % interval", "mean PD", "lift", "defaults\nso far", "repaid\nso far"]
    )
    for row in e.gains:
        rate = row.default_rate
        table.add_row(
            str(row.band), f"{row.loans:,}", f"{row.defaults:,}",
            percent(rate.value), f"{percent(rate.low).removesuffix(' %')} – {percent(rate.high)}",
            percent(row.mean_pd), f"{row.lift:.2f}", percent(row.cumulative_defaults), percent(row.cumulative_repaid),
        )  # fmt: skip
    _print_table(console, table)


def _reweighting(console: Console, effect: ReweightingEffect) -> None:
    _title(console, "What the class weights changed, on the held-out loans")
    table = _table(["", "AUC", "BCE", "observed / expected", "calibration slope"])
    for variant in effect.variants:
        figures = (variant.auc, variant.bce, variant.observed_over_expected, variant.calibration_slope)
        table.add_row(variant.name, *(f"{figure.value:.4f}" for figure in figures))
    _print_table(console, table)
    auc, bce = effect.auc_difference, effect.bce_difference
    _line(console, f"restored less unweighted: AUC {auc.value:+.4f} ({auc.low:+.4f} – {auc.high:+.4f}), "
                   f"BCE {bce.value:+.4f} ({bce.low:+.4f} – {bce.high:+.4f})")  # fmt: skip


def _drivers(console: Console, gain_share: Mapping[str, float], most: int = 10) -> None:
    _title(console, "What drives it?  Share of the gain in the objective")
    table = _table(["", "share", ""], words_last=True)
    largest = max(gain_share.values(), default=0.0) or 1.0
    for name, share in list(gain_share.items())[:most]:
        table.add_row(
            shown(name, most=_LONGEST_NAME), percent(share), Text("█" * round(24 * share / largest), style="cyan")
        )
    _print_table(console, table)
    if len(gain_share) > most:
        _line(console, f"and {counted(len(gain_share) - most, 'further column')}", style="dim")


def _watch(console: Console, remarks: Sequence[str]) -> None:
    _title(console, "What to watch")
    for remark in remarks:
        _line(console, f"• {remark}", style="yellow")
    if not remarks:
        _line(console, "nothing unusual was seen")
