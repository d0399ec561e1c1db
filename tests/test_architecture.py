"""The shape of the project: which room may import which, and what must stay light, small and documented."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import creditrisk
from creditrisk.cli.app import app
from creditrisk.cli.reference import reference

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "creditrisk").rglob("*.py"))
#: A room may import those of lower rank, and itself.
RANK = {
    "errors": 0, "option_values": 0.5, "metrics": 1, "specs": 1, "file_specs": 1, "judging": 1, "auditing": 0.8,
    "score_spec": 0.8, "reason_spec": 0.7, "export_spec": 0.8, "recalibration_spec": 0.8, "explain_spec": 0.7,
    "atomic_file": 1, "engine_specs": 0.8, "engine": 1, "data": 2, "features": 3, "models": 4, "audit": 5,
    "evaluation": 6, "reports": 7, "exports": 6.5, "jobs": 8, "estimator": 9, "cli": 9, "__init__": 10,
    "__main__": 10,
}  # fmt: skip
#: The rooms in which a heavy or special dependency may be imported; "" is a module of the package itself.
HOMES = {
    "duckdb": {"exports"}, "onnx": {"exports"}, "onnxruntime": {"exports"},
    "lightgbm": {"models"}, "dask": {"engine"}, "distributed": {"engine"}, "typer": {"cli"},
    "rich": {"cli", "reports"}, "jinja2": {"reports"},
    "scipy": {"metrics"}, "pandas": set(), "sklearn": {"estimator"}, "pickle": set(), "joblib": set(),
}  # fmt: skip


def room(path: Path) -> str:
    """Return the room of a source file: its folder in the package, or its own name at the top."""
    parts = path.relative_to(ROOT / "creditrisk").with_suffix("").parts
    return parts[0]


def imported(source: str) -> set[str]:
    """Return the modules that a source names in import statements, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def upward(path: Path, source: str) -> list[str]:
    """Return the imports of a source that point to a higher room, or to another room of the same rank."""
    here = room(path)
    wrong = []
    for module in imported(source):
        parts = module.split(".")
        there = parts[1] if parts[0] == "creditrisk" and len(parts) > 1 else None
        if there in RANK and there != here and RANK[there] >= RANK[here]:
            wrong.append(module)
    return wrong


def strangers(path: Path, source: str) -> list[str]:
    """Return the dependencies that a source imports although its room is not their home."""
    tops = {module.split(".")[0] for module in imported(source)}
    return sorted(top for top in tops if top in HOMES and room(path) not in HOMES[top])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way_and_dependencies_stay_at_home(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert room(path) in RANK
    assert upward(path, source) == [] or room(path) == "__init__"
    assert strangers(path, source) == []


def test_the_checks_of_imports_can_fail() -> None:
    path = ROOT / "creditrisk" / "metrics" / "invented.py"
    assert upward(path, "from creditrisk.data.table import LoanTable") != []
    assert upward(path, "from creditrisk import specs") == ["creditrisk.specs"]
    assert upward(path, "from creditrisk.errors import DataError") == []
    assert strangers(path, "def f():\n    import pandas.io") == ["pandas"]


@pytest.mark.parametrize("folder", ["creditrisk", "tests", "benchmarks"])
def test_no_python_file_passes_400_lines(folder: str) -> None:
    long = [path for path in (ROOT / folder).rglob("*.py") if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


def test_packages_are_empty_and_nothing_is_a_drawer_for_everything() -> None:
    inner = [path for path in SOURCES if path.name == "__init__.py" and path.parent.name != "creditrisk"]
    assert inner
    assert [path for path in inner if path.stat().st_size] == []
    assert not {"utils", "helpers", "common"} & {path.stem for path in SOURCES}


COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_stands_in_the_readme(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = COMMANDS[name]
    assert f"### `creditrisk {name}" in readme
    assert command.help
    assert "Example: creditrisk" in command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None) or parameter.name == "help", f"{name} {parameter.name} has no help"


def test_the_command_reference_is_what_the_commands_say() -> None:
    page = ROOT / "docs" / "commands.md"
    made = reference(app)
    if os.environ.get("CREDITRISK_WRITE_GOLDEN"):
        page.write_text(made, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made
    assert all(f"`--{name}" in made for name in ("class-weight", "columns", "rejects", "rows", "config"))


def modules_after(code: str) -> set[str]:
    """Return the top names of the modules that are loaded after the code ran in a new interpreter."""
    listing = "import sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{listing}"], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    loaded = modules_after("import creditrisk.cli.app")
    assert "typer" in loaded
    assert not {"pandas", "sklearn", "lightgbm", "numpy", "pyarrow", "scipy", "rich"} & loaded


def test_importing_the_package_loads_nothing_heavy_and_names_what_it_offers() -> None:
    loaded = modules_after("import creditrisk; creditrisk.TrainSpec; creditrisk.CreditRiskError")
    assert "creditrisk" in loaded
    assert not {"pandas", "sklearn", "lightgbm", "numpy", "pyarrow", "scipy", "typer"} & loaded


def test_scoring_a_file_loads_neither_pandas_nor_sklearn_nor_scipy_nor_the_lightgbm_package(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    call = f"['predict', {str(model_file)!r}, {str(unlabelled_csv)!r}, '--output', {str(tmp_path / 'scores.csv')!r}]"
    loaded = modules_after(f"from creditrisk.cli.app import app\napp({call}, standalone_mode=False)")
    assert "pyarrow" in loaded
    assert not {"pandas", "sklearn", "lightgbm", "scipy", "rich"} & loaded
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 701


def test_the_package_names_exactly_what_it_offers() -> None:
    import creditrisk

    assert {name for name in creditrisk.__all__ if getattr(creditrisk, name)} == set(creditrisk.__all__)
    with pytest.raises(AttributeError, match="module 'creditrisk' has no attribute 'trian'"):
        creditrisk.trian  # noqa: B018


def test_no_public_name_is_a_module_of_the_package() -> None:
    """A module that is imported takes the place of the name in the package."""
    modules = {path.stem for path in (ROOT / "creditrisk").iterdir()}
    assert modules.isdisjoint(set(creditrisk.__all__))
