"""One pass over the loans: pieces of the files are scored side by side, and written in their order."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.atomic_file import writing
from creditrisk.data.arrow import together
from creditrisk.features.profile import ProfileCounts
from creditrisk.features.steps import Notices
from creditrisk.jobs.in_order import in_order, look_ahead
from creditrisk.jobs.outputs import is_parquet
from creditrisk.jobs.score_columns import OWN, ScoredBatch
from creditrisk.models.booster import usable_threads
from creditrisk.reports.formula_cells import as_text, formula_cells, names_as_text
from creditrisk.reports.scores_csv import header_line, score_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from creditrisk.data.reading import LoanSource
    from creditrisk.features.profile import BatchCounts
    from creditrisk.jobs.reason_codes import ReasonCodes
    from creditrisk.jobs.score_columns import ScoreColumns
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher
    from creditrisk.score_spec import ScoreSpec

#: Rows of a piece at most, so that no thread is long at one, and the fewest for which a further thread is worth it.
_MOST_ROWS, _FEWEST_ROWS = 16_384, 512
#: One thread reads, which keeps no more than so many others at work.
_MOST_WORKERS = 16


class Sink(Protocol):
    """Where scores go."""

    def prepared(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> Any:
        """Return the columns of a batch as `write` takes them; several threads may ask."""

    def write(self, prepared: Any) -> None:
        """Write the next batch."""


@dataclass(frozen=True, eq=False)
class _Part:
    """What became of a piece: its scores as they are written, and what was counted in it."""

    rows: int
    prepared: Any
    total: float
    notices: Notices
    counts: BatchCounts
    formulas: int


class ScoreRun:
    """Scores loans and counts on the way.

    Attributes
    ----------
    rows : int
    total : float
        The sum of the PDs.
    notices : Notices
    counts : ProfileCounts
    formulas : int
        Copied cells that begin like a formula.
    """

    def __init__(
        self, source: LoanSource, scorer: Scorer, asked: ScoreColumns, spec: ScoreSpec, codes: ReasonCodes | None = None
    ) -> None:
        self._source, self._scorer, self._asked, self._spec, self._codes = source, scorer, asked, spec, codes
        self.rows, self.total, self.notices, self.formulas = 0, 0.0, Notices(), 0
        self.counts = ProfileCounts(scorer.model.profiles)

    def into(self, output: str | Path | None, watcher: Watcher) -> pa.Table | None:
        """Score all loans into a file, which holds the old bytes or the complete new ones; None returns a table."""
        if output is None:
            table = _Table(self._asked.names)
            self._pass(table, watcher)
            return table.whole()
        with writing(Path(output)) as file:
            if is_parquet(output):
                from creditrisk.reports.scores_parquet import parquet_scores

                with parquet_scores(file, self._asked.names) as sink:
                    self._pass(sink, watcher, formulas=False)
            else:
                safe = self._spec.excel_safe
                file.write(header_line(names_as_text(self._asked.names) if safe else self._asked.names))
                self._pass(_Lines(file), watcher)
        return None

    def _pass(self, sink: Sink, watcher: Watcher, *, formulas: bool = True) -> None:
        workers = min(usable_threads(self._spec.threads), _MOST_WORKERS)
        pieces = _numbered(_pieces(self._source.tables(), workers))

        def work(piece: tuple[int, pa.Table]) -> _Part:
            return self._scored(*piece, sink, formulas=formulas)

        with contextlib.closing(in_order(pieces, work, workers)) as parts:
            for part in parts:
                sink.write(part.prepared)
                self._count(part)
                watcher.step("scoring", self.rows, 0)

    def _scored(self, before: int, table: pa.Table, sink: Sink, *, formulas: bool) -> _Part:
        """Score a piece; nothing is changed here, for several threads do it at the same time."""
        loans, model = self._source.loans(table), self._scorer.model
        matrix, notices = model.recipe.matrix(loans)
        batch = ScoredBatch(loans, matrix, self._scorer.of_matrix(matrix, notices), before)
        columns, found = self._asked.of(batch, model, self._codes), 0
        if formulas:
            columns, found = self._looked_at(columns)
        pd = batch.scores.pd
        return _Part(
            len(loans), sink.prepared(columns), float(np.sum(pd)), notices, self.counts.seen(matrix, before), found
        )

    def _looked_at(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> tuple[list[pa.Array], int]:
        """Return the columns, texts of others made safe if that was asked for, and how many cells are like formulas."""
        looked_at, total = [], 0
        for column, source in zip(columns, self._asked.sources, strict=True):
            cells = together(column)
            found = (
                0 if source in OWN or not pa.types.is_string(cells.type) else pc.sum(formula_cells(cells)).as_py() or 0
            )
            total += found
            looked_at.append(as_text(cells) if found and self._spec.excel_safe else cells)
        return looked_at, total

    def _count(self, part: _Part) -> None:
        self.rows += part.rows
        self.total += part.total
        self.notices.add(part.notices)
        self.counts.merge(part.counts)
        self.formulas += part.formulas


class _Lines:
    """A CSV file whose header is written."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def prepared(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Buffer:
        return score_lines(columns)

    def write(self, prepared: pa.Buffer) -> None:
        self._file.write(prepared)


class _Table:
    """Scores in memory."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self._batches = list(names), list[pa.Table]()

    def prepared(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Table:
        return pa.table(columns, names=self._names)

    def write(self, prepared: pa.Table) -> None:
        self._batches.append(prepared)

    def whole(self) -> pa.Table:
        return pa.concat_tables(self._batches)


def _pieces(tables: Iterable[pa.Table], workers: int) -> Iterator[pa.Table]:
    """Yield the tables in slices of rows: small enough to share the work, also where there is one table only."""
    alone = True
    for table, last in look_ahead(tables):
        alone = alone and last
        share = max(_FEWEST_ROWS, -(-len(table) // workers)) if alone else _MOST_ROWS
        rows = min(share, _MOST_ROWS)
        for first in range(0, len(table) or 1, rows):
            yield table.slice(first, rows)


def _numbered(pieces: Iterable[pa.Table]) -> Iterator[tuple[int, pa.Table]]:
    """Yield each piece with the number of rows before it."""
    before = 0
    for piece in pieces:
        yield before, piece
        before += len(piece)
