"""The sections of an audit: what was found, what each column holds, what was read."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING

from creditrisk.audit.results import SEVERITIES
from creditrisk.errors import shown
from creditrisk.reports.audit_words import (
    SEVERITY_MEANS,
    TREND_FROM,
    TREND_TO,
    by_auc,
    counts_words,
    has_auc,
    leaks_words,
    loans_words,
    looked_for,
    names_by_use,
    not_looked_for,
    nothing_found,
    rows_apart,
    trend_periods,
    trend_place,
    uses_words,
)
from creditrisk.reports.html.blocks import Block, Cell, Facts, Prose, Section, Table, Verdict, section, table
from creditrisk.reports.html.svg import coordinate, element
from creditrisk.reports.html.texts import NOTHING, SHARE, interval, number
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from creditrisk.audit.results import Audit, ColumnFacts, Finding

_LONGEST_NAME = 40
#: Longer names give way where the page is narrow.
_UNBROKEN = 20
#: Names of columns know no spaces.
_BREAK = "overflow-wrap:anywhere"
_TONES = {"high": "red", "medium": "amber", "low": ""}
#: The size of a small drawing in a cell, and the room that its marks leave at both ends.
_WIDE, _TALL, _EDGE = 64.0, 14.0, 3.0
#: What a small drawing of an AUC runs over: an AUC of a single column, whatever its direction, is never below.
_AUC_FROM, _AUC_TO = 0.5, 1.0
_DAY_ZERO = date(1970, 1, 1).toordinal()


def findings_section(findings: Sequence[Finding], audit: Audit | None = None) -> Section | None:
    """Return what was found, a table a severity; without an audit, as in a training, None where nothing was."""
    if not findings and audit is None:
        return None
    worst = next((name for name in SEVERITIES if any(each.severity == name for each in findings)), "")
    word = counts_words(findings) if findings else "nothing was found"
    reason = _looked(audit) if audit else "In the training loans, before the model was fitted."
    tables = [_table(severity, findings) for severity in SEVERITIES]
    leaks = leaks_words(audit.leaks, _LONGEST_NAME) if audit else ""
    summary = Verdict(word, reason, "", _TONES.get(worst, ""))
    return section("findings", "What was found?", summary, Prose(leaks) if leaks else None, *tables)


def _looked(audit: Audit) -> str:
    """Return what was looked for, and what could not be."""
    kinds, _ = looked_for(audit)
    said = f"Looked for: {', '.join(kinds)}." if audit.findings else nothing_found(audit)
    missing = not_looked_for(audit)
    return f"{_begun(said)} {_begun(missing)}." if missing else _begun(said)


def _begun(words: str) -> str:
    """Return words as they stand at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def _table(severity: str, findings: Sequence[Finding]) -> Table | None:
    rows = tuple((Cell(each.rule, each.kind), Cell(_told(each))) for each in findings if each.severity == severity)
    caption = f"{severity.capitalize()}: {SEVERITY_MEANS[severity]}"
    # A column of words would be no wider than a few of them; these sentences take the room that there is.
    heading = element("span", "what is odd, the evidence, and what to do", style="display:block;text-align:start")
    return table(Table(caption, ("rule", heading), rows))


def _told(finding: Finding) -> Markup:
    """Return a finding as its sentence, the evidence and what to do below each other, as wide as the page has room."""
    parts = (
        ("span", finding.what),
        ("small", finding.evidence),
        ("span", f"To do: {finding.fix}" if finding.fix else ""),
    )
    lines = [element(tag, *_whole_options(text), style="display:block") for tag, text in parts if text]
    room = "display:block;inline-size:min(46rem,calc(100vw - 10.5rem));text-align:start;white-space:normal"
    return element("span", *lines, style=f"{_BREAK};{room}")


def _whole_options(text: str) -> list[Markup | str]:
    """Return text in parts, in which the name of an option is not broken at its hyphens."""
    parts = re.split(r"(--[a-z][a-z-]*)", text)
    return [
        element("span", part, style="white-space:nowrap") if place % 2 else part for place, part in enumerate(parts)
    ]


def columns_section(audit: Audit) -> Section | None:
    """Return what each column holds, by how well it ranks alone."""
    columns = by_auc(audit.columns)
    return section("columns", "What does each column hold?", _facts(columns), _said(audit), _values(columns))


def _facts(columns: Sequence[ColumnFacts]) -> Table | None:
    judged, timed = any(map(has_auc, columns)), any(column.trend for column in columns)
    headings = ["column", "missing", "different values", "top share"]
    headings += ["AUC alone", "IV"] if judged else []
    headings += ["trend"] if timed else []
    rows = []
    for column in columns:
        cells = [_name(column), _missing(column), Cell(f"{column.distinct:,}"), Cell(number(column.top_share, SHARE))]
        cells += [_auc(column), Cell(number(column.iv, ".3f"))] if judged else []
        cells += [_trend(column)] if timed else []
        rows.append(tuple(cells))
    caption = "The columns, those first that rank the loans best" if judged else "The columns, in the order of the file"
    return table(Table(caption, tuple(headings), tuple(rows)))


def _said(audit: Audit) -> Prose | None:
    """Return how to read the small drawings, where there are some."""
    if not any(map(has_auc, audit.columns)):
        return None
    periods, ends = trend_periods(audit.periods), f"{TREND_FROM:g}, at the foot, to {TREND_TO:g} or more"
    trend = f" Trend: the AUC alone in each period, {periods}, from {ends}." if periods else ""
    return Prose(
        f"Drawings of an AUC run from 0.5, which knows nothing, to 1; the bar is the interval.{trend}", small=True
    )


def _name(column: ColumnFacts) -> Cell:
    parts = (column.kind, "" if column.use == "learned from" else column.use, column.note)
    return Cell(_quoted(column.name), ", ".join(part for part in parts if part))


def _quoted(name: str) -> str:
    """Return a name for the first cell of a row; a long one may be broken anywhere, where the page is narrow."""
    text = shown(name, most=_LONGEST_NAME)
    style = f"{_BREAK};display:inline-block;min-inline-size:9rem"
    return text if len(text) <= _UNBROKEN else element("span", text, style=style)


def _missing(column: ColumnFacts) -> Cell:
    share = min(max(column.missing, 0.0), 1.0)
    bar = element("rect", x=0, y=4, width=_WIDE * share, height=6, class_="dot main")
    track = element("rect", x=0, y=4, width=_WIDE, height=6, class_="share")
    return Cell(_beside(percent(column.missing), track, bar))


def _auc(column: ColumnFacts) -> Cell:
    if column.auc is None or not has_auc(column):
        return Cell(NOTHING)
    figure = column.auc
    base = element("line", x1=_place(_AUC_FROM), x2=_place(_AUC_TO), y1=7, y2=7, class_="grid")
    ends = []
    if not math.isnan(figure.low):
        ends = [element("line", x1=_place(figure.low), x2=_place(figure.high), y1=7, y2=7, class_="line main")]
    dot = element("circle", cx=_place(figure.value), cy=7, r=3, class_="dot main")
    return Cell(_beside(f"{figure.value:.3f}", base, *ends, dot), interval(figure, ".3f"))


def _trend(column: ColumnFacts) -> Cell:
    known = [value for value in column.trend if not math.isnan(value)]
    if not known:
        return Cell("")
    step = (_WIDE - 2 * _EDGE) / max(len(column.trend) - 1, 1)
    places = [(_EDGE + step * place, value) for place, value in enumerate(column.trend) if not math.isnan(value)]
    points = " ".join(f"{coordinate(x)},{coordinate(_height(value))}" for x, value in places)
    foot = _height(TREND_FROM)
    base = element("line", x1=_EDGE, x2=_WIDE - _EDGE, y1=foot, y2=foot, class_="grid")
    drawn = element("polyline", points=points, class_="line main")
    last = element("circle", cx=places[-1][0], cy=_height(places[-1][1]), r=2, class_="dot main")
    return Cell(_beside("", base, drawn, last), f"{known[0]:.3f} to {known[-1]:.3f}")


def _place(auc: float) -> float:
    """Return where an AUC stands across a small drawing."""
    share = (min(max(auc, _AUC_FROM), _AUC_TO) - _AUC_FROM) / (_AUC_TO - _AUC_FROM)
    return _EDGE + (_WIDE - 2 * _EDGE) * share


def _height(auc: float) -> float:
    """Return where the AUC of a period stands up a small drawing."""
    return _TALL - 2 - (_TALL - 4) * trend_place(auc)


def _beside(text: str, *marks: Markup) -> Markup:
    """Return a small drawing with a figure beside it; the drawing is hidden from those to whom the figure is read."""
    drawn = element(
        "svg", *marks, viewBox=f"0 0 {coordinate(_WIDE)} {coordinate(_TALL)}", class_="chart", aria_hidden="true",
        style=f"display:inline-block;inline-size:{_WIDE:.0f}px;vertical-align:middle;margin-inline-end:.5em",
    )  # fmt: skip
    return drawn + element("span", text, style="display:inline-block;min-inline-size:4.2em") if text else drawn


def _values(columns: Sequence[ColumnFacts]) -> Table | None:
    """Return where the numbers and dates lie, and the codes among them."""
    told = [column for column in columns if column.quantiles or column.special]
    rows = []
    for column in told:
        ends = [_value(column, value) for value in column.quantiles] or [NOTHING] * 5
        codes = ", ".join(_value(column, value) for value in column.special)
        rows.append((Cell(_quoted(column.name)), *map(Cell, ends), Cell(codes)))
    headings = ("column", "1 %", "25 %", "half", "75 %", "99 %", "codes among them")
    return table(
        Table("Where numbers and dates lie: so many of the loans are at or below", headings, tuple(rows), 1, 1)
    )


def _value(column: ColumnFacts, value: float) -> str:
    """Return a number, or a date that is given as days since 1970-01-01."""
    if not math.isfinite(value):
        return NOTHING
    if column.kind == "date":
        day = _DAY_ZERO + round(value)
        return date.fromordinal(day).isoformat() if 1 <= day <= date.max.toordinal() else NOTHING
    whole = value == round(value) and abs(value) < 1e15
    return (f"{value:,.0f}" if whole else f"{value:,.6g}").replace("-", "−")


def read_section(audit: Audit) -> Section | None:
    """Return what was read, and what was compared."""
    drift = f"compared: {audit.compared}" if audit.compared else "not looked for: --time NAME, or --against FILE"
    pairs = [
        ("file", audit.file),
        ("rows", f"{audit.rows:,}"),
        ("outcome", shown(audit.target, most=_LONGEST_NAME) if audit.target else "none was named"),
        ("loans with a known outcome", loans_words(audit) if audit.loans else ""),
        *((reason.split(":")[0], f"{rows:,}:{reason.partition(':')[2]}") for rows, reason in rows_apart(audit)),
        ("columns", uses_words(audit.columns)),
        # A use alone would be taken for a term of the glossary: loan weights are not those of a blend.
        *((f"columns: {use}", names) for use, names in names_by_use(audit.columns, _LONGEST_NAME).items()),
        ("leaks", "looked for" if audit.loans else "not looked for: they show beside an outcome, --target NAME"),
        ("drift", drift),
        ("periods of the trends", ", ".join(audit.periods)),
    ]
    blocks: list[Block] = [Facts(tuple((name, words) for name, words in pairs if words))]
    return section("read", "What was read?", *blocks)
