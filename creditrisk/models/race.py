"""Choose candidates for the finals by a race: cheap fits on a few folds, paired by loan.

First the shapes, then what each generator adds to the plain one, then variations of the best. A shape, a generator, a
variation, or leaving out drifting columns, must win beyond noise: choosing among many by noise would make every figure
of the folds too good, and the plain view is the one that holds everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.splitting import Fold
from creditrisk.models.learner import judged_rows, steady_gain
from creditrisk.models.members import run
from creditrisk.models.portfolio import ADDITIVE, Candidate
from creditrisk.models.presets import FEW_LOANS, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.models.budget import Budget
    from creditrisk.models.crew import Crew
    from creditrisk.models.members import Run
    from creditrisk.models.presets import Preset
    from creditrisk.models.workshop import Workshop
    from creditrisk.specs import TrainSpec

#: One more generator, and leaving out what drifts, is taken when the BCE falls by so many standard errors of the
#: paired difference.
_MORE = 0.5
#: The least margin where folds walk forward in time.
_OUT_OF_TIME = 2.0
#: Variations of each origin that are raced at a time.
_A_ROUND = 4


@dataclass(frozen=True, eq=False)
class Arena:
    """Where races are held: the loans, how hard to try, who does the work, and how long it may take."""

    workshop: Workshop
    preset: Preset
    crew: Crew
    budget: Budget
    #: Whether the folds walk forward in time.
    walks: bool = False


@dataclass(eq=False)
class Race:
    """A race on some folds; it remembers every run."""

    arena: Arena
    folds: Sequence[Fold]
    runs: dict[Candidate, Run] = field(default_factory=dict)

    def run(self, task: str, candidates: Sequence[Candidate]) -> list[Run]:
        """Return the runs of candidates that see something, running those that have not run yet."""
        new = [each for each in dict.fromkeys(candidates) if each not in self.runs]
        done = self.arena.crew.do(task, [partial(self._piece, each) for each in new])
        self.runs.update((each, found) for each, found in zip(new, done, strict=True) if found is not None)
        return [self.runs[each] for each in candidates if each in self.runs]

    def _piece(self, candidate: Candidate) -> Run | None:
        """Run a candidate whose generators make anything: the first batch always, the others while there is time."""
        if self.runs and not self.arena.budget.may_race():
            return None
        view = self.arena.workshop.sight(candidate, self.folds[0]).view
        if candidate.generators and not view.derived:
            return None
        effort = self.arena.preset.race()
        return run(self.arena.workshop, candidate, self.folds, effort, self._must_end)

    def _must_end(self) -> bool:
        return self.arena.crew.beat() or self.arena.budget.race_must_end()

    def gain(self, one: Run, other: Run) -> tuple[float, float]:
        """Return by how much the BCE of `one` is below that of `other`, and the standard error of that."""
        rows = judged_rows(self.folds)
        weight = self.arena.workshop.data.weight_of(rows)
        difference = other.loss - one.loss
        w = np.ones(len(rows)) if weight is None else weight
        value = float(np.average(difference, weights=w))
        if self.arena.walks and len(self.folds) > 1:
            return steady_gain(difference, w, np.repeat(np.arange(len(self.folds)), [len(f.judge) for f in self.folds]))
        # A loan that was judged several times is one loan.
        by_loan = np.bincount(rows, w * (difference - value))
        return value, float(np.sqrt(np.sum(by_loan**2)) / w.sum())

    def ordered(self, runs: Sequence[Run]) -> list[Run]:
        """Return runs that beat the first one beyond noise, the best first; then the others but for clearly worse ones.

        What noise decides is not decided here: those that do about as well as the first keep their order.
        """
        first = runs[0]
        better = [each for each in runs if self.wins(each, first, 1.0)]
        worse = [each for each in runs if self.wins(first, each, 1.0)]
        alike = [each for each in runs if each not in better and each not in worse]
        return [*ranked(better), *alike, *ranked(worse)]

    @property
    def margin(self) -> float:
        """By how many standard errors a generator must win.

        Few loans mislead, even when judged several times. With many, what tall steps tell apart barely may pay well in
        the finals, and a member that came in by chance gets no weight there.
        """
        return 2.0 if len(self.arena.workshop.data.y_true) <= FEW_LOANS else _MORE

    def wins(self, one: Run, other: Run, margin: float) -> bool:
        """Whether `one` has the lower BCE by so many standard errors, out of time by two at least.

        What folds differ by is known from a few of them only, and there are many candidates.
        """
        value, error = self.gain(one, other)
        return value > (max(margin, _OUT_OF_TIME) if self.arena.walks else margin) * error


def ranked(runs: Sequence[Run]) -> list[Run]:
    """Return runs, the lowest BCE first."""
    return sorted(runs, key=lambda each: each.bce)


def choose(arena: Arena, folds: Sequence[Fold], generators: Sequence[str]) -> tuple[list[Run], list[Candidate]]:
    """Return all runs of a race on these folds, and the candidates for the finals, those that matter most first."""
    race, preset = Race(arena, folds), arena.preset
    finalists = preset.finalists_for(size_of(*arena.workshop.data.shape))
    # Trees of the first shape take their best split and show best what a derived column adds.
    shapes = race.run("racing shapes", [Candidate(shape) for shape in preset.shapes])
    plain, shapes = shapes[0], race.ordered(shapes)
    view = find_view(race, plain, generators).candidate
    entered = [_with_view(each.candidate, view) for each in shapes[: finalists + 1]]
    entered = [view, *(each for each in entered if each != view)]
    rivals = race.ordered(race.run("racing shapes", entered))
    rivals = [*_variations(race, rivals[:2]), *rivals]
    chosen = [each.candidate for each in rivals][:finalists]
    additive = Candidate(ADDITIVE, without_drift=view.without_drift)
    if not view.generators or finalists <= 2:
        return list(race.runs.values()), [chosen[0], additive, *chosen[1:]]
    # Members that see the loans in another way are worth more to a blend than one more that sees them the same way.
    plain_view = shapes[0].candidate.seeing((), without_drift=view.without_drift)
    chosen = [*chosen[: finalists - 1], plain_view]
    return list(race.runs.values()), [chosen[0], additive, *chosen[1:], _with_view(additive, view)]


def _with_view(candidate: Candidate, view: Candidate) -> Candidate:
    return candidate.seeing(view.generators, without_drift=view.without_drift)


def _variations(race: Race, origins: Sequence[Run]) -> list[Run]:
    """Return variations of candidates that beat what they vary beyond noise, found by successive halving.

    Many are raced on one fold, the best quarter of them on all (Jamieson and Talwalkar 2016, arXiv:1502.07943).
    """
    budget, tried = race.arena.budget, 0
    found: list[Run] = []
    # What a variation gains on some months says little of the next ones.
    while origins and not race.arena.walks and budget.may_vary(tried):
        numbers = range(tried + 1, tried + 1 + _A_ROUND)
        asked = [replace(each.candidate, variation=number) for number in numbers for each in origins]
        sprint = Race(race.arena, race.folds[:1])
        fastest = ranked(sprint.run("racing variations", asked))[: max(1, len(asked) // 4)]
        runs = race.run("racing the best variations", [each.candidate for each in fastest])
        by_shape = {each.candidate.shape: each for each in origins}
        found += [each for each in runs if race.wins(each, by_shape[each.candidate.shape], 1.0)]
        tried += _A_ROUND
    return ranked(found)


def find_view(race: Race, best: Run, generators: Sequence[str]) -> Run:
    """Return the run of a candidate with the view that wins: what generators add, and what drifts left out."""
    best = _without_drift(race, best)
    drops = best.candidate.without_drift
    asked = [best.candidate.seeing((name,), without_drift=drops) for name in generators]
    runs = race.run("racing derived columns", asked)
    better = ranked([each for each in runs if race.wins(each, best, race.margin)])
    if not better:
        return best
    best, *others = better
    for other in others:
        together = (*best.candidate.generators, *other.candidate.generators)
        both = race.run("racing derived columns", [best.candidate.seeing(together, without_drift=drops)])
        if both and race.wins(both[0], best, _MORE):
            best = both[0]
    return best


def _without_drift(race: Race, best: Run) -> Run:
    if not race.arena.workshop.drifting:
        return best
    found = race.run("racing without what drifts", [best.candidate.seeing((), without_drift=True)])
    return found[0] if found and race.wins(found[0], best, _MORE) else best


def race_folds(folds: Sequence[Fold], preset: Preset, spec: TrainSpec, size: int) -> tuple[Fold, ...]:
    """Return the folds of a race: some of the folds, with no more loans than a race needs."""
    raced = folds[: preset.race_folds(size, len(folds))]
    rng = np.random.default_rng([spec.seed, 4])
    most = preset.race_loans
    return tuple(Fold(_some(fold.fit, most, rng), _some(fold.judge, most, rng)) for fold in raced)


def _some(rows: NDArray[np.intp], most: int, rng: np.random.Generator) -> NDArray[np.intp]:
    return rows if len(rows) <= most else np.sort(rng.permutation(rows)[:most])
