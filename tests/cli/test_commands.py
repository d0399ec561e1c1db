"""The commands as processes: streams, exit codes, signals and words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from creditrisk import __version__
from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "creditrisk"]


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=environment, **options)  # type: ignore[call-overload]


def test_train_evaluate_predict(loans_csv: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    model, scores = tmp_path / "model.crm", tmp_path / "scores.csv"
    trained = run(
        "train", loans_csv, "--target", "isDefault", "--id", "id", "-o", model, "--preset", "fast", "--patience", "10",
        "--folds", "2", "--max-trees", "50", "--draws", "50",
    )  # fmt: skip
    assert (trained.returncode, trained.stderr) == (0, "")
    for heading in (
        "What was learned from", "How good is it?", "How well calibrated is it?", "Gains", "What drives it?",
        "What to watch", "Saved",
    ):  # fmt: skip
        assert heading in trained.stdout
    judged = run("evaluate", model, loans_csv, "--json", "--draws", "50")
    assert (judged.returncode, judged.stderr) == (0, "")
    assert json.loads(judged.stdout)["figures"]["loans"] == 3000
    scored = run("predict", model, unlabelled_csv, "-o", scores)
    assert (scored.returncode, scored.stderr) == (0, "")
    assert "700 loans scored" in scored.stdout
    assert len(scores.read_text().splitlines()) == 701


def test_json_is_one_document_with_a_version(loans_csv: Path, tmp_path: Path) -> None:
    done = run("train", loans_csv, "--target", "isDefault", "-o", tmp_path / "m.crm", "--preset", "fast",
               "--max-trees", "10", "--json", "--class-weight", "balanced", "--draws", "20")  # fmt: skip
    document = json.loads(done.stdout)
    assert document["schema_version"] == 1
    assert document["command"] == "train"
    assert document["held_out"]["auc"].keys() == {"value", "low", "high", "se"}
    assert [variant["name"] for variant in document["reweighting"]["variants"]] == [
        "unweighted", "weighted, not restored", "weighted and restored",
    ]  # fmt: skip


def test_quiet_prints_nothing(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    done = run("predict", model_file, unlabelled_csv, "-o", tmp_path / "s.csv", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_sample_prints_what_can_be_reached(tmp_path: Path) -> None:
    done = run("sample", "--rows", "500", "-o", tmp_path / "s.csv", "--true-pd", "--no-target", "--seed", "5")
    assert "the best that any model can reach: AUC 0." in done.stdout
    header = (tmp_path / "s.csv").read_text().splitlines()[0].split(",")
    assert header[-1] == "truePD"
    assert "isDefault" not in header


def test_scores_can_go_down_a_pipe(model_file: Path, unlabelled_csv: Path) -> None:
    done = run("predict", model_file, unlabelled_csv, "-o", "/dev/stdout", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    dash = run("predict", model_file, "-", "-o", "-", input=unlabelled_csv.read_text())
    assert (dash.returncode, dash.stdout) == (0, done.stdout)
    assert dash.stderr.startswith("700 loans scored")
    lines = done.stdout.splitlines()
    assert (lines[0], len(lines)) == ("id,pd,score,grade", 701)


def test_version_and_help() -> None:
    assert run("--version").stdout == f"creditrisk {__version__}\n"
    shown = run("--help")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in ("train", "evaluate", "predict", "sample"))
    assert "[default: 0.2]" in " ".join(run("train", "--help").stdout.split())


THREE = "x,status\n1,0\n2,1\n3,2\n4,0\n"
ERRORS = [
    (["train", "none.csv", "--target", "y", "-o", "m.crm"], 3,
     "Error: The file does not exist.\n  where: none.csv\n  fix: Check the path for a typing error.\n"),
    (["train", "three.csv", "--target", "z", "-o", "m.crm"], 3,
     ('Error: A column that is needed is not in the file.\n  where: three.csv\n         "z" is not there\n'
     '  fix: The file has 2 columns: "x", "status".\n')),
    (["train", "three.csv", "--target", "Status", "-o", "m.crm"], 3,
     ('Error: A column that is needed is not in the file.\n  where: three.csv\n'
     '         "Status" is not there; did you mean "status"?\n  fix: The file has 2 columns: "x", "status".\n')),
    (["train", "three.csv", "--target", "status", "-o", "m.crm"], 3,
     ('Error: The target is not binary (0 and 1, where 1 = default).\n'
     '  where: column "status": "0" × 2, "1" × 1, "2" × 1\n'
     '  fix: Name both with --positive LABEL (default) and --negative LABEL (repaid); '
      'other rows are then set aside.\n')),
    (["train", "three.csv", "--target", "status", "-o", "none/m.crm"], 5,
     "Error: The folder of the output does not exist.\n  where: none/m.crm\n  fix: Make it first.\n"),
    (["train", "three.csv", "--target", "x", "--drop", "x", "-o", "m.crm"], 2,
     ('Error: A column has two roles.\n  where: "x" is given to --target and to --drop\n'
     "  fix: Give each column one role.\n")),
    (["train", "three.csv", "--target", "x", "-o", "m.crm", "--folds", "1", "--preset", "fast", "--leaves", "0"], 2,
     ("Error: An option cannot be used as it is given.\n  where: --folds must be between 2 and 50, got 1\n"
     "         --leaves must be between 2 and 4096, got 0\n")),
    (["predict", "three.csv", "three.csv", "-o", "s.csv"], 4,
     ("Error: This is not a model file.\n  where: three.csv\n"
      "  fix: Name a file that `creditrisk train` wrote: the model comes first, then the loans.\n")),
    (["evaluate", "none.crm", "three.csv"], 4,
     "Error: The model file does not exist.\n  where: none.crm\n  fix: Check the path.\n"),
    (["sample", "--rows", "5", "-o", "-", "--json"], 2,
     "Error: The loans and --json cannot both go to standard output.\n  fix: Give --output a file.\n"),
    (["predict", "m.crm", "three.csv", "-o", "-", "--json"], 2,
     "Error: The scores and --json cannot both go to standard output.\n  fix: Give --output a file.\n"),
    (["train", "three.csv", "--target", "status", "-o", "-"], 2,
     'Error: "-" is not an output here.\n  fix: Name a file, or /dev/stdout.\n'),
    (["sample", "--rows", "0", "-o", "s.csv"], 2, "Error: --rows must be 1 or more, got 0.\n"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "words"), ERRORS)
def test_an_error_says_what_where_and_what_to_do(
    arguments: list[str], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "three.csv").write_text(THREE)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, arguments)
    assert (done.stdout, done.stderr, done.exit_code) == ("", words, code)
    assert [path.name for path in tmp_path.iterdir()] == ["three.csv"]


@pytest.mark.parametrize("which", [0, 5, 8, 4], ids=["data", "usage", "model", "output"])
def test_a_process_ends_with_the_words_and_the_code(which: int, tmp_path: Path) -> None:
    arguments, code, words = ERRORS[which]
    (tmp_path / "three.csv").write_text(THREE)
    done = run(*arguments, cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("", words, code)
    assert [path.name for path in tmp_path.iterdir()] == ["three.csv"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trian"], "No such command 'trian'. Did you mean 'train'?"),
        (["train", "x.csv", "--output", "m.crm"], "Missing option '--target'"),
        (["train", "x.csv", "--target", "y", "-o", "m.crm", "--class-wieght", "2"], "No such option: --class-wieght"),
        (["train", "x.csv", "--target", "y", "-o", "m.crm", "--seed", "one"], "Invalid value for '--seed'"),
    ],
)
def test_usage_errors_end_with_2(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "NO_COLOR": "1"})
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_model_ends_with_4(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    data = bytearray(model_file.read_bytes())
    data[-5000] ^= 8
    (tmp_path / "model.crm").write_bytes(data)
    done = run("predict", tmp_path / "model.crm", unlabelled_csv, "-o", tmp_path / "s.csv")
    assert done.returncode == 4
    assert done.stderr.startswith("Error: The model file is damaged")
    assert not (tmp_path / "s.csv").exists()


def test_column_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    rows = "".join(f"{i * 7 % 13},{i % 3},{int(i * 7 % 13 > 6 - i % 3)}\n" for i in range(300))
    (tmp_path / "loans.csv").write_text("\x1b[2J[red],[/bold],y\n" + rows)
    few = ["--preset", "fast", "--max-trees", "20", "--draws", "20"]
    done = run("train", tmp_path / "loans.csv", "--target", "y", "-o", tmp_path / "m.crm", *few)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert '"\\x1b[2J[red]"' in done.stdout
    assert '"[/bold]"' in done.stdout


def test_a_closed_pipe_is_no_error(model_file: Path, loans_csv: Path) -> None:
    line = (
        f"{sys.executable} -m creditrisk evaluate {model_file} {loans_csv} --draws 20 | true; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_scores_into_a_closed_pipe_are_no_error(model_file: Path, unlabelled_csv: Path) -> None:
    command = f"{sys.executable} -m creditrisk predict {model_file} {unlabelled_csv} -o /dev/stdout --quiet"
    done = subprocess.run(["bash", "-c", f"{command} | true; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


LONG = {
    "one set of trees": ["--preset", "fast", "--patience", "99999", "--max-trees", "100000", "--learning-rate", "1e-4"],
    "a blend": ["--preset", "best"],
}


def heed_signals() -> None:
    """Let a process hear of Ctrl-C even where the tests run in the background of a shell, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def long_at_work(*arguments: str | Path) -> subprocess.Popen[str]:
    """Return a training that has read its loans, as --verbose tells, and has begun on what takes minutes."""
    command = [*COMMAND, "train", *map(str, arguments), "--no-audit", "--verbose"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stderr=pipe, stdout=pipe, text=True, preexec_fn=heed_signals)  # noqa: PLW1509
    assert process.stderr is not None
    assert any(line.startswith("preparing the columns: ") for line in process.stderr)
    return process


@pytest.mark.parametrize(
    ("number", "code", "words", "work"),
    [
        (signal.SIGINT, 130, "Interrupted: nothing was written.", "one set of trees"),
        (signal.SIGTERM, 143, "Terminated: nothing was written.", "a blend"),
    ],
)
def test_an_interrupt_ends_at_once_and_leaves_nothing(
    number: int, code: int, words: str, work: str, loans_csv: Path, tmp_path: Path
) -> None:
    began = time.monotonic()
    process = long_at_work(loans_csv, "--target", "isDefault", "-o", tmp_path / "m.crm", *LONG[work])
    starting = time.monotonic() - began
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(number)
    began = time.monotonic()
    try:
        stdout, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    # To end takes less than a second, and starting two or three; a busy machine takes longer for both.
    assert time.monotonic() - began < max(5, starting)
    assert (process.returncode, stdout, stderr.strip()) == (code, "", words)
    assert list(tmp_path.iterdir()) == []


def test_an_unexpected_error_is_one_line_and_a_traceback_only_when_asked_for(model_file: Path, tmp_path: Path) -> None:
    code = (
        "import sys, creditrisk.jobs.predict as job\n"
        "def broken(*_, **__): raise KeyError('secret loan 4711')\n"
        "job.predict = broken\n"
        "from creditrisk.cli.app import main\n"
        f"sys.argv = ['creditrisk', 'predict', {str(model_file)!r}, {__file__!r}, '-o', 's.csv']\n"
        "main()\n"
    )
    plain, debug = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **extra})
        for extra in ({}, {"CREDITRISK_DEBUG": "1"})
    )
    assert plain.returncode == debug.returncode == 1
    assert plain.stderr.startswith("Internal error: KeyError (a bug of creditrisk, not of your data).\n")
    assert "secret" not in plain.stderr
    assert "Traceback" not in plain.stderr
    assert "Traceback" in debug.stderr
