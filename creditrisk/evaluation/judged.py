"""The loans that a model is judged on, and what was fixed before they were looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.borrowers import shared
from creditrisk.metrics.estimate import Estimate
from creditrisk.option_values import Scale, Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.data.beside import Beside
    from creditrisk.metrics.arrays import Floats, Outcomes


@dataclass(frozen=True)
class Yardsticks:
    """What was fixed on the training loans, and what figures on other loans are measured against.

    Attributes
    ----------
    base_rate : float
        The default rate of the training loans (the model that knows nothing).
    ks_cutoff : float
        The PD at which KS was reached on out-of-fold PDs.
    cutoff : float
        The PD from which loans count as refused in the confusion table.
    scale : Scale
        Points and grades.
    development_auc : Estimate or None
        The AUC on the held-out loans at development, where these are other loans.
    watched : str
        For how long a loan is watched for default, in the user's words; empty where that is not known.
    trained_on : bool
        Whether the model was fitted on these loans: then Hosmer and Lemeshow's test has no known law and is left out.
    """

    base_rate: float
    ks_cutoff: float
    cutoff: float
    scale: Scale = field(default_factory=Scale)
    development_auc: Estimate | None = None
    watched: str = ""
    trained_on: bool = False

    @property
    def window(self) -> Window:
        """For how long a loan is watched for default; of no length where that is not known."""
        return Window.parse(self.watched)


@dataclass(frozen=True, eq=False)
class Judged:
    """Outcomes, PDs and loan weights of the loans that a model is judged on, arrays of shape (n_rows,).

    Attributes
    ----------
    y_true, pd, weight : arrays
        Outcomes (1 = default), PDs, loan weights or None.
    weight_kind : str
        Empty where every loan counts once. Loans with frequencies are repeated, so that intervals know how many there
        are.
    beside : Beside or None
        Time, whose loan it is, segments and amounts, where they are wanted.
    unknown_time : array or None
        The times of loans of the same file whose outcome is not known.
    learned_from : set of str
        The columns that the model learned from.
    """

    y_true: Outcomes
    pd: Floats
    weight: Floats | None = None
    weight_kind: str = ""
    beside: Beside | None = None
    unknown_time: Floats | None = None
    learned_from: frozenset[str] = frozenset()

    @property
    def by(self) -> NDArray[np.intp] | None:
        """Whose loan each is, numbered from 0; None where that is not known, or no borrower has two of the loans."""
        return None if self.beside is None else shared(self.beside.group, len(self.pd))

    @property
    def expanded(self) -> Judged:
        """The same loans, each as often as its frequency says."""
        if self.weight is None or self.weight_kind != "frequency":
            return self
        rows = np.repeat(np.arange(len(self.pd)), self.weight.astype(np.intp))
        return replace(
            self,
            y_true=self.y_true[rows],
            pd=self.pd[rows],
            weight=None,
            beside=None if self.beside is None else self.beside.take(rows),
        )


def development_estimate(held_out: Mapping[str, Any], figure: str) -> Estimate | None:
    """Return a figure of the held-out loans as a model's file holds it, or None where it holds none."""
    found = held_out.get(figure)
    if not isinstance(found, dict):
        return None
    numbers = [found.get(part) for part in ("value", "low", "high", "se")]
    if not all(isinstance(number, (int, float)) for number in numbers[:3]):
        return None
    return Estimate(*(float(number) if isinstance(number, (int, float)) else float("nan") for number in numbers))
