"""An ONNX model run by ONNX Runtime: its facts, and what it says of loans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import UsageError

if TYPE_CHECKING:
    from creditrisk.exports.loans import Loans

#: ONNX Runtime's own words go nowhere: what it refuses it also raises.
_SILENT = 4
MISSING_EXTRA = "pip install 'creditrisk[onnx]', or use --to sql or --to json."


def facts_of(content: bytes) -> dict[str, str]:
    """Return the properties that an ONNX file keeps about itself."""
    facts: dict[str, str] = _session(content).get_modelmeta().custom_metadata_map
    return facts


def run_onnx(content: bytes, loans: Loans, titles: list[str]) -> list[dict[str, Any]]:
    """Return the outputs of these names, where the model has them, for every loan."""
    session = _session(content)
    places = {name: place for place, (name, _) in enumerate(loans.columns)}
    kinds = dict(loans.columns)
    fed = {}
    for each in session.get_inputs():
        values = [row[places[each.name]] for row in loans.rows]
        fed[each.name] = _column(values, is_text=kinds[each.name] == "text")
    there = [output.name for output in session.get_outputs() if output.name in titles]
    try:
        columns = session.run(there, fed)
    except Exception as error:
        raise UsageError("ONNX Runtime cannot run the file.", fix="Export it again.") from error
    listed = [column.ravel().tolist() for column in columns]
    return [dict(zip(there, row, strict=True)) for row in zip(*listed, strict=True)]


def _column(values: list[object], *, is_text: bool) -> Any:
    if is_text:
        return np.array(["" if value is None else value for value in values], dtype=object).reshape(-1, 1)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64).reshape(-1, 1)


def _session(content: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise UsageError("ONNX Runtime is not installed.", fix=MISSING_EXTRA) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise UsageError("ONNX Runtime cannot read the file.", fix="Write it with `creditrisk export`.") from error
