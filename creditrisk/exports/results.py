"""What became of an export, and of a comparison of an export with its model: frozen results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """A difference, for people: of which loans, the number of the loan from 1, what, the two values.

    `loan` are the values of a made-up loan; empty for loans of a file, whose values are not repeated.
    """

    loans: str
    row: int
    what: str
    model: str
    export: str
    loan: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Trial:
    """One run of an export: on what, on which loans, how many, how many differ, the largest difference of two PDs."""

    on: str
    loans: str
    rows: int
    different: int
    largest_pd_difference: float


@dataclass(frozen=True)
class Verification:
    """An export beside its model.

    Attributes
    ----------
    export, model, form : str
    trials : tuple of Trial
    tolerance : float
        How far a PD may be from the model's.
    different : int
        How many loans differ, in all trials.
    differences : tuple of Shown
        The first of them.
    """

    export: str
    model: str
    form: str
    trials: tuple[Trial, ...]
    tolerance: float
    different: int
    differences: tuple[Shown, ...]


@dataclass(frozen=True)
class Exporting:
    """A written export: its file, form and size, its page if one was asked for, and how it was tried out."""

    output: str
    form: str
    bytes: int
    page: str
    verified: Verification
