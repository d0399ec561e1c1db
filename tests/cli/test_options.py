"""Options made from specs, and the help that lists them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from creditrisk.cli.command import Command
from creditrisk.cli.options import DataArgument, JsonOption, QuietOption, VerboseOption, options_from
from creditrisk.errors import UsageError


def option(default: Any, text: str, metavar: str = "", panel: str = "") -> Any:
    return field(default=default, metadata={"help": text, "metavar": metavar, "panel": panel})


@dataclass(frozen=True, kw_only=True)
class Cells:
    """How the file is written."""

    delimiter: str = option(",", "What separates the cells.", "CHAR", "Reading")
    encoding: str = option("utf-8", "How the text is encoded.", panel="Reading")

    def __post_init__(self) -> None:
        if len(self.delimiter) != 1:
            raise UsageError(f"--delimiter must be one character, got {self.delimiter!r}.")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What to learn."""

    target: str = field(metadata={"help": "The outcome.", "metavar": "NAME"})
    id: tuple[str, ...] = option((), "A column that names the loan.", "NAME", "Columns")
    seed: int = option(0, "Seed of the run.")
    share: float | None = option(None, "A share.")
    compare: bool = option(True, "Fit the twin too.")

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise UsageError(
                "An option cannot be used as it is given.", where=f"--seed must be 0 or more, got {self.seed}"
            )


@dataclass(frozen=True)
class Made:
    """What the command was called with."""

    read: Cells
    spec: Recipe
    json: bool


def made_by(*arguments: str) -> tuple[list[Made], str]:
    """Run a command made of two specs and return its calls and what it printed."""
    calls: list[Made] = []

    @options_from(read=Cells, spec=Recipe)
    def learn(
        *, data: DataArgument, read: Cells, spec: Recipe, json: JsonOption = False, quiet: QuietOption = False,
        verbose: VerboseOption = False,
    ) -> None:  # fmt: skip
        """Learn from loans."""
        assert data
        calls.append(Made(read, spec, json))

    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(lambda: None)
    app.command("learn", cls=Command)(learn)
    result = CliRunner().invoke(app, ["learn", *arguments], env={"COLUMNS": "80"})
    assert result.exit_code == (0 if calls or "--help" in arguments else 2)
    return calls, result.output


def test_a_command_gets_finished_specs() -> None:
    calls, _ = made_by("x.csv", "--target", "y", "--id", "a", "--id", "b c", "--no-compare", "--delimiter=;", "--json")
    assert calls == [Made(Cells(delimiter=";"), Recipe(target="y", id=("a", "b c"), compare=False), json=True)]


def test_defaults_stand_in_the_specs() -> None:
    assert made_by("x.csv", "--target", "y")[0] == [Made(Cells(), Recipe(target="y"), json=False)]


def test_what_several_specs_refuse_is_said_at_once() -> None:
    _, words = made_by("x.csv", "--target", "y", "--seed", "-1", "--delimiter", "ab")
    assert words == (
        "Error: Several options are wrong.\n"
        "  where: --delimiter must be one character, got 'ab'.\n"
        "         --seed must be 0 or more, got -1\n"
    )


def test_what_one_spec_refuses_keeps_its_words() -> None:
    _, words = made_by("x.csv", "--target", "y", "--delimiter", "ab")
    assert words == "Error: --delimiter must be one character, got 'ab'.\n"


@dataclass(frozen=True, kw_only=True)
class Other:
    """A spec that shares a name with another."""

    seed: int = option(1, "Another seed.")


def test_two_options_of_one_name_are_a_mistake_of_the_program() -> None:
    def learn(*, spec: Recipe, other: Other) -> None: ...

    with pytest.raises(ValueError, match=r"^learn: seed must be one option or parameter each$"):
        options_from(spec=Recipe, other=Other)(learn)


def test_an_option_of_the_commands_own_cannot_repeat_one_of_a_spec() -> None:
    def learn(*, spec: Recipe, seed: int = 0) -> None: ...

    with pytest.raises(ValueError, match=r"^learn: seed must be one option or parameter each$"):
        options_from(spec=Recipe)(learn)


def test_a_spec_that_the_command_does_not_take_is_a_mistake_of_the_program() -> None:
    def learn(*, spec: Recipe) -> None: ...

    with pytest.raises(ValueError, match=r"^learn: read must be one option or parameter each$"):
        options_from(spec=Recipe, read=Cells)(learn)


HELP = """
Usage: root learn [OPTIONS] {DATA...}

  Learn from loans.

Arguments:
  DATA...  Files of loans with the same columns: CSV (also .gz) or Parquet; "-"
           is standard input.  [required]

Options:
  --target NAME             The outcome.  [required]
  --seed <int>              Seed of the run.  [default: 0]
  --share <float>           A share.
  --compare / --no-compare  Fit the twin too.  [default: compare]

Reading:
  --delimiter CHAR  What separates the cells.  [default: ,]
  --encoding <str>  How the text is encoded.  [default: utf-8]

Columns:
  --id NAME  A column that names the loan. May be given several times.

General:
  --json              Print one JSON document in place of the report.
  -q, --quiet         Print no report and no progress; errors and --json stay.
  -v, --verbose       Say more: a line on standard error for each stage, with
                      its seconds.
  --config FILE.toml  Take options from this file: seed = 7, for one command
                      under [train]. The environment (CREDITRISK_SEED=7) wins
                      over it, a flag over both.
  --help              Show this message and exit.
"""


def test_the_help_lists_options_under_headings() -> None:
    assert made_by("--help")[1].strip() == HELP.strip()
