"""What `train` and `evaluate` do alike around the figures: columns beside the model's, and pages to open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.atomic_file import writing
from creditrisk.data.beside import as_share, check_amounts, read_beside
from creditrisk.evaluation.gates import check_names
from creditrisk.evaluation.judged import Judged, Yardsticks, development_estimate
from creditrisk.jobs.early import check_pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.data.beside import Beside
    from creditrisk.data.files import LoanFiles
    from creditrisk.data.schema import Schema
    from creditrisk.judging import JudgeSpec, ReportSpec
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel


def beside_of(files: LoanFiles, schema: Schema, judge: JudgeSpec) -> Beside | None:
    """Read the columns that the figures want beside those of the model; None where there are none.

    Raises
    ------
    DataError
        When a named column is not there, or an amount or a margin is no sound number.
    """
    roles = schema.roles
    timed = roles.time is not None and roles.time.name in files.header
    if not (judge.beside or timed or (roles.group and roles.group in files.header)):
        return None
    money = [name for name in (judge.amount, judge.margin_column) if name]
    beside = read_beside(files, schema, [*judge.by, *judge.protected], money)
    known = beside.y_true >= 0
    for name in money:
        check_amounts(beside.numbers[name][known], name, files, all_zero=name == judge.amount)
    return as_share(beside, judge.margin_column, files) if judge.margin_column else beside


def judging_seconds(loans: int, judge: JudgeSpec) -> float:
    """Return about how long judging so many loans takes on two processors: what a time limit must leave for it."""
    return (0.6 + 6e-5 * loans) * judge.draws / 1000 + (3.0 if judge.report else 0.0)


def unknown_times(beside: Beside | None, since: float | None = None) -> Any:
    """Return the times of the rows whose outcome is neither default nor repaid, or None where no time is known.

    `since` is when the judged loans begin, where they are not all: what lies before is no part of them.
    """
    if beside is None or beside.time is None:
        return None
    unknown = beside.time[beside.y_true < 0]
    return unknown if since is None else unknown[unknown >= since]


def evenly(values: Floats, share: float) -> Floats:
    """Return so large a share of values, rounded, evenly spread in the order of their size.

    >>> evenly(np.array([4.0, 1.0, 3.0, 2.0]), 0.5).tolist()
    [1.0, 4.0]
    """
    return np.sort(values)[np.linspace(0, max(len(values) - 1, 0), round(share * len(values))).astype(np.intp)]


def of_known(beside: Beside | None) -> Beside | None:
    """Return the rows whose outcome is known."""
    return None if beside is None else beside.take(np.flatnonzero(beside.y_true >= 0))


def judged_loans(
    y_true: Any, pd: Any, weight: Any, schema: Schema, beside: Beside | None, unknown: Any = None
) -> Judged:
    """Return the loans of a judgement; weights have the kind that the schema says."""
    kind = schema.roles.weight_kind if schema.roles.weight else ""
    return Judged(y_true, pd, weight, kind, beside, unknown, frozenset(schema.names))


def yardsticks(
    model: TrainedModel, cutoff: float, held_out: Mapping[str, Any] | None = None, *, trained_on: bool = False
) -> Yardsticks:
    """Return what the figures are measured against; with those of the held-out loans also their AUC."""
    return Yardsticks(
        base_rate=model.base_rate,
        ks_cutoff=model.ks_cutoff,
        cutoff=cutoff or model.decision_cutoff or model.ks_cutoff,
        scale=model.scale,
        development_auc=None if held_out is None else development_estimate(held_out, "auc"),
        watched=model.schema.target.window,
        trained_on=trained_on,
    )


def pages(judge: ReportSpec) -> dict[str, str]:
    """Return the pages that are to be written, for the check that no file is written over another."""
    return {"report": judge.report, "model card": judge.model_card}


def check_asked(judge: JudgeSpec) -> None:
    """Refuse pages that cannot be written, and gates that name no figure, before the long work.

    Raises
    ------
    UsageError, OutputError
        As `atomic_file.check_writable`.
    """
    check_pages(judge)
    check_names(judge)


def write_pages(judge: ReportSpec, result: Any) -> None:
    """Write the HTML page and the model card that were asked for."""
    if judge.report:
        write_page(judge.report, result)
    if judge.model_card:
        from creditrisk.reports.model_card import model_card

        _write(judge.model_card, model_card(result))


def write_page(path: str, result: Any) -> None:
    """Write the HTML page of a training, a judgement or a comparison."""
    from creditrisk.reports.html.page import html_report

    _write(path, html_report(result))


def _write(path: str, text: str) -> None:
    with writing(Path(path)) as file:
        file.write(text.encode("utf-8"))
