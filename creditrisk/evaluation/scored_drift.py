"""Scored loans that are unlike those of the training: what to say of them, and when a scoring fails for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import GateError, counted, shown
from creditrisk.evaluation.scored import Unseen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from creditrisk.auditing import ScoringSpec
    from creditrisk.evaluation.scored import Scoring
    from creditrisk.features.profile import ColumnProfile, ColumnShift

#: The bound in use for "shifted"; chance alone may pass it with few loans, so the column's own bound counts too.
_SHIFTED = 0.25
_MOST_NAMES = 5


def shifted(shifts: Iterable[ColumnShift], dates: Collection[str]) -> tuple[ColumnShift, ...]:
    """Return the columns that are spread otherwise than in training, the gravest first. Dates always go on.

    A PSI of NaN, of too few loans, is above nothing.
    """
    found = [each for each in shifts if each.name not in dates and each.psi > max(_SHIFTED, each.critical)]
    return tuple(sorted(found, key=lambda each: -each.psi))


def unseen_levels(unseen: Mapping[str, int], rows: int, profiles: Iterable[ColumnProfile]) -> tuple[Unseen, ...]:
    """Return the columns with levels that training did not know, the largest share first."""
    known = {each.name: each.unknown / sum(each.loans) for each in profiles}
    found = [Unseen(name, count, count / rows, known[name]) for name, count in unseen.items()]
    return tuple(sorted(found, key=lambda each: -each.share))


def drift_remarks(drifted: Sequence[ColumnShift]) -> tuple[str, ...]:
    """Return a remark where columns are spread otherwise than in training."""
    if not drifted:
        return ()
    names = ", ".join(f"{shown(each.name)} {each.psi:.2f}" for each in drifted[:_MOST_NAMES])
    more = f" and {counted(len(drifted) - _MOST_NAMES, 'further column')}" if len(drifted) > _MOST_NAMES else ""
    remark = (
        f"Spread otherwise than in the training loans, by more than chance explains (PSI above {_SHIFTED}): "
        f"{names}{more}. Other loans, another unit or another way of filling the column: the PDs may be wrong for them."
    )
    return (remark,)


def refuse_unlike(result: Scoring, spec: ScoringSpec) -> None:
    """Raise `GateError` where scored loans are more unlike those of the training than was allowed.

    Raises
    ------
    GateError
        With each column; the scores were written all the same.
    """
    failed = []
    if spec.fail_on_drift:
        failed += [f"--fail-on-drift: {shown(each.name)} has PSI {each.psi:.3f}" for each in result.drifted]
    failed += [
        f"--max-unseen {spec.max_unseen:g}: {shown(each.name)} has {each.share:.2%}, in training {each.in_training:.2%}"
        for each in result.unseen if each.share - each.in_training > spec.max_unseen
    ]  # fmt: skip
    if failed:
        raise GateError(
            "The scored loans are unlike those of the training.",
            where=failed,
            fix="The scores were written all the same. Look at these columns before you use them.",
        )
