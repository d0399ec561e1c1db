"""The text of a CSV file as UTF-8, however the file is packed and encoded; it is never in memory as a whole."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa

from creditrisk.data.gzip_padding import end_before_zeros
from creditrisk.data.schema import LONGEST_LINE
from creditrisk.data.spool import Spool, unreadable
from creditrisk.errors import DataError, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Buffer

    from creditrisk.data.spool import StoredFile

#: What some programs put before the text.
_BYTE_ORDER_MARK = "\ufeff"
#: How much is read at a time.
_CHUNK = 1 << 20
_LINE_FEED = 10


@dataclass(frozen=True)
class TextFile:
    """A file of text: where it lies, its encoding, whether it is packed with gzip, and how many lines lead to it."""

    stored: StoredFile
    encoding: str = "utf-8"
    packed: bool = False
    skipped: int = 0

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
                return io.BufferedReader(_Unpacked(self._unpacked(), self.name), _CHUNK)
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(self.name, error) from error

    def bytes_in(self, start: str) -> int:
        """Return how many bytes a text takes in the file, unpacked."""
        if self.is_utf8:
            return len(start.encode(errors="surrogateescape"))
        return len(start.encode(self.encoding, errors="replace"))

    def start(self, most: int) -> str:
        """Return the first characters, skipped lines too; what cannot be decoded is a lone surrogate or U+FFFD."""
        with self._text("surrogateescape" if self.is_utf8 else "replace") as text:
            return text.read(most).removeprefix(_BYTE_ORDER_MARK)

    def size(self, most: int) -> int:
        """Return how many bytes the text has; that of a packed file is looked at no further than to `most`."""
        if not self.packed:
            return self.path.stat().st_size
        size = 0
        with self.raw() as raw:
            while size <= most and (block := raw.read(_CHUNK)):
                size += len(block)
        return size

    @property
    def ends_a_line(self) -> bool:
        """Whether the text ends in a line end; it is read to its end for that, so only an error should ask."""
        last = b""
        for block in self.blocks():
            last = block[-1:]
        return last in (b"\n", b"\r")

    def bytes_of(self, start: str) -> int:
        """Return how many of the bytes that `for_arrow` opens are a beginning that `start` gave."""
        if not self.is_utf8:
            return len(start.encode(errors="replace"))
        with self.raw() as raw:
            mark = len(codecs.BOM_UTF8) if raw.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0
        return mark + len(start.encode(errors="surrogateescape"))

    @contextlib.contextmanager
    def lines(self, errors: str = "strict") -> Iterator[Iterator[str]]:
        """Open the lines with their ends, the skipped ones apart.

        `errors` says what becomes of bytes that cannot be decoded. A line that is too long raises `DataError` before
        it is in memory.
        """
        with self._text(errors) as text:
            yield self._lines(text)

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        number, line = 1, text.readline(LONGEST_LINE + 1).removeprefix(_BYTE_ORDER_MARK)
        while line:
            if len(line) > LONGEST_LINE:
                raise too_long(self.name, number)
            if number > self.skipped:
                yield line
            number, line = number + 1, text.readline(LONGEST_LINE + 1)

    def _text(self, errors: str) -> io.TextIOWrapper:
        return io.TextIOWrapper(self.raw(), "utf-8" if self.is_utf8 else self.encoding, errors, newline="")

    def for_arrow(self, start: int = 0) -> pa.NativeFile:
        """Open the UTF-8 bytes for Arrow, from `start` on.

        Arrow reads ahead in threads of its own, which must not run Python: one that still does when the process ends
        would abort it. It is not closed here either, but by whoever holds it last.
        """
        # Opened here, because Arrow would unpack by the name's ending.
        if self.is_utf8 and self.packed:
            unpacked = self._unpacked()
            _pass_over(unpacked, start)
            return unpacked
        file = _opened(self.path if self.is_utf8 else self._recoded.path)
        file.seek(start)
        return file

    def _unpacked(self) -> pa.CompressedInputStream:
        file = _opened(self.path)
        return pa.CompressedInputStream(
            file if self._gzip_ends is None else file.get_stream(0, self._gzip_ends), "gzip"
        )

    @cached_property
    def _gzip_ends(self) -> int | None:
        """The byte after the last member where zeros fill up the file, as tapes do; None where they do not."""
        return end_before_zeros(self.path)

    @cached_property
    def _recoded(self) -> Spool:
        """A private copy in UTF-8."""
        spool = Spool()
        try:
            with self._text("strict") as text, spool.path.open("wb") as copy:
                block = text.read(_CHUNK).removeprefix(_BYTE_ORDER_MARK)
                while block:
                    copy.write(block.encode())
                    block = text.read(_CHUNK)
        except OSError as error:  # the temporary folder is full
            raise unreadable(self.name, error) from error
        return spool

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes that Arrow reads, from a byte of the UTF-8 on."""
        with self.raw() if self.is_utf8 else self._recoded.path.open("rb") as file:
            _pass_over(file, start)
            while block := file.read(_CHUNK << 2):
                yield block

    def marks(self, start: int, most: int) -> Marks:
        """Count the quotation marks, line ends and zero bytes of the text, from a byte of its UTF-8 on.

        The counting stops where more than `most` bytes have no line end, for the rest would be no rows either.
        """
        marks = Marks()
        for block in self.blocks(start):
            marks.add(block)
            if marks.without_end > most:
                break
        return marks


class Marks:
    """How many quotation marks, line ends and zero bytes a text has."""

    def __init__(self) -> None:
        self.quotes = self.zeros = self.line_ends = self.without_end = 0
        self.has_pairs = self._after_return = False

    def add(self, block: bytes) -> None:
        """Count those of the next bytes; CR LF is one line end."""
        self.quotes += _count(block, b'"')
        self.zeros += _count(block, b"\0")
        # Of line ends there are many: compared side by side they are counted several times as fast as one by one.
        newlines = int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == _LINE_FEED))
        returns = _count(block, b"\r")
        pairs = block.count(b"\r\n") if newlines and returns else 0
        pairs += self._after_return and block.startswith(b"\n")
        self.line_ends += newlines + returns - pairs
        self.without_end = 0 if newlines or returns else self.without_end + len(block)
        self.has_pairs = self.has_pairs or pairs > 0
        self._after_return = block.endswith(b"\r")


def _count(block: bytes, mark: bytes) -> int:
    """Count a mark that most files lack: to find that there is none is many times as fast as to count."""
    return block.count(mark) if mark in block else 0


def _opened(path: Path) -> pa.OSFile:
    """Open a file for Arrow, whose own encoding of names fails for those that are not UTF-8."""
    return pa.OSFile(os.fsencode(path))


def _pass_over(file: pa.NativeFile | BinaryIO, count: int) -> None:
    """Read so many bytes and forget them."""
    while count > 0 and (block := file.read(min(count, _CHUNK))):
        count -= len(block)


def too_long(name: str, number: int, most: int = LONGEST_LINE) -> DataError:
    """Return the error that says which line is longer than any line of loans can be."""
    return DataError(
        f"A line is longer than {counted(most, 'character')}.",
        where=f"{name}, line {number:,}",
        fix="Look at how the rows end: each loan must have a line of its own.",
    )


def unpacking_failed(name: str, error: OSError) -> DataError:
    """Return the error that says why a gzip file cannot be read: damage has no number among the system's errors."""
    if error.errno is not None:
        return unreadable(name, error)
    return DataError("The gzip file is cut off or damaged.", where=name, fix="Copy it or pack it again.")


class _Unpacked(io.RawIOBase):
    """The content of a gzip file; damage to it is an error that says so."""

    def __init__(self, content: pa.CompressedInputStream, name: str) -> None:
        self._name = name
        self._content = content

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
