"""Whether there are enough loans: for the outcomes that a figure is made of, and for the columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.results import Finding
from creditrisk.errors import counted
from creditrisk.metrics.hanley_mcneil import auc_half_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedLoans

#: Below the first, intervals are wide and cover less often than they say; below the second they are wide.
_TOO_FEW, _FEW = 60, 200
_TYPICAL_AUC = 0.75
_LOANS_PER_COLUMN = 10


def few_defaults(loans: AuditedLoans) -> Iterator[Finding]:
    """Fewer than 200 loans with the rarer outcome: figures will be uncertain."""
    if loans.y_true is None or not loans.known.any():
        return
    defaults = int(np.nansum(loans.y_true))
    repaid = int(loans.known.sum()) - defaults
    rarer = min(defaults, repaid)
    if rarer >= _FEW:
        return
    width = auc_half_width(_TYPICAL_AUC, defaults, repaid)
    uncertain = (
        f"an AUC of {_TYPICAL_AUC} would be uncertain by ±{width:.2f} if all of them were held out (95 %, Hanley and "
        "McNeil), and by more on a part of them"
        if math.isfinite(width)
        else "no AUC can be told from so few"
    )
    yield Finding(
        kind="quality", severity="medium" if rarer < _TOO_FEW else "low", rule="few-defaults",
        what=f"Intervals will be wide: {counted(rarer, 'loan')} with the rarer outcome.",
        evidence=f"{counted(defaults, 'default')} and {counted(repaid, 'repaid loan')}: {uncertain}.",
        fix="Use more loans, older ones too, or a simple model (--model scorecard); trust intervals, not values.",
    )  # fmt: skip


def wide(loans: AuditedLoans) -> Iterator[Finding]:
    """More than one column for every ten loans to learn from."""
    rows = len(loans) if loans.y_true is None else int(loans.known.sum())
    columns = len(loans.learned_from)
    if not rows or columns * _LOANS_PER_COLUMN <= rows:
        return
    yield Finding(
        kind="quality", severity="low", rule="wide",
        what="There are many columns for so few loans: some will seem to tell the outcome by chance.",
        evidence=f"{counted(columns, 'column')} to learn from and {counted(rows, 'loan')}"
        f"{'' if loans.y_true is None else ' with a known outcome'}: {rows / columns:.1f} loans a column.",
        fix="Leave out what an expert would not use (--drop), or use more loans.",
    )  # fmt: skip
