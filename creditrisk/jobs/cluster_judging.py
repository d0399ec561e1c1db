"""The loans that the workers of a cluster scored, put together as one judgement wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats, texts, together
from creditrisk.data.beside import Beside, as_share, check_amounts
from creditrisk.data.kinds import canonical_codes
from creditrisk.jobs.judging import judged_loans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.data.schema import Schema
    from creditrisk.evaluation.judged import Judged
    from creditrisk.jobs.cluster_tasks import Scored
    from creditrisk.judging import JudgeSpec


def wanted_beside(schema: Schema, judge: JudgeSpec) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return the columns that the figures want beside the model's as text and as numbers, and whether any is wanted."""
    money = tuple(name for name in (judge.amount, judge.margin_column) if name)
    return (*judge.by, *judge.protected), money, bool(judge.beside or schema.roles.time or schema.roles.group)


def put_together(
    parts: Sequence[Scored], files: LoanFiles, schema: Schema, judge: JudgeSpec, since: float | None
) -> Judged:
    """Return the held-out loans of all files, in their order.

    Parameters
    ----------
    since : with a time, that of the oldest held-out loan

    Raises
    ------
    DataError
        When an amount or a margin is no sound number.
    """
    y, pd = np.concatenate([part.y_true for part in parts]), np.concatenate([part.pd for part in parts])
    weights = [part.weight for part in parts if part.weight is not None]
    weight = np.concatenate(weights) if weights else None
    beside = [part.beside for part in parts if part.beside is not None]
    if not beside:
        return judged_loans(y, pd, weight, schema, None)
    groups = [part.groups for part in parts if part.groups is not None]
    whole = _joined(beside, np.concatenate(groups) if groups else None, [*judge.by, *judge.protected])
    for name in whole.numbers:
        check_amounts(whole.numbers[name], name, files, all_zero=name == judge.amount)
    if judge.margin_column:
        whole = as_share(whole, judge.margin_column, files)
    times = [part.unknown for part in parts if part.unknown is not None]
    unknown = np.concatenate(times) if times else None
    if unknown is not None and since is not None:
        unknown = unknown[unknown >= since]
    return judged_loans(y, pd, weight, schema, whole, unknown)


def _joined(parts: Sequence[Beside], groups: NDArray[np.object_] | None, texts: Sequence[str]) -> Beside:
    first = parts[0]
    times = [part.time for part in parts if part.time is not None]
    return Beside(
        np.concatenate([part.y_true for part in parts]),
        np.concatenate(times) if len(times) == len(parts) else None,
        first.time_column,
        None if groups is None else group_codes(groups),
        {name: np.concatenate([part.texts[name] for part in parts]) for name in texts},
        {name: np.concatenate([part.numbers[name] for part in parts]) for name in first.numbers},
    )


def group_codes(groups: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return a number for whose loan each is, as `LoanTable.group` does: one without a name is alone.

    >>> group_codes(np.array(["b", "", "3.0", "b", "3", ""], dtype=object)).tolist()
    [0, 2, 1, 0, 1, 3]
    """
    named = pa.chunked_array([texts([name or None for name in groups.tolist()])])
    codes = as_floats(together(canonical_codes(named)).dictionary_encode().indices)
    alone = np.isnan(codes)
    codes = np.where(alone, codes[~alone].max(initial=-1.0) + np.cumsum(alone), codes)
    return codes.astype(np.intp)
