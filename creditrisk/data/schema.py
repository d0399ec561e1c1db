"""What a file of loans must hold: columns with their kinds, ids, and the target with its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from creditrisk.errors import DataError, counted, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["numeric", "categorical", "date"]

#: Cells that mean "no value", compared letter by letter. Stored in every model, so that scoring agrees with training.
MISSING_TOKENS = (
    "", "NA", "N/A", "n/a", "na", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-nan", "NULL", "null", "Null",
    "None", "NaT", "\\N", "?", "-", ".",
)  # fmt: skip

#: A cell of more bytes than this, or with more line breaks, may be a quotation mark that was never closed.
LONGEST_CELL = 65_536
MOST_LINE_BREAKS = 100
#: A file that lacks so many needed columns, and more than half of them, is most likely another one; a few are told.
_FEWEST_OF_ANOTHER, _FEW = 5, 3
#: A line of more characters than this is refused before it is in memory.
LONGEST_LINE = 10_000_000


@dataclass(frozen=True)
class Column:
    """A column to learn from.

    `date_format` is that of strptime, for dates only. `unit` is the rule by which the cells of a numeric column that
    people wrote with a unit become numbers (`data.units`); empty for plain numbers.
    """

    name: str
    kind: Kind
    date_format: str = ""
    unit: str = ""

    @property
    def is_plain_number(self) -> bool:
        """Whether the fast reader itself can read the cells, and tell those that do not fit."""
        return self.kind == "numeric" and not self.unit


@dataclass(frozen=True)
class Dropped:
    """A column that is in the file and not learned from, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True)
class Target:
    """The outcome column, and which of its values mean default and repaid (as they stand in the file).

    `definition` and `window` are the user's own words: what counts as default, and how long a loan was watched for it.
    """

    name: str
    default_labels: tuple[str, ...]
    repaid_labels: tuple[str, ...]
    definition: str = ""
    window: str = ""


@dataclass(frozen=True)
class Roles:
    """Columns that are neither learned from nor copied: they say how loans are split and how much they count.

    `time` is a column of dates or numbers, or None; `group` and `weight` are names, empty where there is none.
    """

    time: Column | None = None
    group: str = ""
    weight: str = ""
    weight_kind: str = "sampling"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that have a role."""
        time = self.time.name if self.time else ""
        return tuple(name for name in (time, self.group, self.weight) if name)


@dataclass(frozen=True)
class Schema:
    """The columns of a file of loans by their use."""

    columns: tuple[Column, ...]
    ids: tuple[str, ...]
    target: Target
    dropped: tuple[Dropped, ...] = ()
    roles: Roles = Roles()
    missing_tokens: tuple[str, ...] = MISSING_TOKENS

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are learned from, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def dates(self) -> frozenset[str]:
        """The names of those that are dates."""
        return frozenset(column.name for column in self.columns if column.kind == "date")


def check_present(
    needed: Sequence[str], header: Iterable[str], source: str, what: str = "column", *, samples: bool = True
) -> None:
    """Raise one `DataError` that lists every needed column that is not in the header, with near names.

    Without `samples` no name of the header is told: where it is missing, a loan stands in its place.
    """
    known = list(header)
    missing = [name for name in needed if name not in known]
    if not missing:
        return
    if len(missing) >= _FEWEST_OF_ANOTHER and 2 * len(missing) > len(needed):
        raise _another_file(missing, needed, known, source, what, samples=samples)
    plural = f"{len(missing)} {what}s that are needed are" if len(missing) > 1 else f"A {what} that is needed is"
    unused = [name for name in known if name not in needed and samples]
    there = f": {_listed(known)}." if samples else "."
    raise DataError(
        f"{plural} not in the file.",
        where=[source, *(f"{shown(name)} is not there{did_you_mean(name, unused)}" for name in missing)],
        fix=f"The file has {counted(len(known), 'column')}{there}",
    )


def _another_file(
    missing: Sequence[str], needed: Sequence[str], known: Sequence[str], source: str, what: str, *, samples: bool
) -> DataError:
    """Return the error for a file that lacks most of what is needed: a few names tell which file is meant."""
    few = [f"{shown(name)} is not there" for name in missing[:_FEW]]
    has = f"The file has {counted(len(known), 'column')}" + (f": {_listed(known, _FEW)}." if samples else ".")
    return DataError(
        f"Is it another file? {len(missing):,} of the {len(needed):,} {what}s that are needed are not in it.",
        where=[source, *few, f"… and {len(missing) - _FEW:,} more"],
        fix=f"{has} Name the file that has the needed ones.",
    )


def _listed(names: Sequence[str], most: int = 20) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown(name, most=60) for name in names[:most]) + more
