"""What cut-offs earn, on the console."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.reports.console_tables import is_wide, line, print_table, table, title
from creditrisk.reports.wording import estimate_words, percent, percent_words

if TYPE_CHECKING:
    from rich.console import Console

    from creditrisk.evaluation.money import Money
    from creditrisk.metrics.estimate import Estimate


def money_section(console: Console, found: Money) -> None:
    """Print the recommended cut-off, the one of most profit, and a table of others."""
    title(console, f"Where to cut, and what does it earn?  Loss given default {percent(found.lgd)}, margin "
                   f"{percent(found.margin)}")  # fmt: skip
    line(console, f"break-even PD {percent(found.break_even)}, the recommended cut-off where the PDs are right: profit "
                  f"{_money(found.profit_at_break_even)} a loan that applied")  # fmt: skip
    low, high = found.chosen_range
    where = "out of fold" if found.out_of_fold else "on these loans"
    line(console, f"most profit {where} at a PD of {percent(found.chosen_cutoff)} (within a standard error: "
                  f"{percent(low)} – {percent(high)}): here {_money(found.profit_at_chosen)}")  # fmt: skip
    line(console, f"accepting all: {_money(found.profit_accept_all)}")
    wide = is_wide(console)
    rows = table(["refused from\na PD of", "approved", "default rate\nof these", "expected\nloss", "profit a loan"])
    for row in found.table:
        rate = percent_words(row.bad_rate) if wide else percent(row.bad_rate.value)
        rows.add_row(percent(row.cutoff), percent(row.approved.value), rate, percent(row.expected_loss),
                     _money(row.profit))  # fmt: skip
    print_table(console, rows)
    line(console, f"expected maximum profit (EMP) {estimate_words(found.emp.estimate, '.5f')} of a unit lent, refusing "
                  f"{percent(found.emp.refused)}")  # fmt: skip
    for remark in found.remarks:
        line(console, f"• {remark}", style="yellow")


def _money(estimate: Estimate) -> str:
    """Return money with no more digits than it needs."""
    largest = max(abs(value) for value in (estimate.value, estimate.low, estimate.high) if not math.isnan(value))
    return estimate_words(estimate, ",.0f" if largest >= 1000 else ",.2f" if largest >= 10 else ".5f")
