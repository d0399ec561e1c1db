"""What every form of a model says of loans, beside what the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from creditrisk.export_spec import ExportSpec
from creditrisk.jobs.export import export
from creditrisk.jobs.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from creditrisk.exports.results import Verification

KINDS = ("trees", "card", "blend")


def check(verified: Verification, places: list[str]) -> None:
    assert [trial.on for trial in verified.trials] == [place for place in places for _ in range(2)]
    assert [trial.different for trial in verified.trials] == [0] * len(verified.trials)
    assert all(trial.largest_pd_difference < 1e-13 for trial in verified.trials)
    assert verified.trials[0].rows >= 900
    assert verified.trials[1].rows == 700


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("form", "places"), [("sql", ["sqlite", "duckdb"]), ("json", ["python"]), ("onnx", ["onnxruntime"])]
)
def test_a_form_says_what_the_model_says(
    kind: str, form: str, places: list[str], model_of: Callable[[str], Path], awkward_csv: Path, tmp_path: Path
) -> None:
    for package in {"duckdb": ["duckdb"], "onnxruntime": ["onnx", "onnxruntime"]}.get(places[-1], []):
        pytest.importorskip(package)
    spec = ExportSpec(to=form, on=tuple(places) if form == "sql" else ())
    result = export(model_of(kind), tmp_path / "export", spec, awkward_csv)
    check(result.verified, places)
    assert result.bytes == (tmp_path / "export").stat().st_size


@pytest.mark.parametrize("form", ["sql", "json", "onnx", "points"])
def test_what_was_written_is_verified_again(
    form: str, model_of: Callable[[str], Path], awkward_csv: Path, tmp_path: Path
) -> None:
    if form == "onnx":
        pytest.importorskip("onnxruntime")
    written = export(model_of("card"), tmp_path / "export", ExportSpec(to=form), awkward_csv).verified
    assert verify(tmp_path / "export", model_of("card"), awkward_csv) == written
    assert written.different == 0


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("kind", KINDS)
def test_postgresql_says_what_the_model_says(
    kind: str, model_of: Callable[[str], Path], awkward_csv: Path, tmp_path: Path
) -> None:
    spec = ExportSpec(to="sql", on=("postgresql",), table="risk.loans", id=("id", "second id"))
    result = export(model_of(kind), tmp_path / "export", spec, awkward_csv)
    check(result.verified, ["postgresql"])
