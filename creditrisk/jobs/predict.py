"""Predict: read a batch → check → transform → score → write, again and again in constant memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from creditrisk.atomic_file import writing
from creditrisk.data.arrow import together
from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.errors import UsageError, counted
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.evaluation.scored import Scoring
from creditrisk.evaluation.scored_drift import drift_remarks, shifted, unseen_levels
from creditrisk.features.profile import ProfileCounts
from creditrisk.features.steps import Notices
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import check_apart, check_plain
from creditrisk.jobs.score_columns import score_columns
from creditrisk.models.watcher import SILENT
from creditrisk.reports.formula_cells import as_text, formula_cells, names_as_text
from creditrisk.reports.scores_csv import header_line, score_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from creditrisk.data.files import Source
    from creditrisk.data.reading import LoanSource
    from creditrisk.features.profile import ColumnShift
    from creditrisk.jobs.score_columns import ScoreColumns
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher


def predict(
    model: str | Path,
    data: Source,
    output: str | Path | None = None,
    *,
    columns: Sequence[str] = (),
    excel_safe: bool = False,
    expect_sha256: str = "",
    read: ReadSpec | None = None,
    threads: int = 0,
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
        CSV file to write; it holds the old file or the complete new one. Without it the scores come back in the
        result, as a pyarrow Table in `scores`.
    columns : names, optional
        The columns of the scores: those of the loans are copied, `pd`, `score`, `grade`, `grade_pd`, `decision`,
        `log_odds` and `row` are made, and the name of the target stands for the PD.
    excel_safe : bool
        Whether copied texts that begin like a formula get a leading apostrophe, so that no spreadsheet program runs
        them; numbers never do. Without it such cells are counted in a remark.
    expect_sha256 : str
        The SHA-256 that the model file must have; any where it is empty.
    read : ReadSpec, optional

    Raises
    ------
    ModelFileError, DataError, OutputError, UsageError
        See `creditrisk.errors`.
    """
    started = time.perf_counter()
    read = read or ReadSpec()
    scorer = open_expected(Path(model), expect_sha256, threads)
    files = open_files(data, read)
    if output is not None:
        check_plain(output)
        check_apart({"scores": output, "rejects": read.rejects}, {"data": files.paths, "model": (Path(model),)})
    decides = scorer.model.decision_cutoff > 0
    asked = score_columns(columns, scorer.model.schema, files.header, decides=decides)
    _check_row_numbers(asked, read, files.name)
    source = open_source(files, scorer.model.schema, read, copied=asked.copied)
    run = _Run(source, scorer, asked, watcher, excel_safe=excel_safe)
    scores = None
    if output is None:
        scores = run.table()
    else:
        with writing(Path(output)) as file:
            file.write(header_line(names_as_text(asked.names) if excel_safe else asked.names))
            for batch in run.batches():
                file.write(score_lines(batch))
    drifted = run.drifted()
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
            *_formula_remark(run.formulas, excel_safe=excel_safe),
        ),
        drifted=drifted,
        unseen=unseen_levels(run.notices.unseen, run.rows, scorer.model.profiles),
        seconds=time.perf_counter() - started,
        scores=scores,
    )


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


class _Run:
    """One pass over the loans, with what is counted on the way."""

    def __init__(
        self, source: LoanSource, scorer: Scorer, asked: ScoreColumns, watcher: Watcher, *, excel_safe: bool
    ) -> None:
        self._source, self._scorer, self._asked, self._watcher = source, scorer, asked, watcher
        self._excel_safe = excel_safe
        self.rows, self.total, self.notices, self.formulas = 0, 0.0, Notices(), 0
        self._counts = ProfileCounts(scorer.model.profiles)

    def batches(self) -> Iterator[list[pa.Array | pa.ChunkedArray]]:
        """Yield the columns of the scores, batch by batch."""
        for loans in self._source.batches():
            scored = self._scorer.score(loans, self._counts)
            made = self._asked.of(loans, scored, self._scorer.model, self.rows)
            sources = zip(made, self._asked.sources, strict=True)
            yield [column if source else self._looked_at(column) for column, source in sources]
            self.rows += len(loans)
            self.total += float(np.sum(scored.pd))
            self.notices.add(scored.notices)
            self._watcher.step("scoring", self.rows, 0)

    def drifted(self) -> tuple[ColumnShift, ...]:
        """Return the columns in which the scored loans are spread otherwise than those of the training."""
        return shifted(self._counts.shifts(), self._scorer.model.schema.dates)

    def _looked_at(self, copied: pa.ChunkedArray) -> pa.Array:
        """Return a copied column, made safe if that was asked for, its cells that begin like a formula counted."""
        cells = together(copied)
        found = pc.sum(formula_cells(cells)).as_py() or 0
        self.formulas += found
        return as_text(cells) if found and self._excel_safe else cells

    def table(self) -> pa.Table:
        """Return all scores in memory."""
        import pyarrow as pa

        return pa.concat_tables([pa.table(batch, names=list(self._asked.names)) for batch in self.batches()])
