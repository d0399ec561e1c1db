"""The files of loans that a command names: patterns become paths, and what cannot be opened is told at once.

Nothing heavy is imported here, so that a typing error in a path is answered before the libraries are loaded.
"""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.data.spool import exists, form_of, stored
from creditrisk.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_named(words: Sequence[str | Path]) -> None:
    """Refuse files that do not exist, cannot be opened, or are neither CSV nor gzip nor Parquet by their first bytes.

    Standard input, pipes and devices are left alone: they can be read only once.

    Raises
    ------
    UsageError, DataError
        As `files.open_files`, with all that is wrong.
    """
    names = expanded(words)
    errors = []
    for name in names:
        path = Path(name)
        if name == "-" or (exists(path) and not path.is_file() and not path.is_dir()):
            continue
        try:
            form_of(stored(path))
        except DataError as error:
            errors.append(error)
    if errors:
        raise not_usable(errors, len(names))


def expanded(words: Sequence[str | Path]) -> list[str]:
    """Return the paths that are meant, patterns replaced by what matches them.

    Raises
    ------
    UsageError
        When nothing is named, or a file twice.
    DataError
        When a pattern matches no file.
    """
    names: list[str] = []
    errors = []
    for word in map(str, words):
        if glob.has_magic(word) and not exists(Path(word)):
            found = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
            names += found
            if not found:
                errors.append(DataError("No file matches the pattern.", where=word, fix="Check the folder."))
        else:
            names.append(word)
    if errors:
        raise one_error(errors, f"{len(errors)} patterns match no file.")
    if not names:
        raise UsageError("No file is named.", fix="Name at least one file of loans.")
    _check_once(names)
    return names


def _check_once(names: Sequence[str]) -> None:
    seen: dict[object, str] = {}
    for name in names:
        path = Path(name)
        key: object = name
        if name != "-" and exists(path):
            status = path.stat()
            key = (status.st_dev, status.st_ino)
        if key in seen:
            twice = "Standard input" if name == "-" else "A file"
            raise UsageError(f"{twice} is given twice.", where=[seen[key], name], fix="Name it once.")
        seen[key] = name


def not_usable(errors: Sequence[DataError], files: int) -> DataError:
    """Return the error that tells what is wrong with some of so many files."""
    return one_error(errors, f"{len(errors)} of the {files} files cannot be used.")


def one_error(errors: Sequence[DataError], what: str) -> DataError:
    """Return an error that tells all that several files suffer from; a single one stays as it is."""
    if len(errors) == 1:
        return errors[0]
    where = []
    for error in errors:
        place, *lines = error.where or ("",)
        where += [f"{place}: {error.what}", *lines]
    fixes = dict.fromkeys(error.fix for error in errors if error.fix)
    return DataError(what, where=where, fix=" ".join(fixes))
