"""Predict: read a batch → check → transform → score → write, again and again in constant memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.atomic_file import writing
from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.errors import UsageError
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.evaluation.scored import Scoring
from creditrisk.features.steps import Notices
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.outputs import check_apart, check_plain
from creditrisk.jobs.score_columns import score_columns
from creditrisk.models.model_file import open_model
from creditrisk.models.watcher import SILENT
from creditrisk.reports.scores_csv import header_line, score_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from creditrisk.data.files import Source
    from creditrisk.data.reading import LoanSource
    from creditrisk.jobs.score_columns import ScoreColumns
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher


def predict(
    model: str | Path,
    data: Source,
    output: str | Path | None = None,
    *,
    columns: Sequence[str] = (),
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
    read : ReadSpec, optional

    Raises
    ------
    ModelFileError, DataError, OutputError, UsageError
        See `creditrisk.errors`.
    """
    started = time.perf_counter()
    read = read or ReadSpec()
    scorer = open_model(Path(model), threads)
    files = open_files(data, read)
    if output is not None:
        check_plain(output)
        check_apart({"scores": output, "rejects": read.rejects}, {"data": files.paths, "model": (Path(model),)})
    decides = scorer.model.decision_cutoff > 0
    asked = score_columns(columns, scorer.model.schema, files.header, decides=decides)
    source = open_source(files, scorer.model.schema, read, copied=asked.copied)
    _check_row_numbers(asked, source)
    run = _Run(source, scorer, asked, watcher)
    scores = None
    if output is None:
        scores = run.table()
    else:
        with writing(Path(output)) as file:
            file.write(header_line(asked.names))
            for batch in run.batches():
                file.write(score_lines(batch))
    return Scoring(
        model=str(model),
        file=files.name,
        output="" if output is None else str(output),
        rows=run.rows,
        rejected=source.files.rejected,
        mean_pd=run.total / run.rows if run.rows else float("nan"),
        remarks=notice_remarks(run.notices, run.rows),
        seconds=time.perf_counter() - started,
        scores=scores,
    )


def _check_row_numbers(asked: ScoreColumns, source: LoanSource) -> None:
    """Refuse numbers that would not be those of the file's rows: somebody will join by them."""
    if source.files.rejected and "row" in asked.sources:
        raise UsageError(
            "Rows were skipped, so the numbers of the scored ones would not be those of the file.",
            where=source.files.name,
            fix="Copy a column that names the loan, as in --columns NAME,pd,score,grade.",
        )


class _Run:
    """One pass over the loans, with what is counted on the way."""

    def __init__(self, source: LoanSource, scorer: Scorer, asked: ScoreColumns, watcher: Watcher) -> None:
        self._source, self._scorer, self._asked, self._watcher = source, scorer, asked, watcher
        self.rows, self.total, self.notices = 0, 0.0, Notices()

    def batches(self) -> Iterator[list[pa.Array | pa.ChunkedArray]]:
        """Yield the columns of the scores, batch by batch."""
        for loans in self._source.batches():
            scored = self._scorer.score(loans)
            yield self._asked.of(loans, scored, self._scorer.model, self.rows)
            self.rows += len(loans)
            self.total += float(np.sum(scored.pd))
            self.notices.add(scored.notices)
            self._watcher.step("scoring", self.rows, 0)

    def table(self) -> pa.Table:
        """Return all scores in memory."""
        import pyarrow as pa

        return pa.concat_tables([pa.table(batch, names=list(self._asked.names)) for batch in self.batches()])
