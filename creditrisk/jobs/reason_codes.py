"""The reasons of scored loans: from what was asked to columns of the scores, batch by batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.arrow import numbers, texts
from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.errors import DataError
from creditrisk.evaluation.scored import GivenReasons
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.reason_words import read_words
from creditrisk.jobs.score_columns import reason_columns
from creditrisk.models.reasons.reasons import Reasons, variables_of, variables_that_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from creditrisk.jobs.score_columns import ScoredBatch
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher
    from creditrisk.reason_spec import ReasonSpec


class ReasonCodes:
    """The reasons that are written beside the PDs of one scoring."""

    def __init__(self, model: TrainedModel, spec: ReasonSpec, read: ReadSpec, watcher: Watcher) -> None:
        """Work out what is needed of the model, the words and the baseline loans.

        Raises
        ------
        DataError, ModelFileError
            When the words or the baseline loans cannot be used, or the model's trees not be explained.
        """
        self._spec, self._baseline_loans = spec, 0
        words = None
        if spec.reason_words:
            variables = variables_of(model)
            known = {*variables, *variables.values()}
            words = read_words(Path(spec.reason_words), variables_that_count(model), known)
        baseline = _Baseline(model, spec.reason_baseline, read, watcher) if spec.reason_baseline else None
        watcher.step("working out the reasons", 0, 0)
        self._reasons = Reasons(model, words, baseline)
        self._names = texts(list(self._reasons.names))
        self._baseline_loans = baseline.loans if baseline else 0

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that `of` gives."""
        return reason_columns(self._spec.reasons)

    def of(self, batch: ScoredBatch) -> dict[str, pa.Array]:
        """Return the columns of a batch, null where a loan has no such reason; several threads may ask."""
        count, rows = self._spec.reasons, len(batch.loans)
        name, log_odds = np.full((rows, count), -1), np.full((rows, count), np.nan)
        given = batch.scores.pd >= self._spec.reasons_above
        if given.any():
            ranked = self._reasons.ranked(batch.matrix[given], count)
            name[given], log_odds[given] = ranked.name, ranked.log_odds
        there = name >= 0
        ranks = range(count)
        columns = [self._names.take(numbers(np.maximum(name[:, rank], 0), there[:, rank])) for rank in ranks]
        columns += [numbers(log_odds[:, rank].copy(), there[:, rank]) for rank in ranks]
        return dict(zip(self.names, columns, strict=True))

    @property
    def given(self) -> GivenReasons:
        """What the result says of them."""
        spec = self._spec
        return GivenReasons(
            spec.reasons, self._reasons.base, spec.reason_baseline, self._baseline_loans, spec.reasons_above
        )


class _Baseline:
    """The baseline loans as the model's matrix, batch by batch, as often as they are asked for."""

    def __init__(self, model: TrainedModel, path: str, read: ReadSpec, watcher: Watcher) -> None:
        self._model, self._path, self._watcher = model, path, watcher
        strict = ReadSpec(
            delimiter=read.delimiter, encoding=read.encoding, skip_rows=read.skip_rows, samples=read.samples
        )
        self._source = open_source(open_files(path, strict), model.schema, strict)
        self.loans = 0

    def __call__(self) -> Iterator[Floats]:
        self.loans = 0
        for loans in self._source.batches():
            self.loans += len(loans)
            self._watcher.step("reading the baseline", self.loans, 0)
            yield self._model.recipe.matrix(loans)[0]
        if not self.loans:
            raise DataError("There are no baseline loans.", where=self._path, fix="Name a file of loans.")
