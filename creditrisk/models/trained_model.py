"""`TrainedModel`: everything that scoring needs and everything that the file says about itself, as plain data.

The convention of the whole tool stands here: a model's raw output is the **log-odds of default** z, and
PD = P(default) = 1 / (1 + e^(−z)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creditrisk.models.loss import restoration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.data.schema import Schema
    from creditrisk.features.profile import ColumnProfile
    from creditrisk.features.recipe import Recipe
    from creditrisk.features.score_profile import ScoreProfile
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.calibration import Calibration
    from creditrisk.models.learner import Learned
    from creditrisk.models.marks import Marks
    from creditrisk.option_values import Scale


@dataclass(frozen=True)
class Weighting:
    """What class weights were used in the fit, and how their effect on the PDs is undone.

    Attributes
    ----------
    asked : str
        `none`, `balanced` or a number, as the user gave it.
    ratio : float
        w1/w0, by which the weights tilted the odds.
    intercept : float
        The shift that remained after ln(w1/w0) was taken off, fitted on out-of-fold log-odds; 0 without weights.
    """

    asked: str
    ratio: float
    intercept: float

    @property
    def offset(self) -> float:
        """What is added to the raw log-odds."""
        return restoration(self.ratio) + self.intercept


@dataclass(frozen=True)
class GoldenRows:
    """Made-up loans with the log-odds that this model gives them, to prove that a loaded model still does.

    Values are numbers (dates as days since 1970-01-01), category levels, or None for missing; they come from the
    model's own thresholds and levels, never from a loan.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[float | str | None, ...], ...]
    log_odds: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model as it is saved.

    Attributes
    ----------
    schema, recipe : what a file must hold, and how its columns become numbers
    profiles : tuple of ColumnProfile
        How the training loans are spread over each column of the recipe, to tell scored loans that differ.
    scores : ScoreProfile
        How the training loans are spread over their out-of-fold PDs, to tell scores that move.
    marks : Marks
        Hashes of a sample of the training loans, to tell how many of the judged loans were learned from.
    copies : tuple of tuples of names
        Groups of columns that say the same (`models.copies`): one reason, named after the first of them.
    learned : Learned
        The fitted model of one kind: from the matrix to raw log-odds.
    weighting : Weighting
        How the effect of class weights is undone.
    calibration : Calibration
        What is done to the restored log-odds.
    scale : Scale
        How log-odds become points, and PDs grades.
    base_rate : float
        Default rate of the training loans, between 0 and 1: the PD of a model that knows nothing.
    ks_cutoff : float
        The PD at which KS was reached on out-of-fold PDs of the training loans.
    decision_cutoff : float
        The PD from which `predict` refuses a loan; 0 where no cut-off is kept.
    training, figures : mapping
        How it was trained, and the figures on the held-out loans: for people and for `info`, not for scoring.
    golden : GoldenRows
    """

    schema: Schema
    recipe: Recipe
    profiles: tuple[ColumnProfile, ...]
    scores: ScoreProfile
    marks: Marks
    copies: tuple[tuple[str, ...], ...]
    learned: Learned
    weighting: Weighting
    calibration: Calibration
    scale: Scale
    base_rate: float
    ks_cutoff: float
    decision_cutoff: float
    training: Mapping[str, Any]
    figures: Mapping[str, Any]
    golden: GoldenRows

    @property
    def kind(self) -> str:
        """The kind of model."""
        return self.learned.kind

    def log_odds(self, raw: Floats) -> Floats:
        """Return the log-odds of default from the learner's raw ones: restored, then calibrated."""
        return self.calibration.apply(raw + self.weighting.offset)
