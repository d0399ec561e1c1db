"""The one way to write a file: beside the target, flushed to the disk, then renamed over it.

A target path holds the old file or the complete new one, whatever happens in between.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO

from creditrisk.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def writing(target: Path) -> Iterator[BinaryIO]:
    """Open a file beside `target` for writing; rename it over `target` when the block ends well.

    A link is followed, so that what it points to is replaced; a pipe or a device is written directly, and so is
    standard output, which "-" stands for.
    On any exception the temporary file is removed and `target` stays as it was.

    Raises
    ------
    OutputError
        When the folder is missing or not writable, the target is a folder, or the disk is full.
    """
    with _worded_for(target):
        if str(target) == "-":
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif _is_stream(target):
            with target.open("wb") as stream:
                yield stream
        else:
            yield from _beside(target.resolve())


def check_writable(target: Path) -> None:
    """Raise `OutputError` now if `target` could not be written later: before long work, not after it.

    Raises
    ------
    UsageError
        For "-": what takes long to make is kept in a file.
    """
    if str(target) == "-":
        raise UsageError('"-" is not an output here.', fix="Name a file, or /dev/stdout.")
    with _worded_for(target):
        if _is_stream(target):
            return
        target = target.resolve()
        if target.is_dir():
            raise IsADirectoryError
        target.exists()  # refuses a name that is too long
        probe = _temporary(target)
        probe.touch(exist_ok=False)
        probe.unlink()


@contextlib.contextmanager
def _worded_for(target: Path) -> Iterator[None]:
    """Put what the system says into words."""
    try:
        yield
    except BrokenPipeError:  # the reader of a pipe has seen enough: that is no error of the output
        raise
    except OSError as error:
        raise _worded(target, error) from error
    except RuntimeError as error:
        if "Symlink loop" not in str(error):  # what Python before 3.13 raises for one
            raise
        raise _worded(target, OSError(errno.ELOOP, os.strerror(errno.ELOOP))) from error


def _is_stream(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _temporary(target: Path) -> Path:
    return target.with_name(f".creditrisk-{secrets.token_hex(8)}.tmp")


def _beside(target: Path) -> Iterator[BinaryIO]:
    if target.is_dir():
        raise IsADirectoryError
    temporary = _temporary(target)
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last through a power cut, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _worded(target: Path, error: OSError) -> OutputError:
    if isinstance(error, IsADirectoryError):
        return OutputError("The output is a folder.", where=str(target), fix="Name a file inside it.")
    if isinstance(error, FileNotFoundError):
        return OutputError("The folder of the output does not exist.", where=str(target), fix="Make it first.")
    reason = error.strerror or type(error).__name__
    return OutputError(
        f"The output cannot be written: {reason}.",
        where=str(target),
        fix="Free some space, change the permissions, or choose another path. What was there before is unchanged.",
    )
