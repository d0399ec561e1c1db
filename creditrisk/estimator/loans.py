"""From what scikit-learn hands over (data frames, matrices, lists) to tables that are read as files are."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from sklearn.utils.validation import _check_sample_weight, validate_data

from creditrisk.data.arrow import numbers
from creditrisk.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


class EstimatorError(DataError, ValueError):
    """Loans or parameters that cannot be used; also the ValueError that scikit-learn's tools expect."""


@contextlib.contextmanager
def value_errors() -> Iterator[None]:
    """Turn what the reading and the training refuse into `EstimatorError`."""
    try:
        yield
    except (DataError, UsageError) as error:
        raise EstimatorError(error.what, where=error.where, fix=error.fix) from error


def is_frame(loans: Any) -> bool:
    """Whether these are a data frame (pandas, polars, pyarrow): columns with names and types of their own."""
    return hasattr(loans, "columns") and hasattr(loans, "shape") and hasattr(loans, "__arrow_c_stream__")


def checked_loans(estimator: Any, loans: Any, *, reset: bool) -> Any:
    """Return a data frame as it is, and anything else as a matrix of numbers, or of objects where it holds text.

    The estimator's names and number of columns are set with `reset`, else compared.

    Raises
    ------
    ValueError, TypeError
        As scikit-learn words them: no rows, other columns than in the fit, sparse, complex, not two-dimensional.
    """
    if is_frame(loans):
        validate_data(estimator, loans, reset=reset, skip_check_array=True)
        if not loans.shape[0]:
            raise ValueError(f"Found array with 0 sample(s) (shape={loans.shape}) while a minimum of 1 is required.")
        return loans
    # Infinite numbers count as missing, as in files.
    asked = {"reset": reset, "ensure_all_finite": False}
    if not _holds_text(loans):
        return np.asarray(validate_data(estimator, loans, dtype="numeric", **asked), dtype=np.float64)
    return validate_data(estimator, np.asarray(loans, dtype=object), dtype=None, **asked)


def _holds_text(loans: Any) -> bool:
    """Whether an array or a list of lists has texts that are no numbers."""
    if not isinstance(loans, (list, tuple, np.ndarray)):
        return False
    cells = np.asarray(loans, dtype=object) if isinstance(loans, (list, tuple)) else loans
    if cells.ndim != 2 or cells.dtype.kind not in "OUS":
        return False
    return any(isinstance(cell, str) and not _is_number(cell) for cell in cells.ravel().tolist())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def check_same_length(loans: Any, y: NDArray[Any]) -> None:
    """Raise ValueError where there are not as many labels as loans."""
    if loans.shape[0] != len(y):
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {[loans.shape[0], len(y)]}")


def checked_weight(weight: Any, rows: int) -> Floats | None:
    """Return loan weights as an array of shape (n_rows,); None where every loan counts the same.

    Raises
    ------
    ValueError
        When they have another shape, are negative, not finite, or all 0.
    """
    if weight is None:
        return None
    checked: Floats = _check_sample_weight(weight, np.empty((rows, 1)), dtype=np.float64, ensure_non_negative=True)
    return None if (checked == checked[0]).all() else checked


def names_of(loans: Any) -> tuple[str, ...]:
    """Return the names of the columns of checked loans; those of a matrix are x0, x1 and so on."""
    if is_frame(loans):
        return tuple(map(str, _names(loans)))
    return tuple(f"x{place}" for place in range(loans.shape[1]))


def _names(frame: Any) -> Sequence[Any]:
    """Return the columns' names; in pyarrow `columns` are the columns themselves."""
    return frame.column_names if isinstance(frame, pa.Table) else frame.columns  # type: ignore[no-any-return]


def as_table(
    loans: Any, names: Sequence[str], more: Mapping[str, Any] | None = None, kept: NDArray[np.bool_] | None = None
) -> Any:
    """Return checked loans as a data frame.

    Parameters
    ----------
    loans : data frame or matrix
    names : names to give its columns, by position
    more : mapping of the name of a further column to its values, arrays of shape (n_rows,)
    kept : array of shape (n_rows,), optional
        Which rows to keep.
    """
    more = more or {}
    if is_frame(loans) and hasattr(loans, "set_axis"):  # pandas, converted column by column by the reader
        frame = loans.set_axis(list(names), axis=1).assign(**more)
        return frame if kept is None else frame.loc[kept]
    table = pa.table(loans).rename_columns(list(names)) if is_frame(loans) else _table(loans, names)
    for name, values in more.items():
        table = table.append_column(name, pa.array(values.tolist()))
    return table if kept is None else table.filter(pa.array(kept))


def _table(matrix: NDArray[Any], names: Sequence[str]) -> pa.Table:
    if matrix.dtype == object:
        columns = [_objects(column) for column in matrix.T]
    else:
        columns = [numbers(column, ~np.isnan(column)) for column in matrix.T]
    return pa.table(dict(zip(names, columns, strict=True)))


def _objects(column: NDArray[Any]) -> pa.Array:
    """Return a column of a matrix of objects: numbers where all are, else texts; None and NaN are missing."""
    try:
        return pa.array(column.tolist(), from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError):
        missing = [cell is None or cell != cell for cell in column]  # NaN is not itself
        return pa.array([None if gone else str(cell) for cell, gone in zip(column, missing, strict=True)], pa.string())


def unused(name: str, taken: Sequence[str]) -> str:
    """Return a name for a further column that no other has.

    >>> unused("target", ["target", "age"])
    'target_'
    """
    while name in taken:
        name += "_"
    return name
