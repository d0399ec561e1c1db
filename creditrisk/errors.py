"""Every error that a user can cause: what is wrong, where, and what to do about it.

Each kind has the exit code with which a command ends. A library function raises one of these; the command
line turns it into text in one place (`creditrisk.cli.boundary`). Any other exception is a bug of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class CreditRiskError(Exception):
    """An error that the user can mend.

    Parameters
    ----------
    what : str
        One sentence: what is wrong, with the value that came.
    where : str or sequence of str
        File, line and column; several lines where several things are wrong.
    fix : str
        What to do, with the option to use if there is one.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str | Sequence[str] = (), fix: str = "") -> None:
        self.what = what
        self.where: tuple[str, ...] = (where,) if isinstance(where, str) else tuple(where)
        self.fix = fix
        super().__init__("\n".join([what, *self.where, *([fix] if fix else [])]))


class UsageError(CreditRiskError):
    """The command or the call was put wrongly: options that exclude each other, a bad value."""

    exit_code = 2


class DataError(CreditRiskError):
    """The loans in a file cannot be used as they are."""

    exit_code = 3


class ModelFileError(CreditRiskError):
    """A model file is damaged, from a newer version, or no model file at all."""

    exit_code = 4


class OutputError(CreditRiskError):
    """A result cannot be written."""

    exit_code = 5


class GateError(CreditRiskError):
    """The run is complete, and a figure meets a condition that was to end it."""

    exit_code = 6


class ClusterError(CreditRiskError):
    """The workers of a cluster cannot be reached, do not fit, or were lost on the way."""

    exit_code = 7


def shown(name: str, most: int | None = None) -> str:
    """Return a name from the data as messages show it: in quotes, so that an empty one is seen, control codes escaped.

    Beyond `most` characters it is cut, and the cut is marked.

    >>> shown("annualIncome"), shown(""), shown("annualIncome", most=6)
    ('"annualIncome"', '""', '"annual…"')
    """
    cut = name if most is None or len(name) <= most else name[:most] + "…"
    return f'"{printable(cut)}"'


def printable(text: str) -> str:
    r"""Return text from the data with every character that could steer a terminal written as its escape.

    >>> print(printable("\x1b[2Jamount"))
    \x1b[2Jamount
    """
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text)


def counted(number: int, noun: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "row"), counted(1234, "field")
    ('1 row', '1,234 fields')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three of the known names that resemble `name`, letter case aside, best first.

    >>> near_names("anual_income", ["annualIncome", "id", "dti"])
    ['annualIncome']
    """
    from difflib import get_close_matches  # only a mistake needs it

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    return [folded[match] for match in get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.65)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean "x" or "y"?`, or nothing where no known name is near.

    >>> did_you_mean("isdefault", ["isDefault", "id"])
    '; did you mean "isDefault"?'
    """
    names = near_names(name, known)
    return f"; did you mean {' or '.join(shown(near) for near in names)}?" if names else ""
