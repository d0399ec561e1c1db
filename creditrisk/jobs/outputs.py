"""What a command writes must not be what it reads, nor the same file twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


#: Endings that would make another program open the scores as what they are not.
_OTHER_FORMS = {".gz", ".zip", ".parquet", ".xlsx", ".xls"}


def check_apart(outputs: Mapping[str, str | Path], inputs: Mapping[str, Iterable[Path]]) -> None:
    """Raise `UsageError` where an output is an input or another output, also through links; an empty path is none."""
    written = {what: Path(path) for what, path in outputs.items() if str(path)}
    for what, path in written.items():
        for source, paths in inputs.items():
            if any(_same(path, other) for other in paths):
                raise UsageError(
                    f"The {what} would overwrite the {source}.", where=str(path), fix="Choose another file."
                )
    pairs = [(a, b) for a in written for b in written if a < b and _same(written[a], written[b])]
    for first, second in pairs:
        raise UsageError(f"The {first} and the {second} are one file.", where=str(written[first]), fix="Choose two.")


def check_plain(output: str | Path) -> None:
    """Raise `UsageError` where the name of a file of scores promises another form than CSV."""
    if Path(output).suffix.lower() in _OTHER_FORMS:
        raise UsageError(
            "The scores are written as plain CSV.", where=str(output), fix="Give --output a name that ends in .csv."
        )


def _same(a: Path, b: Path) -> bool:
    if a.is_file() and b.is_file():
        return a.samefile(b)
    return not a.exists() and not b.exists() and a.resolve() == b.resolve()
