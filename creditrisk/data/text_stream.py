"""The text of a CSV file as UTF-8, however the file is packed and encoded; it is never in memory as a whole."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from creditrisk.data.spool import Spool, unreadable
from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Buffer

    from creditrisk.data.spool import StoredFile

#: What some programs put before the text.
_BYTE_ORDER_MARK = "\ufeff"
#: How much is read at a time.
_CHUNK = 1 << 20


@dataclass(frozen=True)
class TextFile:
    """A file of text: where it lies, its encoding, and whether it is packed with gzip."""

    stored: StoredFile
    encoding: str = "utf-8"
    packed: bool = False

    @property
    def path(self) -> Path:
        """Where the bytes lie."""
        return self.stored.path

    @property
    def name(self) -> str:
        """The file as messages show it."""
        return self.stored.name

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes of the text are UTF-8 as they lie."""
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig")

    def raw(self) -> BinaryIO:
        """Open the bytes of the text, unpacked."""
        try:
            if self.packed:
                return io.BufferedReader(_Unpacked(self.path, self.name), _CHUNK)
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(self.name, error) from error

    def start(self, most: int) -> str:
        """Return the first characters; what cannot be decoded is U+FFFD."""
        with self._text("replace") as text:
            return text.read(most).removeprefix(_BYTE_ORDER_MARK)

    @contextlib.contextmanager
    def lines(self, errors: str = "strict") -> Iterator[Iterator[str]]:
        """Open the lines with their ends; `errors` says what becomes of bytes that cannot be decoded."""
        with self._text(errors) as text:
            first = (line.removeprefix(_BYTE_ORDER_MARK) for line in islice(text, 1))
            yield chain(first, text)

    def _text(self, errors: str) -> io.TextIOWrapper:
        return io.TextIOWrapper(self.raw(), "utf-8" if self.is_utf8 else self.encoding, errors, newline="")

    def for_arrow(self) -> pa.NativeFile:
        """Open the UTF-8 bytes for Arrow.

        Arrow reads ahead in threads of its own, which must not run Python: one that still does when the process ends
        would abort it. It is not closed here either, but by whoever holds it last.
        """
        if not self.is_utf8:
            return _opened(self._recoded.path)
        # Opened here, because Arrow would unpack by the name's ending.
        file = _opened(self.path)
        return pa.CompressedInputStream(file, "gzip") if self.packed else file

    @cached_property
    def _recoded(self) -> Spool:
        """A private copy in UTF-8."""
        spool = Spool()
        with self._text("strict") as text, spool.path.open("wb") as copy:
            block = text.read(_CHUNK).removeprefix(_BYTE_ORDER_MARK)
            while block:
                copy.write(block.encode())
                block = text.read(_CHUNK)
        return spool

    def marks(self) -> Marks:
        """Count the quotation marks and line ends of the whole text."""
        marks = Marks()
        with self.raw() if self.is_utf8 else self._recoded.path.open("rb") as file:
            while block := file.read(_CHUNK << 2):
                marks.add(block)
        return marks


class Marks:
    """How many quotation marks and line ends a text has."""

    def __init__(self) -> None:
        self.quotes = self._newlines = self._returns = 0

    def add(self, block: bytes) -> None:
        """Count those of the next bytes."""
        self.quotes += block.count(b'"')
        self._newlines += block.count(b"\n")
        self._returns += block.count(b"\r")

    @property
    def line_ends(self) -> int:
        """How many lines end, whichever way they do."""
        return max(self._newlines, self._returns)


def _opened(path: Path) -> pa.OSFile:
    """Open a file for Arrow, whose own encoding of names fails for those that are not UTF-8."""
    return pa.OSFile(os.fsencode(path))


def unpacking_failed(name: str, error: OSError) -> DataError:
    """Return the error that says why a gzip file cannot be read: damage has no number among the system's errors."""
    if error.errno is not None:
        return unreadable(name, error)
    return DataError("The gzip file is cut off or damaged.", where=name, fix="Copy it or pack it again.")


class _Unpacked(io.RawIOBase):
    """The content of a gzip file; damage to it is an error that says so."""

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._content = pa.CompressedInputStream(_opened(path), "gzip")

    def readable(self) -> bool:
        return True

    def readinto(self, room: Buffer) -> int:
        view = memoryview(room)
        try:
            block = self._content.read(len(view))
        except OSError as error:
            raise unpacking_failed(self._name, error) from error
        view[: len(block)] = block
        return len(block)
