"""Figures over time and across groups on the console."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.errors import shown
from creditrisk.evaluation.vintages import Vintage
from creditrisk.reports.console_tables import is_wide, line, print_table, table, title
from creditrisk.reports.console_validation import p_said
from creditrisk.reports.wording import estimate_words, percent, percent_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from creditrisk.evaluation.protected import Protected
    from creditrisk.evaluation.segments import Segment, Segmentation
    from creditrisk.evaluation.vintages import Vintages
    from creditrisk.metrics.estimate import Estimate

_LONGEST, _SHORT = 32, 12


def groups_sections(
    console: Console,
    vintages: Vintages | None,
    segmentations: Sequence[Segmentation],
    protected: Sequence[Protected],
) -> None:
    """Print the figures by vintage, by segment and by protected group; nothing where nothing was asked for."""
    if vintages is not None:
        _vintages(console, vintages)
    for segmentation in segmentations:
        title(console, f"How good is it for each {shown(segmentation.column, most=_LONGEST)}?")
        _segments(console, segmentation.segments)
        line(console, f"the same observed / expected everywhere: {p_said(segmentation.heterogeneity.p_value)}")
        _remarks(console, segmentation.remarks)
    for groups in protected:
        _protected(console, groups)


def _vintages(console: Console, found: Vintages) -> None:
    title(console, f"Does it hold over time?  {shown(found.column, most=_LONGEST)} by {found.period}")
    _segments(console, found.rows)
    trend = found.level_trend.p_value
    line(console, f"trend of observed / expected: {p_said(trend)}; PSI against the {found.reference}")
    _remarks(console, found.remarks)


def _segments(console: Console, segments: Sequence[Segment]) -> None:
    wide = is_wide(console)
    known = [row.known for row in segments if isinstance(row, Vintage) and not math.isnan(row.known.value)]
    against = "PSI to\nreference" if any(isinstance(row, Vintage) for row in segments) else "PSI to\nothers"
    more = ["BCE", against, "at most"] if wide else [against]
    heads = ["", "loans", "defaults", "rate", "mean PD", "observed /\nexpected", "AUC", *more]
    rows = table([*heads, *(["known"] if known else []), ""], words_last=True)
    for row in segments:
        young = isinstance(row, Vintage) and row.young
        more = [_number(row.bce.value), _number(row.psi), _number(row.psi_critical)] if wide else [_number(row.psi)]
        share = [percent(row.known.value) if isinstance(row, Vintage) else ""] if known else []
        rows.add_row(
            shown(row.label, most=_LONGEST if wide else _SHORT), f"{row.loans:,}", f"{row.defaults:,}",
            percent(row.default_rate.value), percent(row.mean_pd), _cell(row.observed_over_expected, ".3f", wide=wide),
            _cell(row.auc, ".4f", wide=wide), *more, *share, ", ".join([row.note] * bool(row.note) + ["young"] * young),
        )  # fmt: skip
    print_table(console, rows)


def _cell(estimate: Estimate, form: str, *, wide: bool) -> str:
    """Return a figure, where there is room with its interval."""
    if math.isnan(estimate.value):
        return "–"
    return estimate_words(estimate, form) if wide else format(estimate.value, form)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"


def _protected(console: Console, found: Protected) -> None:
    wide = is_wide(console)
    column = shown(found.column, most=_LONGEST)
    title(console, f"Does it treat {column} alike?  Refused from a PD of {percent(found.cutoff)}")
    rows = table(
        ["", "loans", "defaults", "approved", "ratio of\nrates", "repaid,\ndifference", "observed /\nexpected",
         "four fifths"],
        words_last=True,
    )  # fmt: skip
    for group in found.groups:
        approved = percent_words(group.approval) if wide else percent(group.approval.value)
        rows.add_row(
            shown(group.label, most=_LONGEST if wide else _SHORT), f"{group.loans:,}", f"{group.defaults:,}", approved,
            _cell(group.approval_ratio, ".3f", wide=wide), _cell(group.equal_opportunity, "+.3f", wide=wide),
            _cell(group.observed_over_expected, ".3f", wide=wide), group.verdict,
        )  # fmt: skip
    rows.columns[-1].no_wrap = False
    print_table(console, rows)
    line(console, "ratio of rates: approval rate over that of the group with the highest; repaid, difference: the same "
                  "among loans that were repaid, as a difference", style="dim")  # fmt: skip
    _remarks(console, found.remarks)


def _remarks(console: Console, remarks: Iterable[str]) -> None:
    for remark in remarks:
        line(console, f"• {remark}", style="yellow")
