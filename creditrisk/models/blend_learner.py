"""Find, judge and fit a blend: race the candidates, cross-validate the finalists, weigh them, fit them on all loans."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.data.special import special_codes
from creditrisk.data.splitting import stratified_folds
from creditrisk.errors import UsageError
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.odds import expit, log_odds
from creditrisk.models.blend import Blend, Part
from creditrisk.models.blending import Judgements, blend
from creditrisk.models.boosted import BOOSTERS
from creditrisk.models.budget import Budget
from creditrisk.models.crew import Crew
from creditrisk.models.growing import trees_for
from creditrisk.models.learner import OutOfFold, first_fold, judged_rows
from creditrisk.models.members import Run, fit, run, run_again
from creditrisk.models.portfolio import Candidate, Settled, parse_candidate
from creditrisk.models.presets import PRESETS, size_of
from creditrisk.models.race import Arena, choose, race_folds, ranked
from creditrisk.models.workshop import Workshop
from creditrisk.specs import GENERATORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.features.view import View
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.learner import Conditions, TrainingMatrix
    from creditrisk.models.members import Effort
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


#: In how many parts the loans of a single fold are dealt out.
_PARTS = 5


class BlendLearner:
    """A blend of what pays on one training matrix."""

    def __init__(self, data: TrainingMatrix, spec: TrainSpec, conditions: Conditions) -> None:
        _check_members(spec)
        self._data = _with_special_codes(data)
        self._conditions, self._preset = conditions, PRESETS[spec.preset]

    def folds_to_run(self, folds: Sequence[Fold], _spec: TrainSpec) -> Sequence[Fold]:
        """Return the folds that are judged, all of them but for large files."""
        return folds[: self._preset.final_folds(len(self._data.y_true), size_of(*self._data.shape), len(folds))]

    def out_of_fold(self, folds: Sequence[Fold], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Choose the members by a race, judge them on every fold, and weigh them by what they showed."""
        workshop = Workshop(self._data, spec, self._conditions.drifting)
        crew = Crew(workshop.workers, watcher)
        budget = Budget(self._conditions.clock, self._preset, spec, *self._data.shape)
        folds = self.folds_to_run(folds, spec)
        judged = [fold for each in (folds, *self._conditions.repeats) for fold in each]
        judged = judged[: _folds_asked(spec) or budget.folds_to_judge(len(judged))]
        folds = folds[: len(judged)]
        arena = Arena(workshop, self._preset, crew, budget, self._conditions.walks)
        raced, candidates = self._finalists(arena, judged, spec)
        workshop.forget()
        effort, finalists = budget.finals(raced, candidates, judged, workshop)
        pieces = [partial(_final, arena, each, finalists, judged, effort) for each in finalists]
        trees = effort.most_trees * sum(not each.is_additive for each in finalists)
        finals = [each for each in crew.do("cross-validating the finalists", pieces, trees) if each is not None]
        return self._blended(folds, judged, finals, raced)

    def judge(self, folds: Sequence[Fold], chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Judge other folds with the members, settings and weights that were chosen."""
        workshop = Workshop(self._data, spec, self._positions(chosen["drifting"]))
        folds = self.folds_to_run(folds, spec)
        members = [member for member in chosen["leaderboard"] if member["weight"] > 0]
        crew = Crew(workshop.workers, watcher)
        pieces = [partial(run_again, workshop, _candidate(m["name"]), folds, m["settings"]) for m in members]
        z = np.column_stack(crew.do("judging folds of all times", pieces))
        weights = np.array([float(member["weight"]) for member in members])
        judged = self._judgements(z, folds, folds)
        return OutOfFold.of(folds, judged.blended(weights), chosen)

    def fit(self, chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> Blend:
        """Fit every member that has a weight on all training loans, trees with several seeds."""
        workshop = Workshop(self._data, spec, self._positions(chosen["drifting"]))
        members = [member for member in chosen["leaderboard"] if member["weight"] > 0]
        work = [(m, _candidate(m["name"]), seed) for m in members for seed in range(_seeds(m, chosen))]
        crew = Crew(workshop.workers, watcher)
        pieces = [
            partial(fit, workshop, candidate, m["settings"], spec.seed + seed, crew.beat) for m, candidate, seed in work
        ]
        trees = [trees_for(len(self._data.y_true), m["settings"]) for m, one, _ in work if not one.is_additive]
        fitted = crew.do("fitting on all training loans", pieces, sum(trees))
        views: list[View] = []
        parts = []
        for (member, _, _), (view, learned) in zip(work, fitted, strict=True):
            if view not in views:
                views.append(view)
            weight = float(member["weight"]) / _seeds(member, chosen)
            parts.append(Part(str(member["name"]), views.index(view), weight, learned))
        whole = workshop.whole()
        base = float(log_odds(np.array([self._data.default_rate()]))[0]) + math.log(workshop.ratio(whole.fit))
        left = 1.0 - sum(float(member["weight"]) for member in members)
        return Blend(tuple(views), tuple(parts), float(f"{base * left:.12g}"))

    def _finalists(self, arena: Arena, folds: Sequence[Fold], spec: TrainSpec) -> tuple[list[Run], list[Candidate]]:
        """Return all runs of the race, and the candidates that go on: those that were asked for, or the race's."""
        if spec.member_names:
            return [], [_candidate(name) for name in spec.member_names]
        raced = race_folds(folds, self._preset, spec, size_of(*self._data.shape))
        return choose(arena, raced[: arena.budget.folds_to_race(len(raced))], spec.generators)

    def _blended(
        self, folds: Sequence[Fold], judged: Sequence[Fold], finals: Sequence[Run], raced: Sequence[Run]
    ) -> OutOfFold:
        judgements = self._judgements(np.column_stack([each.log_odds for each in finals]), judged, folds)
        found = blend(judgements, walks=self._conditions.walks and len(folds) > 1)
        rows, first = judged_rows(judged), judged_rows(folds)
        chosen = {
            "leaderboard": [
                self._row(each, rows, weight=weight)
                for each, weight in zip(finals, found.weights.tolist(), strict=True)
            ],
            "raced": [self._row(each, None) for each in ranked(raced)],
            "seeds": self._preset.seeds_for(size_of(*self._data.shape)),
            "drifting": [self._data.names[column] for column in self._conditions.drifting],
        }
        # A loan that was judged several times has the mean of its log-odds.
        times = np.bincount(rows, minlength=len(self._data.y_true))
        mean = np.bincount(rows, found.log_odds, minlength=len(times)) / np.maximum(times, 1)
        return OutOfFold.of(folds, mean[first], chosen)

    def _judgements(self, z: Floats, judged: Sequence[Fold], folds: Sequence[Fold]) -> Judgements:
        """Return what members said of the judged loans; a loan's fold is that of the first set of folds."""
        data, rows = self._data, judged_rows(judged)
        fold = first_fold(folds, len(data.y_true))
        if len(folds) == 1:  # the weights are cross-fitted on parts of it
            fold[rows] = stratified_folds(data.y_true[rows], _PARTS, 0)
        rates = [data.default_rate(each.fit) for each in judged]
        base = np.repeat(log_odds(np.array(rates)), [len(each.judge) for each in judged])
        return Judgements(z, base, data.y_true[rows], data.weight_of(rows), fold[rows])

    def _positions(self, names: Sequence[str]) -> tuple[int, ...]:
        """Return the positions of columns that drift, as the folds saw it, among those of this matrix."""
        return tuple(self._data.names.index(name) for name in names if name in self._data.names)

    def _row(self, each: Run, rows: NDArray[np.intp] | None, weight: float = 0.0) -> dict[str, Any]:
        candidate = each.candidate
        if self._conditions.clock.limited and rows is not None:
            candidate = replace(candidate, settled=_settled(each.settings))
        row: dict[str, Any] = {
            "name": candidate.name, "bce": each.bce, "seconds": round(each.seconds, 3), "weight": weight,
        }  # fmt: skip
        if rows is None:
            return row
        y, w = self._data.y_true[rows], self._data.weight_of(rows)
        return {**row, "auc": auc(y, expit(each.log_odds), w).value, "settings": dict(each.settings)}


def _final(
    arena: Arena, candidate: Candidate, finalists: Sequence[Candidate], folds: Sequence[Fold], effort: Effort
) -> Run | None:
    """Run a finalist; the first of them must give something, however little time there is."""
    only = candidate.is_additive and candidate in finalists[:1]

    def stopped() -> bool:
        return arena.crew.beat() or (not only and arena.budget.growing_must_end())

    return run(arena.workshop, candidate, folds, effort, stopped)


def _folds_asked(spec: TrainSpec) -> int:
    """Return on how many folds the members that were asked for are judged; 0 where their names do not say."""
    asked = [_candidate(name).settled for name in spec.member_names]
    return max((each.folds for each in asked if each), default=0)


def _settled(settings: Mapping[str, Any]) -> Settled:
    """Return what the clock decided."""
    return Settled(int(settings["folds"]), float(settings.get("learning_rate", 0)), int(settings.get("grown", 0)))


def _check_members(spec: TrainSpec) -> None:
    """Refuse members that cannot be fitted, all at once."""
    found: list[Candidate] = []
    wrong = []
    for name in spec.member_names:
        try:
            one = parse_candidate(name, spec.generators)
        except ValueError as error:
            wrong.append(str(error))
            continue
        one = replace(one, generators=tuple(sorted(one.generators)))
        if one in found:
            wrong.append(f"{name!r} is named twice")
        if one.without_drift and not spec.time:
            wrong.append(f"{name!r} leaves out what drifts, which is known with --time alone")
        found.append(one)
    if len({one.settled.folds if one.settled else 0 for one in found}) > 1:
        wrong.append("the members were judged on different numbers of folds (the /FOLDS in their names)")
    if len(found) * PRESETS[spec.preset].seeds > len(BOOSTERS):
        wrong.append(f"{len(found)} members make more sets of trees than the {len(BOOSTERS)} that a model file holds")
    if wrong:
        raise UsageError(
            "--members names what cannot be a member.", where=wrong,
            fix="Take the names from a leaderboard, such as plain, sharp+target, additive.",
        )  # fmt: skip


def _candidate(name: str) -> Candidate:
    return parse_candidate(name, GENERATORS)


def _seeds(member: Mapping[str, Any], chosen: Mapping[str, Any]) -> int:
    return 1 if _candidate(str(member["name"])).is_additive else int(chosen["seeds"])


def _with_special_codes(data: TrainingMatrix) -> TrainingMatrix:
    """Return the data with the codes that hide in numbers; they are found without a look at outcomes."""
    apart = {*data.levels, *data.dates, *data.monotone}  # a code that stands out of line would break the rise or fall
    numbers = [column for column in range(data.matrix.shape[1]) if column not in apart]
    found = {column: special_codes(data.matrix[:, column]) for column in numbers}
    hidden = {column: codes for column, codes in found.items() if codes}
    return replace(data, source=data.matrix, special={**hidden, **data.special})
