"""Signals end a command within a second: first by an exception that unwinds it, at last by force.

An exception is raised between two steps of Python only. LightGBM and Arrow may compute for seconds in one call, and
an exception that is raised in a callback of theirs is lost. So a thread hears of every signal too: a command that has
not ended by itself soon after is ended there, once its unfinished files are removed.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, NoReturn

from creditrisk.atomic_file import discard_unfinished, what_was_written

if TYPE_CHECKING:
    from types import FrameType

#: Seconds that a command has to unwind, and then those that the removal of private copies of pipes has.
_GRACE, _LAST = 0.5, 0.2
#: The signals that end a command, and how that is called. A terminal that is closed sends SIGHUP.
_WORDS = {"SIGINT": "\nInterrupted", "SIGTERM": "Terminated", "SIGHUP": "Terminated"}
_SIGNALS = {getattr(signal, name): words for name, words in _WORDS.items() if hasattr(signal, name)}
#: Taken once and never given back: by the first signal, and by who says the last line.
_STOPPED, _SAID = threading.Lock(), threading.Lock()


class Stopped(BaseException):
    """A signal asked the command to end."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def listen() -> None:
    """Turn signals into `Stopped` in this thread, the main one, and start the thread that makes sure of it.

    A signal that is ignored stays so: `nohup` and shells that run a command in the background ask for that.
    """
    handled = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in handled:
        signal.signal(number, _stop)
    if hasattr(os, "set_blocking"):  # Windows has it from Python 3.12 on
        ear, mouth = os.pipe()
        os.set_blocking(mouth, False)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        threading.Thread(target=_hear, args=(ear,), name="creditrisk-signals", daemon=True).start()


def _stop(number: int, _frame: FrameType | None) -> None:
    # One is enough: the clean-up is not to be disturbed. The handler stays, because Python complains of a signal that
    # it has noted already when its handler is taken away.
    if _STOPPED.acquire(blocking=False):
        raise Stopped(number)


def _hear(ear: int) -> None:
    while True:
        number = os.read(ear, 1)[0]
        if number in _SIGNALS:
            time.sleep(_GRACE)
            # Private copies of pipes are removed so; in a thread, since nobody knows what else waits to be called.
            last = threading.Thread(target=atexit._run_exitfuncs, daemon=True)  # noqa: SLF001 - no other way to it
            last.start()
            last.join(_LAST)
            discard_unfinished()
            say_goodbye(number)
            _end(number)


def say_goodbye(number: int) -> None:
    """Say once, on standard error, that a signal ended the command, and what it had written by then."""
    if _SAID.acquire(blocking=False):
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{_SIGNALS[signal.Signals(number)]}: {what_was_written()}.\n")
            sys.stderr.flush()


def leave(number: int) -> NoReturn:
    """End the process after it was unwound; not by way of Python's own end, where freeing much memory takes long."""
    say_goodbye(number)
    atexit._run_exitfuncs()  # noqa: SLF001 - no other way to it
    _end(number)


def _end(number: int) -> NoReturn:
    os._exit(128 + number)
