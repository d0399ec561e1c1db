"""What a time limit leaves room for. Without one, the plan depends on the loans alone, and so does the model."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from creditrisk.models.presets import size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.splitting import Fold
    from creditrisk.models.clock import Clock
    from creditrisk.models.members import Effort, Run
    from creditrisk.models.portfolio import Candidate
    from creditrisk.models.presets import Preset
    from creditrisk.models.workshop import Workshop
    from creditrisk.specs import TrainSpec

#: The race may take this share of the time, variations included.
_RACE_SHARE = 0.3
#: Seconds for everything but fits: judging, saving.
_REST = 0.5
_MOST_VARIATIONS = 100
_LITTLE_TIME = 30.0
_RATES = (0.05, 0.08, 0.12, 0.2)


class Budget:
    """Answers whether there is time for more."""

    def __init__(self, clock: Clock, preset: Preset, spec: TrainSpec, loans: int, columns: int) -> None:
        self._clock, self._preset, self._spec, self._loans = clock, preset, spec, loans
        self._size = size_of(loans, columns)
        self._available = clock.left
        self._started = self._finals_began = time.perf_counter()
        self._grown = max(loans, 1)

    @property
    def _spent(self) -> float:
        return time.perf_counter() - self._started

    def folds_to_race(self, folds: int) -> int:
        """Return how many folds there is time to race on."""
        return folds if self._available > self._little else 1

    def folds_to_judge(self, folds: int) -> int:
        """Return how many folds there is time for in the finals."""
        return folds if self._available > self._little else min(folds, 2)

    @property
    def _little(self) -> float:
        """How many seconds are too few for all folds: the fewer, the fewer the loans."""
        return min(_LITTLE_TIME, 5.0 + self._loans / 1000)

    def may_race(self) -> bool:
        """Whether another candidate may be raced."""
        return not self._clock.limited or self._spent < _RACE_SHARE * self._available

    def race_must_end(self) -> bool:
        """Whether even a candidate that is being raced must end."""
        return self._clock.limited and self._spent > 1.5 * _RACE_SHARE * self._available

    def may_vary(self, tried: int) -> bool:
        """Whether variation number `tried` may be raced."""
        if not self._clock.limited:
            return tried < self._preset.variations_for(self._size)
        return self._preset.variations > 0 and tried < _MOST_VARIATIONS and self.may_race()

    def finals(
        self, raced: Sequence[Run], finalists: Sequence[Candidate], folds: Sequence[Fold], workshop: Workshop
    ) -> tuple[Effort, Sequence[Candidate]]:
        """Return the effort of the finals and who is in them; under a limit steps as tall and as few as it takes."""
        effort = self._preset.final(self._size)
        self._finals_began = time.perf_counter()
        if not self._clock.limited:
            return effort, finalists
        self._grown = sum(len(fold.fit) for fold in folds)
        left = self._clock.left - _REST
        efforts = [effort, *(_taller(effort, rate) for rate in _RATES if rate > effort.learning_rate)]
        for count in range(len(finalists), 0, -1):
            for each in efforts:
                if self._seconds(each, raced, finalists[:count], workshop) < left:
                    return each, finalists[:count]
        return efforts[-1], finalists[:1]

    def growing_must_end(self) -> bool:
        """Whether the time that is left is needed for the fits that follow the finals."""
        spent = time.perf_counter() - self._finals_began
        return self._clock.limited and self._clock.left - _REST < self._after * spent

    @property
    def _after(self) -> float:
        """How long the fits after the finals take, in units of the finals."""
        again = 1.0 + self._spec.refit * 1.3 / (1.0 - self._spec.test_size)
        fits = 0.8 * self._preset.seeds_for(self._size) * self._loans / self._grown
        return fits * again + (1.0 if self._spec.time else 0.0)

    def _seconds(
        self, effort: Effort, raced: Sequence[Run], finalists: Sequence[Candidate], workshop: Workshop
    ) -> float:
        """Return about how long finals and fits will take."""
        pace = {each.candidate: _seconds_a_loan(each) for each in raced}
        typical = max(pace.values(), default=1e-4)
        tall = self._preset.race().learning_rate / effort.learning_rate
        total = sum(pace.get(candidate, typical) * self._grown * tall for candidate in finalists)
        return total / min(workshop.workers, len(finalists)) * (1.0 + self._after)


def _seconds_a_loan(run: Run) -> float:
    return run.seconds / (float(run.settings["loans_a_fold"]) * int(run.settings["folds"]))


def _taller(effort: Effort, rate: float) -> Effort:
    shrink = effort.learning_rate / rate
    return replace(
        effort,
        learning_rate=rate,
        most_trees=max(50, round(effort.most_trees * shrink)),
        patience=max(10, round(effort.patience * shrink)),
    )
