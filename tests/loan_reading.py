"""Reading loans in tests, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.data.files import open_files
from creditrisk.data.reading import LoanSource, TrainingData, open_source, read_training
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.data.schema import Schema
    from creditrisk.specs import TrainSpec


def training_data(path: Path, spec: TrainSpec, read: ReadSpec | None = None) -> TrainingData:
    """Return what training reads of a file."""
    read = read or ReadSpec()
    return read_training(open_files(path, read), spec, read)


def source(path: Path, schema: Schema, *, labelled: bool = False) -> LoanSource:
    """Return a file as scoring reads it."""
    return open_source(open_files(path, ReadSpec()), schema, ReadSpec(), labelled=labelled)
