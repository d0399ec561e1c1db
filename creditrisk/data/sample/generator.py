"""Synthetic loans whose true PD is known, made block by block.

Block b of seed s is drawn from its own generator, seeded by [s, b]: memory stays constant however long
the file, and a shorter file is the beginning of a longer one of the same seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from creditrisk.data.sample.applicants import draw_applicants
from creditrisk.data.sample.columns import LOAN_COLUMNS, to_table
from creditrisk.data.sample.credit_file import draw_bureau_counts, draw_credit_file
from creditrisk.data.sample.loan_terms import draw_loan_terms
from creditrisk.data.sample.truth import true_pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from creditrisk.data.sample.codes import Floats
    from creditrisk.file_specs import SampleSpec

BLOCK_ROWS = 50_000


@dataclass(frozen=True, eq=False)
class SampleBatch:
    """Up to `BLOCK_ROWS` loans.

    Attributes
    ----------
    table
        The columns to write, in order, n rows.
    true_pd
        The true PD of each loan in (0, 1), shape (n,).
    y_true
        The outcome drawn from it, 1 = default, int8, shape (n,).
    """

    table: pa.Table
    true_pd: Floats
    y_true: npt.NDArray[np.int8]


def column_names(spec: SampleSpec) -> list[str]:
    """Return the names of the columns that a file of `spec` has, in order."""
    names = [name for name in LOAN_COLUMNS if spec.target or name != "isDefault"]
    return [*names, "truePD"] if spec.true_pd else names


def sample_batches(spec: SampleSpec) -> Iterator[SampleBatch]:
    """Yield the loans of `spec` in order, `BLOCK_ROWS` at a time and the rest at the end.

    The same seed gives the same loans; `target` and `true_pd` choose columns and change no value.
    """
    names = column_names(spec)
    for block, start in enumerate(range(0, spec.rows, BLOCK_ROWS)):
        # A whole block is drawn even where less is asked for: the cut must not change the draws.
        loans = draw_loans(np.random.default_rng([spec.seed, block]), BLOCK_ROWS)
        loans["id"] = spec.first_id + start + np.arange(BLOCK_ROWS)
        wanted = min(BLOCK_ROWS, spec.rows - start)
        yield _batch({name: values[:wanted] for name, values in loans.items()}, names)


def draw_loans(rng: np.random.Generator, size: int) -> dict[str, npt.NDArray[Any]]:
    """Draw `size` loans: all columns but the id as numbers, with `truePD` and `isDefault`, shape (size,)."""
    prudence = rng.standard_normal(size)
    loans = draw_applicants(rng, size, prudence)
    loans |= draw_credit_file(rng, loans, prudence)
    loans |= draw_bureau_counts(rng, loans, prudence)
    loans |= draw_loan_terms(rng, loans)
    loans["truePD"] = true_pd(loans)
    loans["isDefault"] = (rng.random(size) < loans["truePD"]).astype(np.int8)
    return loans


def _batch(loans: dict[str, npt.NDArray[Any]], names: list[str]) -> SampleBatch:
    return SampleBatch(to_table(loans, names), loans["truePD"], loans["isDefault"])
