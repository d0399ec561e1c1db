"""Fit on a cluster what a training on its sample chose: the recipe by counts, the trees by LightGBM's own network."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.reading import NOTHING_LEFT
from creditrisk.engine.cluster import host_of
from creditrisk.errors import ClusterError, DataError, counted, shown
from creditrisk.features.recipe_parts import finish_recipe
from creditrisk.jobs.cluster_tasks import BinLoans, Grower, GrowTrees, Share, forget, port_for
from creditrisk.models.boosted import Boosted
from creditrisk.models.booster import BoosterError
from creditrisk.models.boosting import parameters
from creditrisk.models.distributed import Network, dealt_evenly
from creditrisk.models.golden import golden_values
from creditrisk.models.growing import trees_for
from creditrisk.models.marks import MOST_MARKS, Marks
from creditrisk.models.shared_bins import find_bins
from creditrisk.models.training import training_matrix, with_golden_log_odds
from creditrisk.models.trees import canonical_text
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.data.dealt import DealtLoans, PlacedFile
    from creditrisk.data.table import LoanTable
    from creditrisk.engine.cluster import Cluster
    from creditrisk.features.recipe import Recipe
    from creditrisk.jobs.cluster_tasks import Counted
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.training import Fitted
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


@dataclass(frozen=True, eq=False)
class ClusterFit:
    """A fit of files that workers read, each its own."""

    cluster: Cluster
    files: Sequence[PlacedFile]
    dealt: DealtLoans
    spec: TrainSpec
    watcher: Watcher

    def fit(self, fitted: Fitted, sample: LoanTable, total: Counted) -> TrainedModel:
        """Return the model of the sample with recipe, trees and base rate of all training loans in place of its own.

        Parameters
        ----------
        fitted : what the sample chose
        sample : LoanTable
            The training loans of the sample.
        total : counts over all files

        Raises
        ------
        ClusterError
            When a worker is lost.
        DataError
            When a file cannot be read, was changed meanwhile, or no column is left to learn from.
        """
        recipe, profiles, empty = finish_recipe(total.parts, sample.schema.columns, sample)
        kept = {step.name for step in recipe.steps}
        if not kept:
            reasons = [f"{shown(column.name)}: {column.reason}" for column in empty]
            raise DataError("No column is left to learn from.", where=reasons, fix=NOTHING_LEFT)
        columns = tuple(column for column in sample.schema.columns if column.name in kept)
        schema = replace(sample.schema, columns=columns, dropped=(*sample.schema.dropped, *empty))
        ratio = self._ratio(total)
        learned, marks, workers = self._learned(fitted, recipe, sample, total, ratio)
        old = fitted.model
        facts = {"loans_fitted": total.training, **learned.facts}
        engine = {**dict(old.training["engine"]), "workers": workers}
        model = replace(
            old,
            schema=schema,
            recipe=recipe,
            profiles=profiles,
            marks=Marks(tuple(marks.tolist())) if old.marks.hashes else Marks(),
            learned=learned,
            weighting=replace(old.weighting, ratio=ratio),
            base_rate=total.default_rate,
            training={**old.training, **facts, "engine": engine},
            golden=golden_values(recipe, learned, schema.dates),
        )
        return with_golden_log_odds(model)

    def _ratio(self, total: Counted) -> float:
        """Return by how much class weights tilt the odds of all training loans."""
        asked = ClassWeight.parse(self.spec.class_weight).ratio
        return total.weights[0] / total.weights[1] if asked is None else asked

    def _learned(
        self, fitted: Fitted, recipe: Recipe, sample: LoanTable, total: Counted, ratio: float
    ) -> tuple[Boosted, NDArray[np.uint64], int]:
        """Return the trees, the lowest marks of the loans that they learned from, and how many workers grew them."""
        seen = training_matrix(sample, recipe, self.spec)
        settings = parameters(self.spec, seen)
        missing = [index for index, step in enumerate(recipe.steps) if step.fill is None]
        bins = find_bins(recipe.matrix(sample)[0], sorted(seen.levels), missing, settings)
        trees = min(trees_for(total.training, fitted.validated.chosen), self.spec.max_trees)
        cluster = self.cluster.present()
        shares = self._shares(total, cluster.size)
        run = uuid.uuid4().hex
        weights = _class_weights(ratio, total, weighted=sample.weight is not None)
        workers = counted(len(shares), "worker")
        try:
            self.watcher.step(f"reading the loans into the memory of {workers}", 0, 0)
            marks = cluster.together(BinLoans(run, self.dealt, recipe, bins, settings, weights), shares)
            self.watcher.step(f"growing {counted(trees, 'tree')} on {workers}", 0, 0)
            text = self._grown(cluster, GrowTrees(run, settings, trees), len(shares))
        finally:
            cluster.tell(forget, run)
        width = len(recipe.steps)
        return Boosted(canonical_text(text, width), width), np.unique(np.concatenate(marks))[:MOST_MARKS], len(shares)

    def _shares(self, total: Counted, workers: int) -> list[Share]:
        """Deal the files out, so that the workers have about as many training loans each."""
        loans = [count for _, count in sorted(total.by_file)]
        dealt = dealt_evenly(loans, workers)
        return [Share(tuple(self.files[place] for place in own), sum(loans[place] for place in own)) for own in dealt]

    def _grown(self, cluster: Cluster, grow: GrowTrees, workers: int) -> str:
        threads = [self.spec.threads or own for own in cluster.threads()[:workers]]
        ports = cluster.together(port_for, range(workers))
        machines = tuple(f"{host_of(address)}:{port}" for address, port in zip(cluster.addresses, ports, strict=False))
        growers = [Grower(Network(machines, rank), threads[rank]) for rank in range(workers)]
        try:
            return cluster.together(grow, growers)[0]
        except BoosterError as error:
            fix = "Workers must reach each other at any port; train again."
            raise ClusterError("The workers could not grow trees together.", where=str(error)[:300], fix=fix) from error


def _class_weights(ratio: float, total: Counted, *, weighted: bool) -> tuple[float, float] | None:
    """Return what a repaid loan and a default weigh beside their loan weights; the mean over all loans is 1."""
    if ratio == 1.0 and not weighted:
        return None
    scale = total.training / (total.weights[0] + ratio * total.weights[1])
    return scale, scale * ratio
