"""The supervisor's tests on the console: the verdict and its reason, the grades, the checks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from creditrisk.reports.console_tables import is_wide, line, lines, print_table, table, title
from creditrisk.reports.wording import percent, percent_words

if TYPE_CHECKING:
    from rich.console import Console

    from creditrisk.evaluation.validation import Validation

STYLES = {"red": "red", "amber": "yellow", "green": "green"}
#: A narrower terminal shows the checks without their sentences.
_ROOM_FOR_SENTENCES = 160


def validation_section(console: Console, found: Validation) -> None:
    """Print the verdict, then what it rests on."""
    title(console, "Would it stand a validation?")
    lines(console, f"{found.verdict.upper()}: {found.reason}", style=STYLES.get(found.verdict, ""))
    grades_table(console, found)
    line(console, f"p-values after Holm over the grades; power: how often a true rate of 1.2 × PD would be seen; "
                  f"concentration (HHI) {found.concentration.hhi:.3f}", style="dim")  # fmt: skip
    _checks(console, found)


def grades_table(console: Console, found: Validation) -> None:
    """Print the tests of each grade's PD."""
    wide = is_wide(console)
    low = f"p, PD too low\n(rho {found.rho:g})" if found.rho > 0 else "p, PD\ntoo low"
    high = ["p, PD\ntoo high"] if wide else []
    rows = table(["grade", "loans", "defaults", "PD", "default rate", low, *high, "power", ""], words_last=True)
    for row in (*found.grades, found.portfolio):
        if row.loans:
            rate = percent_words(row.default_rate) if wide else percent(row.default_rate.value)
            too_high = [p_words(row.adjusted_too_high)] if wide else []
            rows.add_row(
                row.grade, f"{row.loans:,}", f"{row.defaults:,}", percent(row.pd), rate,
                p_words(row.adjusted_too_low), *too_high, percent(row.power), _verdict(row.verdict),
            )  # fmt: skip
    print_table(console, rows)


def _checks(console: Console, found: Validation) -> None:
    wide = console.width >= _ROOM_FOR_SENTENCES
    rows = table(["test", "statistic", "p", "level", "power", "", *(["reads"] if wide else [])], words_last=True)
    for check in found.checks:
        words = [Text(check.reads, style="dim", overflow="fold")] if wide else []
        rows.add_row(
            check.name, "–" if math.isnan(check.statistic) else f"{check.statistic:.3f}", p_words(check.p_value),
            percent(check.level), percent(check.power), _verdict(check.verdict), *words,
        )  # fmt: skip
    for column in (rows.columns[0], rows.columns[-1]):
        column.no_wrap = False
    print_table(console, rows)
    lines(console, found.rule, style="dim")


def _verdict(word: str) -> Text:
    return Text(word, style=STYLES.get(word, "dim"))


def p_words(p: float) -> str:
    """Return a p-value.

    >>> p_words(0.0004), p_words(0.12345), p_words(float("nan"))
    ('< 0.001', '0.123', '–')
    """
    if math.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_said(p: float) -> str:
    """Return a p-value in a sentence.

    >>> p_said(0.0004), p_said(0.12345)
    ('p < 0.001', 'p = 0.123')
    """
    words = p_words(p)
    return f"p {words}" if words.startswith("<") else f"p = {words}"
