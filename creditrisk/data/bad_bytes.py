"""Bytes that are not text in the encoding that was named: where the first one stands, and which encoding would do."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, NamedTuple

from creditrisk.errors import DataError

if TYPE_CHECKING:
    from creditrisk.data.text_stream import TextFile

_BLOCK = 1 << 16
#: How much before a bad byte is looked at too: about a line.
_BEFORE = 4096
#: The characters of Chinese text that are common: GBK writes them with these first bytes.
_FIRST_OF_COMMON = range(0xA1, 0xD8)


class Place(NamedTuple):
    """Where a byte stands: its line from 1, its offset from 0, and the byte itself."""

    line: int
    offset: int
    byte: int


def not_text(file: TextFile, or_place: str = "") -> DataError:
    """Return the error that places the first byte that cannot be decoded, and names an encoding that may be meant.

    Parameters
    ----------
    file : the file
    or_place : str
        What follows the file's name where every byte can be decoded, and the text is none all the same.
    """
    place = _first_bad_byte(file)
    where = f"{file.name}{or_place}"
    if place is not None:
        where = f"{file.name}, line {place.line:,}, byte {place.offset:,} (0x{place.byte:02x})"
    encoding = _suggested(file, place)
    fix = f"Name the encoding, for example --encoding {encoding}." if encoding else "Save it as CSV in UTF-8."
    return DataError(f"The file is not {'UTF-8' if file.is_utf8 else file.encoding} text.", where=where, fix=fix)


class _Follower:
    """A decoder that knows how many bytes and lines it has seen."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ends = io.IncrementalNewlineDecoder(None, translate=True)
        self._offset, self._line = 0, 1

    def find_in(self, block: bytes) -> Place | None:
        """Follow the next bytes (none at the end of the file); return where the first bad one stands, if any does."""
        before = self._decoder.getstate()
        try:
            self._follow(block)
        except UnicodeError:
            self._decoder.setstate(before)
            return self._one_by_one(block)
        return None

    def _follow(self, block: bytes) -> None:
        self._line += self._ends.decode(self._decoder.decode(block, not block)).count("\n")
        self._offset += len(block)

    def _one_by_one(self, block: bytes) -> Place | None:
        for start in range(max(len(block), 1)):
            byte = block[start : start + 1]
            try:
                self._follow(byte)
            except UnicodeDecodeError as error:
                self._line += self._ends.decode("", final=True).count("\n")
                offset = self._offset + len(byte) - len(error.object) + error.start
                return Place(self._line, offset, error.object[error.start])
            except UnicodeError:
                return None
        return None


def _first_bad_byte(file: TextFile) -> Place | None:
    follower = _Follower("utf-8" if file.is_utf8 else file.encoding)
    with file.raw() as raw:
        block = b"-"
        while block:
            block = raw.read(_BLOCK)
            place = follower.find_in(block)
            if place is not None:
                return place
    return None


def _suggested(file: TextFile, place: Place | None) -> str:
    """Return an encoding in which the bytes may be text, or an empty string."""
    with file.raw() as raw:
        start = raw.read(_BLOCK)
    wide = _wide(start)
    if wide:
        named = codecs.lookup(file.encoding).name
        return "" if named.startswith(wide) else wide
    sample = _around(file, 0 if place is None else place.offset)
    if not file.is_utf8 and _decoded(sample, "utf-8"):
        return "utf-8"
    if place is None:
        return ""
    return "gbk" if _is_chinese(sample) else "latin-1"


def _wide(start: bytes) -> str:
    """Return which UTF-16 the first bytes look like: by their mark, or by the zeros beside plain letters."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [start[place::2].count(0) for place in (0, 1)]
    if max(zeros) * 5 < len(start):
        return ""
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _around(file: TextFile, offset: int) -> bytes:
    """Return bytes around an offset, from the beginning of a line where one is near."""
    before = min(offset, _BEFORE)
    with file.raw() as raw:
        skipped = 0
        while skipped < offset - before:
            skipped += len(raw.read(min(_BLOCK, offset - before - skipped)))
        sample = raw.read(_BLOCK)
    first_end = sample.find(b"\n", 0, before)
    return sample[first_end + 1 :] if skipped and first_end >= 0 else sample


def _decoded(sample: bytes, encoding: str) -> str:
    """Return the sample as text, or an empty string; its last character may be cut."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeError:
        return ""


def _is_chinese(sample: bytes) -> bool:
    """Whether the sample is GBK and most of its other characters than ASCII are common in Chinese."""
    wide = [mark.encode("gbk") for mark in _decoded(sample, "gbk") if not mark.isascii()]
    common = sum(code[0] in _FIRST_OF_COMMON and code[1] >= 0xA1 for code in wide)
    return common * 2 > len(wide)
