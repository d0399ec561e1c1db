"""Whether loans come from the population that a model was made for: its PDs and its columns, by counts alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import shown
from creditrisk.features.profile import FEWEST_ROWS
from creditrisk.features.steps import CategoryStep
from creditrisk.metrics.cell_shift import share_difference
from creditrisk.metrics.drift import FLOOR, PsiBin
from creditrisk.metrics.estimate import NO_ESTIMATE, Estimate, jeffreys, wald
from creditrisk.metrics.multiplicity import holm
from creditrisk.metrics.psi_chance import PsiOfCounts, psi_of_counts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from creditrisk.features.profile import ColumnProfile
    from creditrisk.features.steps import Step
    from creditrisk.features.tally import Tally
    from creditrisk.models.trained_model import TrainedModel

#: The bounds in use for a PSI that is worth a look, and for a large one; they know nothing of the number of loans.
NOTED, LARGE = 0.10, 0.25
#: The level of the tests, over all columns of a model together.
ALPHA = 0.05
_LONGEST_LEVEL = 30
_NOTHING = PsiOfCounts(math.nan, math.nan, math.nan, 0, 0, 0)


@dataclass(frozen=True)
class ColumnDrift:
    """How loans are spread over one column, against the reference.

    Attributes
    ----------
    name : str
    reads : str
        "large" and "noted": PSI above 0.25 and 0.10, above `critical`, and `adjusted` below 0.05. "small": sure and
        below 0.10. "as before": nothing that chance does not explain. "a date": it always goes on. "too few": there are
        fewer than 200 loans.
    psi, critical, p_value : float
        The index; what chance alone passes in 5 of 100 samples of this size; p of Pearson's test.
    adjusted : float
        p after Holm over all columns that are no dates.
    cells, merged, emptied : int
        Cells that were compared; cells that expect fewer than 5 loans and count as one; cells that have lost all loans.
    missing, reference_missing : float
        Shares of loans without a value.
    unseen, reference_unseen : float
        Shares of loans with a level that the model does not know.
    moved : str
        The cell that adds most to the index, with its share before and now; empty where nothing is sure.
    """

    name: str
    reads: str
    psi: float
    critical: float
    p_value: float
    adjusted: float
    cells: int
    merged: int
    emptied: int
    missing: float
    reference_missing: float
    unseen: float
    reference_unseen: float
    moved: str

    @property
    def is_shifted(self) -> bool:
        """Whether it is surely and visibly spread otherwise."""
        return self.reads in ("noted", "large")


@dataclass(frozen=True)
class Population:
    """Scored loans against the reference.

    Attributes
    ----------
    rows, reference_rows : int
    reads : str
        Of the PDs, as `ColumnDrift.reads`.
    psi, critical, p_value, merged, emptied : as of a column, of the PDs
    mean_pd : Estimate
    mean_pd_change : Estimate
        Less the mean of the reference.
    approval_rate : Estimate
        The share of loans with a PD below the cut-off.
    reference_approval_rate, approval_p : float
        That of the reference, and p of the test that both are equal; NaN where the reference knows another cut-off.
    bins : tuple of PsiBin
        Shares of loans by PD.
    columns : tuple of ColumnDrift
        Those that changed first, by their index; dates last.
    """

    rows: int
    reference_rows: int
    reads: str
    psi: float
    critical: float
    p_value: float
    merged: int
    emptied: int
    mean_pd: Estimate
    mean_pd_change: Estimate
    approval_rate: Estimate
    reference_approval_rate: float
    approval_p: float
    bins: tuple[PsiBin, ...]
    columns: tuple[ColumnDrift, ...]

    @property
    def shifted(self) -> tuple[ColumnDrift, ...]:
        """The columns that are surely and visibly spread otherwise, the largest index first."""
        return tuple(each for each in self.columns if each.is_shifted)


def population(model: TrainedModel, reference: Tally, current: Tally) -> Population:
    """Return how loans differ from the reference; with fewer than 200 of either no index is computed.

    Parameters
    ----------
    model : TrainedModel
        Its columns, and the edges of their cells.
    reference, current : Tally
        Counts over these cells.
    """
    enough = min(reference.rows, current.rows) >= FEWEST_ROWS
    score = psi_of_counts(reference.bins, current.bins, ALPHA) if enough else _NOTHING
    accepted, approval_p, before = NO_ESTIMATE, math.nan, math.nan
    if current.rows and current.accepted is not None:
        accepted = jeffreys(current.accepted, current.rows)
        if reference.accepted is not None:
            before = reference.accepted / reference.rows
            approval_p = share_difference((reference.accepted, reference.rows), (current.accepted, current.rows))
    return Population(
        rows=current.rows,
        reference_rows=reference.rows,
        reads=_reads(score, score.p_value, enough=enough),
        psi=score.value,
        critical=score.critical,
        p_value=score.p_value,
        merged=score.merged,
        emptied=score.emptied,
        mean_pd=_mean(current.mean, current.sd, current.rows),
        mean_pd_change=_change(reference, current),
        approval_rate=accepted,
        reference_approval_rate=before,
        approval_p=approval_p,
        bins=_bins(model.scores.edges, reference.bins, current.bins),
        columns=_columns(model, reference, current, enough=enough),
    )


def _mean(mean: float, sd: float, rows: int) -> Estimate:
    return wald(mean, sd / math.sqrt(rows), 0.0, 1.0) if rows else NO_ESTIMATE


def _change(reference: Tally, current: Tally) -> Estimate:
    """Return the difference of two mean PDs; both samples err."""
    if not current.rows:
        return NO_ESTIMATE
    se = math.sqrt(reference.sd**2 / reference.rows + current.sd**2 / current.rows)
    return wald(current.mean - reference.mean, se)


def _reads(found: PsiOfCounts, adjusted: float, *, enough: bool) -> str:
    if not enough:
        return "too few"
    # A PSI of NaN, of a single cell, is above nothing.
    if not (adjusted < ALPHA and found.value > found.critical):
        return "as before"
    return "large" if found.value > LARGE else "noted" if found.value > NOTED else "small"


def _bins(edges: Sequence[float], reference: NDArray[np.int64], current: NDArray[np.int64]) -> tuple[PsiBin, ...]:
    ends = [-math.inf, *edges, math.inf]
    shares = zip(pairwise(ends), _shares(reference), _shares(current), strict=True)
    return tuple(PsiBin(low, high, before, now) for (low, high), before, now in shares)


def _shares(counts: NDArray[np.int64]) -> list[float]:
    shares: list[float] = (counts / max(int(counts.sum()), 1)).tolist()
    return shares


def _columns(model: TrainedModel, reference: Tally, current: Tally, *, enough: bool) -> tuple[ColumnDrift, ...]:
    dates: Collection[str] = model.schema.dates
    names = [each.name for each in model.profiles]
    found = [
        psi_of_counts(before, now, ALPHA) if enough else _NOTHING
        for before, now in zip(reference.columns, current.columns, strict=True)
    ]
    tested = [math.nan if name in dates else each.p_value for name, each in zip(names, found, strict=True)]
    adjusted = holm(tested).tolist()
    made = []
    for place, (profile, step) in enumerate(zip(model.profiles, model.recipe.steps, strict=True)):
        reads = _reads(found[place], adjusted[place], enough=enough)
        if profile.name in dates and enough:
            reads = "a date"
        cells = reference.columns[place], current.columns[place]
        sure = reads in ("small", "noted", "large")
        made.append(
            ColumnDrift(
                name=profile.name,
                reads=reads,
                psi=found[place].value,
                critical=found[place].critical,
                p_value=found[place].p_value,
                adjusted=adjusted[place],
                cells=found[place].cells,
                merged=found[place].merged,
                emptied=found[place].emptied,
                missing=_shares(cells[1])[-1],
                reference_missing=_shares(cells[0])[-1],
                unseen=current.unseen[place] / max(int(cells[1].sum()), 1),
                reference_unseen=reference.unseen[place] / max(int(cells[0].sum()), 1),
                moved=_moved(profile, step, *cells) if sure else "",
            )
        )
    return tuple(sorted(made, key=_first))


def _first(column: ColumnDrift) -> tuple[bool, bool, float]:
    """Sort what changed first, by its index, then what did not, and dates last."""
    sure = column.reads in ("small", "noted", "large")
    return column.reads == "a date", not sure, -column.psi if column.psi == column.psi else math.inf


def _moved(profile: ColumnProfile, step: Step, reference: NDArray[np.int64], current: NDArray[np.int64]) -> str:
    """Return the cell that adds most to the index, with its shares."""
    before, now = np.array(_shares(reference)), np.array(_shares(current))
    r, c = np.maximum(before, FLOOR), np.maximum(now, FLOOR)
    place = int(np.argmax((c - r) * np.log(c / r)))
    return f"{cell_words(profile, step, place)}: {before[place]:.1%} → {now[place]:.1%}"


def cell_words(profile: ColumnProfile, step: Step, place: int) -> str:
    """Return what is in one cell of a column, in words.

    Parameters
    ----------
    place : int
        From 0; the last cell is that of missing values.
    """
    if place == len(profile.loans) - 1:
        return "missing"
    if isinstance(step, CategoryStep):
        if place < len(profile.levels):
            return shown(step.levels[profile.levels[place]], most=_LONGEST_LEVEL)
        return "other levels" if profile.levels else "all levels"
    edges = profile.edges
    if not edges:
        return "present"
    if place == 0:
        return f"at most {edges[0]:.6g}"
    if place == len(edges):
        return f"above {edges[-1]:.6g}"
    low, high = edges[place - 1], edges[place]
    # A value on which many loans pile up has a cell of its own, from just below it.
    return f"{high:.6g}" if np.nextafter(high, -np.inf) <= low else f"{low:.6g} to {high:.6g}"
