"""The one way to write a file: beside the target, flushed to the disk, then renamed over it.

A target path holds the old file or the complete new one, whatever happens in between. The file beside it is locked
while it is written. A process that is killed leaves it there without its lock: a later run that writes into the same
folder removes it once it is an hour old.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from creditrisk.errors import OutputError, UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The names of unfinished files: whole, since others may begin and end alike.
_UNFINISHED = re.compile(r"\.creditrisk-[0-9a-f]{16}\.tmp")
#: Rights of a file that replaces another, until it has those of the other: it may hold what only its owner may read.
_PRIVATE, _USUAL = 0o600, 0o666
#: Seconds after which a file that nobody writes any more is removed: long enough for the shortest gap between making
#: a file and locking it, whatever the machine does meanwhile.
_STALE = 3600.0


class _Ledger:
    """What this process has written, for the words of an interruption; and what it must remove before it ends."""

    def __init__(self) -> None:
        self.unfinished: set[Path] = set()
        self.finished: dict[str, None] = {}
        self.streams: dict[str, None] = {}


_LEDGER = _Ledger()


def discard_unfinished() -> None:
    """Remove the files that are being written; for a process that ends at once, from any of its threads."""
    for path in tuple(_LEDGER.unfinished):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def what_was_written() -> str:
    """Return in words which outputs this process has written, whole or in part; "nothing was written" at first."""
    names = {name: "standard output" if name == "-" else printable(name) for name in _LEDGER.finished}
    names |= {name: "a part of " + ("standard output" if name == "-" else printable(name)) for name in _LEDGER.streams}
    return f"written before that: {', '.join(names.values())}" if names else "nothing was written"


@contextlib.contextmanager
def writing(target: Path) -> Iterator[BinaryIO]:
    """Open a file beside `target` for writing; rename it over `target` when the block ends well.

    A link is followed, so that what it points to is replaced; a pipe or a device is written directly, and so is
    standard output, which "-" stands for.
    On any exception the temporary file is removed and `target` stays as it was.

    Raises
    ------
    OutputError
        When the folder is missing or not writable, the target is a folder or a mount point, or the disk is full.
    """
    with _worded_for(target):
        if str(target) == "-" or _is_stream(target):
            yield from _direct(target)
        else:
            yield from _beside(target.resolve(), str(target))


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
        name, target = str(target), target.resolve()
        _refuse_unfit(target, name)
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


def _direct(target: Path) -> Iterator[BinaryIO]:
    if str(target) == "-" and sys.__stdout__ is None:  # closed by whoever started this process
        raise OSError(errno.EBADF, "standard output is closed")
    _LEDGER.streams[str(target)] = None
    if str(target) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with target.open("wb") as stream:
            yield stream
    _LEDGER.streams.pop(str(target), None)
    _LEDGER.finished[str(target)] = None


def _is_stream(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _temporary(target: Path) -> Path:
    return target.with_name(f".creditrisk-{os.urandom(8).hex()}.tmp")


def _refuse_unfit(target: Path, name: str) -> None:
    """Raise where a rename over the target is bound to fail; the system does so for a name that is too long."""
    if _mode(target) is None:
        return
    if target.is_dir():
        raise IsADirectoryError
    mounts = {_mount(target), _mount(target.parent)}
    if len(mounts) == 2 and None not in mounts:
        raise OutputError(
            "The output is a mount point: what is mounted there cannot be replaced by a new file.",
            where=name,
            fix="Mount its folder instead of the file itself, or choose another path.",
        )


def _mode(path: Path) -> int | None:
    """Return the permission bits of a file; None where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def _mount(path: Path) -> str | None:
    """Return the number of the mount that holds a path; None where the system does not say it.

    A file that is mounted (`mount --bind`, a volume of a container) may be on the same device as its folder.
    """
    if not hasattr(os, "O_PATH"):  # only Linux mounts single files
        return None
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_PATH)  # asks for no right to read
        try:
            lines = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii").splitlines()
        finally:
            os.close(handle)
        return next((line for line in lines if line.startswith("mnt_id:")), None)
    return None


def _create(path: Path, mode: int) -> BinaryIO:
    """Make a file that does not exist, with at most these rights from its first moment on, and open it."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode))


def _beside(target: Path, name: str) -> Iterator[BinaryIO]:
    _refuse_unfit(target, name)
    mode = _mode(target)
    temporary = _temporary(target)
    _LEDGER.unfinished.add(temporary)
    try:
        with _create(temporary, _USUAL if mode is None else _PRIVATE) as file:
            _lock(file)
            yield file
            file.flush()
            _set_mode(temporary, mode if (now := _mode(target)) is None else now, name)
            os.fsync(file.fileno())
            if os.name != "nt":  # the lock lasts until the name is the target's: nobody sweeps it up before
                _rename(temporary, target, name)
        if os.name == "nt":  # there an open file cannot be renamed
            _rename(temporary, target, name)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        _LEDGER.unfinished.discard(temporary)
    _sync_folder(target.parent)
    _sweep(target.parent)


def _set_mode(temporary: Path, mode: int | None, name: str) -> None:
    if mode is not None:  # a new file has its mode from the umask
        with _not_vanished(temporary, name):
            temporary.chmod(mode)


def _rename(temporary: Path, target: Path, name: str) -> None:
    with _not_vanished(temporary, name):
        temporary.replace(target)
    _LEDGER.finished[name] = None


@contextlib.contextmanager
def _not_vanished(temporary: Path, name: str) -> Iterator[None]:
    """Say so when somebody has removed the unfinished file; a folder that is gone as well is worded elsewhere."""
    try:
        yield
    except FileNotFoundError as error:
        if not temporary.parent.is_dir():
            raise
        raise OutputError(
            "The unfinished file has vanished: another program has removed or renamed it.",
            where=name,
            fix="Keep other programs from .creditrisk-*.tmp there; run it again. What was there before is unchanged.",
        ) from error


def _lock(file: BinaryIO) -> bool:
    """Lock a file until it is closed, also by the end of the process; False where another holds it, or nobody can."""
    try:
        import fcntl
    except ImportError:  # Windows: nothing is removed there
        return False
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove what killed processes left in a folder: files of ours, an hour old, that nobody holds locked.

    A lock and not a process number says who still writes: a number may be given again, and means nothing on another
    machine that shares the folder.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _UNFINISHED.fullmatch(entry.name):
                _remove_if_stale(folder / entry.name)


def _remove_if_stale(path: Path) -> None:
    with contextlib.suppress(OSError):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or time.time() - status.st_mtime < _STALE:
            return
        with path.open("r+b") as file:  # NFS locks only what may be written
            if _lock(file):
                path.unlink()


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
        if not target.resolve().parent.is_dir():
            return OutputError("The folder of the output does not exist.", where=str(target), fix="Make it first.")
        return OutputError(
            "The folder of the output exists, and no file can be made in it.",
            where=str(target),
            fix="Choose another folder. What was there before is unchanged.",
        )
    reason = error.strerror or type(error).__name__
    return OutputError(
        f"The output cannot be written: {reason}.",
        where=str(target),
        fix="Free some space, change the permissions, or choose another path. What was there before is unchanged.",
    )
