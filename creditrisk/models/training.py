"""Train one model on training loans: steps, learner, restoration, calibration and golden rows.

The held-out loans never come here, but for `refit`, which is called after they were judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.data.reading import NOTHING_LEFT
from creditrisk.data.splitting import fold_loans, timeless_folds, walks_forward
from creditrisk.data.table import ChosenLoans, LoanTable
from creditrisk.errors import DataError, shown
from creditrisk.features.recipe import LoanMatrix, Recipe, fit_recipe
from creditrisk.features.score_profile import operating_cutoff, score_profile
from creditrisk.features.steps import CategoryStep
from creditrisk.metrics.calibration import bce, fit_intercept
from creditrisk.metrics.discrimination import ks
from creditrisk.metrics.odds import expit
from creditrisk.models.calibrating import CalibrationEffect, check_calibration, fit_calibration, judge_calibration
from creditrisk.models.clock import NO_LIMIT, Clock
from creditrisk.models.copies import copies_of, looked_at
from creditrisk.models.drift import drifting_columns
from creditrisk.models.golden import golden_values
from creditrisk.models.kinds import KINDS
from creditrisk.models.learner import Conditions, OutOfFold, TrainingMatrix, judged_rows
from creditrisk.models.loss import tilt
from creditrisk.models.marks import Marks
from creditrisk.models.master_scale import master_scale
from creditrisk.models.presets import PRESETS
from creditrisk.models.scoring import Scorer, golden_loans
from creditrisk.models.trained_model import TrainedModel, Weighting
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model, and what its training showed.

    Attributes
    ----------
    model : TrainedModel
    out_of_fold_pd : array of shape (n_judged,)
        PDs that training loans got from models that never saw them: all loans, but for large files.
    out_of_fold_y : array of shape (n_judged,)
        The outcomes of these loans.
    out_of_fold_rows : array of shape (n_judged,)
        Their positions among the training loans.
    calibration : CalibrationEffect or None
        What the calibration changed out of fold.
    validated : OutOfFold
        What cross-validation chose and showed.
    """

    model: TrainedModel
    out_of_fold_pd: Floats
    out_of_fold_y: NDArray[np.int8]
    out_of_fold_rows: NDArray[np.intp]
    calibration: CalibrationEffect | None
    validated: OutOfFold


class Trainer:
    """The training loans, prepared once; `train` may then be asked for several settings."""

    def __init__(self, loans: LoanTable | ChosenLoans, spec: TrainSpec, clock: Clock = NO_LIMIT) -> None:
        if isinstance(loans, LoanTable):
            loans = loans.choose(np.arange(len(loans)))
        self._recipe, self._profiles, empty = fit_recipe([loans])
        kept = {step.name for step in self._recipe.steps}
        if not kept:
            reasons = [f"{shown(column.name)}: {column.reason}" for column in empty]
            raise DataError("No column is left to learn from.", where=reasons, fix=NOTHING_LEFT)
        columns = tuple(column for column in loans.schema.columns if column.name in kept)
        self._schema = replace(loans.schema, columns=columns, dropped=(*loans.schema.dropped, *empty))
        matrix, bare = LoanMatrix(self._recipe, loans), loans.bare
        self._data = training_matrix(loans, self._recipe, spec)
        self._marks = Marks.of(matrix.batches()) if spec.marks else Marks()
        self._copies = copies_of(self._data.at(looked_at(len(loans))), self._data.names, self._data.numbers)
        self._folds: tuple[Fold, ...] = fold_loans(bare, spec)
        self._walks = bare.time is not None and walks_forward(bare, self._folds)
        self._level_folds: tuple[Fold, ...] = timeless_folds(bare, spec) if self._walks else ()
        drifting = () if bare.time is None else drifting_columns(map(matrix.column, range(len(kept))), bare.time)
        self._conditions = _conditions(bare, drifting, spec, clock, walks=self._walks)
        self._learner = KINDS[spec.kind].learner(self._data, spec, self._conditions)

    def train(self, spec: TrainSpec, watcher: Watcher, notes: Mapping[str, Any]) -> Fitted:
        """Choose what is to be chosen out of fold, fit, restore and calibrate the PDs, and make the model.

        Parameters
        ----------
        notes : mapping
            What the model file is to say about its training beside what is known here.

        Raises
        ------
        DataError
            When the out-of-fold log-odds cannot be calibrated as asked.
        """
        judged = self._learner.folds_to_run(self._level_folds or self._folds, spec)
        # Before the long work, not after it.
        check_calibration(spec.calibration, self._data.y_true[judged_rows(judged)])
        validated = self._learner.out_of_fold(self._folds, spec, watcher)
        level = validated
        if self._level_folds:
            level = self._learner.judge(self._level_folds, validated.chosen, spec, watcher)
        y, weight = self._data.y_true[level.rows], self._data.weight_of(level.rows)
        weighting = self._restored(level, spec)
        z = level.log_odds + weighting.intercept
        calibration = fit_calibration(spec.calibration, y, z, weight)
        effect = judge_calibration(spec.calibration, y, z, level.fold, weight)
        pd = expit(calibration.apply(z))
        ks_cutoff = ks(y, pd, weight)[1]
        learned = self._learner.fit(validated.chosen, spec, watcher)
        model = TrainedModel(
            schema=self._schema,
            recipe=self._recipe,
            profiles=self._profiles,
            scores=score_profile(pd, operating_cutoff(0.0, ks_cutoff)),
            marks=self._marks,
            copies=self._copies,
            learned=learned,
            weighting=weighting,
            calibration=calibration,
            scale=master_scale(spec, y, pd, weight),
            base_rate=self._data.default_rate(),
            ks_cutoff=ks_cutoff,
            decision_cutoff=0.0,
            training={
                **notes,
                **self._folds_note,
                "constant_bce": self._constant_bce(validated),
                **_repeatable(validated.chosen),
                **learned.facts,
                "out_of_fold_bce": self._bce(validated, weighting),
            },
            figures={},
            golden=golden_values(self._recipe, learned, self._schema.dates),
        )
        return Fitted(with_golden_log_odds(model), pd, y, level.rows, effect, validated)

    def refit(self, fitted: Fitted, spec: TrainSpec, watcher: Watcher) -> TrainedModel:
        """Fit these loans with what another trainer's folds chose, and carry over its restoration and calibration.

        The figures of `fitted` are those of its own model, not of this one; the manifest says so.
        """
        learned = self._learner.fit(fitted.validated.chosen, spec, watcher)
        old = fitted.model
        ratio = tilt(self._data.y_true, ClassWeight.parse(spec.class_weight), self._data.weight)
        model = replace(
            old,
            schema=self._schema,
            recipe=self._recipe,
            profiles=self._profiles,
            marks=self._marks,
            copies=self._copies,
            learned=learned,
            weighting=replace(old.weighting, ratio=ratio),
            base_rate=self._data.default_rate(),
            training={**old.training, **learned.facts, "refitted_on": len(self._data.y_true)},
            golden=golden_values(self._recipe, learned, self._schema.dates),
        )
        return with_golden_log_odds(model)

    @property
    def _folds_note(self) -> dict[str, Any]:
        """Say whether the folds walked forward, where the loans have a time."""
        if self._schema.roles.time is None:
            return {}
        drifting = [self._data.names[column] for column in self._conditions.drifting]
        return {"folds_walk_forward": self._walks, "drifting": drifting}

    def _bce(self, validated: OutOfFold, weighting: Weighting) -> float:
        pd = expit(validated.log_odds + weighting.intercept)
        return bce(self._data.y_true[validated.rows], pd, self._data.weight_of(validated.rows)).value

    def _constant_bce(self, validated: OutOfFold) -> float:
        """Return the out-of-fold BCE of a model that knows nothing but the default rate of each fold's loans."""
        pd = np.array([self._data.default_rate(fold.fit) for fold in self._folds])[validated.fold]
        return bce(self._data.y_true[validated.rows], pd, self._data.weight_of(validated.rows)).value

    def _restored(self, validated: OutOfFold, spec: TrainSpec) -> Weighting:
        """ln(w1/w0) is exact only for the population's minimiser, so what remains is fitted out of fold."""
        asked = ClassWeight.parse(spec.class_weight)
        y, weight = self._data.y_true[validated.rows], self._data.weight_of(validated.rows)
        intercept = 0.0 if asked.changes_nothing else fit_intercept(y, validated.log_odds, weight)[0]
        return Weighting(spec.class_weight, tilt(self._data.y_true, asked, self._data.weight), intercept)


def _repeatable(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was chosen without the seconds that it took: the same loans and seed give the same file."""
    timed = ("leaderboard", "raced")
    rows = {
        key: [{k: v for k, v in row.items() if k != "seconds"} for row in chosen[key]] for key in timed if key in chosen
    }
    return {**chosen, **rows}


def _conditions(
    loans: LoanTable, drifting: tuple[int, ...], spec: TrainSpec, clock: Clock, *, walks: bool
) -> Conditions:
    """Return under what conditions the learner works: few loans have their folds dealt out several times."""
    if spec.kind != "blend":
        return Conditions(clock, drifting=drifting, walks=walks)
    more = 0 if walks else PRESETS[spec.preset].repeats(len(loans.outcomes)) - 1
    repeats = tuple(timeless_folds(loans, replace(spec, seed=spec.seed + 1 + number)) for number in range(more))
    return Conditions(clock, repeats, drifting, walks)


def training_matrix(loans: LoanTable | ChosenLoans, recipe: Recipe, spec: TrainSpec) -> TrainingMatrix:
    """Return what a learner sees of loans; rows of the matrix are made when they are asked for."""
    chosen = loans.choose(np.arange(len(loans))) if isinstance(loans, LoanTable) else loans
    steps, loans = recipe.steps, chosen.bare
    names = tuple(step.name for step in steps)
    levels = {index: len(step.levels) for index, step in enumerate(steps) if isinstance(step, CategoryStep)}
    signs, codes = spec.monotone_signs, spec.special_codes
    return TrainingMatrix(
        source=LoanMatrix(recipe, chosen),
        y_true=loans.outcomes,
        weight=loans.weight,
        names=names,
        levels=levels,
        monotone={index: signs[name] for index, name in enumerate(names) if name in signs},
        special={index: codes[name] for index, name in enumerate(names) if name in codes},
        group=loans.group,
        dates=frozenset(index for index, name in enumerate(names) if name in loans.schema.dates),
    )


def with_golden_log_odds(model: TrainedModel) -> TrainedModel:
    """Return the model with the log-odds that it gives its golden rows."""
    z = Scorer(model, threads=1).score(golden_loans(model.schema, model.golden)).log_odds
    return replace(model, golden=replace(model.golden, log_odds=tuple(z.tolist())))


def importance(model: TrainedModel) -> dict[str, float]:
    """Return each column's share in what drives the model, largest first."""
    steps = model.recipe.steps
    share = model.learned.importance(len(steps))
    return {steps[index].name: float(share[index]) for index in np.argsort(-share, kind="stable")}
