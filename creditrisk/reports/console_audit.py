"""An audit on the console: what was read, what was found with its evidence, and what each column holds."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from creditrisk.errors import counted, printable, shown
from creditrisk.reports.audit_words import (
    TREND_FROM,
    TREND_TO,
    by_auc,
    counts_words,
    has_auc,
    leaks_words,
    loans_words,
    names_by_use,
    not_looked_for,
    nothing_found,
    rows_apart,
    trend_periods,
    trend_place,
    uses_words,
)
from creditrisk.reports.console_tables import line, print_table, table, title
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from creditrisk.audit.results import Audit, ColumnFacts, Finding

_LONGEST_NAME, _SHORT_NAME = 40, 24
#: A narrower terminal cuts names earlier, so that the figures keep their intervals.
_ROOM_FOR_NAMES = 100
_LONGEST_LINE = 116
#: More findings of low severity than these are told in one line a rule.
_MOST_LOWS = 5
#: More columns than these are left to the page and the JSON document.
_MOST_COLUMNS = 200
_STYLES = {"high": "bold red", "medium": "yellow", "low": ""}
_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class _Part:
    """A column of the table: its heading, its cells, and when it gives way to others (0 never, then highest first)."""

    heading: str
    cell: Callable[[ColumnFacts], str]
    gives_way: int = 0
    words: bool = False


def audit_report(console: Console, result: Audit) -> None:
    """Print a whole audit: what was read, the findings with the worst first, the columns by their AUC."""
    _read(console, result)
    _findings(console, result)
    _columns(console, result)


def _read(console: Console, result: Audit) -> None:
    title(console, "What was read")
    line(console, f"{printable(result.file)}: {loans_words(result)}")
    if result.target:
        line(console, f"outcome: {shown(result.target, most=_LONGEST_NAME)}")
    for rows, reason in rows_apart(result):
        line(console, f"{rows:,} of {result.rows:,} rows {reason}")
    line(console, f"columns: {uses_words(result.columns)}")
    for use, names in names_by_use(result.columns, _LONGEST_NAME).items():
        _wrapped(console, f"{use}: {names}", style="dim")
    if result.compared:
        _wrapped(console, f"compared for drift: {result.compared}")


def _findings(console: Console, result: Audit) -> None:
    counts = counts_words(result.findings)
    title(console, f"What was found?  {counts}" if counts else "What was found?")
    if not result.findings:
        _wrapped(console, nothing_found(result))
    lows = [finding for finding in result.findings if finding.severity == "low"]
    told = [finding for finding in result.findings if len(lows) <= _MOST_LOWS or finding.severity != "low"]
    for finding in told:
        _finding(console, finding)
    if len(told) < len(result.findings):
        _lows(console, lows)
    leaks = leaks_words(result.leaks, _LONGEST_NAME)
    if leaks:
        _wrapped(console, leaks)
    missing = not_looked_for(result)
    if missing:
        _wrapped(console, missing, style="dim")


def _finding(console: Console, finding: Finding) -> None:
    _wrapped(console, _headed(finding), style=_STYLES[finding.severity])
    if finding.evidence:
        _wrapped(console, finding.evidence, indent=4)
    if finding.fix:
        _wrapped(console, f"fix: {finding.fix}", indent=4)


def _headed(finding: Finding) -> str:
    return f"{finding.severity.upper()} {finding.kind} ({finding.rule}): {finding.what}"


def _lows(console: Console, lows: Sequence[Finding]) -> None:
    """Print the findings of low severity in one line a rule."""
    rules: dict[str, list[Finding]] = {}
    for finding in lows:
        rules.setdefault(finding.rule, []).append(finding)
    for group in rules.values():
        more = f" And {counted(len(group) - 1, 'more finding')} like it." if len(group) > 1 else ""
        _wrapped(console, f"{_headed(group[0])}{more}")
    line(console, "evidence and fixes of those of low severity: --report FILE.html, or --json", style="dim")


def _wrapped(console: Console, text: str, *, indent: int = 2, style: str = "") -> None:
    """Print text from the data in lines that fit; what follows the first hangs below it, and no word is broken."""
    parts = textwrap.wrap(
        printable(text),
        width=min(console.width, _LONGEST_LINE),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for part in parts:
        console.print(Text(part, style=style))


def _columns(console: Console, result: Audit) -> None:
    title(console, "What does each column hold?")
    if not result.columns:
        line(console, "there is no column")
        return
    columns = by_auc(result.columns)[:_MOST_COLUMNS]
    parts = _fitting(_parts(console.width, result), columns, console.width)
    rows = table([part.heading for part in parts])
    for made, part in zip(rows.columns, parts, strict=True):
        made.justify = "left" if part.words else "right"
    for column in columns:
        rows.add_row(*(part.cell(column) for part in parts))
    print_table(console, rows)
    if len(columns) < len(result.columns):
        further = counted(len(result.columns) - len(columns), "further column")
        line(console, f"and {further}: --report FILE.html, or --json", style="dim")
    if any(part.heading == "trend" for part in parts):
        ends = f"{_BLOCKS[0]} {TREND_FROM:.2f} to {_BLOCKS[-1]} {TREND_TO:.2f} and above"
        line(console, f"trend: AUC alone in each period, {ends}, {trend_periods(result.periods)}", style="dim")


def _parts(width: int, result: Audit) -> list[_Part]:
    """Return the columns of the table; those of figures that the audit does not have are left out."""
    longest = _LONGEST_NAME if width >= _ROOM_FOR_NAMES else _SHORT_NAME
    parts = [
        _Part("", lambda column: shown(column.name, most=longest), words=True),
        _Part("kind", lambda column: column.kind, 4, words=True),
        _Part("use", lambda column: column.use, 5, words=True),
        _Part("missing", lambda column: percent(column.missing)),
        _Part("distinct", lambda column: f"{column.distinct:,}"),
        _Part("top\nshare", lambda column: percent(column.top_share), 6),
    ]
    if any(map(has_auc, result.columns)):
        parts.append(_Part("AUC\nalone", lambda column: _auc(column)[0]))
        parts.append(_Part("95 % interval", lambda column: _auc(column)[1], 1))
        parts.append(_Part("IV", lambda column: "" if math.isnan(column.iv) else f"{column.iv:.3f}", 2))
    if any(column.trend for column in result.columns):
        parts.append(_Part("trend", lambda column: sparkline(column.trend), 3, words=True))
    return parts


def _auc(column: ColumnFacts) -> tuple[str, str]:
    """Return how well a column ranks alone, and the interval of it."""
    if column.auc is None or not has_auc(column):
        return "–", ""
    ends = "" if math.isnan(column.auc.low) else f"{column.auc.low:.3f} – {column.auc.high:.3f}"
    return f"{column.auc.value:.3f}", ends


def _fitting(parts: list[_Part], columns: Sequence[ColumnFacts], width: int) -> list[_Part]:
    """Return the parts that fit side by side, those left out first that say least."""
    wide = {part.heading: _width(part, columns) for part in parts}
    kept = list(parts)
    while 2 + sum(wide[part.heading] for part in kept) > width:
        least = max(kept, key=lambda part: part.gives_way)
        if not least.gives_way:
            break
        kept.remove(least)
    return kept


def _width(part: _Part, columns: Sequence[ColumnFacts]) -> int:
    texts = [*part.heading.split("\n"), *(part.cell(column) for column in columns)]
    return max(map(cell_len, texts)) + 2


def sparkline(values: Sequence[float]) -> str:
    """Return one mark for each AUC, 0.5 the lowest and 0.75 or more the highest; a dot where there is none.

    >>> sparkline([0.5, 0.6, 0.75, 0.9, float("nan")])
    '▁▄██·'
    """
    steps = len(_BLOCKS) - 1
    places = map(trend_place, values)
    return "".join("·" if math.isnan(place) else _BLOCKS[round(steps * place)] for place in places)
