"""What a cluster can be asked for, and the files that its workers read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.data.dealt import PlacedFile
from creditrisk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.file_specs import ReadSpec
    from creditrisk.specs import TrainSpec


def check_wishes(data: Source, spec: TrainSpec, read: ReadSpec) -> None:
    """Refuse what cannot be learned on a cluster, all of it at once.

    Raises
    ------
    UsageError
    """
    rules = [
        *file_rules(data, read),
        (
            spec.kind == "lightgbm",
            "--model and --preset: one set of trees is learned there, by --model lightgbm or --preset fast",
        ),
        (not spec.refit, "--refit: the model of the training loans is the one that is kept"),
        (not spec.max_rows, "--max-rows: all loans are learned from, and --sample-rows says how many settle the rest"),
        (not spec.time_limit, "--time-limit: the time of a cluster is not planned"),
        (not (spec.time and spec.group), "--time with --group: nobody sees all loans of a group"),
    ]
    refuse([says for holds, says in rules if not holds])


def file_rules(data: Source, read: ReadSpec) -> list[tuple[bool, str]]:
    """Return what must hold of the data, where workers read it and rows cannot be set aside."""
    return [*_source_rules(data), (read.bad_rows == "error", "--bad-rows skip: clean the files before")]


def _source_rules(data: Source) -> list[tuple[bool, str]]:
    words: Sequence[object] = [data] if isinstance(data, str | Path) else data if isinstance(data, list | tuple) else []
    return [
        (bool(words), "a data frame: the workers read files, name them"),
        ("-" not in map(str, words), "standard input: the workers read files, name them"),
    ]


def check_source(data: Source) -> None:
    """Refuse loans that no worker could read: those of standard input or of a data frame."""
    refuse([says for holds, says in _source_rules(data) if not holds])


def refuse(wrong: Sequence[str]) -> None:
    """Raise `UsageError` with all that a cluster cannot do."""
    if wrong:
        raise UsageError(
            "The cluster (--engine dask) cannot do what is asked.", where=wrong,
            fix="Change what is listed, or leave out --engine dask to work on this machine.",
        )  # fmt: skip


def placed(files: LoanFiles) -> list[PlacedFile]:
    """Return the files as workers find them: by paths from the root, which must lead to the same files everywhere."""
    return [PlacedFile(str(path.absolute()), place) for place, path in enumerate(files.paths)]
