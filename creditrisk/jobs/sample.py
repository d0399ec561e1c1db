"""Sample: write synthetic loans whose true PD is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.atomic_file import writing
from creditrisk.data.sample.csv_text import write_batches
from creditrisk.data.sample.generator import sample_batches
from creditrisk.evaluation.scored import Sample
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.data.sample.generator import SampleBatch
    from creditrisk.file_specs import SampleSpec
    from creditrisk.models.watcher import Watcher


def sample(output: str | Path, spec: SampleSpec, *, watcher: Watcher = SILENT) -> Sample:
    """Write `spec.rows` synthetic loans as CSV; the same seed gives the same bytes.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    with writing(Path(output)) as file:
        best = write_batches(_watched(sample_batches(spec), spec.rows, watcher), file)
    return Sample(str(output), best.rows, best.expected_rate, best.auc, best.bce)


def _watched(batches: Iterator[SampleBatch], rows: int, watcher: Watcher) -> Iterator[SampleBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.table.num_rows
        watcher.step("making loans", done, rows)
