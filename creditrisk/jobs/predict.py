"""Predict: read a batch → check → transform → score → write, again and again in constant memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.errors import UsageError, counted
from creditrisk.evaluation.remarks import notice_remarks, reason_remarks
from creditrisk.evaluation.scored import Scoring
from creditrisk.evaluation.scored_drift import drift_remarks, shifted, unseen_levels
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import check_apart, check_plain, is_parquet
from creditrisk.jobs.score_columns import score_columns
from creditrisk.jobs.score_run import ScoreRun
from creditrisk.models.watcher import SILENT
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.jobs.reason_codes import ReasonCodes
    from creditrisk.jobs.score_columns import ScoreColumns
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher

_NO_FORMULAS = "--excel-safe changes nothing here: a Parquet file has types, so its texts are not taken for formulas."
#: Each thread scores loans of its own, so LightGBM is to start none.
_ONE = 1


def predict(
    model: str | Path,
    data: Source,
    output: str | Path | None = None,
    spec: ScoreSpec | None = None,
    *,
    read: ReadSpec | None = None,
    watcher: Watcher = SILENT,
) -> Scoring:
    """Score every loan, in the order of the files: ids, PD, score and grade.

    The outcome column need not be there. A loan's PD depends on that loan alone.

    Parameters
    ----------
    model : path
    data : path, list of paths, or data frame
        Loans with the columns that the model needs.
    output : path, optional
        File to write, Parquet where its name ends in .parquet, else CSV; it holds the old file or the complete new
        one. Without it the scores come back in the result, as a pyarrow Table in `scores`.
    spec : ScoreSpec, optional
        What is written: the columns, `pd`, `score`, `grade`, `grade_pd`, `decision`, `log_odds` and `row` being made,
        others copied from the loans, and the name of the target standing for the PD; whether copied texts that begin
        like a formula get a leading apostrophe in CSV (without it they are counted in a remark); the SHA-256 that the
        model file must have; and the number of threads, on which no figure depends.
    read : ReadSpec, optional

    Raises
    ------
    ModelFileError, DataError, OutputError, UsageError
        See `creditrisk.errors`.
    """
    started = time.perf_counter()
    read, spec = read or ReadSpec(), spec or ScoreSpec()
    scorer = open_expected(Path(model), spec.expect_sha256, _ONE)
    files = open_files(data, read)
    if output is not None:
        check_plain(output)
        check_apart({"scores": output, "rejects": read.rejects}, _inputs(files, Path(model), spec))
    decides = scorer.model.decision_cutoff > 0
    asked = score_columns(spec.columns, scorer.model.schema, files.header, decides=decides, reasons=spec.reasons)
    _check_row_numbers(asked, read, files.name)
    source = open_source(files, scorer.model.schema, read, copied=asked.copied)
    codes = _reason_codes(scorer.model, spec, read, watcher)
    run = ScoreRun(source, scorer, asked, spec, codes)
    scores = run.into(output, watcher)
    drifted = shifted(run.counts.shifts(), scorer.model.schema.dates)
    parquet = output is not None and is_parquet(output)
    return Scoring(
        model=str(model),
        file=files.name,
        output="" if output is None else str(output),
        rows=run.rows,
        rejected=source.files.rejected,
        mean_pd=run.total / run.rows if run.rows else float("nan"),
        remarks=(
            *source.files.remarks,
            *(() if run.rows else ("The file has a header and no loans.",)),
            *notice_remarks(run.notices, run.rows),
            *drift_remarks(drifted),
            *((_NO_FORMULAS,) if parquet and spec.excel_safe else ()),
            *_formula_remark(run.formulas, excel_safe=spec.excel_safe),
            *(reason_remarks(codes.given) if codes else ()),
        ),
        reasons=codes.given if codes else None,
        drifted=drifted,
        unseen=unseen_levels(run.notices.unseen, run.rows, scorer.model.profiles),
        seconds=time.perf_counter() - started,
        scores=scores,
    )


def _reason_codes(model: TrainedModel, spec: ScoreSpec, read: ReadSpec, watcher: Watcher) -> ReasonCodes | None:
    if not spec.reasons:
        return None
    from creditrisk.jobs.reason_codes import ReasonCodes  # scoring without reasons starts without it

    return ReasonCodes(model, spec, read, watcher)


def _check_row_numbers(asked: ScoreColumns, read: ReadSpec, name: str) -> None:
    """Refuse numbers that may not be those of the file's rows: somebody will join by them."""
    if read.bad_rows == "skip" and "row" in asked.sources:
        raise UsageError(
            "Rows may be skipped, so the numbers of the scored ones would not be those of the file.",
            where=name,
            fix="Copy a column that names the loan, as in --columns NAME,pd,score,grade.",
        )


def _formula_remark(cells: int, *, excel_safe: bool) -> tuple[str, ...]:
    """Return what to say of so many copied cells that begin like a formula."""
    if not cells:
        return ()
    begin = f"{counted(cells, 'cell')} {'begins' if cells == 1 else 'begin'} like a formula"
    if excel_safe:
        return (f"{begin}: written with a leading apostrophe (--excel-safe).",)
    return (f"{begin}, which a spreadsheet program may run: --excel-safe writes such cells as text.",)


def _inputs(files: LoanFiles, model: Path, spec: ScoreSpec) -> dict[str, tuple[Path, ...]]:
    """Return the files that are read, which nothing may overwrite."""
    words, baseline = ((Path(path),) if path else () for path in (spec.reason_words, spec.reason_baseline))
    return {"data": tuple(files.paths), "model": (model,), "words of the reasons": words, "baseline loans": baseline}
