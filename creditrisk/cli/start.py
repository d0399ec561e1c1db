"""Where the process begins and ends: streams, signals and settings of libraries, before anything else is imported."""

from __future__ import annotations

import os
import sys

from creditrisk.cli.signals import Stopped, leave, listen


def main() -> None:
    """Run the command line; the console script's entry."""
    _open_closed_streams()
    try:
        listen()
        _run()
    except Stopped as stopped:
        leave(stopped.number)


def _run() -> None:
    # NumPy's linear algebra would add threads of its own to those that fit side by side. It reads this when imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # LightGBM's threads spin while they wait for each other: twice as fast as sleeping, but not on a busy machine.
    if busy():
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from creditrisk.cli.boundary import guarded, release_streams
    from creditrisk.cli.commands import app_for

    try:
        guarded(app_for(sys.argv[1:]))()  # help and the version are printed outside any command
    finally:
        release_streams()


def busy(running: str = "/proc/loadavg") -> bool:
    """Return whether others keep half of the processors at work just now; False where the system does not tell."""
    try:
        with open(running, encoding="ascii") as file:  # noqa: PTH123 - pathlib is slow to import
            others = int(file.read().split()[3].partition("/")[0]) - 1  # one of them is this process
    except (OSError, IndexError, ValueError):
        return False
    return others >= max(1, (os.cpu_count() or 1) // 2)


def _open_closed_streams() -> None:
    """Let the three standard streams lead nowhere where they are closed.

    Else the next file that is opened would be one of them, and what a library prints would end up in a model.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - it lasts as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
