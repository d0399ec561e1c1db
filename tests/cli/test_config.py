"""Options from the environment and from a config file: which one wins, and what is refused."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from creditrisk.cli.app import app as real_app
from creditrisk.cli.command import Command
from creditrisk.cli.config import from_environment, from_file, options_of
from creditrisk.cli.options import DataArgument, JsonOption, QuietOption, options_from
from creditrisk.errors import UsageError


def option(default: Any) -> Any:
    return field(default=default, metadata={"help": "Help.", "metavar": ""})


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What to learn."""

    target: str = field(metadata={"help": "The outcome.", "metavar": ""})
    id: tuple[str, ...] = option(())
    seed: int = option(0)
    share: float = option(0.2)
    class_weight: str = option("none")
    compare: bool = option(True)

    def __post_init__(self) -> None:
        wrong = [f"--seed must be 0 or more, got {self.seed}"] * (self.seed < 0)
        wrong += [f"--class-weight must be none or balanced, got {self.class_weight!r}"] * (self.class_weight == "all")
        if wrong:
            raise UsageError("An option cannot be used as it is given.", where=wrong)


OutputOption = Annotated[Path, typer.Option("--output", "-o", help="The file to write.")]
CALLS: list[tuple[str, dict[str, Any]]] = []


@options_from(spec=Recipe)
def train(*, data: DataArgument, output: OutputOption, spec: Recipe, json: JsonOption = False) -> None:
    """Learn."""
    CALLS.append(("train", {"data": str(data), "output": str(output), "json": json, **vars(spec)}))


def predict(*, data: DataArgument, output: OutputOption, batch: int = 10, quiet: QuietOption = False) -> None:
    """Score."""
    CALLS.append(("predict", {"output": str(output), "batch": batch, "quiet": quiet}))


app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
app.callback()(lambda: None)
for _command in (train, predict):
    app.command(_command.__name__, cls=Command)(_command)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CREDITRISK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    CALLS.clear()


def called(line: str, toml: str = "", **environment: str) -> dict[str, Any]:
    """Return the values that the command gets."""
    code, words = ended(line, toml, **environment)
    assert (code, words, len(CALLS)) == (0, "", 1)
    return CALLS.pop()[1]


def ended(line: str, toml: str = "", **environment: str) -> tuple[int, str]:
    """Return the exit code and the words of a command."""
    if toml:
        Path("c.toml").write_text(toml, encoding="utf-8")
        line += " --config c.toml"
    names = {f"CREDITRISK_{name}": value for name, value in environment.items()}
    result = CliRunner().invoke(app, line.split(), env=names)
    return result.exit_code, result.stderr


TRAIN = "train x.csv --target y -o m.crm"


@pytest.mark.parametrize(("flag", "variable", "own", "top"), list(itertools.product([False, True], repeat=4)))
def test_the_nearest_source_wins(flag: bool, variable: bool, own: bool, top: bool) -> None:
    toml = ("seed = 1\n" if top else "") + "[train]\n" + ("seed = 2\n" if own else "")
    line = TRAIN + (" --seed 4" if flag else "")
    environment = {"SEED": "3"} if variable else {}
    sources = [flag, variable, own, top]
    assert called(line, toml, **environment)["seed"] == ([4, 3, 2, 1][sources.index(True)] if any(sources) else 0)


def test_options_that_are_needed_may_come_from_the_config() -> None:
    values = called("train x.csv", 'output = "m.crm"\n[train]\ntarget = "y"\n')
    assert (values["output"], values["target"]) == ("m.crm", "y")


def test_options_that_are_needed_may_come_from_the_environment() -> None:
    values = called("train x.csv", OUTPUT="m.crm", TARGET="y")
    assert (values["output"], values["target"]) == ("m.crm", "y")


def test_the_config_takes_every_kind_of_value() -> None:
    toml = 'id = ["a", "b c", 3]\nshare = 1\nclass-weight = 4\ncompare = false\njson = true\n'
    expected = {"id": ("a", "b c", "3"), "share": 1.0, "class_weight": "4", "compare": False, "json": True}
    assert called(TRAIN, toml).items() >= expected.items()


@pytest.mark.parametrize(("value", "text"), [("0.5", "0.5"), ("2015-01-31", "2015-01-31"), ('"balanced"', "balanced")])
def test_text_may_be_written_as_a_number_or_a_date(value: str, text: str) -> None:
    assert called(TRAIN, f"class_weight = {value}\n")["class_weight"] == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id", ("id",)),
        ("id,loan number", ("id", "loan number")),
        ('id, "a, b",""', ("id", "a, b", "")),
        ("", ()),
    ],
)
def test_the_environment_names_several_columns_as_a_line_of_csv(text: str, names: tuple[str, ...]) -> None:
    assert called(TRAIN, ID=text)["id"] == names


def test_a_flag_replaces_the_whole_list() -> None:
    assert called(TRAIN + " --id a --id b", 'id = ["c", "d"]\n', ID="e")["id"] == ("a", "b")


@pytest.mark.parametrize(("text", "value"), [("0", False), ("no", False), ("1", True), ("TRUE", True), ("", True)])
def test_a_switch_in_the_environment(text: str, value: bool) -> None:
    assert called(TRAIN, COMPARE=text)["compare"] is value
    assert called(TRAIN + " --no-compare", COMPARE=text)["compare"] is False


def test_a_key_of_another_command_is_fine_at_the_top_and_in_its_own_table() -> None:
    toml = 'seed = 1\nbatch = 20\n[train]\nclass_weight = "balanced"\n[predict]\noutput = "s.csv"\n'
    assert called("predict x.csv", toml) == {"output": "s.csv", "batch": 20, "quiet": False}
    values = called(TRAIN, toml)
    assert (values["seed"], values["class_weight"], values["output"]) == (1, "balanced", "m.crm")


def test_the_environment_may_name_the_config_and_a_flag_another() -> None:
    Path("named.toml").write_text("seed = 8\n")
    assert called(TRAIN, CONFIG="named.toml")["seed"] == 8
    assert called(TRAIN, "seed = 9\n", CONFIG="named.toml")["seed"] == 9
    assert called(TRAIN, CONFIG="")["seed"] == 0


def test_unknown_variables_are_left_alone() -> None:
    assert called(TRAIN, OF_MY_OWN="x", DEBUG="1", HELP="1")["seed"] == 0


def test_a_mark_of_windows_editors_is_skipped() -> None:
    assert called(TRAIN, "\ufeffseed = 8\n")["seed"] == 8


def test_help_comes_first_whatever_the_config_is() -> None:
    result = CliRunner().invoke(app, ["train", "--help"], env={"CREDITRISK_CONFIG": "none.toml"})
    assert (result.exit_code, result.stderr) == (0, "")


FIX = "  fix: `creditrisk COMMAND --help` lists the options; a key is an option's long name without its dashes.\n"
PROBLEMS = [
    ("sede = 1", '"sede": no command has this option; did you mean "seed"?'),
    ("no-compare = true", '"no-compare": no command has this option; did you mean "compare"?'),
    ("[train]\nsede = 1", '[train] "sede": the command has no such option; did you mean "seed"?'),
    ("[predict]\nseed = 1", '[predict] "seed": not an option of this command, but of train'),
    ("[trian]\nseed = 1", '"trian": a table, but no command has this name; did you mean "train"?'),
    ("train = 3", "[train] must be a table of options, got 3"),
    ("[[train]]\nseed = 3", "[train] must be a table of options, got a list"),
    ("test.size = 3", '"test": a table, but no command has this name'),
    ('data = "x.csv"', '"data": an argument, which stands on the command line only'),
    ('config = "d.toml"', '"config": a config file cannot name another one'),
    ("help = true", '"help": no command has this option'),
    ("class-weight = 4\nclass_weight = 4", '"class_weight": the same option as "class-weight"'),
    ('seed = "7"', '"seed" must be a whole number, got "7"'),
    ("seed = 7.0", '"seed" must be a whole number, got 7.0'),
    ("seed = true", '"seed" must be a whole number, got true'),
    ("seed = 99999999999999999999", '"seed" must be a whole number, got a number beyond 64 bits'),
    ("[train.seed]\na = 1", '[train] "seed" must be a whole number, got a table'),
    ('share = "a"', '"share" must be a number, got "a"'),
    ("share = 1" + "0" * 400, '"share" must be a number, got a number beyond 64 bits'),
    ("compare = 1", '"compare" must be true or false, got 1'),
    ("class-weight = true", '"class-weight" must be text in quotes, got true'),
    ("class-weight = [4]", '"class-weight" must be text in quotes, got a list'),
    ('id = "id"', '"id" must be a list, such as ["a", "b"], got "id"'),
    ("id = [true]", '"id" must be text in quotes, got true'),
    ("output = false", '"output" must be text in quotes, got false'),
    ('output = "a\\u0000b"', '"output" must be text without a NUL character'),
]


@pytest.mark.parametrize(("toml", "problem"), PROBLEMS)
@pytest.mark.parametrize("line", [TRAIN, "predict x.csv -o s.csv --batch 3"])
def test_what_means_nothing_is_refused_whichever_command_runs(line: str, toml: str, problem: str) -> None:
    words = f"Error: The config file cannot be used.\n  where: c.toml\n         {problem}\n{FIX}"
    assert ended(line, toml) == (2, words)


def test_all_problems_are_told_at_once() -> None:
    toml = 'sede = 1\nseed = "x"\nclass-weight = 4\n[train]\nbatch = 1\nshare = true\n[predict]\nbatch = "a"\n[trian]\n'
    assert ended(TRAIN, toml) == (
        2,
        "Error: The config file cannot be used.\n  where: c.toml\n"
        '         "sede": no command has this option; did you mean "seed"?\n'
        '         "seed" must be a whole number, got "x"\n'
        '         "trian": a table, but no command has this name; did you mean "train"?\n'
        '         [train] "batch": not an option of this command, but of predict\n'
        '         [train] "share" must be a number, got true\n'
        '         [predict] "batch" must be a whole number, got "a"\n' + FIX,
    )


def test_the_control_codes_of_a_key_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in ended(TRAIN, '"\\u001b[2J" = 1\n')[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"seed = \n", "The config file is not TOML.\n  where: c.toml\n         Invalid value (at line 1, column 8)\n"),
        (b"a = 1\na = 2\n",
         ("The config file is not TOML.\n  where: c.toml\n         "
          "Cannot overwrite a value (at line 2, column 6)\n")),
        (b"x = " + b"[" * 5000,
         "The config file is not TOML.\n  where: c.toml\n         its lists are too deep\n"),
        (b"seed = '\xe4'\n", "The config file is not text in UTF-8.\n  where: c.toml\n  fix: Save it as UTF-8.\n"),
        (b"#" * 1_048_577,
         "The config file is larger than 1 MB.\n  where: c.toml\n  fix: Name a TOML file of options.\n"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_config(content: bytes, words: str) -> None:
    Path("c.toml").write_bytes(content)
    code, told = ended(TRAIN + " --config c.toml")
    fix = '  fix: Each line is a name, "=" and a value; text stands in quotes: target = "isDefault".\n'
    assert (code, told) == (2, f"Error: {words}{fix if 'not TOML' in words else ''}")


def test_a_file_that_cannot_be_opened() -> None:
    words = "Error: The config file does not exist.\n  where: none.toml\n{}  fix: Check the path.\n"
    assert ended(TRAIN + " --config none.toml") == (2, words.format(""))
    assert ended(TRAIN, CONFIG="none.toml") == (2, words.format("         which CREDITRISK_CONFIG names\n"))
    assert ended(TRAIN + " --config .") == (2, "Error: The config file cannot be read: Is a directory.\n  where: .\n")


def test_one_config_at_a_time() -> None:
    words = "Error: --config is given twice.\n  where: a.toml\n         b.toml\n  fix: Put the options into one file.\n"
    assert ended(TRAIN + " --config a.toml --config b.toml") == (2, words)


@pytest.mark.parametrize(
    ("toml", "environment", "words"),
    [
        ("", {"SEED": "one"}, "Invalid value for '--seed': 'one' is not a valid int (from CREDITRISK_SEED)."),
        ("", {"COMPARE": "maybe"}, "yes (from CREDITRISK_COMPARE)."),
        ("", {"SEED": "-1"},
         ("Error: An option cannot be used as it is given.\n  where: --seed must be 0 or more, got -1\n"
          "         --seed comes from CREDITRISK_SEED\n")),
        ('[train]\nseed = -1\nclass_weight = "all"', {"SHARE": "0.4"},
         ("Error: An option cannot be used as it is given.\n  where: --seed must be 0 or more, got -1\n"
          "         --class-weight must be none or balanced, got 'all'\n"
          "         --seed comes from c.toml: [train] seed\n"
          "         --class-weight comes from c.toml: [train] class_weight\n")),
        ("", {"ID": 'a,"b'},
         ('Error: The environment variable CREDITRISK_ID cannot be split at its commas.\n  where: "a,"b"\n'
          '  fix: Write it as a line of CSV: id,"a name, with a comma"\n')),
    ],
)  # fmt: skip
def test_an_error_says_where_the_value_came_from(toml: str, environment: dict[str, str], words: str) -> None:
    code, told = ended(TRAIN, toml, **environment)
    assert code == 2
    assert told.endswith(words if words.startswith("Error") else words + "\n")


def test_an_error_of_a_flag_blames_no_other_source() -> None:
    assert ended(TRAIN + " --seed -1", "seed = 5\n", SEED="6")[1] == (
        "Error: An option cannot be used as it is given.\n  where: --seed must be 0 or more, got -1\n"
    )
    assert ended(TRAIN + " --seed one", SEED="6")[1].endswith("'one' is not a valid int.\n")


COMMANDS = typer.main.get_command(real_app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_every_command_can_be_set_from_outside(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"boolean": "true", "int": "1", "float": "1.5"}
    options = options_of(COMMANDS[name])
    assert options
    assert not {"config", "help", "data", "model-file"} & set(options)
    lines = []
    for key, each in options.items():
        text = values.get(each.type.name, '"1"')
        lines.append(f"{key} = [{text}]" if each.multiple else f"{key} = {text}")
        monkeypatch.setenv("CREDITRISK_" + key.upper().replace("-", "_"), "1")
    (tmp_path / "all.toml").write_text(f"[{name}]\n" + "\n".join(lines))
    assert from_file(str(tmp_path / "all.toml"), name, COMMANDS).keys() == options.keys()
    assert from_environment(options).keys() == options.keys()


def test_a_config_error_loads_nothing_heavy_and_no_toml_is_read_without_a_config(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("sede = 1\n")
    code = (
        "import sys\nfrom creditrisk.cli.app import app\n"
        "try:\n    app(sys.argv[1:])\nexcept SystemExit as end:\n    print(end.code)\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )

    def loaded(*arguments: str) -> tuple[str, set[str]]:
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=tmp_path)
        status, names = done.stdout.splitlines()[-2:]
        return status, set(names.split())

    status, names = loaded("train", "x.csv", "--config", "c.toml")
    assert (status, "tomllib" in names) == ("2", True)
    assert not {"pandas", "sklearn", "lightgbm", "numpy", "pyarrow", "scipy", "rich"} & names
    for arguments in (["train", "--help"], ["train", "x.csv"]):
        assert "tomllib" not in loaded(*arguments)[1]


def test_the_program_takes_its_options_from_the_config_that_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('output = "s.csv"\nrows = 5\n[sample]\nrows = 30\ntarget = false\n')
    done = subprocess.run(
        [sys.executable, "-m", "creditrisk", "sample", "--seed", "4"], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "CREDITRISK_CONFIG": "c.toml", "CREDITRISK_FIRST_ID": "100", "CREDITRISK_QUIET": "yes"},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert len(lines) == 31
    assert lines[1].startswith("100,")
    assert "isDefault" not in lines[0]


def test_a_variable_that_is_nearly_an_option_is_refused_and_others_are_left_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "creditrisk", "info", str(tmp_path / "none.crm")]
    for name, code, words in (
        ("CREDITRISK_CLASS_WIEGHT", 2, 'where: CREDITRISK_CLASS_WIEGHT; did you mean "CLASS_WEIGHT"'),
        ("CREDITRISK_OF_MY_OWN", 4, "The model file does not exist."),
    ):
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, name: "1"})
        assert done.returncode == code
        assert words in done.stderr


def test_an_output_must_not_be_the_config_file(tmp_path: Path) -> None:
    config = tmp_path / "options.toml"
    config.write_text("seed = 7\n")
    words = ["train", "loans.csv", "--target", "y", "--output", str(tmp_path / "m.crm"), "--config", str(config)]
    result = CliRunner().invoke(real_app, [*words, "--report", str(config)])
    assert result.exit_code == 2
    assert "Error: --report would overwrite the config file." in result.stderr
    assert config.read_text() == "seed = 7\n"
