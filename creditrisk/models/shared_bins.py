"""Bins of the columns that several machines share, and loans in these bins, by LightGBM's C interface.

The bins are found once, on a sample, and travel as LightGBM's own serialised reference (some tens of kilobytes). Loans
are then pushed into them batch by batch: a machine holds one byte or so a cell, never its matrix of numbers.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.models.booster import call, library

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_FLOAT64, _ROW_MAJOR, _FLOAT32_FIELD, _FLOAT64_FIELD = 1, 1, 0, 1


def as_text(parameters: Mapping[str, Any]) -> bytes:
    """Return parameters as LightGBM reads them.

    >>> as_text({"num_leaves": 15, "deterministic": True, "monotone_constraints": [0, -1]})
    b'num_leaves=15 deterministic=true monotone_constraints=0,-1'
    """
    return " ".join(f"{name}={_value(value)}" for name, value in parameters.items()).encode()


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def find_bins(matrix: Floats, codes: Collection[int], missing: Collection[int], settings: Mapping[str, Any]) -> bytes:
    """Return the bins of a sample's columns, serialised.

    Parameters
    ----------
    matrix : float64 array of shape (n_rows, n_columns)
    codes : positions of columns of codes
    missing : positions of columns in which loans may lack the value, whether the sample shows that or not
    settings : LightGBM's parameters
    """
    matrix = np.array(matrix, dtype=np.float64, order="C")
    for index in missing:
        if len(matrix) and not np.isnan(matrix[:, index]).any():
            matrix[index % len(matrix), index] = np.nan
    columns = {"categorical_feature": sorted(codes)} if codes else {}
    wanted = as_text({**settings, **columns, "feature_pre_filter": False, "bin_construct_sample_cnt": len(matrix)})
    handle, buffer, size = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int32()
    pointer, (rows, width) = matrix.ctypes.data_as(ctypes.c_void_p), map(ctypes.c_int32, matrix.shape)
    make = library().LGBM_DatasetCreateFromMat
    call(make(pointer, _FLOAT64, rows, width, _ROW_MAJOR, wanted, None, ctypes.byref(handle)))
    try:
        call(library().LGBM_DatasetSerializeReferenceToBinary(handle, ctypes.byref(buffer), ctypes.byref(size)))
        return _taken(buffer, size.value)
    finally:
        library().LGBM_DatasetFree(handle)


def _taken(buffer: ctypes.c_void_p, size: int) -> bytes:
    """Return the bytes of one of LightGBM's buffers, which it gives one by one, and free it."""
    taken, byte = bytearray(size), ctypes.c_uint8()
    get, into = library().LGBM_ByteBufferGetAt, ctypes.byref(byte)
    try:
        for place in range(size):
            call(get(buffer, ctypes.c_int32(place), into))
            taken[place] = byte.value
    finally:
        library().LGBM_ByteBufferFree(buffer)
    return bytes(taken)


class BinnedLoans:
    """Loans in shared bins, with their outcomes and weights."""

    def __init__(self, bins: bytes, loans: int, settings: Mapping[str, Any]) -> None:
        """Make room for so many loans; LightGBM holds it until the object goes."""
        self.handle = ctypes.c_void_p()
        self._loans, self._pushed = loans, 0
        make = library().LGBM_DatasetCreateFromSerializedReference
        size, rows, wanted = ctypes.c_int32(len(bins)), ctypes.c_int64(loans), as_text(settings)
        call(make(bins, size, rows, ctypes.c_int32(1), wanted, ctypes.byref(self.handle)))
        call(library().LGBM_DatasetSetWaitForManualFinish(self.handle, ctypes.c_int(1)))

    def __del__(self) -> None:
        if getattr(self, "handle", None):
            library().LGBM_DatasetFree(self.handle)

    def push(self, matrix: Floats) -> None:
        """Add loans, shape (n_rows, n_columns).

        Raises
        ------
        ValueError
            When there are more than room was made for.
        """
        if self._pushed + len(matrix) > self._loans:
            raise ValueError(f"There is room for {self._loans} loans.")
        matrix = np.ascontiguousarray(matrix, dtype=np.float64)
        pointer, (rows, width) = matrix.ctypes.data_as(ctypes.c_void_p), map(ctypes.c_int32, matrix.shape)
        first = ctypes.c_int32(self._pushed)
        call(library().LGBM_DatasetPushRows(self.handle, pointer, _FLOAT64, rows, width, first))
        self._pushed += len(matrix)

    def finish(self, outcomes: NDArray[np.int8], weight: Floats | None) -> None:
        """Close the pushing and set what is learned from, arrays of shape (n_loans,).

        Raises
        ------
        ValueError
            When fewer loans were pushed than room was made for.
        """
        if self._pushed != self._loans:
            raise ValueError(f"{self._pushed} of {self._loans} loans were pushed.")
        call(library().LGBM_DatasetMarkFinished(self.handle))
        self._set("label", outcomes.astype(np.float32), _FLOAT32_FIELD)
        # Pushed rows come with a score of 0 to begin at, which would take the place of the average.
        self._set("init_score", None, _FLOAT64_FIELD)
        self._set("weight", None if weight is None else weight.astype(np.float32), _FLOAT32_FIELD)

    def _set(self, name: str, values: NDArray[np.float32] | None, kind: int) -> None:
        pointer = None if values is None else values.ctypes.data_as(ctypes.c_void_p)
        size = ctypes.c_int(0 if values is None else len(values))
        call(library().LGBM_DatasetSetField(self.handle, name.encode(), pointer, size, ctypes.c_int(kind)))
