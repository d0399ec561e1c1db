"""What a command writes must not be what it reads, nor the same file twice, and must be possible to write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.atomic_file import check_writable
from creditrisk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


#: Endings that would make another program open the scores as what they are not.
_OTHER_FORMS = {".gz", ".zip", ".xlsx", ".xls"}


def check_apart(outputs: Mapping[str, str | Path], inputs: Mapping[str, Iterable[Path]]) -> None:
    """Check before the long work that outputs are neither inputs nor each other, and that they can be written.

    Links are followed. An empty path is none; "-" is standard output, which is always apart.

    Raises
    ------
    UsageError
        Where two of the paths are one file.
    OutputError
        Where an output could not be written, as `atomic_file.check_writable` says.
    """
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
    for path in written.values():
        if str(path) != "-":
            check_writable(path)


def check_new(output: Path, *, force: bool) -> None:
    """Raise `UsageError` where a model file would be replaced without leave; `OutputError` as `check_writable`."""
    if output.is_file() and not force:
        raise UsageError(
            "The model file exists already.", where=str(output), fix="Choose another --output, or add --force."
        )
    check_writable(output)


def check_plain(output: str | Path) -> None:
    """Raise `UsageError` where the name of a file of scores promises another form than CSV or Parquet."""
    if Path(output).suffix.lower() in _OTHER_FORMS:
        raise UsageError(
            "The scores are written as plain CSV or as Parquet.",
            where=str(output),
            fix="Give --output a name that ends in .csv or .parquet.",
        )


def is_parquet(output: str | Path) -> bool:
    """Whether the name of a file of scores asks for Parquet.

    >>> is_parquet("scores.Parquet"), is_parquet("scores.csv"), is_parquet("-")
    (True, False, False)
    """
    return Path(output).suffix.lower() == ".parquet"


def _same(a: Path, b: Path) -> bool:
    if a.is_file() and b.is_file():
        return a.samefile(b)
    return not a.exists() and not b.exists() and a.resolve() == b.resolve()
