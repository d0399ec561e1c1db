"""One protocol for the members of a blend: judge a candidate fold by fold, then fit it on all training loans."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.models.additive_fit import AdditivePlan, each_fit, fit_additive
from creditrisk.models.boosted import Boosted
from creditrisk.models.growing import (
    MAKING,
    Grower,
    JudgedLoans,
    Stopping,
    grow_together,
    loans_in_a_leaf,
    package,
    trees_for,
)
from creditrisk.models.learner import judged_rows, settled_by_others
from creditrisk.models.loss import bce_loss, restoration
from creditrisk.models.trees import canonical_text
from creditrisk.models.workshop import BY_COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from creditrisk.data.splitting import Fold
    from creditrisk.features.view import View
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.blend import PartModel
    from creditrisk.models.portfolio import Candidate
    from creditrisk.models.workshop import Sight, Workshop

#: A fold tries no smaller penalty when its BCE was lower this many penalties ago.
_PENALTIES_PATIENCE = 2


@dataclass(frozen=True)
class Effort:
    """How hard a candidate is tried: the step of each tree, most trees, and how long a better BCE is waited for."""

    learning_rate: float
    most_trees: int
    patience: int


@dataclass(frozen=True, eq=False)
class Run:
    """What one candidate showed on some folds.

    Attributes
    ----------
    candidate : Candidate
    log_odds : array of shape (n_judged,)
        Restored, of the folds' judged loans, one fold after the other.
    loss : array of shape (n_judged,)
        Their BCE, each loan's own.
    bce : float
        The mean, weighted by loan weights.
    settings : mapping
        What was chosen: `trees_a_fold` and `loans_a_fold`, or `penalty`; JSON types.
    seconds : float
    """

    candidate: Candidate
    log_odds: Floats
    loss: Floats
    bce: float
    settings: Mapping[str, Any]
    seconds: float


def run(
    workshop: Workshop, candidate: Candidate, folds: Sequence[Fold], effort: Effort, stopped: Callable[[], bool]
) -> Run | None:
    """Judge every fold by models of the loans it may see, and choose what the candidate leaves open.

    Once `stopped()` trees end growing, with the best so far; the additive model gives up, and None is returned.
    """
    started = time.perf_counter()
    if candidate.is_additive:
        found = _run_additive(workshop, candidate, folds, stopped)
    else:
        found = _run_trees(workshop, candidate, folds, effort, stopped)
    if found is None:
        return None
    z, settings = found
    rows = judged_rows(folds)
    loss = bce_loss(workshop.data.y_true[rows], z)
    bce = float(np.average(loss, weights=workshop.data.weight_of(rows)))
    return Run(candidate, z, loss, bce, settings, time.perf_counter() - started)


def run_again(workshop: Workshop, candidate: Candidate, folds: Sequence[Fold], settings: Mapping[str, Any]) -> Floats:
    """Return the restored log-odds of other folds' judged loans, with what was chosen before."""
    judged = []
    for fold in folds:
        if candidate.is_additive:
            sight = workshop.sight(candidate, fold)
            card = _card(workshop, sight, fold, float(settings["penalty"]))
            judged.append(card.log_odds(sight.judge) + restoration(workshop.ratio(fold.fit)))
        else:
            grower = _grower(workshop, candidate, fold, float(settings["learning_rate"]))
            judged.append(grower.grow_all(trees_for(len(fold.fit), settings)))
    return np.concatenate(judged)


def fit(
    workshop: Workshop, candidate: Candidate, settings: Mapping[str, Any], seed: int, stopped: Callable[[], bool]
) -> tuple[View, PartModel]:
    """Fit one candidate on all training loans and return it with its view."""
    fold = workshop.whole()
    sight = workshop.sight(candidate, fold)
    if candidate.is_additive:
        return sight.view, _card(workshop, sight, fold, float(settings["penalty"]))
    parameters = _parameters(workshop, candidate, sight.view, float(settings["learning_rate"]), seed)
    training = workshop.binned(candidate, fold)[0]
    with MAKING:
        booster = package().Booster(parameters, training)
    for _ in range(trees_for(len(fold.fit), settings)):
        if stopped():
            break
        booster.update()
    return sight.view, Boosted(canonical_text(booster.model_to_string(), sight.view.width), sight.view.width)


def _run_trees(
    workshop: Workshop, candidate: Candidate, folds: Sequence[Fold], effort: Effort, stopped: Callable[[], bool]
) -> tuple[Floats, dict[str, Any]]:
    if candidate.settled:
        effort = replace(effort, learning_rate=candidate.settled.rate, most_trees=candidate.settled.trees)
    growers = []
    for fold in folds:
        stopped()  # raises where the work was interrupted
        growers.append(_grower(workshop, candidate, fold, effort.learning_rate))
    stopping = Stopping(effort.most_trees, effort.patience, lambda _tree: None, stopped)
    grown = grow_together(growers, JudgedLoans.of(workshop.data, folds), stopping)
    loans = float(np.mean([len(fold.fit) for fold in folds]))
    settings = {"learning_rate": effort.learning_rate, "trees_a_fold": grown.trees, "loans_a_fold": loans}
    return grown.log_odds, {**settings, "folds": len(folds), "stopped_early": grown.ended, "grown": len(grown.curve)}


def _grower(workshop: Workshop, candidate: Candidate, fold: Fold, learning_rate: float) -> Grower:
    training, held_out = workshop.binned(candidate, fold)
    view = workshop.sight(candidate, fold).view
    parameters = _parameters(workshop, candidate, view, learning_rate, workshop.spec.seed)
    return Grower(training, held_out, parameters, workshop.ratio(fold.fit))


def _parameters(
    workshop: Workshop, candidate: Candidate, view: View, learning_rate: float, seed: int
) -> dict[str, Any]:
    signs = workshop.by_place(view, workshop.data.monotone)
    monotone = {"monotone_constraints": [signs.get(place, 0) for place in range(view.width)]} if signs else {}
    return {
        **BY_COLUMN,
        **candidate.parameters,
        "min_data_in_leaf": loans_in_a_leaf(candidate.parameters["min_data_in_leaf"], workshop.data.shape[0]),
        **monotone,
        "max_bin": candidate.bins,
        "feature_pre_filter": False,
        "learning_rate": learning_rate,
        "seed": seed,
        "num_threads": workshop.threads,
    }


def _run_additive(
    workshop: Workshop, candidate: Candidate, folds: Sequence[Fold], stopped: Callable[[], bool]
) -> tuple[Floats, dict[str, Any]] | None:
    """Try all penalties on every fold, the largest first; a loan is judged at the one that is best for other folds."""
    paths = [_path(workshop, candidate, fold, stopped) for fold in folds]
    if stopped():
        return None
    judged = [np.concatenate(parts) for parts in zip(*paths, strict=False)]
    loans = JudgedLoans.of(workshop.data, folds)
    losses = np.stack([loans.losses(z) for z in judged])
    choice = settled_by_others(losses, loans.weight, loans.fold)
    z = np.stack(judged)[choice, np.arange(len(choice))]
    penalty = AdditivePlan(()).penalties[int(np.argmin(losses.sum(axis=1)))]
    return z, {"penalty": penalty, "folds": len(folds)}


def _path(workshop: Workshop, candidate: Candidate, fold: Fold, stopped: Callable[[], bool]) -> list[Floats]:
    """Return the restored log-odds of a fold's judged loans by penalty, until they get worse and worse."""
    sight, data = workshop.sight(candidate, fold), workshop.data
    shift = restoration(workshop.ratio(fold.fit))
    judged: list[Floats] = []
    losses: list[float] = []
    plan = _plan(workshop, sight.view)
    for card in each_fit(sight.fit, data.y_true[fold.fit], workshop.row_weights(fold.fit), plan):
        judged.append(card.log_odds(sight.judge) + shift)
        loss = bce_loss(data.y_true[fold.judge], judged[-1])
        losses.append(float(np.average(loss, weights=data.weight_of(fold.judge))))
        if stopped() or len(losses) > int(np.argmin(losses)) + _PENALTIES_PATIENCE:
            break
    return judged


def _card(workshop: Workshop, sight: Sight, fold: Fold, penalty: float) -> Any:
    y, weight = workshop.data.y_true[fold.fit], workshop.row_weights(fold.fit)
    return fit_additive(sight.fit, y, weight, _plan(workshop, sight.view), penalty)


def _plan(workshop: Workshop, view: View) -> AdditivePlan:
    data = workshop.data
    names = view.names(data.names)
    return AdditivePlan(
        names,
        workshop.by_place(view, data.levels),
        workshop.by_place(view, data.monotone),
        workshop.by_place(view, data.special),
    )
