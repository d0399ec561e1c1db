"""Exports that were changed by hand are caught, and what would do more than read loans is not run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from creditrisk.errors import CreditRiskError, ModelFileError, UsageError
from creditrisk.export_spec import ExportSpec, TrialSpec
from creditrisk.jobs.export import export
from creditrisk.jobs.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def exported(
    model_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], tuple[Path, Path]]:
    """Give the model of a kind and its export of a form."""
    folder = tmp_path_factory.mktemp("exports")

    def made(kind: str, form: str) -> tuple[Path, Path]:
        path = folder / f"{kind}.{form}"
        if not path.exists():
            export(model_of(kind), path, ExportSpec(to=form))
        return model_of(kind), path

    return made


def first_split(node: Any) -> list[Any]:
    """Return a split of a tree at a number, the outermost one."""
    if not isinstance(node, list):
        return []
    return node if not isinstance(node[1], list) else first_split(node[2]) or first_split(node[3])


def _move_a_threshold(rules: dict[str, Any]) -> None:
    split = next(found for tree in rules["parts"][0]["trees"] if (found := first_split(tree)))
    split[1] += abs(split[1]) * 1e-12


def _turn_missing_values(rules: dict[str, Any]) -> None:
    for tree in rules["parts"][0]["trees"]:
        split = first_split(tree)
        split[4:] = [] if len(split) == 5 else [True]


def _forget_a_level(rules: dict[str, Any]) -> None:
    next(each for each in rules["inputs"] if each["kind"] == "text")["levels"][0] = "no longer"


def _shift_the_intercept(rules: dict[str, Any]) -> None:
    rules["intercept"] += 1e-7


def _turn_the_score(rules: dict[str, Any]) -> None:
    rules["score"]["factor"] *= -1


def _swap_two_grades(rules: dict[str, Any]) -> None:
    rules["grades"][3:5] = rules["grades"][4:2:-1]


def _accept_everyone(rules: dict[str, Any]) -> None:
    rules["refuse_from"] = 1.0


def _forget_the_decision(rules: dict[str, Any]) -> None:
    rules["refuse_from"] = None


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        (_move_a_threshold, "trees", {"pd"}), (_turn_missing_values, "trees", {"pd"}),
        (_forget_a_level, "trees", {"pd"}), (_shift_the_intercept, "card", {"pd"}),
        (_turn_the_score, "card", {"score"}), (_swap_two_grades, "card", {"grade"}),
        (_accept_everyone, "card", {"decision"}), (_forget_the_decision, "card", {"decision"}),
    ],
)  # fmt: skip
def test_changed_rules_are_caught(
    change: Callable[[dict[str, Any]], None], kind: str, what: set[str],
    exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path,
) -> None:  # fmt: skip
    model, path = exported(kind, "json")
    rules = json.loads(path.read_text())
    change(rules)
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(rules))
    found = verify(broken, model)
    assert found.different > 0
    assert {each.what for each in found.differences} >= what
    assert all(each.loan for each in found.differences)
    assert verify(path, model).different == 0


def test_changed_sql_is_caught(exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path) -> None:
    model, path = exported("card", "sql")
    text = path.read_text()
    broken = tmp_path / "broken.sql"
    broken.write_text(text.replace(" IS NULL ", " IS NOT NULL ", 1))
    assert verify(broken, model).different > 0
    broken.write_text(text.replace("THEN 'refuse' ELSE 'accept'", "THEN 'accept' ELSE 'refuse'"))
    assert {each.what for each in verify(broken, model).differences} == {"decision"}


def test_a_changed_card_is_caught(exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path) -> None:
    model, path = exported("card", "points")
    lines = path.read_text().splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:5], str(float(cells[5]) + 0.001), *cells[6:]])
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join(lines) + "\n")
    assert {each.what for each in verify(broken, model).differences} == {"points"}


def test_an_export_of_another_model_is_told(
    exported: Callable[[str, str], tuple[Path, Path]], model_of: Callable[[str], Path]
) -> None:
    with pytest.raises(ModelFileError, match="of another model"):
        verify(exported("card", "json")[1], model_of("trees"))


@pytest.mark.parametrize(
    "text",
    ["", "SELECT 1", "{}", '{"format": "creditrisk-rules"}', "-- creditrisk-sql {\nSELECT 1", "\x08\x0a:", "\xff"],
)
def test_what_is_no_export_is_refused(text: str, model_of: Callable[[str], Path], tmp_path: Path) -> None:
    path = tmp_path / "no export"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError):
        verify(path, model_of("card"))


def test_a_later_version_is_told(exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path) -> None:
    model, path = exported("card", "json")
    later = tmp_path / "later.json"
    later.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(UsageError, match="is of version 2"):
        verify(later, model)


def _tampered(path: Path, folder: Path, added: str) -> Path:
    """Write the export with something before its statement."""
    head, _, rest = path.read_text().partition("WITH inputs")
    tampered = folder / "tampered.sql"
    tampered.write_text(f"{head}{added}\nWITH inputs{rest}")
    return tampered


@pytest.mark.parametrize("database", ["sqlite", "duckdb"])
@pytest.mark.parametrize("begin", ["ATTACH '{file}' AS other;", "CREATE TABLE kept AS", "COPY (SELECT 1) TO '{file}';"])
def test_sql_that_writes_is_not_run(
    database: str, begin: str, exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path
) -> None:
    pytest.importorskip("sqlite3" if database == "sqlite" else "duckdb")
    model, path = exported("card", "sql")
    file = tmp_path / "written"
    tampered = _tampered(path, tmp_path, begin.format(file=file))
    with pytest.raises(CreditRiskError):
        verify(tampered, model, spec=TrialSpec(on=(database,)))
    assert not file.exists()


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize(
    "begin",
    [
        "\\! touch {file}\n",
        "SELECT 1;",
        "/* ' */ \\! touch {file} -- '\n",
        "COPY (SELECT 1) TO PROGRAM 'touch {file}';",
        "SELECT $$ $$;",
        "CREATE TABLE kept AS",
        "-- ' \n\\o {file}\n",
        "SELECT E'\\'' \\! touch {file} -- '\n",
    ],
)
def test_psql_takes_no_commands_from_a_file(
    begin: str, exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path
) -> None:
    model, path = exported("card", "sql")
    file = tmp_path / "written"
    tampered = _tampered(path, tmp_path, begin.format(file=file))
    with pytest.raises(UsageError, match=r"not one plain statement|PostgreSQL refuses"):
        verify(tampered, model, spec=TrialSpec(on=("postgresql",)))
    assert not file.exists()


def test_sql_that_reads_another_table_is_refused(
    exported: Callable[[str, str], tuple[Path, Path]], tmp_path: Path
) -> None:
    model, path = exported("card", "sql")
    other = tmp_path / "other.sql"
    other.write_text(path.read_text().replace('FROM "loans"', 'FROM "salaries"'))
    with pytest.raises(UsageError, match="does not read the table"):
        verify(other, model)
