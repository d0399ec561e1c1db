"""The programs of docs/export.md, as a reader would copy them, beside the model."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creditrisk.exports.boundaries import boundary_loans
from creditrisk.exports.loans import answers_of, plain_loans
from creditrisk.exports.rules import rules_of
from creditrisk.jobs.model_digest import open_expected
from creditrisk.models.scoring import golden_loans

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.exports.loans import Answer

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
LOOP = """
const {rules, loans} = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(loans.map(loan => evaluate(rules, loan))));
"""


def program(language: str) -> str:
    (found,) = re.findall(f"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def asked(path: Path) -> tuple[dict[str, Any], list[dict[str, object]], list[Answer]]:
    scorer = open_expected(path, "")
    table = golden_loans(scorer.model.schema, boundary_loans(scorer.model))
    loans = plain_loans(scorer.model, table, ())
    names = [name for name, _ in loans.columns]
    rows = [dict(zip(names, row, strict=True)) for row in loans.rows]
    return json.loads(json.dumps(rules_of(scorer.model))), rows, answers_of(scorer, table)


@pytest.mark.parametrize("kind", ["trees", "card", "blend"])
def test_the_python_program(kind: str, model_of: Callable[[str], Path]) -> None:
    rules, loans, answers = asked(model_of(kind))
    names: dict[str, Any] = {}
    exec(program("python"), names)
    for loan, answer in zip(loans, answers, strict=True):
        pd, score, grade, refuse = names["evaluate"](rules, loan)
        assert pd == pytest.approx(answer.pd, abs=1e-12)
        assert (score, grade, refuse) == (answer.score, answer.grade, answer.decision == "refuse")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js, which runs JavaScript, is not installed")
@pytest.mark.parametrize("kind", ["trees", "card", "blend"])
def test_the_javascript_program(kind: str, model_of: Callable[[str], Path]) -> None:
    rules, loans, answers = asked(model_of(kind))
    done = subprocess.run(
        ["node", "-e", program("javascript") + LOOP], capture_output=True, text=True, check=True,
        input=json.dumps({"rules": rules, "loans": loans}),
    )  # fmt: skip
    for found, answer in zip(json.loads(done.stdout), answers, strict=True):
        assert found["pd"] == pytest.approx(answer.pd, abs=1e-12)
        assert found["score"] == answer.score
        assert (found["grade"], found["refuse"]) == (answer.grade, answer.decision == "refuse")


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_programs_are_short(language: str) -> None:
    assert sum(bool(line.strip()) for line in program(language).splitlines()) <= 36
