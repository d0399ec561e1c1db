"""The one place where errors become words and exit codes.

0 fine · 1 a bug of ours · 2 usage · 3 input data · 4 model file · 5 output · 6 a gate failed · 7 the cluster ·
130 / 143 interrupted.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from creditrisk.atomic_file import what_was_written
from creditrisk.errors import CreditRiskError, OutputError, printable

if TYPE_CHECKING:
    from collections.abc import Callable

_F = TypeVar("_F", bound="Callable[..., Any]")
#: Set to anything, it shows the traceback of an internal error.
DEBUG = "CREDITRISK_DEBUG"


def guarded(command: _F) -> _F:
    """Return the command with every exception worded on standard error and turned into its exit code."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
            sys.stdout.flush()
        except CreditRiskError as error:
            end(error)
        except BrokenPipeError:
            # The reader of our output (head, less) has seen enough: that is no error.
            release_streams()
            raise SystemExit(0) from None
        except OSError as error:
            what = f"The report cannot be written: {error.strerror or type(error).__name__}."
            _fail(worded(OutputError(what, fix="Check where standard output goes.")), OutputError.exit_code)
        except MemoryError:
            _fail("Error: The memory of this machine is not enough.\n  fix: Use fewer rows, or a larger machine.\n", 1)
        except KeyboardInterrupt:  # where nobody listens as `signals` does
            _fail(f"\nInterrupted: {what_was_written()}.\n", 128 + signal.SIGINT)
        except Exception as error:  # the last line of defence, so that no user sees a traceback
            _fail(_bug(error), 1)

    return run  # type: ignore[return-value]


def release_streams() -> None:
    """Let what standard output and standard error cannot take lead nowhere; for the end of the process.

    Python tries to write it once more then, complains, and ends with 120 in place of our exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def end(error: CreditRiskError) -> NoReturn:
    """End the process with the error's words and exit code."""
    _fail(worded(error), error.exit_code)


def worded(error: CreditRiskError) -> str:
    """Return an error as the lines that a user reads: what, where, fix."""
    lines = [f"Error: {printable(error.what)}"]
    label = "  where: "
    for place in error.where:
        lines.append(label + printable(place))
        label = "         "
    if error.fix:
        lines.append(f"  fix: {printable(error.fix)}")
    return "\n".join(lines) + "\n"


def _bug(error: Exception) -> str:
    if os.environ.get(DEBUG):
        import traceback

        return traceback.format_exc()
    return (
        f"Internal error: {type(error).__name__} (a bug of creditrisk, not of your data).\n"
        f"  fix: Please report it with what {DEBUG}=1 shows when the command is run again.\n"
    )


def _fail(message: str, code: int) -> NoReturn:
    with contextlib.suppress(OSError, ValueError):  # nobody listens: the exit code says it too
        sys.stderr.write(message)
        sys.stderr.flush()
    raise SystemExit(code)
