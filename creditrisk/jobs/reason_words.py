"""What applicants are told instead of the names of variables, from a CSV file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from creditrisk.errors import DataError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_HEADER = ["variable", "reason"]
_FORM = "The file has the header variable,reason and one line for each variable of the model."
_LARGEST = 4 << 20
_LONGEST = 300


def read_words(path: Path, needed: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return the words of each variable.

    Parameters
    ----------
    needed : names
        The variables that can be a reason; each must have words.
    known : names
        The variables and columns that the model has. Others in the file belong to other models and are passed over.

    Raises
    ------
    DataError
        When the file cannot be read, a line has no words or too many cells, a variable has two sets of words or none.
    """
    words: dict[str, str] = {}
    wrong: list[str] = []
    for line, cells in _lines(path):
        if len(cells) != len(_HEADER) or not cells[0].strip() or not cells[1].strip():
            wrong.append(f"line {line}: a line is a variable and its words")
            continue
        name, said = cells[0].strip(), " ".join(cells[1].split())
        if len(said) > _LONGEST:
            wrong.append(f"line {line}: words may have {_LONGEST} characters")
        if words.setdefault(name, said) != said:
            wrong.append(f"line {line}: {shown(name)} has other words in an earlier line")
    strangers = sorted(set(words) - set(known))
    missing = [name for name in needed if name not in words]
    wrong += [f"{shown(name)} has no words{did_you_mean(name, strangers)}" for name in missing]
    if wrong:
        raise DataError("The words of the reasons cannot be used.", where=[str(path), *wrong], fix=_FORM)
    return words


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.stat().st_size > _LARGEST:
                raise DataError("The words of the reasons are too large a file.", where=str(path), fix=_FORM)
            reader = csv.reader(file, strict=True)
            header = [cell.strip().lower() for cell in next(reader, [])]
            if header != _HEADER:
                raise DataError("The words of the reasons have another header.", where=str(path), fix=_FORM)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
    except OSError as error:
        what = "The words of the reasons cannot be read."
        raise DataError(what, where=f"{path}: {error.strerror}", fix="Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        what = "The words of the reasons are no CSV in UTF-8."
        raise DataError(what, where=str(path), fix=_FORM) from error
