"""Where the bytes of an input lie: a file as it was named, or a private copy of what can be read only once."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import shutil
import sys
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Literal

from creditrisk.errors import DataError

Form = Literal["csv", "gzip", "parquet"]

#: How messages call it.
STANDARD_INPUT = "standard input"
_UNPACK = "Unpack it, or save it as CSV."
#: How files begin that are neither CSV nor gzip nor Parquet, and what to do with each.
_OTHER_FORMS = {
    b"PK\x03\x04": "Unpack the archive; in a spreadsheet program, save the sheet as CSV in UTF-8.",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Save the sheet as CSV in UTF-8.",
    b"\xfd7zXZ\x00": _UNPACK,
    b"\x28\xb5\x2f\xfd": _UNPACK,
    b"7z\xbc\xaf\x27\x1c": _UNPACK,
    b"\x04\x22\x4d\x18": _UNPACK,
    b"%PDF-": "Ask for the table as CSV.",
    b"ARROW1\x00\x00": "Save it as Parquet or as CSV.",
    b"SQLite format 3\x00": "Write the table of loans to a CSV file.",
}


class Spool:
    """A private file in the temporary folder, removed when nothing refers to it any more, or when the process ends."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="creditrisk-")  # only this user may read it
        os.close(handle)
        self.path = Path(name)
        self._removal = weakref.finalize(self, self.path.unlink, missing_ok=True)


@dataclass(frozen=True)
class StoredFile:
    """A file on the disk, and what messages call it.

    Attributes
    ----------
    path : Path
        Where the bytes lie.
    name : str
        The path as it was given, or "standard input".
    spool : Spool or None
        The private copy that must last as long as this object.
    seen : numbers
        What showed of the file when it was named; none for a private copy.
    """

    path: Path
    name: str
    spool: Spool | None = None
    seen: tuple[int, ...] = ()

    @property
    def has_changed(self) -> bool:
        """Whether the file is not as it was when it was named: another size or another time.

        Its number among the system's files does not count: some file systems give another one each time.
        """
        return bool(self.seen) and self.seen != _looks(self.path)

    @property
    def label(self) -> str:
        """The name without its folder."""
        return self.name if self.name == STANDARD_INPUT else Path(self.name).name


def exists(path: Path) -> bool:
    """Whether a path can be looked at; where not, opening it will say why."""
    try:
        return path.exists()
    except OSError:
        return False


def stored(path: Path) -> StoredFile:
    """Return a file as it lies; what is in a pipe or a device is copied first, for it can be read only once."""
    if not exists(path) or path.is_file() or path.is_dir():
        return StoredFile(path, str(path), seen=_looks(path))
    try:
        with path.open("rb") as pipe:
            return _copied(pipe, str(path))
    except OSError as error:
        raise unreadable(str(path), error) from error


def _looks(path: Path) -> tuple[int, ...]:
    """Return what a write to the file would change: its size and time; nothing where it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns


def stored_standard_input() -> StoredFile:
    """Return a private copy of all that comes on standard input."""
    if sys.stdin is None:
        raise DataError("Standard input is closed.", where=STANDARD_INPUT, fix="Send the loans to it, or name a file.")
    try:
        return _copied(sys.stdin.buffer, STANDARD_INPUT)
    except OSError as error:
        raise unreadable(STANDARD_INPUT, error) from error


def _copied(source: BinaryIO | IO[bytes], name: str) -> StoredFile:
    spool = Spool()
    with spool.path.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return StoredFile(spool.path, name, spool)


def unreadable(name: str, error: OSError) -> DataError:
    """Return the error that says why a file cannot be opened or read."""
    if isinstance(error, FileNotFoundError):
        return DataError("The file does not exist.", where=name, fix="Check the path for a typing error.")
    if isinstance(error, IsADirectoryError):
        return DataError("This is a folder, not a file.", where=name, fix="Name a CSV file inside it.")
    if error.errno == errno.ENOSPC:
        fix = "Free some space in it, or set TMPDIR to another folder."
        return DataError("The temporary folder is full.", where=name, fix=fix)
    reason = error.strerror or str(error)
    return DataError(f"The file cannot be read: {reason}.", where=name, fix="Check its permissions.")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(str(path), error) from error


def form_of(file: StoredFile) -> Form:
    """Return what a file is, by its first bytes; its name does not count.

    Raises
    ------
    DataError
        When it cannot be read, or is packed or binary in a form that is not read.
    """
    try:
        with file.path.open("rb") as handle:
            start = handle.read(64)
    except OSError as error:
        raise unreadable(file.name, error) from error
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    return "parquet" if _is_parquet(start) else checked_text(start, file.name)


def checked_text(start: bytes, name: str) -> Literal["csv"]:
    """Refuse the first bytes of a packed or binary file."""
    fix = next((fix for magic, fix in _OTHER_FORMS.items() if start.startswith(magic)), "")
    if not fix and (start.startswith(b"\x1f\x8b") or _is_parquet(start) or start[4:10] == b"1AY&SY"):
        fix = _UNPACK
    if fix:
        raise DataError("This is a compressed or binary file, not CSV text.", where=name, fix=fix)
    if start.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith((b"<!doctype html", b"<html")):
        fix = "It is a page of the web: the download failed, or asked for a password."
        raise DataError("This is an HTML page, not CSV text.", where=name, fix=fix)
    return "csv"


def _is_parquet(start: bytes) -> bool:
    """Whether a control code follows the mark of Parquet, and not text, which may begin with the same letters."""
    return start.startswith(b"PAR1") and start[4:5] < b" " and start[4:5] not in (b"", b"\t", b"\r", b"\n")
