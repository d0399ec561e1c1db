"""A comparison on the console: each side's figures, the paired differences, the swap set, and one sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from creditrisk.errors import counted, printable, shown
from creditrisk.reports.console_gates import gates_section
from creditrisk.reports.console_tables import line, print_table, table, title
from creditrisk.reports.wording import estimate_cells, percent

if TYPE_CHECKING:
    from rich.console import Console

    from creditrisk.evaluation.compare import Comparison, Side, SwapSet
    from creditrisk.evaluation.disagreement import Shift

_LONGEST_NAME = 60
#: A narrower terminal shows differences without the words on how to read them.
_ROOM_FOR_WORDS = 120
_SHIFTS = {2: "2+ fifths riskier", 1: "1 fifth riskier", 0: "same fifth", -1: "1 fifth safer", -2: "2+ fifths safer"}


def comparison_report(console: Console, result: Comparison) -> None:
    """Print a whole comparison; its last line is the conclusion."""
    _judged(console, result)
    _sides(console, result)
    _differences(console, result)
    _equal_approval(console, result)
    _disagreement(console, result)
    gates_section(console, result.gates)
    title(console, "What to watch")
    for remark in result.remarks:
        line(console, f"• {printable(remark)}", style="yellow")
    title(console, "Is B better than A?")
    line(console, result.rule[0].upper() + result.rule[1:], style="dim")
    line(console, result.conclusion, style="bold")


def _judged(console: Console, result: Comparison) -> None:
    title(console, "What was compared")
    line(console, f"A, the champion: {_name(result.a)}")
    line(console, f"B, the challenger: {_name(result.b)}")
    weighted = f", weighted by {result.weights}" if result.weights else ""
    rate = percent(result.default_rate.value)
    loans = f"{counted(result.loans, 'loan')}, {counted(result.defaults, 'default')} ({rate}{weighted})"
    line(console, f"on {printable(result.file)}: {loans}")
    for rows, reason in ((result.set_aside, "their outcome is neither label"),
                         (result.unscored, "a score column holds no number for them")):  # fmt: skip
        if rows:
            line(console, f"{rows:,} of {result.rows:,} rows set aside: {reason}")
    if result.rejected:
        line(console, f"{counted(result.rejected, 'row')} skipped: they could not be read (see --rejects)")


def _name(side: Side) -> str:
    if side.kind == "model":
        return printable(side.name)
    how = f"PDs mapped from it: {side.mapping}" if side.mapping else "PDs as they stand"
    return f"score column {shown(side.name, most=_LONGEST_NAME)} ({how})"


def _sides(console: Console, result: Comparison) -> None:
    title(console, "How good is each?")
    rows = table(["", "A", "95 % interval", "B", "95 % interval"])
    for name, key, form in (("AUC", "auc", ".4f"), ("Gini", "gini", ".4f"), ("KS", "ks", ".4f"), ("BCE", "bce", ".4f"),
                            ("Brier score", "brier", ".4f"),
                            ("observed / expected", "observed_over_expected", ".3f")):  # fmt: skip
        of_a, of_b = getattr(result.a, key), getattr(result.b, key)
        rows.add_row(name, *estimate_cells(of_a, form), *estimate_cells(of_b, form))
    rows.add_row("mean PD", percent(result.a.mean_pd), "", percent(result.b.mean_pd), "")
    if result.a.profit is not None and result.b.profit is not None:
        rows.add_row("profit", *estimate_cells(result.a.profit, "+.4f"), *estimate_cells(result.b.profit, "+.4f"))
    print_table(console, rows)
    if result.a.profit is not None:
        accepted = f"accepted below a PD of {percent(result.break_even)}, the break-even"
        line(console, f"profit is per unit of the loans applied for, {accepted}")


def _differences(console: Console, result: Comparison) -> None:
    title(console, "What is the difference?  B less A, paired by loan")
    wide = console.width >= _ROOM_FOR_WORDS
    rows = table(["", "B − A", "95 % interval", *(["reads"] if wide else [])], words_last=wide)
    found = result.differences
    for name, estimate, form, reads in (
        ("AUC", found.auc, "+.4f", "above 0: B ranks better"),
        ("BCE", found.bce, "+.5f", "below 0: B's PDs are better"),
        ("Brier score", found.brier, "+.5f", "below 0: B's PDs are better"),
        ("profit", found.profit, "+.5f", "above 0: B earns more"),
    ):
        if estimate is not None:
            rows.add_row(name, *estimate_cells(estimate, form), *([Text(reads, style="dim")] if wide else []))
    print_table(console, rows)


def _equal_approval(console: Console, result: Comparison) -> None:
    e = result.equal_approval
    title(console, f"Who is swapped?  Both accept their safest {percent(e.approval_rate)} of the loans, {e.reason}")
    rows = table(["", "loans", "share", "bad rate", "95 % interval", "mean PD\nof A", "mean PD\nof B"])
    for name, estimate in (("accepted by A", e.bad_rate_a), ("accepted by B", e.bad_rate_b)):
        rows.add_row(
            name, "", percent(e.approval_rate), percent(estimate.value), _interval(estimate.low, estimate.high)
        )
    rows.add_row("newly accepted", *_swap_cells(e.newly_accepted))
    rows.add_row("newly refused", *_swap_cells(e.newly_refused))
    print_table(console, rows)
    difference = e.difference
    low, high = (f"{100 * end:+.2f}" for end in (difference.low, difference.high))
    points = f"{100 * difference.value:+.2f} percentage points ({low} – {high})"
    line(console, f"bad rate of B's book less that of A's: {points}; below 0, B accepts fewer defaults")


def _swap_cells(swapped: SwapSet) -> tuple[str, ...]:
    rate = swapped.bad_rate
    count = f"{swapped.loans:,.0f}"
    pds = percent(swapped.mean_pd_a), percent(swapped.mean_pd_b)
    return count, percent(swapped.share), percent(rate.value), _interval(rate.low, rate.high), *pds


def _interval(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{percent(low).removesuffix(' %')} – {percent(high)}"


def _disagreement(console: Console, result: Comparison) -> None:
    title(console, "Where do they disagree most?  Each loan's fifth of risk by B against that by A")
    rows = table(["B puts it", "loans", "rate", "95 % interval", "mean PD\nof A", "mean PD\nof B"])
    for shift in result.shifts:
        rows.add_row(_SHIFTS[shift.fifths], *_shift_cells(shift))
    print_table(console, rows)
    console.print()
    found = {(cell.fifth_a, cell.fifth_b): cell for cell in result.cells}
    fifths = range(1, 6)
    crossed = table(["loans, default rate", *(f"B {_fifth(number)}" for number in fifths)])
    for of_a in fifths:
        cells = [found.get((of_a, of_b)) for of_b in fifths]
        words = [f"{cell.loans:,}\n{percent(cell.default_rate.value)}" if cell else "–" for cell in cells]
        crossed.add_row(f"A {_fifth(of_a)}", *words)
    print_table(console, crossed)


def _fifth(number: int) -> str:
    return f"{number}{' riskiest' if number == 1 else ' safest' if number == 5 else ''}"


def _shift_cells(shift: Shift) -> tuple[str, ...]:
    rate = shift.default_rate
    pds = percent(shift.mean_pd_a), percent(shift.mean_pd_b)
    return f"{shift.loans:,}", percent(rate.value), _interval(rate.low, rate.high), *pds
