"""From the target column's text to outcomes: which value means default, and that there are exactly two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import as_flags, texts
from creditrisk.data.kinds import canonical_codes
from creditrisk.data.schema import MISSING_TOKENS, Target
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.specs import ColumnSpec

#: Pairs that are understood without a word: (default, repaid), compared in lower case.
PLAIN_PAIRS = (("1", "0"), ("1.0", "0.0"), ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("bad", "good"))

#: Fewer defaults (or repaid loans) than this are not modelled at all.
FEWEST = 20
#: On fewer held-out ones no figure is worth printing.
FEWEST_HELD_OUT = 5


def settle_target(spec: ColumnSpec, labels: pa.ChunkedArray, *, samples: bool = True) -> Target:
    """Return which labels of the target column mean default and repaid.

    Parameters
    ----------
    spec : ColumnSpec
        The column's name, and the user's own labels; without them the values must be one of `PLAIN_PAIRS`.
    labels : pyarrow string array of shape (n_rows,)
        The column as it stands in the file; missing tokens count as missing unless the user names them.
    samples : bool
        Whether errors may show the values: a column that was named by mistake may hold anything.

    Raises
    ------
    DataError
        When the values are not two, are not understood, or a named label does not occur.
    """
    target = _settled(spec.target, labels, (spec.positive, spec.negative), samples=samples)
    return replace(target, definition=spec.default_definition, window=spec.performance_window)


def _settled(name: str, labels: pa.ChunkedArray, asked: tuple[str, str], *, samples: bool) -> Target:
    positive, negative = asked
    counts = {row["values"]: row["counts"] for row in pc.value_counts(labels).to_pylist()}
    named = {positive, negative} - {""}
    blank = [label for label in counts if (label is None or label in MISSING_TOKENS) and label not in named]
    missing = sum(counts.pop(label) for label in blank)
    where = [f"column {shown(name)}: {_described(counts, missing, samples=samples)}"]
    if positive or negative:
        absent = [label for label in (positive, negative) if label not in counts]
        if absent:
            words = " and ".join(shown(label) for label in absent)
            raise DataError(
                f"The target never has the value {words}.", where=where, fix="Copy the value from the file."
            )
        return Target(name, (positive,), (negative,))
    if missing:
        raise DataError(
            f"The target is missing in {counted(missing, 'row')}.",
            where=where,
            fix="Name both outcomes with --positive and --negative: the other rows are then set aside and counted.",
        )
    return _plain(name, list(counts), where)


def _plain(name: str, labels: list[str], where: list[str]) -> Target:
    folded = {label.strip().lower() for label in labels}
    if len(folded) == 1:
        raise DataError("The target has the same value in every row.", where=where, fix="A model needs both outcomes.")
    for default, repaid in PLAIN_PAIRS:
        if folded == {default, repaid}:
            return Target(
                name,
                tuple(sorted(label for label in labels if label.strip().lower() == default)),
                tuple(sorted(label for label in labels if label.strip().lower() == repaid)),
            )
    raise DataError(
        "The target is not binary (0 and 1, where 1 = default)."
        if len(folded) > 2
        else "The target's values are not plain.",
        where=where,
        fix="Name both with --positive LABEL (default) and --negative LABEL (repaid); other rows are then set aside.",
    )


def outcomes(target: Target, labels: pa.ChunkedArray) -> NDArray[np.int8]:
    """Return 1 for default, 0 for repaid and −1 for any other value, missing included; shape (n_rows,).

    Labels are compared as codes are: 1.0 is 1, and True is true.
    """
    labels = canonical_codes(labels)
    is_default = pc.is_in(labels, value_set=canonical_codes(texts(target.default_labels)))
    is_repaid = pc.is_in(labels, value_set=canonical_codes(texts(target.repaid_labels)))
    return np.where(as_flags(is_default), 1, np.where(as_flags(is_repaid), 0, -1)).astype(np.int8)


def check_enough(y_true: NDArray[np.int8], source: str, fewest: int = FEWEST) -> None:
    """Raise `DataError` where either class is too small to be learned from and evaluated on."""
    defaults, repaid = int((y_true == 1).sum()), int((y_true == 0).sum())
    if min(defaults, repaid) < fewest:
        raise DataError(
            f"Too few loans of one kind: {defaults:,} defaults and {repaid:,} repaid.",
            where=source,
            fix=f"At least {fewest} of each are needed for any figure to mean something.",
        )


def _described(counts: dict[str, int], missing: int, *, samples: bool, most: int = 6) -> str:
    common = sorted(counts.items(), key=lambda item: -item[1])
    parts = [f"{shown(label, most=60)} × {count:,}" for label, count in common[:most]]
    if len(common) > most:
        parts.append(f"{len(common) - most:,} further values")
    if not samples:
        parts = [counted(len(common), "value")] if common else []
    if missing:
        parts.append(f"missing × {missing:,}")
    return ", ".join(parts) or "no value"
