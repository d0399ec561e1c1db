"""Explain: what a model does with loans, or with one of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.data.spool import sha256_of
from creditrisk.errors import DataError, UsageError, counted, shown
from creditrisk.evaluation.effects import EvenSample
from creditrisk.evaluation.explaining.all_loans import Explainer, Looked
from creditrisk.evaluation.explaining.one_loan import explain_loan
from creditrisk.evaluation.explanation import Explanation
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.explain_spec import ExplainSpec
from creditrisk.features.steps import Notices
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.judging import write_page
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.seen_loans import seen_words
from creditrisk.models.kinds import KINDS
from creditrisk.models.marks import MarkedLoans
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.data.reading import LoanSource
    from creditrisk.data.table import LoanTable
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher

#: With fewer loans no interval of values has the 10 that it needs.
_FEWEST = 20
_LEARNED = (
    "The loans are {}, so the loss by permutation shows what the model learned of them, not what it knows of new ones."
)
_COPIES = "A variable with copies is permuted as a whole; its effects are along one column, while the copies stay."


def explain(
    model: str | Path,
    data: Source | None = None,
    spec: ExplainSpec | None = None,
    *,
    read: ReadSpec | None = None,
    threads: int = 0,
    watcher: Watcher = SILENT,
) -> Explanation:
    """Return what a model does: with all loans, with one of them, or as far as the model file alone tells.

    Parameters
    ----------
    model : path
    data : path, list of paths, or data frame, optional
        Loans; where the outcome is among their columns the loss by permutation is told too.
    spec : ExplainSpec, optional
    read : ReadSpec, optional

    Raises
    ------
    ModelFileError, DataError, OutputError, UsageError
        See `creditrisk.errors`; also where a loan that is asked for is not in the files, or several times.
    """
    spec, read = spec or ExplainSpec(), read or ReadSpec()
    check_asked(spec, has_data=data is not None)
    scorer = open_expected(Path(model), spec.expect_sha256, threads)
    cutoff = spec.cutoff or scorer.model.decision_cutoff
    if spec.actionable and not cutoff:
        raise UsageError("The model keeps no cut-off, so no change can be looked for.", fix="Name one: --cutoff 0.2")
    files = None if data is None else open_files(data, read)
    inputs = {"model": (Path(model),), **({"data": tuple(files.paths)} if files else {})}
    check_apart({"report": spec.report, "rejects": read.rejects}, inputs)
    found = _Reading(scorer, files, spec, read, watcher)
    if spec.row:
        loan, remarks = explain_loan(scorer, found.one(), spec.row, found.row, cutoff, spec.ways)
        explainer = Explainer(scorer, None, spec, watcher)
    else:
        loan, explainer = None, Explainer(scorer, found.looked(), spec, watcher)
        remarks = found.remarks()
    trained = scorer.model
    result = Explanation(
        model=str(model),
        sha256=sha256_of(Path(model)),
        kind=trained.kind,
        structure={"columns": len(trained.recipe.steps), **trained.learned.facts},
        base_rate=trained.base_rate,
        file=files.name if files else "",
        rows=found.rows,
        rejected=found.rejected,
        looked_at=found.looked_at,
        defaults=found.defaults,
        importance=() if loan else explainer.importance,
        responses=() if loan else explainer.responses(),
        interactions=() if loan else explainer.interactions(),
        monotone=() if loan else explainer.monotone(),
        points=() if loan else KINDS[trained.kind].points(trained),
        loan=loan,
        remarks=remarks,
    )
    if spec.report:
        write_page(spec.report, result)
    return result


def check_asked(spec: ExplainSpec, *, has_data: bool) -> None:
    """Raise `UsageError` where one loan is asked for and there are none."""
    if spec.row and not has_data:
        raise UsageError("--row needs DATA: the file that the loan is in.")


class _Reading:
    """The loans that are asked for, read once."""

    def __init__(
        self, scorer: Scorer, files: LoanFiles | None, spec: ExplainSpec, read: ReadSpec, watcher: Watcher
    ) -> None:
        self._model, self._files, self._spec, self._read, self._watcher = scorer.model, files, spec, read, watcher
        self._source: LoanSource | None = None
        self._notices, self._marked = Notices(), MarkedLoans(scorer.model.marks)
        self.rows, self.looked_at, self.row = 0, 0, 0
        self.defaults: int | None = None

    @property
    def rejected(self) -> int:
        """Rows that could not be read and were skipped."""
        return self._source.files.rejected if self._source else 0

    def _open(self, *, labelled: bool = False, copied: tuple[str, ...] = ()) -> LoanSource:
        assert self._files is not None  # noqa: S101 - for the checker: who asks has looked
        self._source = open_source(self._files, self._model.schema, self._read, labelled=labelled, copied=copied)
        return self._source

    def looked(self) -> Looked | None:
        """Return the loans to look at, evenly drawn; None without files."""
        if self._files is None:
            return None
        schema = self._model.schema
        labelled = {schema.target.name, *([schema.roles.weight] if schema.roles.weight else [])} <= {
            *self._files.header
        }
        sample = EvenSample(self._spec.rows)
        for loans in self._open(labelled=labelled).batches():
            self.rows += len(loans)
            self._watcher.step("reading the loans", self.rows, 0)
            known = loans if loans.y_true is None else loans.take(np.flatnonzero(loans.y_true >= 0))
            matrix, notices = self._model.recipe.matrix(known)
            self._marked.add(matrix)
            self._notices.add(notices)
            sample.add(known)
        few = _evenly(sample.loans(), self._spec.rows)
        self.looked_at = len(few)
        if len(few) < _FEWEST:
            raise DataError(
                f"There are too few loans to look at: {counted(len(few), 'loan')}.", where=self._files.name,
                fix=f"Name a file with at least {_FEWEST}" + (" whose outcome is known." if labelled else "."),
            )  # fmt: skip
        if few.y_true is not None:
            self.defaults = int(few.y_true.sum())
        return Looked(self._model.recipe.matrix(few)[0], few.y_true, few.weight if labelled else None)

    def remarks(self) -> tuple[str, ...]:
        """Return what to watch about the loans that were looked at, and about the model."""
        found = []
        if self._files is not None and self._source is not None:
            seen = seen_words(self._model, self._files.digests(), self._marked)
            found += [_LEARNED.format(seen)] if seen and self.defaults is not None else []
            found += [*self._source.files.remarks, *notice_remarks(self._notices, self.rows)]
        found += [_COPIES] if self._model.copies and self.looked_at else []
        return tuple(found)

    def one(self) -> LoanTable:
        """Return the loan that was asked for.

        Raises
        ------
        DataError
            Where none is called so, or several are.
        """
        ids = tuple(name for name in self._model.schema.ids if self._files and name in self._files.header)
        self._check_row_numbers(ids)
        taken: list[LoanTable] = []
        for loans in self._open(copied=ids).batches():
            for place in _places(loans, self._spec.row, ids, self.rows):
                taken.append(loans.take(np.array([place])))
                self.row = self.rows + place + 1
            self.rows += len(loans)
        self.looked_at = 1
        if len(taken) == 1:
            return taken[0]
        raise _not_one(len(taken), self._spec.row, ids, self.rows, self._files.name if self._files else "")

    def _check_row_numbers(self, ids: tuple[str, ...]) -> None:
        if not ids and self._read.bad_rows == "skip":
            raise UsageError("Rows may be skipped, so the number of a row would not be that of the file.",
                             fix="Train a model with --id NAME, or mend the rows.")  # fmt: skip


def _evenly(loans: LoanTable, most: int) -> LoanTable:
    """Return no more than so many loans, evenly over all."""
    return loans.take(np.linspace(0, len(loans) - 1, most).astype(np.intp)) if len(loans) > most else loans


def _places(loans: LoanTable, row: str, ids: tuple[str, ...], before: int) -> list[int]:
    """Return which loans of a batch are the one that was asked for: by an id, or by the number of the row."""
    if not ids:
        place = int(row) - 1 - before if re.fullmatch("[0-9]{1,15}", row) else -1
        return [place] if 0 <= place < len(loans) else []
    equal = [np.array([text == row for text in loans.copied.column(name).to_pylist()], dtype=bool) for name in ids]
    return [int(place) for place in np.flatnonzero(np.any(equal, axis=0))]


def _not_one(found: int, row: str, ids: tuple[str, ...], rows: int, name: str) -> DataError:
    by = " or ".join(shown(each) for each in ids) if ids else "the number of the row"
    if found:
        return DataError(f"{found:,} loans are called {shown(row, most=60)} by {by}.", where=name,
                         fix="Leave the others out of the file.")  # fmt: skip
    return DataError(
        f"No loan is called {shown(row, most=60)} by {by}.", where=name,
        fix="Look at the spelling." if ids else f"Name a row from 1 to {rows:,}.",
    )  # fmt: skip
