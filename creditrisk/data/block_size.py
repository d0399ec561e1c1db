"""The size of the blocks in which Arrow reads a CSV file, so that no line break of a quoted cell is cut in two.

Arrow takes an LF that begins a block for the rest of a row's end where the block before ended in CR. Between rows that
is right; inside a quoted cell the LF would be lost, and the cell would depend on where in the file it stands.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.data.text_stream import TextFile

#: A block is so many times larger, and so many bytes larger, where smaller ones cut a line break.
_TIMES, _MORE = (1, 4, 16, 64), 64
#: Blocks are no larger, for a few of them are in memory at a time.
_LARGEST = 64 << 20
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


def uncut(text: TextFile, begins: int, delimiter: str, size: int) -> int:
    """Return a size of blocks, `size` or somewhat more, at which no CR LF inside a quoted cell is cut in two.

    Parameters
    ----------
    text : the file
    begins : the byte of the text, in UTF-8, from which blocks are counted
    delimiter : what separates the cells, one byte
    size : bytes per block that are wanted

    Raises
    ------
    DataError
        When every size would cut one: only in files of many gigabytes that are full of such line breaks.
    """
    more = [size * times + more for times, more in product(_TIMES, range(_MORE))]
    # Almost always the first size will do; the others are looked at together.
    for sizes in ([size], [one for one in more if size < one <= max(size + _MORE, _LARGEST)]):
        left = _left(text, begins, delimiter, sizes)
        if left:
            return left[0]
    raise DataError(
        "Line breaks in quoted cells stand where the file is cut into blocks, whatever their size.",
        where=text.name,
        fix="Save it with LF alone as the line break, divide it into several files, or save it as Parquet.",
    )


def _left(text: TextFile, begins: int, delimiter: str, sizes: list[int]) -> list[int]:
    """Return those of the sizes at which no line break inside a quoted cell is cut."""
    quotes, start, last = _Quotes(delimiter), 0, b"\n"
    for block in text.blocks(begins):
        cells = np.frombuffer(last + block, dtype=np.uint8)
        changes, before = quotes.follow(cells), quotes.inside_before
        sizes = [one for one in sizes if not _is_cut(cells, start, one, changes, inside=before)]
        if not sizes:
            break
        start, last = start + len(block), block[-1:]
    return sizes


def _is_cut(cells: NDArray[np.uint8], start: int, size: int, changes: NDArray[np.intp], *, inside: bool) -> bool:
    """Whether a block of this size ends inside a quoted CR LF; `cells` begins with the byte before `start`."""
    first = -(-max(start, 1) // size) * size  # the first end of a block at or after `start`
    ends = np.arange(first, start + len(cells) - 1, size) - start + 1
    ends = ends[(cells[ends - 1] == _RETURN) & (cells[ends] == _NEWLINE)]
    passed = np.searchsorted(changes, ends)
    return bool(np.any((passed + inside) % 2))


class _Quotes:
    """Which quotation marks open or close a cell, followed from block to block."""

    def __init__(self, delimiter: str) -> None:
        self._openers = np.isin(np.arange(256), [*delimiter.encode(), _NEWLINE, _RETURN])
        self.inside_before = self._inside = False
        self._closed_last = False

    def follow(self, cells: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Return where quotation marks change between inside and outside; the first byte was seen before."""
        marks = np.flatnonzero(cells[1:] == _QUOTE) + 1
        opens = self._openers[cells[marks - 1]]
        self.inside_before = self._inside
        if not self._is_plain(marks, opens):
            marks = np.array(self._one_by_one(marks.tolist(), opens.tolist()), dtype=np.intp)
        self._inside = bool((len(marks) + self._inside) % 2)
        self._closed_last = bool(len(marks)) and not self._inside and int(marks[-1]) == len(cells) - 1
        return marks

    def _is_plain(self, marks: NDArray[np.intp], opens: NDArray[np.bool_]) -> bool:
        """Whether every second mark begins a cell, or is the second of two that stand for one: then all count."""
        after_mark = np.diff(marks, prepend=0 if self._closed_last else -1) == 1
        return bool(np.all((opens | after_mark)[int(self._inside) :: 2]))

    def _one_by_one(self, marks: Sequence[int], opens: Sequence[bool]) -> list[int]:
        """Leave out marks that stand within plain text, where they are letters."""
        inside, closed, kept = self._inside, 0 if self._closed_last else -1, []
        for place, may_open in zip(marks, opens, strict=True):
            if inside:
                inside, closed = False, place
            elif may_open or place == closed + 1:
                inside = True
            else:
                continue
            kept.append(place)
        return kept
