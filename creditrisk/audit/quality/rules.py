"""The rules of what is wrong with cells, columns and rows, in the order of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.audit.quality.copies import copied_rows, copy_of_column
from creditrisk.audit.quality.hidden_codes import special_codes_found
from creditrisk.audit.quality.impossible import impossible
from creditrisk.audit.quality.little_told import constant, empty, near_unique, nearly_constant
from creditrisk.audit.quality.missing_cells import heavy_missing, missing_together
from creditrisk.audit.quality.mixed_types import mixed_types
from creditrisk.audit.quality.mojibake import mojibake
from creditrisk.audit.quality.sample_size import few_defaults, wide
from creditrisk.audit.quality.shifted import shifted_columns
from creditrisk.audit.quality.spelling import blank_ends, case_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.audit.results import Finding

QUALITY_RULES: tuple[Callable[[AuditedLoans], Iterator[Finding]], ...] = (
    few_defaults,
    copied_rows,
    shifted_columns,
    mixed_types,
    impossible,
    special_codes_found,
    mojibake,
    copy_of_column,
    case_variants,
    blank_ends,
    heavy_missing,
    missing_together,
    near_unique,
    nearly_constant,
    constant,
    empty,
    wide,
)
