"""How the tests of this folder run commands as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "creditrisk"]
#: The interrupted command ends within a second on an idle machine; the tests run on busy ones.
SOON = 4.0


def environment(**changes: str | None) -> dict[str, str]:
    """Return the environment with changes; None takes a variable away.

    Output is buffered as it is for users: what a full disk does shows only when the buffer is written.
    """
    merged = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUNBUFFERED": None, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def run(*arguments: str | Path, env: dict[str, str] | None = None, **options: object):
    """Run a command to its end; text in, text out."""
    settings = {"capture_output": True, "text": True, "timeout": 120, **options}
    return subprocess.run([*COMMAND, *map(str, arguments)], env=env or environment(), **settings)


def shell(line: str, **changes: str | None):
    """Run a line of Bash in which $creditrisk is the command."""
    env = environment(creditrisk=" ".join(COMMAND), **changes)
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120, env=env)


def started(command: list[str]) -> subprocess.Popen[str]:
    """Start a command that hears of Ctrl-C even where the tests run in the background of a shell, which ignores it."""
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


def stopped(command: list[str], number: signal.Signals, ready: Path) -> tuple[float, int, str, str]:
    """Send a signal once the file `ready` exists; return seconds until the end, exit code, standard out and error."""
    process = started(command)
    limit = time.monotonic() + 60
    while not ready.exists() and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.01)
    assert ready.exists(), process.communicate(timeout=60)
    process.send_signal(number)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    return time.monotonic() - began, process.returncode, out, err


def names(folder: Path) -> list[str]:
    """Return what a folder holds."""
    return sorted(path.name for path in Path(folder).iterdir())
