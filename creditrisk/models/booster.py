"""Score with LightGBM's C interface, without importing its Python package.

The package imports pandas and scikit-learn where they are installed, which takes seconds; its shared library loads in
a few milliseconds. The scores are those of `lightgbm.Booster.predict(raw_score=True)` to the last bit.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import CreditRiskError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.metrics.arrays import Floats

_FLOAT64, _ROW_MAJOR, _RAW_SCORE, _ALL = 1, 1, 1, -1
_LIBRARIES = {"win32": "lib_lightgbm.dll", "darwin": "lib_lightgbm.dylib"}
_LogCallback = ctypes.CFUNCTYPE(None, ctypes.c_char_p)


#: Takes what the library would log. Kept alive for the library.
SILENT = _LogCallback(lambda _message: None)


class BoosterError(RuntimeError):
    """LightGBM refused a call; the text is its own."""


@cache
def library() -> ctypes.CDLL:
    """Return LightGBM's shared library, loaded and silent.

    Raises
    ------
    CreditRiskError
        When it is not installed, or lacks OpenMP.
    """
    spec = find_spec("lightgbm")
    if spec is None or spec.origin is None:
        raise CreditRiskError("LightGBM is not installed.", fix="pip install lightgbm")
    name = _LIBRARIES.get(sys.platform, "lib_lightgbm.so")
    places = [Path(spec.origin).parent / folder / name for folder in ("lib", "bin", ".")]
    path = next((place for place in places if place.is_file()), places[0])
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        fix = "sudo apt-get install libgomp1" if sys.platform == "linux" else "brew install libomp"
        raise CreditRiskError("LightGBM's library cannot be loaded.", where=str(error), fix=fix) from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    library.LGBM_RegisterLogCallback(SILENT)
    return library


def call(result: int) -> None:
    """Raise `BoosterError` where a function of the library says that it failed."""
    if result != 0:
        raise BoosterError(library().LGBM_GetLastError().decode(errors="replace"))


@contextlib.contextmanager
def muted_stderr() -> Iterator[None]:
    """Hold standard error shut for a call: a fatal message goes there past the log callback, and is raised anyway."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error to mute
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)


def usable_threads(asked: int) -> int:
    """Return how many threads to use: `asked`, or where it is 0 the processors that this process may use."""
    if asked > 0:
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class Booster:
    """A loaded model text, ready to score. Give it only text that `trees.read_forest` has checked."""

    def __init__(self, text: str, n_features: int, threads: int = 0) -> None:
        self._handle = ctypes.c_void_p()
        self._n_features = n_features
        self._options = f"num_threads={usable_threads(threads)} verbosity=-1".encode()
        rounds = ctypes.c_int(0)
        load = library().LGBM_BoosterLoadModelFromString
        with muted_stderr():
            result = load(ctypes.c_char_p(text.encode()), ctypes.byref(rounds), ctypes.byref(self._handle))
        call(result)

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library().LGBM_BoosterFree(self._handle)

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the sum of the trees for each row, shape (n_rows,).

        Parameters
        ----------
        matrix : float64 array of shape (n_rows, n_features), C order
            NaN = missing.
        """
        if matrix.dtype != np.float64 or matrix.ndim != 2 or matrix.shape[1] != self._n_features:
            raise ValueError(f"matrix must be float64 of shape (n_rows, {self._n_features}), got {matrix.shape}.")
        matrix = np.ascontiguousarray(matrix)
        result = np.empty(len(matrix), dtype=np.float64)
        if not len(matrix):
            return result
        written = ctypes.c_int64(0)
        call(
            library().LGBM_BoosterPredictForMat(
                self._handle,
                matrix.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT64),
                ctypes.c_int32(matrix.shape[0]),
                ctypes.c_int32(matrix.shape[1]),
                ctypes.c_int(_ROW_MAJOR),
                ctypes.c_int(_RAW_SCORE),
                ctypes.c_int(0),
                ctypes.c_int(_ALL),
                ctypes.c_char_p(self._options),
                ctypes.byref(written),
                result.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        )
        return result
