"""Predict: read a batch → check → transform → score → write, again and again in constant memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.atomic_file import writing
from creditrisk.data.arrow import numbers
from creditrisk.data.reading import open_source
from creditrisk.errors import UsageError
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.evaluation.scored import Scoring
from creditrisk.features.steps import Notices
from creditrisk.models.model_file import open_model
from creditrisk.models.watcher import SILENT
from creditrisk.reports.scores_csv import header_line, score_lines

if TYPE_CHECKING:
    from creditrisk.data.table import LoanTable
    from creditrisk.models.watcher import Watcher

#: The first column where the model knows no id: the number of the loan in its file, from 1.
ROW = "row"


def predict(
    model: str | Path, data: str | Path, output: str | Path, *, threads: int = 0, watcher: Watcher = SILENT
) -> Scoring:
    """Write the ids and the PD of every loan of a CSV file, in its order.

    The outcome column need not be there. A loan's PD depends on that loan alone. `output` holds the old file or the
    complete new one.

    Raises
    ------
    ModelFileError, DataError, OutputError, UsageError
        See `creditrisk.errors`.
    """
    started = time.perf_counter()
    data, output = Path(data), Path(output)
    _check_output(output, {"data": data, "model": Path(model)})
    scorer = open_model(Path(model), threads)
    schema = scorer.model.schema
    source = open_source(data, schema)
    rows, total, notices = 0, 0.0, Notices()
    with writing(output) as file:
        file.write(header_line([*(schema.ids or (ROW,)), "pd"]))
        for loans in source.batches():
            scores = scorer.score(loans)
            file.write(score_lines(_ids(loans, rows), scores.pd))
            rows += len(loans)
            total += float(np.sum(scores.pd))
            notices.add(scores.notices)
            watcher.step("scoring", rows, 0)
    return Scoring(
        model=str(model),
        file=str(data),
        output=str(output),
        rows=rows,
        mean_pd=total / rows if rows else float("nan"),
        remarks=notice_remarks(notices, rows),
        seconds=time.perf_counter() - started,
    )


def _ids(loans: LoanTable, before: int) -> list[pa.ChunkedArray | pa.Array]:
    if loans.schema.ids:
        return [loans.table.column(name) for name in loans.schema.ids]
    return [numbers(np.arange(before + 1, before + 1 + len(loans))).cast(pa.string())]


def _check_output(output: Path, inputs: dict[str, Path]) -> None:
    for what, path in inputs.items():
        if output.exists() and path.exists() and output.samefile(path):
            raise UsageError(
                f"The scores would overwrite the {what}.", where=str(output), fix="Choose another --output."
            )
