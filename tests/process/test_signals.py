"""A signal ends a command within a second, whatever it is doing; nothing is at the target, and nothing beside it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from processes import COMMAND, SOON, names, started, stopped

if TYPE_CHECKING:
    from pathlib import Path

#: The command `info` does something else here, inside the real `main` and the real boundary, while an output is open.
SCRIPT = """
import ctypes, hashlib, pathlib, sys, threading, time
import creditrisk.jobs.early, creditrisk.jobs.info
from creditrisk.atomic_file import writing
from creditrisk.cli.app import main
from creditrisk.models.crew import Crew
from creditrisk.models.watcher import SILENT

target, ready = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

def long_call():  # one call into C that gives Python's lock away and cannot be interrupted, as LightGBM's
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 10**8)

def threads():
    Crew(2, SILENT).do("two long calls", [long_call, long_call])

def callback():  # what is raised in a callback from C is lost
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    compare = kind(lambda a, b: time.sleep(0.05) or 0)
    ctypes.CDLL(None).qsort(ctypes.create_string_buffer(4000), 4000, 1, compare)

def steps():  # a step of Python is never far
    while True:
        time.sleep(0.01)

def after_one_output():
    with writing(target.with_name("first.csv")) as file:
        file.write(b"complete")
    ready.touch()
    steps()

def into_a_pipe():
    with writing(pathlib.Path("-")) as file:
        file.write(b"half")
        ready.touch()
        steps()

def job(*_):
    if not WORK.__name__[0] in "ai":
        with writing(target) as file:
            file.write(b"half")
            file.flush()
            ready.touch()
            WORK()
    WORK()

WORK = globals()[sys.argv[3]]
creditrisk.jobs.info.info = job
creditrisk.jobs.early.before_info = lambda *_: None  # there is no model
sys.argv = ["creditrisk", "info", "m.crm"]
main()
"""
INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
WORDS = {INT: "\nInterrupted: {}.\n", TERM: "Terminated: {}.\n", HUP: "Terminated: {}.\n"}


def script(work: str, number: signal.Signals, tmp_path: Path) -> tuple[float, int, str, str]:
    folder = tmp_path / "out"
    folder.mkdir()
    ready = tmp_path / "ready"
    return stopped([sys.executable, "-c", SCRIPT, str(folder / "x"), str(ready), work], number, ready)


@pytest.mark.parametrize(
    ("work", "number"),
    [("steps", INT), ("steps", HUP), ("long_call", INT), ("threads", TERM)],
)
def test_sigint_and_sigterm_end_a_command_at_once(work: str, number: signal.Signals, tmp_path: Path) -> None:
    seconds, code, out, err = script(work, number, tmp_path)
    assert (code, out, err) == (128 + number, "", WORDS[number].format("nothing was written"))
    assert names(tmp_path / "out") == []
    assert seconds < SOON


def test_a_signal_that_arrives_in_a_callback_is_not_lost(tmp_path: Path) -> None:
    seconds, code, _, err = script("callback", INT, tmp_path)
    assert (code, names(tmp_path / "out")) == (130, [])
    assert err.endswith(WORDS[INT].format("nothing was written"))
    assert seconds < SOON


def test_what_was_written_before_the_signal_is_said(tmp_path: Path) -> None:
    _, code, _, err = script("after_one_output", INT, tmp_path)
    first = tmp_path / "out" / "first.csv"
    assert (code, err) == (130, WORDS[INT].format(f"written before that: {first}"))
    assert (names(tmp_path / "out"), first.read_text()) == (["first.csv"], "complete")


def test_scores_that_went_down_a_pipe_are_said_to_be_a_part(tmp_path: Path) -> None:
    _, code, _, err = script("into_a_pipe", TERM, tmp_path)
    assert (code, err) == (143, WORDS[TERM].format("written before that: a part of standard output"))


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    line = f"trap '' HUP; exec {sys.executable} -c 'import signal, creditrisk.cli.signals as s; s.listen(); "
    line += 'import os; os.kill(os.getpid(), signal.SIGHUP); print("alive")\''
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")


#: Three signals are noted before Python comes to the first of them; others come during the clean-up.
THREE = """
import os, signal, time
from creditrisk.cli.signals import Stopped, leave, listen
three = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
signal.pthread_sigmask(signal.SIG_BLOCK, three)
listen()
def send():
    for number in three:
        os.kill(os.getpid(), number)
try:
    send()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, three)
    time.sleep(60)
except Stopped as stopped:
    send()
    time.sleep(0.01)
    leave(stopped.number)
"""


def test_signals_in_quick_succession_end_a_command_once_and_with_one_line() -> None:
    done = subprocess.run([sys.executable, "-c", THREE], capture_output=True, text=True, timeout=60)
    lines = {128 + number: words.format("nothing was written") for number, words in WORDS.items()}
    assert done.stderr == lines.get(done.returncode)


def check_ended(process: subprocess.Popen[str], number: signal.Signals, folder: Path) -> None:
    process.send_signal(number)
    _, err = process.communicate(timeout=SOON)
    assert (process.returncode, names(folder)) == (128 + number, [])
    assert err.endswith(WORDS[number].format("nothing was written"))


def test_sigint_mid_train(loans_csv: Path, tmp_path: Path) -> None:
    process = started([*COMMAND, "train", str(loans_csv), "--target", "isDefault", "-o", str(tmp_path / "m.crm"), "-v"])
    assert process.stderr is not None
    assert process.stderr.readline().startswith("reading the loans: ")
    check_ended(process, INT, tmp_path)


def test_sigterm_mid_predict(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    """It has begun to write when the file beside the target is there; 60,000 loans take it a while."""
    header, *rows = unlabelled_csv.read_text().splitlines(keepends=True)
    many, folder = tmp_path / "many.csv", tmp_path / "out"
    many.write_text(header + "".join(rows) * 85)
    folder.mkdir()
    process = started([*COMMAND, "predict", str(model_file), str(many), "-o", str(folder / "s.csv")])
    while not names(folder) and process.poll() is None:
        time.sleep(0.005)
    assert names(folder)[0].startswith(".creditrisk-")
    check_ended(process, TERM, folder)
