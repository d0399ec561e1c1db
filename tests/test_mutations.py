"""The table of benchmarks/mutations.py fits the code: every old text stands once, and the tests that it names exist."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def table() -> Any:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("mutations", ROOT / "benchmarks" / "mutations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module
    spec.loader.exec_module(module)
    return module


MUTATIONS = table()


@pytest.mark.parametrize("each", MUTATIONS.MUTANTS, ids=lambda each: f"{each.file}: {each.harm}")
def test_a_mutant_changes_one_place_and_names_tests_that_exist(each: Any) -> None:
    text = (ROOT / each.file).read_text(encoding="utf-8")
    assert text.count(each.old) == 1
    changed = text.replace(each.old, each.new)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(text))
    for test in each.tests:
        path, _, name = test.partition("::")
        assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_part_has_four_mutants_and_none_comes_twice() -> None:
    parts = [each.part for each in MUTATIONS.MUTANTS]
    assert {part: parts.count(part) >= 4 for part in parts} == {"data": True, "model_file": True, "cli": True}
    assert len({(each.file, each.old, each.new) for each in MUTATIONS.MUTANTS}) == len(parts)


def test_a_survivor_and_a_test_that_cannot_begin_are_not_called_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file.py").write_text("limit = 1\n")
    answers = {(0, "1 passed"): "NOT CAUGHT", (1, "\nFAILED tests/x.py::y"): "caught", (124, ""): "caught",
               (1, "\nERROR tests/x.py::y"): "NOT TRIED", (4, "no such test"): "NOT TRIED"}  # fmt: skip
    for answer, verdict in answers.items():
        monkeypatch.setattr(MUTATIONS, "outcome", lambda *_, answer=answer: answer)
        mutant = MUTATIONS.Mutant("data", "file.py", "limit = 1", "limit = 2", ("tests/x.py::y",), "harm")
        assert MUTATIONS.verdict(tmp_path, mutant)[0] == verdict
        absent = MUTATIONS.Mutant("data", "file.py", "limit = 7", "limit = 2", ("tests/x.py::y",), "harm")
        assert MUTATIONS.verdict(tmp_path, absent)[0] == "NOT TRIED"
        assert (tmp_path / "file.py").read_text() == "limit = 1\n"
