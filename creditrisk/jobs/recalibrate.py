"""Recalibrate: model + new loans → a new model file of the same order and another level, and whether it was needed."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk import __version__
from creditrisk.data.beside import read_beside
from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.data.schema import Roles
from creditrisk.data.splitting import random_folds
from creditrisk.data.target import check_enough
from creditrisk.errors import DataError, shown
from creditrisk.evaluation.recalibration import (
    Outcome,
    Recalibration,
    bce_change,
    grade_changes,
    level_figures,
    outcome_remarks,
    rate_remarks,
    refused_share,
)
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.features.steps import Notices
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.early import check_recalibration
from creditrisk.jobs.facts import now
from creditrisk.jobs.judging import write_pages
from creditrisk.jobs.model_digest import expected
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.seen_loans import seen_words
from creditrisk.judging import ReportSpec
from creditrisk.metrics.borrowers import shared
from creditrisk.metrics.central_tendency import shift_to_rate
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.nested_lines import nested_lines
from creditrisk.metrics.odds import expit
from creditrisk.models.calibration import Calibration
from creditrisk.models.marks import MarkedLoans
from creditrisk.models.model_bytes import read_model_file
from creditrisk.models.model_file import open_model, save_model
from creditrisk.models.recalibrating import (
    ALPHA,
    check_method,
    cross_fitted,
    fit_correction,
    recalibrated,
    simplest_line,
    wants_curve,
)
from creditrisk.models.watcher import SILENT
from creditrisk.recalibration_spec import RecalibrateSpec
from creditrisk.reports.json_text import to_plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.data.files import Digest, LoanFiles, Source
    from creditrisk.data.reading import LoanSource
    from creditrisk.data.schema import Schema
    from creditrisk.data.splitting import Fold
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.nested_lines import NestedLines
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher

_FITTED = "The model is recalibrated on {}. The PDs of such loans look better than they are, so it corrects too little."


def recalibrate(
    model: str | Path,
    data: Source,
    output: str | Path,
    spec: RecalibrateSpec | None = None,
    *,
    read: ReadSpec | None = None,
    force: bool = False,
    threads: int = 0,
    watcher: Watcher = SILENT,
) -> Recalibration:
    """Correct the level of a model's PDs by new loans, and write it as a new model; the old file stays as it is.

    Parameters
    ----------
    model, output : path
    data : path, list of paths, or data frame
        Loans with known outcomes that the model has not learned from; with `to_rate` no outcomes are needed.
    spec : RecalibrateSpec, optional
    read : ReadSpec, optional
    force : bool
        Whether an existing file at `output` may be replaced.

    Raises
    ------
    UsageError, ModelFileError, DataError, OutputError
        See `creditrisk.errors`; also where the file holds fewer than 20 defaults or repaid loans.
    """
    path, output, read, spec = Path(model), Path(output), read or ReadSpec(), spec or RecalibrateSpec()
    check_recalibration(output, spec, force=force)
    content = read_model_file(path)
    expected(content, spec.expect_sha256, path)
    scorer = open_model(path, threads, content)
    files = open_files(data, read)
    pages = {"report": spec.report, "model card": spec.model_card}
    check_apart({"model": output, "rejects": read.rejects, **pages}, {"data": files.paths, "old model": (path,)})
    loans = _to_rate(scorer, files, read, watcher) if spec.to_rate else _labelled(scorer, files, read, watcher)
    watcher.step("recalibrating", 0, 0)
    fitted = _shifted(loans, spec) if spec.to_rate else _fitted(loans, spec, scorer.model)
    origin = {"parent": hashlib.sha256(content).hexdigest(), "data": [asdict(digest) for digest in loans.digests]}
    new = recalibrated(
        scorer.model, fitted.correction, loans.z, loans.weight, _notes(loans, fitted, spec, origin),
        {} if fitted.outcome is None else to_plain(asdict(fitted.outcome)),
    )  # fmt: skip
    skipped = spec.if_needed and fitted.outcome is not None and not fitted.outcome.needed
    # Last of all, so that whoever interrupts the run before finds nothing written.
    sha256 = "" if skipped else save_model(new, output)
    result = _result(scorer.model, new, loans, fitted, spec)
    result = replace(result, model=str(model), output="" if skipped else str(output), sha256=sha256)
    write_pages(ReportSpec(report=spec.report, model_card=spec.model_card), result)
    return result


@dataclass(frozen=True, eq=False)
class _Loans:
    """What the loans say, arrays of shape (n_loans,): those of known outcome, each as often as its frequency says.

    `z` are the log-odds of the model as it is, `group` whose loan each is for the folds, `by` for intervals.
    """

    z: Floats
    y_true: NDArray[np.int8] | None
    weight: Floats | None
    group: NDArray[np.intp] | None
    by: NDArray[np.intp] | None
    files: LoanFiles
    digests: tuple[Digest, ...]
    rows: int
    set_aside: int
    rejected: int
    remarks: tuple[str, ...]

    @property
    def outcomes(self) -> NDArray[np.int8]:
        if self.y_true is None:
            raise ValueError("These loans were read without their outcomes.")
        return self.y_true


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A correction, by which method, the level that it gives, and what the outcomes said."""

    correction: Calibration
    method: str
    rate: float
    outcome: Outcome | None
    remarks: tuple[str, ...]


def _labelled(scorer: Scorer, files: LoanFiles, read: ReadSpec, watcher: Watcher) -> _Loans:
    """Read and score loans with their outcomes."""
    model, target = scorer.model, scorer.model.schema.target.name
    if target not in files.header:
        raise DataError(
            f"The outcome, {shown(target)}, is not in the file.",
            where=files.name,
            fix="Give loans whose outcomes are known, or the level that the PDs are to have: --to-rate PD.",
        )
    source, marked = open_source(files, model.schema, read, labelled=True), MarkedLoans(model.marks)
    z, y, weight, notices = _scored(source, scorer, watcher, marked)
    known = np.flatnonzero(y >= 0)
    check_enough(y[known], files.name)
    group = _borrowers(source.files, model.schema, known)
    digests = files.digests()
    words = seen_words(model, digests, marked)
    said = _said(source, notices, len(y), _FITTED.format(words) if words else "")
    z, weight, by = z[known], None if weight is None else weight[known], shared(group, len(known))
    loans = _Loans(
        z, y[known], weight, None if by is None else group, by, source.files, digests, len(y),
        len(y) - len(known), source.files.rejected, said,
    )  # fmt: skip
    return _expanded(loans) if model.schema.roles.weight_kind == "frequency" else loans


def _borrowers(files: LoanFiles, schema: Schema, rows: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """Return whose loan each of the rows is; None where the model or the files do not know."""
    name = schema.roles.group
    if not name or name not in files.header:
        return None
    group = read_beside(files, replace(schema, roles=Roles(group=name)), [], []).group
    return None if group is None else group[rows]


def _to_rate(scorer: Scorer, files: LoanFiles, read: ReadSpec, watcher: Watcher) -> _Loans:
    """Read and score loans with no look at their outcomes; they are weighted where the file holds the weights."""
    weight_name, said = scorer.model.schema.roles.weight, ""
    weighted = bool(weight_name) and weight_name in files.header
    if weight_name and not weighted:
        said = f"The file lacks the loan weights, {shown(weight_name)}: every loan counts once."
    source = open_source(files, scorer.model.schema, read, weighted=weighted)
    z, _, weight, notices = _scored(source, scorer, watcher)
    if not len(z):
        raise DataError("There are no loans.", where=files.name, fix="Give loans like those that will be scored.")
    remarks = _said(source, notices, len(z), said)
    digests, rejected = files.digests(), source.files.rejected
    return _Loans(z, None, weight, None, None, source.files, digests, len(z), 0, rejected, remarks)


def _scored(
    source: LoanSource, scorer: Scorer, watcher: Watcher, marked: MarkedLoans | None = None
) -> tuple[Floats, NDArray[np.int8], Floats | None, Notices]:
    """Return log-odds, outcomes (−1 is neither label, or was not asked for), weights, and what was unusual."""
    z, outcomes, weights, notices, done = [np.empty(0)], [np.empty(0, np.int8)], [], Notices(), 0
    for loans in source.batches():
        scores = scorer.score(loans, marked)
        z.append(scores.log_odds)
        outcomes.append(np.full(len(loans), -1, np.int8) if loans.y_true is None else loans.y_true)
        if loans.weight is not None:
            weights.append(loans.weight)
        notices.add(scores.notices)
        done += len(loans)
        watcher.step("scoring", done, 0)
    return np.concatenate(z), np.concatenate(outcomes), np.concatenate(weights) if weights else None, notices


def _said(source: LoanSource, notices: Notices, rows: int, first: str) -> tuple[str, ...]:
    return (*([first] if first else []), *source.files.remarks, *notice_remarks(notices, rows))


def _expanded(loans: _Loans) -> _Loans:
    """Return each loan as often as its frequency says; those of one row stay in one fold."""
    if loans.weight is None:
        return loans
    rows = np.repeat(np.arange(len(loans.z)), loans.weight.astype(np.intp))
    group = rows if loans.group is None else loans.group[rows]
    by = None if loans.by is None else loans.by[rows]
    return replace(loans, z=loans.z[rows], y_true=loans.outcomes[rows], weight=None, group=group, by=by)


def _shifted(loans: _Loans, spec: RecalibrateSpec) -> _Fitted:
    """Fit the shift to a rate."""
    before = float(np.average(expit(loans.z), weights=loans.weight))
    correction = Calibration("intercept", shift_to_rate(loans.z, spec.to_rate, loans.weight))
    return _Fitted(correction, "intercept", spec.to_rate, None, rate_remarks(before, spec.to_rate))


def _fitted(loans: _Loans, spec: RecalibrateSpec, model: TrainedModel) -> _Fitted:
    """Test what is needed, fit it, and judge it on folds that it was not fitted on."""
    y, z, weight, by = loans.outcomes, loans.z, loans.weight, loans.by
    tests, defaults, bends = nested_lines(y, z, weight, by=by), int(y.sum()), model.kind != "scorecard"
    tried = spec.method == "auto" and wants_curve(tests, defaults, bends=bends)
    method = simplest_line(tests) if spec.method == "auto" else spec.method
    check_method(method, defaults, bends=bends)
    folds = _folds(loans, spec)
    corrected = cross_fitted(method, y, z, weight, folds)
    if tried:
        bent = cross_fitted("isotonic", y, z, weight, folds)
        if bce_change(y, corrected, bent, weight, by).high < 0:
            method, corrected = "isotonic", bent
    correction = fit_correction(method, y, z, weight)
    tested = _tested(tests, method, spec.method)
    outcome = Outcome(
        defaults=defaults,
        needed=bool(getattr(tests, tested).p_value < ALPHA),
        tested=tested,
        shift=tests.shift,
        line=tests.line,
        curve=tests.curve,
        slope=tests.slope,
        bend=tests.bend,
        before=level_figures(y, z, weight, by),
        after=level_figures(y, corrected, weight, by),
        bce_difference=bce_change(y, z, corrected, weight, by),
        auc=auc(y, z, weight, by=by),
        auc_after=auc(y, correction.apply(z), weight, by=by).value,
        folds=len(folds),
    )
    said = outcome_remarks(outcome, method, asked=spec.method, curve_tried=tried, grouped=by is not None)
    return _Fitted(correction, method, float(np.average(y, weights=weight)), outcome, said)


def _folds(loans: _Loans, spec: RecalibrateSpec) -> tuple[Fold, ...]:
    """Return folds that judge every loan."""
    folds = random_folds(loans.outcomes, loans.group, spec.folds, spec.seed)
    if sum(len(fold.judge) for fold in folds) < len(loans.z):
        raise DataError(
            "A fold lacks defaults or repaid loans: they belong to too few borrowers.",
            where=loans.files.name,
            fix="Use fewer --folds, or more loans.",
        )
    return folds


def _tested(tests: NestedLines, method: str, asked: str) -> str:
    """Return the test of no correction against what was asked for; where nothing was, a line may be the answer."""
    if method == "isotonic":
        return "curve"
    return "shift" if asked == "intercept" or math.isnan(tests.line.p_value) else "line"


def _notes(loans: _Loans, fitted: _Fitted, spec: RecalibrateSpec, origin: dict[str, Any]) -> dict[str, Any]:
    """Return what the new file says of this recalibration. Of the data it names files and digests, no path."""
    outcome, correction = fitted.outcome, fitted.correction
    return {
        "created": now().isoformat(timespec="seconds"),
        **origin,
        "method": fitted.method,
        "intercept": correction.intercept,
        "slope": correction.slope,
        "knots": len(correction.knots),
        "loans": len(loans.z),
        **({"to_rate": spec.to_rate} if outcome is None else {"defaults": outcome.defaults, "needed": outcome.needed}),
        "rate": fitted.rate,
        "mean_pd_before": float(np.average(expit(loans.z), weights=loans.weight)),
        "written_by": f"creditrisk {__version__}",
    }


def _result(
    old: TrainedModel, new: TrainedModel, loans: _Loans, fitted: _Fitted, spec: RecalibrateSpec
) -> Recalibration:
    """Return the result, but for the paths."""
    lineage = new.training["recalibrations"]
    before, after = expit(loans.z), expit(fitted.correction.apply(loans.z))
    roles = old.schema.roles
    return Recalibration(
        model="",
        parent=lineage[-1]["parent"],
        output="",
        sha256="",
        kind=old.kind,
        target=old.schema.target,
        file=loans.files.name,
        data=tuple(lineage[-1]["data"]),
        rows=loans.rows,
        set_aside=loans.set_aside,
        rejected=loans.rejected,
        loans=len(loans.z),
        weights=roles.weight_kind if roles.weight else "",
        asked=spec.method,
        method=fitted.method,
        to_rate=spec.to_rate,
        rate=fitted.rate,
        correction=fitted.correction,
        calibration=new.calibration,
        mean_pd_before=float(np.average(before, weights=loans.weight)),
        mean_pd_after=float(np.average(after, weights=loans.weight)),
        outcome=fitted.outcome,
        grades=grade_changes(old, new, before, after, loans.weight),
        decision_cutoff=new.decision_cutoff,
        refused_before=refused_share(before, new.decision_cutoff, loans.weight),
        refused_after=refused_share(after, new.decision_cutoff, loans.weight),
        lineage=tuple(lineage),
        remarks=(*fitted.remarks, *loans.remarks),
    )
