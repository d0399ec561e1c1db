"""What a comparison says in sentences: the verdict by a stated rule, the one sentence, and what to watch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.errors import shown

if TYPE_CHECKING:
    from creditrisk.evaluation.compare import Comparison, Differences, Side
    from creditrisk.metrics.estimate import Estimate

BETTER, WORSE, NOT_TOLD_APART = "better", "worse", "not told apart"
#: Below this many loans of the rarer outcome the intervals are wide and their coverage is not exact.
_FEW = 60
_RULES = {
    "bce": "the BCE decides, since both state PDs of their own: B is better where the 95 % interval of its BCE less "
    "that of A lies below 0, worse where it lies above, and otherwise not told apart",
    "auc": "the AUC decides, since PDs that were mapped from a score with these loans' outcomes prove nothing: B is "
    "better where the 95 % interval of its AUC less that of A lies above 0, worse where it lies below, and otherwise "
    "not told apart",
}
_SELECTED = (
    "Outcomes exist for loans that were granted only. How either score would do on applicants who were turned down is "
    "not seen here."
)
_NARROWED = (
    "If one of the two had a say in which loans were granted, it is judged on what it let through: its range is "
    "narrowed, and its AUC lies below what it is among all applicants, which flatters the other."
)


def verdict(differences: Differences, *, own_pds: bool) -> tuple[str, str, str]:
    """Return which difference decides (`bce` or `auc`), the rule in words, and the verdict on B.

    Parameters
    ----------
    differences : Differences
        B less A, with 95 % intervals.
    own_pds : bool
        Whether both sides state PDs; a score that was mapped to PDs on these loans does not.
    """
    if own_pds:
        return "bce", _RULES["bce"], _told(differences.bce, better_above=False)
    return "auc", _RULES["auc"], _told(differences.auc, better_above=True)


def _told(difference: Estimate, *, better_above: bool) -> str:
    if difference.low > 0:
        return BETTER if better_above else WORSE
    if difference.high < 0:
        return WORSE if better_above else BETTER
    return NOT_TOLD_APART


def conclusion(result: Comparison, ruled_by: str) -> str:
    """Return the comparison in one sentence."""
    difference = result.differences.bce if ruled_by == "bce" else result.differences.auc
    name = ruled_by.upper()
    of = f"these {result.loans:,} loans with {result.defaults:,} defaults"
    by = f"its {name} less that of A is {difference.value:+.4f} ({difference.low:+.4f} – {difference.high:+.4f})"
    said = f"On {of} B is {result.verdict} than A: {by}"
    if result.verdict == NOT_TOLD_APART:
        said = f"On {of} B is not told apart from A: {by}, which leaves room for 0"
    equal = result.equal_approval
    rates = f"{100 * equal.bad_rate_b.value:.2f} % of B's loans default and {100 * equal.bad_rate_a.value:.2f} % of A's"
    return f"{said}; where both accept {100 * equal.approval_rate:.1f} %, {rates}."


def remarks(result: Comparison, *, alike: bool) -> tuple[str, ...]:
    """Return what to watch, the gravest first; `alike` says that both gave every loan the same score."""
    found = [_wrong_way(label, side) for label, side in (("A", result.a), ("B", result.b)) if side.auc.value < 0.5]
    if alike:
        found.append("A and B give every loan the same score.")
    fewest = min(result.defaults, result.loans - result.defaults)
    if fewest < _FEW:
        found.append(
            f"Only {fewest:,} loans have the rarer outcome: the intervals are wide, and they may cover the truth less "
            "often than they say."
        )
    found += _at_odds(result)
    if result.unscored:
        found.append(
            f"{result.unscored:,} of {result.rows:,} rows have no score in a score column: they are left out for both "
            "sides, so the comparison says nothing of them."
        )
    columns = [(label, side) for label, side in (("A", result.a), ("B", result.b)) if side.kind == "column"]
    found += [_mapped(label, side) for label, side in columns if side.mapping]
    if columns:
        labels = " and ".join(label for label, _ in columns)
        found.append(f"Nothing says whether {labels} was made from these loans; if so, the figures flatter it.")
    return (*found, _SELECTED, _NARROWED)


def _wrong_way(label: str, side: Side) -> str:
    if side.kind == "column":
        return (
            f"{label}, the score column {shown(side.name)}, ranks the wrong way round (AUC {side.auc.value:.3f}): is "
            f"the direction right? See --{label.lower()}-direction."
        )
    return f"{label} ranks these loans worse than chance (AUC {side.auc.value:.3f})."


def _at_odds(result: Comparison) -> list[str]:
    """Return where the PDs and the ranks tell different stories."""
    if result.a.mapping or result.b.mapping:
        return []
    by_rank = _told(result.differences.auc, better_above=True)
    if result.verdict == NOT_TOLD_APART or by_rank == result.verdict:
        return []
    loser = "A" if result.verdict == BETTER else "B"
    level = result.a.observed_over_expected if loser == "A" else result.b.observed_over_expected
    ranks = "ranks do not tell them apart" if by_rank == NOT_TOLD_APART else "ranks say the opposite"
    off = ""
    if math.isfinite(level.low) and not level.low <= 1 <= level.high:
        off = f", and the level of {loser}'s PDs is off (observed / expected {level.value:.2f})"
    return [f"The verdict rests on how right the PDs are: the {ranks}{off}. A new calibration of {loser} may mend it."]


def _mapped(label: str, side: Side) -> str:
    return (
        f"{label} is a score, not a PD. Its BCE, Brier score, observed / expected and mean PD are of PDs mapped from "
        f"it on these loans ({side.mapping}); observed / expected is near 1 by that alone."
    )
