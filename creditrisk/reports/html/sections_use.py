"""The sections on using it: where to cut, and what drives the PDs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.errors import counted, shown
from creditrisk.reports.html.blocks import (
    Block,
    Cell,
    Charts,
    Facts,
    Prose,
    Section,
    Slider,
    SliderPoint,
    Table,
    charts,
    points,
    section,
    table,
)
from creditrisk.reports.html.charts_effects import effect_chart
from creditrisk.reports.html.charts_money import (
    PROFIT_MARK,
    TRADE_MARK,
    profit_chart,
    profit_frame,
    profit_place,
    trade_chart,
    trade_frame,
    trade_place,
)
from creditrisk.reports.html.texts import AMOUNT, PERCENT, RATE, SHARE, any_cell, figure_cell, figure_words, number
from creditrisk.reports.wording import percent_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.results import Judgement, Training

_LONGEST_NAME = 60
_MOST_COLUMNS, _MOST_EFFECTS = 15, 12
_SHARE_OF = {
    "lightgbm": "of the gain in the objective",
    "scorecard": "of the spread of the points",
    "blend": "of what drives its members, by their weights",
}
_NO_ESTIMATE = "no estimate, since these loans chose it"
#: Field of a cut-off, id of its output, what it is, form.
_OUTPUTS = (
    ("cutoff", "out-cutoff", "cut-off (PD)", RATE),
    ("approved", "out-approved", "approval rate", SHARE),
    ("bad_rate", "out-bad-rate", "bad rate", RATE),
    ("defaults_caught", "out-caught", "defaults refused", SHARE),
    ("repaid_refused", "out-lost", "repaid refused", SHARE),
)


def cutoff_section(e: Evaluation) -> Section | None:
    """Return what cut-offs do: the slider, the curves, the table, and the one that was chosen."""
    money, curves = getattr(e, "money", None), getattr(e, "curves", None)
    cutoffs = curves.cutoffs if curves is not None else ()
    cutoff = e.confusion.cutoff if money is None or not money.out_of_fold else money.chosen_cutoff
    start = min(range(len(cutoffs)), key=lambda place: abs(cutoffs[place].cutoff - cutoff), default=0)
    trade = trade_chart(cutoffs, start)
    profit = None if money is None else profit_chart(money, cutoffs[start].cutoff if cutoffs else cutoff)
    slider = None
    if len(cutoffs) > 1:
        marks = [
            _marks(point, cutoffs, None if profit is None else money, traded=trade is not None) for point in cutoffs
        ]
        slider = _slider(cutoffs, money, start, marks)
    blocks: list[Block | None] = [slider, charts(trade, profit), *_money(money), _confusion(e), _shares(e)]
    return section("cutoff", "Where to cut?", *blocks)


def _marks(point: Any, cutoffs: Sequence[Any], money: Any, *, traded: bool) -> dict[str, str]:
    """Return where the marks of the charts that there are stand for a cut-off."""
    places = {TRADE_MARK: trade_place(trade_frame(cutoffs), point)} if traded else {}
    return places if money is None else {**places, PROFIT_MARK: profit_place(profit_frame(money.curve), point.cutoff)}


def _slider(cutoffs: Sequence[Any], money: Any, start: int, marks: Sequence[dict[str, str]]) -> Slider:
    """Return the control with everything that it writes, so that the page's script only copies."""
    lost, earned = _losses(cutoffs, money), _profits(cutoffs, money)
    outputs = [(place, name) for _, place, name, _ in _OUTPUTS]
    outputs += [("out-loss", f"expected loss, LGD {100 * _lgd(money):g} %")]
    outputs += [("out-profit", "profit a loan")] if earned else []
    walked = []
    for index, point in enumerate(cutoffs):
        texts = {place: number(getattr(point, name), form) for name, place, _, form in _OUTPUTS}
        texts["out-loss"] = number(lost[index], RATE)
        texts |= {"out-profit": number(earned[index], AMOUNT)} if earned else {}
        words = f"PD {number(point.cutoff, PERCENT)}, {number(point.approved, PERCENT)} approved"
        walked.append(SliderPoint(words, texts, marks[index]))
    return Slider(tuple(walked), start, tuple(outputs))


def _losses(cutoffs: Sequence[Any], money: Any) -> list[float]:
    """Return what is expected to be lost of each unit lent to the approved: mean PD × LGD, or all of it without one."""
    return [_lgd(money) * point.expected_loss for point in cutoffs]


def _lgd(money: Any) -> float:
    return money.lgd if money is not None and isinstance(money.lgd, float) else 1.0


def _profits(cutoffs: Sequence[Any], money: Any) -> list[float]:
    """Return the profit where the profit curve approves nearly as many; nothing where there is no such curve."""
    if money is None or not money.curve:
        return []
    return [min(money.curve, key=lambda made: abs(made.approved - point.approved)).profit for point in cutoffs]


def _money(money: Any) -> list[Block | None]:
    if money is None:
        return []
    emp = money.emp
    chosen_on = "chosen on out-of-fold PDs" if money.out_of_fold else "chosen on these very loans"
    pairs = [
        ("LGD", any_cell("lgd", money.lgd).text),
        ("margin", number(money.margin, PERCENT) if isinstance(money.margin, (int, float)) else str(money.margin)),
        ("break-even PD", number(money.break_even, PERCENT)),
        ("chosen cut-off", f"{number(money.chosen_cutoff, PERCENT)} ({_range(money.chosen_range)}), {chosen_on}"),
        ("profit at the chosen cut-off", figure_words(money.profit_at_chosen, AMOUNT)),
        ("profit at the break-even PD", figure_words(money.profit_at_break_even, AMOUNT)),
        ("profit of accepting all", figure_words(money.profit_accept_all, AMOUNT)),
        ("best on these loans", f"{number(money.best, PERCENT)} ({_range(money.best_range)}); {_NO_ESTIMATE}"),
        ("EMP", f"{figure_words(emp.estimate, AMOUNT)} for each unit lent, by refusing {number(emp.refused, PERCENT)}"),
    ]  # fmt: skip
    headings = ("cut-off", "approved", "bad rate", "expected loss", "profit")
    rows = tuple(
        (
            Cell(number(row.cutoff, RATE)), figure_cell(row.approved, SHARE), figure_cell(row.bad_rate, RATE),
            Cell(number(row.expected_loss, RATE)), figure_cell(row.profit, AMOUNT),
        )
        for row in money.table
    )  # fmt: skip
    units = "Expected loss is by the PDs, for each unit of amount approved; profit is for each loan applied for."
    return [
        Facts(tuple(pair for pair in pairs if pair[1])),
        table(Table("Cut-offs: loans with this PD or a higher one are refused", headings, rows, 0, in_card=True)),
        Prose(units, small=True),
        points(money.remarks),
    ]


def _range(ends: Sequence[float]) -> str:
    low, high = (number(end, PERCENT) for end in ends)
    return f"{low.removesuffix(' %')} – {high} cannot be told apart"


def _confusion(e: Evaluation) -> Table:
    c = e.confusion
    of = " (sums of weights)" if e.weights in ("sampling", "exposure") else ""
    chosen = ", where KS was reached in training" if c.cutoff == e.ks_cutoff else ""
    rows = (
        (Cell("defaults"), Cell(f"{c.true_positives:,.0f}"), Cell(f"{c.false_negatives:,.0f}")),
        (Cell("repaid"), Cell(f"{c.false_positives:,.0f}"), Cell(f"{c.true_negatives:,.0f}")),
    )
    caption = f"Refused from a PD of {number(c.cutoff, PERCENT)}{chosen}"
    return Table(caption, ("", f"refused{of}", f"accepted{of}"), rows, in_card=True)


def _shares(e: Evaluation) -> Facts:
    c = e.confusion
    pairs = [("refused", c.refused), ("recall", c.recall), ("precision", c.precision), ("specificity", c.specificity),
             ("accuracy", c.accuracy)]  # fmt: skip
    return Facts(tuple((name, percent_words(figure)) for name, figure in pairs))


def drivers_section(result: Training | Judgement) -> Section | None:
    """Return which columns drive the PDs, and in which direction."""
    importance = getattr(result, "importance", {})
    used = [(name, share) for name, share in importance.items() if share > 0]
    largest = max((share for _, share in used), default=1.0)
    rows = tuple(
        (Cell(shown(name, most=_LONGEST_NAME)), Cell(number(share, SHARE)), Cell("", bar=share / largest))
        for name, share in used[:_MOST_COLUMNS]
    )
    of = _SHARE_OF.get(getattr(result.model, "kind", ""), "of what the model uses columns for")
    importances = Table(f"Share {of}", ("column", "importance", ""), rows, 1, 1, in_card=True)
    said = [
        f"{counted(count, 'column')} {what}"
        for count, what in ((len(used) - len(rows), "more with smaller shares"),
                            (len(importance) - len(used), "that the model does not use"))
        if count > 0
    ]  # fmt: skip
    more = Prose(f"Not shown: {', '.join(said)}.", small=True) if said else None
    return section("drivers", "What drives it?", table(importances), more, *_effects(result))


def _effects(result: Training | Judgement) -> list[Block | None]:
    effects = (getattr(result, "effects", None) or ())[:_MOST_EFFECTS]
    drawn = [chart for chart in (effect_chart(effect, place) for place, effect in enumerate(effects)) if chart]
    if not drawn:
        return []
    text = (
        "Partial effects: the mean PD if every loan had this value of the column and kept its others. The grey bars "
        "show how many loans have it. They say what the model does, not what causes default; where columns go "
        "together, some combinations behind a mean do not exist."
    )
    return [Prose(text, small=True), Charts(tuple(drawn))]
