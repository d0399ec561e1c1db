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
    # LightGBM's threads would spin while they wait for each other, which on a busy machine takes times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from creditrisk.cli.app import app
    from creditrisk.cli.boundary import guarded, release_streams

    try:
        guarded(app)()  # help and the version are printed outside any command
    finally:
        release_streams()


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
