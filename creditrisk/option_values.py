"""Values of options that are more than a number or a name, and how a field of a spec becomes an option."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, field
from typing import Any

from creditrisk.errors import UsageError

#: Each grade begins at twice the PD of the one before.
DOUBLING_GRADES = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)


#: The help of the option that names a model file's digest, which several commands have.
EXPECTED_DIGEST = "Use the model only if its file has this SHA-256 (`creditrisk info` prints it)."


def option(default: Any, text: str, metavar: str = "", panel: str = "", *, listed: bool = False) -> Any:
    """Return a field of a spec with its default, its help, what stands for its value, and its heading in the help.

    A tuple is given as several options, or where it is `listed` as one, its values separated by commas as in a line
    of CSV.
    """
    return field(default=default, metadata={"help": text, "metavar": metavar, "panel": panel, "listed": listed})


def needed(text: str, metavar: str = "", panel: str = "") -> Any:
    """Return a field of a spec that must be given."""
    return field(metadata={"help": text, "metavar": metavar, "panel": panel})


@dataclass(frozen=True)
class ClassWeight:
    """How much more a default counts than a repaid loan while the model is fitted.

    `ratio` is w1/w0, the weight of a default over the weight of a non-default; None means `balanced`: both classes
    weigh the same in total, so the ratio is the number of non-defaults over the number of defaults.
    """

    ratio: float | None = 1.0

    @classmethod
    def parse(cls, text: str) -> ClassWeight:
        """Read `none`, `balanced`, or a positive number W.

        >>> ClassWeight.parse("none"), ClassWeight.parse("balanced"), ClassWeight.parse("4")
        (ClassWeight(ratio=1.0), ClassWeight(ratio=None), ClassWeight(ratio=4.0))
        """
        if text == "none":
            return cls(1.0)
        if text == "balanced":
            return cls(None)
        try:
            ratio = float(text)
        except ValueError:
            ratio = math.nan
        if not (math.isfinite(ratio) and 1e-6 <= ratio <= 1e6):
            raise UsageError(
                f"--class-weight must be none, balanced, or a number between 1e-6 and 1e6, got {text!r}.",
                fix="Example: --class-weight 4 lets a default count four times as much as a repaid loan.",
            )
        return cls(ratio)

    @property
    def changes_nothing(self) -> bool:
        """Whether every row weighs the same."""
        return self.ratio == 1.0


@dataclass(frozen=True)
class Window:
    """A time span: whole months, or days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str, option: str = "--performance-window") -> Window:
        """Read `12 months`, `12m`, `1 year`, `365 days` and the like; nothing is a span of 0.

        >>> Window.parse("2 years"), Window.parse("90d"), Window.parse("")
        (Window(months=24, days=0), Window(months=0, days=90), Window(months=0, days=0))
        """
        if not text:
            return cls()
        found = re.fullmatch(r"\s*([1-9][0-9]{0,4})\s*(y|years?|m|months?|d|days?)\s*", text, re.IGNORECASE)
        if found is None:
            raise UsageError(
                f"{option} must be a number of months, years or days, got {text!r}.",
                fix=f'Example: {option} "12 months"',
            )
        number, unit = int(found[1]), found[2][0].lower()
        return cls(days=number) if unit == "d" else cls(months=number * (12 if unit == "y" else 1))


@dataclass(frozen=True)
class Scale:
    """How log-odds become points, and PDs become grades.

    Attributes
    ----------
    pdo : float
        Points that double the odds of repayment.
    base_score, base_odds : float
        The score at which the odds, repaid to default, are `base_odds`.
    grades : tuple of float
        The PDs, rising, at which the next grade begins: A is below the first, B below the second, and so on.
    pds : tuple of float
        The PD of each grade, from out-of-fold PDs; empty while that is not known.
    """

    pdo: float = 20.0
    base_score: float = 600.0
    base_odds: float = 50.0
    grades: tuple[float, ...] = DOUBLING_GRADES
    pds: tuple[float, ...] = ()

    @property
    def factor(self) -> float:
        """Points for one unit of log-odds."""
        return self.pdo / math.log(2.0)


def parse_grades(text: str) -> tuple[float, ...]:
    """Read the bounds of the grades, as PDs that rise.

    >>> parse_grades("0.01, 0.02,0.05")
    (0.01, 0.02, 0.05)
    """
    try:
        bounds = tuple(float(part) for part in text.split(","))
    except ValueError:
        bounds = (math.nan,)
    rising = all(low < high for low, high in itertools.pairwise((0.0, *bounds, 1.0)))
    if not rising or len(bounds) > 25:
        raise UsageError(
            f"--grades must be up to 25 rising PDs between 0 and 1, got {text!r}.",
            fix="Example: --grades 0.01,0.02,0.05",
        )
    return bounds


@dataclass(frozen=True)
class ByName:
    """An option of the form NAME:WHAT, once for each column."""

    name: str
    what: str

    @classmethod
    def parse(cls, option: str, text: str) -> ByName:
        """Split at the last colon, since names may hold others.

        >>> ByName.parse("--monotone", "debt:ratio:+")
        ByName(name='debt:ratio', what='+')
        """
        name, colon, what = text.rpartition(":")
        if not (colon and what):
            raise UsageError(f"{option} must name a column and a value, NAME:VALUE, got {text!r}.")
        return cls(name, what.strip())
