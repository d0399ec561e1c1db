"""Letters that were read in another encoding than they were written in: "CafÃ©" for "Café"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.quality.levels import counted_texts
from creditrisk.audit.results import Finding
from creditrisk.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans

_FOREIGN = re.compile(r"[^\x00-\x7f]{2,}")
#: The mark for bytes that could not be read, and what UTF-8 makes of it, or of a byte order mark, in other encodings.
_MARKS = ("\ufffd", "锟斤拷", "ï»¿", "ï¿½", "\ufeff")
#: Letters that hardly any text holds: a match of them is chance, "É»" for the end of a quotation.
_RARE = re.compile("[\u0080-\u009f\u0180-\u036f]")
_MANY_ROWS = 0.01


def mojibake(loans: AuditedLoans) -> Iterator[Finding]:
    """Names or levels whose letters were read in the wrong encoding."""
    names = [column.name for column in loans.columns if is_mojibake(column.name)]
    levels = [(column.name, _cells(column)) for column in loans.columns if column.levels]
    levels = [(name, cells) for name, cells in levels if cells]
    if not names and not levels:
        return
    parts = [f"the name {quoted(name)}" for name in names]
    parts += [f"{counted(cells, 'cell')} ({share(cells, len(loans))}) of {quoted(name)}" for name, cells in levels]
    many = bool(names) or any(cells > _MANY_ROWS * len(loans) for _, cells in levels)
    columns = tuple(dict.fromkeys([*names, *(name for name, _ in levels)]))
    yield Finding(
        kind="quality", severity="medium" if many else "low", rule="mojibake",
        columns=columns, what=f"Letters were read in another encoding than they were written in: {named(columns)}.",
        evidence=cut(parts) + ".",
        fix="Read the file with the encoding that it was written in (--encoding), or mend it where it was made: other "
        "files may spell the same levels rightly.",
    )  # fmt: skip


def _cells(column: AuditedColumn) -> int:
    if "".join(column.levels).isascii():
        return 0
    return sum(rows for text, rows in counted_texts(column) if is_mojibake(text))


def is_mojibake(text: str) -> bool:
    """Whether text holds letters of UTF-8 that were read as Windows-1252 or Latin-1, or marks of unreadable bytes.

    A run of letters beyond ASCII counts where its bytes in that encoding are UTF-8 for usual letters.

    >>> is_mojibake("CafÃ©"), is_mojibake("Café"), is_mojibake("São Paulo"), is_mojibake("itâ€™s")
    (True, False, False, True)
    """
    if text.isascii():
        return False
    return any(mark in text for mark in _MARKS) or any(_was_utf8(run) for run in _FOREIGN.findall(text))


def _was_utf8(run: str) -> bool:
    try:
        read = b"".join(_byte(mark) for mark in run).decode("utf-8")
    except UnicodeError:
        return False
    return len(read) < len(run) and not _RARE.search(read)


def _byte(mark: str) -> bytes:
    if ord(mark) < 0xA0:
        return bytes([ord(mark)])
    return mark.encode("cp1252")
