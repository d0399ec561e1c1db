"""The bytes of a file that may be a model: opened without waiting, refused where it begins as no model does.

Nothing heavy is imported here, so that a typing error in a path is answered before the libraries are loaded.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

from creditrisk.errors import ModelFileError
from creditrisk.models.container import BEGINS_WITHIN, check_begins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

#: A text of 128 MiB holds more than a million leaves; real models have a few megabytes. Whoever gives more wants the
#: memory of this machine.
LARGEST_FILE = 128 << 20


def check_model_begins(path: Path) -> None:
    """Refuse a file that cannot be a model by its first bytes; errors as in `read_model_file`."""
    with _opened(path):
        pass


def read_model_file(path: Path) -> bytes:
    """Return the bytes of a file that may be a model.

    Raises
    ------
    ModelFileError
        When the file is missing, unreadable, a pipe or a device, larger than any model file, or begins as none does.
    """
    with _opened(path) as (begin, file):
        data = begin + file.read(LARGEST_FILE)
    if len(data) > LARGEST_FILE:
        raise ModelFileError("The file is too large for a model file.", where=str(path))
    return data


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[bytes, BinaryIO]]:
    """Open a file that begins as a model does; give its first bytes, and the file behind them."""
    try:
        with naming(path), open(path, "rb", opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                fix = "Save the model to a plain file: it is checked as a whole before it is used."
                raise ModelFileError("The model file is a pipe or a device.", fix=fix)
            begin = file.read(BEGINS_WITHIN)
            check_begins(begin)
            yield begin, file
    except OSError as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise ModelFileError(f"The model file {reason}.", where=str(path), fix="Check the path.") from error


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever writes to a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add the file's path to what is wrong with its contents."""
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(error.what, where=[str(path), *error.where], fix=error.fix) from error
