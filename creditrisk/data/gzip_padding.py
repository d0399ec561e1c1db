"""Zeros after the last member of a gzip file: tapes and some programs fill it up with them, and they are no damage."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
#: A member ends in its length, four bytes: all are zeros for an empty one only. A small one ends in a few.
_A_LENGTH, _SMALL = 4, 1 << 20
_GZIP = 16 + zlib.MAX_WBITS


def end_before_zeros(path: Path) -> int | None:
    """Return the byte after the last member where only zeros follow; None where nothing, or something else, does.

    Only a file that ends in four zeros, or a small one that ends in a zero, is unpacked for that, and not kept.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - (1 if size < _SMALL else _A_LENGTH), 0))
        if file.read().strip(b"\0"):
            return None
        file.seek(0)
        try:
            return _end_of_members(file)
        except zlib.error:
            return None


def _end_of_members(file: BinaryIO) -> int | None:
    member = zlib.decompressobj(_GZIP)
    block = file.read(_CHUNK)
    while block:
        member.decompress(block, _CHUNK)
        block = member.unconsumed_tail
        if member.eof:
            block = member.unused_data or file.read(_CHUNK)
            if block.startswith(b"\0"):
                end = file.tell() - len(block)
                return end if _is_zeros(block, file) else None
            member = zlib.decompressobj(_GZIP)
        block = block or file.read(_CHUNK)
    return None


def _is_zeros(block: bytes, file: BinaryIO) -> bool:
    """Whether a block and all that follows it are zeros."""
    while block and not block.strip(b"\0"):
        block = file.read(_CHUNK)
    return not block
