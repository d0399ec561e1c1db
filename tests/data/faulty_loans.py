"""Small loans, and the commands run on damaged copies of them."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from typer.testing import CliRunner

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id,income,dti,grade,opened,bad"
QUICK = ("--target", "bad", "--id", "id", "--preset", "fast", "--max-trees", "10", "--folds", "2")


#: Stands in cells that nobody may see.
SECRET = "Erika Mustermann"


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)


def rows_of_loans(count: int = 400, seed: int = 1) -> list[str]:
    """Lines of loans whose defaults follow the debts and the grade."""
    draw = random.Random(seed)
    lines = []
    for number in range(count):
        grade, dti = draw.choice("ABC"), round(draw.uniform(0, 40), 2)
        z = 0.06 * (dti - 20) + 1.0 * ("ABC".index(grade) - 1) - 1.0
        bad = int(draw.random() < 1 / (1 + math.exp(-z)))
        day = f"2020-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        lines.append(f"L{number:05d},{round(draw.lognormvariate(10, 0.5), 2)},{dti},{grade},{day},{bad}")
    return lines


def text_of(rows: list[str], header: str = HEADER, end: str = "\n") -> str:
    return end.join([header, *rows, ""])


def run(*arguments: str | Path) -> Done:
    """Run a command in this process."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def said(what: str, *where: str, fix: str = "") -> str:
    """The words of an error on standard error."""
    lines = [f"Error: {what}"]
    lines += [("  where: " if place == where[0] else "         ") + place for place in where]
    return "\n".join([*lines, *([f"  fix: {fix}"] if fix else []), ""])
