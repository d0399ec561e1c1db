"""The sections of an explanation: what the model does with all loans, or why one loan has its PD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import shown
from creditrisk.reports.explain_words import (
    change_words,
    loan_words,
    looked_words,
    monotone_words,
    structure_words,
)
from creditrisk.reports.html.blocks import Cell, Facts, Points, Prose, Table, Tile, Tiles, charts, section, table
from creditrisk.reports.html.charts_effects import effect_chart
from creditrisk.reports.html.charts_explain import accumulated_chart, waterfall_chart
from creditrisk.reports.html.texts import NOTHING, PERCENT, SHARE, figure_cell, number

if TYPE_CHECKING:
    from creditrisk.evaluation.explanation import ExplainedLoan, Explanation
    from creditrisk.reports.html.blocks import Section

_LONGEST_NAME = 60
_MOST_PAIRS = 15
_PARTIAL = (
    "The mean PD if every loan had this value of the column and kept its others. The grey bars show how many loans "
    "have it. Where columns go together, some combinations behind a mean do not exist."
)
_ACCUMULATED = (
    "Each loan is moved only to the ends of the interval that it is in, and the mean differences are added up, so that "
    "columns which go together do not stand in for each other. 0 is the mean over the loans."
)
_TOGETHER = (
    "How far the joint effect of two variables differs from the sum of both, as a standard deviation of log-odds, and "
    "as Friedman's H: 0 is a plain sum. H may be large where both effects are small."
)
_IMPORTANCE = (
    "Contributions are exact and add up to each loan's log-odds. The rise of BCE is what the model loses when the "
    "variable's values are dealt out anew among the loans."
)


def looked_section(result: Explanation) -> Section | None:
    """Return what was looked at."""
    pairs = [("model", structure_words(result)), ("SHA-256", result.sha256), ("loans", looked_words(result))]
    return section("looked", "What was looked at?", Facts(tuple(pairs)))


def importance_section(result: Explanation) -> Section | None:
    """Return how much each variable matters."""
    used = [each for each in result.importance if each.share > 0]
    sizes = [each.contribution.value if each.contribution else each.share for each in used]
    largest = max(sizes, default=0.0) or 1.0
    rows = tuple(
        (
            Cell(shown(each.variable, most=_LONGEST_NAME), _copies(each.columns)),
            Cell(number(each.share, SHARE)),
            figure_cell(each.contribution, ".4f") if each.contribution else Cell(NOTHING),
            figure_cell(each.loss, "+.5f") if each.loss else Cell(NOTHING),
            Cell("", bar=size / largest),
        )
        for each, size in zip(used, sizes, strict=True)
    )
    headings = ("variable", "importance", "mean absolute contribution", "BCE rises by", "")
    made = Table("Importance, with 95 % intervals over the loans", headings, rows, 1, 1)
    return section("importance", "What drives it?", Prose(_IMPORTANCE, small=True), table(made))


def _copies(columns: tuple[str, ...]) -> str:
    return f"with {', '.join(shown(name, most=_LONGEST_NAME) for name in columns[1:])}" if len(columns) > 1 else ""


def effects_section(result: Explanation) -> Section | None:
    """Return what the model does along the leading columns."""
    if not result.responses:
        return None
    moved = charts(*(accumulated_chart(each, place) for place, each in enumerate(result.responses)))
    return section(
        "effects", "What does it do along a column?",
        Prose(f"Partial effects. {_PARTIAL}", small=True),
        charts(*(effect_chart(each, place) for place, each in enumerate(result.responses))),
        Prose(f"Accumulated local effects. {_ACCUMULATED}", small=True) if moved else None,
        moved,
    )  # fmt: skip


def together_section(result: Explanation) -> Section | None:
    """Return which variables act together."""
    if not result.interactions:
        return None
    rows = tuple(
        (Cell(f"{shown(each.first, most=_LONGEST_NAME)} × {shown(each.second, most=_LONGEST_NAME)}"),
         Cell(number(each.strength, ".4f")), Cell(number(each.h, ".3f")))
        for each in result.interactions[:_MOST_PAIRS]
    )  # fmt: skip
    made = Table("Beyond the sum of both", ("pair", "log-odds (s.d.)", "Friedman's H"), rows)
    return section("together", "What acts together?", Prose(_TOGETHER, small=True), made)


def monotone_section(result: Explanation) -> Section | None:
    """Return whether the PD moves with some columns only as asked."""
    said = tuple(monotone_words(check) for check in result.monotone)
    return section("monotone", "Does the PD move as asked?", Points(said) if said else None)


def card_section(result: Explanation) -> Section | None:
    """Return the card of a scorecard."""
    rows = tuple(
        (Cell(shown(row.column, most=_LONGEST_NAME)), Cell(row.bin), Cell(number(row.share, SHARE)),
         Cell(number(row.rate, PERCENT)), Cell(number(row.woe, "+.3f")), Cell(number(row.points, ".1f")),
         Cell(number(row.iv, ".3f")))
        for row in result.points
    )  # fmt: skip
    headings = ("column", "bin", "share", "default rate", "WOE", "points", "IV")
    return section("card", "How many points?", table(Table("The scorecard", headings, rows, 2)))


def loan_section(loan: ExplainedLoan, file: str) -> Section | None:
    """Return why a loan has its PD."""
    tiles = Tiles((
        Tile("PD", number(loan.pd, PERCENT), "", f"grade {loan.grade}"),
        Tile("points", f"{loan.score:,}", "", "more is safer"),
        Tile("log-odds", number(loan.log_odds, "+.3f"), "", f"mean in training {number(loan.base_log_odds, '+.3f')}"),
    ))  # fmt: skip
    first = (Cell("mean of the training loans"), Cell(""), Cell(""), Cell(number(loan.base_points, ".1f")),
             Cell(number(loan.base_log_odds, "+.4f")))  # fmt: skip
    steps = tuple(
        (Cell(shown(step.variable, most=_LONGEST_NAME)), Cell(", ".join(step.values.values())),
         Cell(number(step.log_odds, "+.4f")), Cell(number(step.points, "+.1f")), Cell(number(step.after, "+.4f")))
        for step in loan.steps
    )  # fmt: skip
    last = ((Cell("isotonic calibration"), Cell(""), Cell(number(loan.calibration, "+.4f")), Cell(""),
             Cell(number(loan.log_odds, "+.4f"))),) if loan.calibration else ()  # fmt: skip
    made = Table("All steps", ("variable", "value", "log-odds", "points", "sum"), (first, *steps, *last), 2)
    said = tuple(change_words(loan))
    return section("loan", loan_words(loan, file), tiles, Points(said) if said else None,
                   charts(waterfall_chart(loan)), made)  # fmt: skip
