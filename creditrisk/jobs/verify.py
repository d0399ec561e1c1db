"""Verify: run an export on loans at the model's own boundaries, and on loans of files, and compare with the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.errors import GateError, ModelFileError, UsageError, counted
from creditrisk.export_spec import TrialSpec
from creditrisk.exports.boundaries import boundary_loans
from creditrisk.exports.compare import TOLERANCE, differences
from creditrisk.exports.exported import digest, read_export, said_by
from creditrisk.exports.loans import Loans, answers_of, numbered, plain_loans
from creditrisk.exports.results import Shown, Trial, Verification
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.model_digest import open_expected
from creditrisk.models.scoring import golden_loans
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.data.files import Source
    from creditrisk.data.table import LoanTable
    from creditrisk.exports.compare import Said
    from creditrisk.exports.exported import Exported
    from creditrisk.exports.loans import Answer
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher

#: So many differences are told one by one.
_TOLD = 20
_LARGEST_EXPORT = 1 << 30
BOUNDARIES, FILES = "boundaries", "data"


def verify(
    export: str | Path,
    model: str | Path,
    data: Source | None = None,
    spec: TrialSpec | None = None,
    *,
    read: ReadSpec | None = None,
    watcher: Watcher = SILENT,
) -> Verification:
    """Run an export and compare what it says with what the model says.

    Parameters
    ----------
    export : path
        A file that `export` wrote.
    model : path
    data : path, list of paths, or data frame, optional
        Loans to compare on, beside made-up ones at the model's boundaries.
    spec : TrialSpec, optional
    read : ReadSpec, optional

    Raises
    ------
    UsageError, ModelFileError, DataError
        See `creditrisk.errors`.
    """
    spec, read = spec or TrialSpec(), read or ReadSpec()
    scorer = open_expected(Path(model), spec.expect_sha256)
    exported = read_export(_content(Path(export)), str(export))
    found = digest(Path(model).read_bytes())
    if exported.model_sha256 not in ("", found):
        raise ModelFileError(
            "The export is of another model.", where=[f"export: {exported.model_sha256}", f"model:  {found}"],
            fix="Name the model that it was made of, or export again.",
        )  # fmt: skip
    loans = first_loans(scorer, data, read, spec.rows)
    return compared(exported, scorer, (str(export), str(model)), spec.on, loans, watcher=watcher)


def compared(
    exported: Exported, scorer: Scorer, names: tuple[str, str], on: Sequence[str], loans: Sequence[LoanTable],
    *, watcher: Watcher,
) -> Verification:  # fmt: skip
    """Return how an export does beside a model that is open, on its boundaries and on loans of files."""
    places = {"sql": on or ("sqlite",), "onnx": ("onnxruntime",)}.get(exported.form, ("python",))
    made_up = golden_loans(scorer.model.schema, boundary_loans(scorer.model))
    sets = [_set(BOUNDARIES, exported, scorer, [made_up])]
    if loans:
        sets.append(_set(FILES, exported, scorer, loans))
    trials, told = list[Trial](), list[Shown]()
    for done, place in enumerate(places):
        watcher.step(f"trying the export on {place}", done, len(places))
        said = said_by(exported, _together(sets), place)
        for each in sets:
            here, said = said[: len(each.answers)], said[len(each.answers) :]
            trial, shown = _trial(scorer.model, place, each, here)
            trials.append(trial)
            told += shown[: _TOLD - len(told)]
    different = sum(trial.different for trial in trials)
    return Verification(*names, exported.form, tuple(trials), TOLERANCE, different, tuple(told))


@dataclass(frozen=True, eq=False)
class _Set:
    """Loans of one kind, and what the model says of them."""

    kind: str
    loans: Loans
    answers: list[Answer]


def _set(kind: str, exported: Exported, scorer: Scorer, tables: Sequence[LoanTable]) -> _Set:
    parts = [plain_loans(scorer.model, table, exported.ids) for table in tables]
    rows = tuple(row for part in parts for row in part.rows)
    return _Set(
        kind, Loans(parts[0].columns, rows), [answer for table in tables for answer in answers_of(scorer, table)]
    )


def _together(sets: Sequence[_Set]) -> Loans:
    """Return the loans of all sets behind one another: a database plans a statement of a million letters but once."""
    rows = [row for each in sets for row in each.loans.rows]
    return numbered(Loans(sets[0].loans.columns, tuple(rows)))


def first_loans(scorer: Scorer, data: Source | None, read: ReadSpec, rows: int) -> list[LoanTable]:
    """Return the first loans of files, as the model reads them."""
    return [] if data is None else list(_some(scorer, data, read, rows))


def refuse_different(result: Verification) -> None:
    """Raise `GateError` where an export differs from its model."""
    if result.different:
        raise GateError(
            f"The export differs from the model on {counted(result.different, 'loan')}.",
            fix="Do not use it; write it again with `creditrisk export`.",
        )


def _trial(model: TrainedModel, place: str, asked: _Set, said: Sequence[Said]) -> tuple[Trial, list[Shown]]:
    found, largest = differences(asked.answers, said, model.scale, model.decision_cutoff)
    shown = []
    for each in found[:_TOLD]:
        values = () if asked.kind == FILES else _values(asked.loans, each.row - 1)
        shown.append(Shown(asked.kind, each.row, each.what, each.model, each.export, values))
    return Trial(place, asked.kind, len(said), len({each.row for each in found}), largest), shown


def _values(loans: Loans, row: int) -> tuple[tuple[str, str], ...]:
    pairs = zip(loans.columns, loans.rows[row], strict=True)
    return tuple((name, "missing" if value is None else str(value)) for (name, kind), value in pairs if kind != "row")


def _some(scorer: Scorer, data: Source, read: ReadSpec, rows: int) -> Iterator[LoanTable]:
    """Yield the first loans of the files."""
    for table in open_source(open_files(data, read), scorer.model.schema, read).batches():
        part = table.take(np.arange(min(rows, len(table))))
        if len(part):
            yield part
        rows -= len(part)
        if rows <= 0:
            return


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_EXPORT:
            raise UsageError("The export is too large to be one.", where=str(path))
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The export cannot be read: {error.strerror}.", where=str(path), fix="Check the path."
        ) from error
