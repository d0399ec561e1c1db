"""A process of its own in which commands meet files that are no models; memory and time are measured file by file.

python hostile_commands.py FOLDER LOANS
    Give every file in FOLDER to `info`, and each of a few to `predict` and `evaluate` too. Prints a JSON list.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from creditrisk.cli.app import app


def peak_since_reset() -> int:
    """Return the most memory that this process held since `reset_peak`, in bytes; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return 0


def reset_peak() -> None:
    """Forget the peak, where the system lets a process do so."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def ran(arguments: list[str]) -> dict[str, Any]:
    """Return the exit code of a command, what it said, and what it took."""
    said, printed, code = io.StringIO(), io.StringIO(), 0
    reset_peak()
    started = time.process_time()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
        try:
            app(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    took = time.process_time() - started
    return {"code": code, "said": said.getvalue(), "printed": printed.getvalue(), "cpu_seconds": took,
            "peak": peak_since_reset()}  # fmt: skip


def all_ran(folder: Path, loans: str) -> list[dict[str, Any]]:
    """Return what became of every command."""
    results = []
    for number, path in enumerate(sorted(folder.iterdir())):
        commands = [["info", str(path)]]
        if number % 4 == 0:
            commands += [["predict", str(path), loans, "--output", str(folder.parent / "scores.csv")],
                         ["evaluate", str(path), loans]]  # fmt: skip
        results += [{"file": path.name, "command": command[0], **ran(command)} for command in commands]
    return results


if __name__ == "__main__":
    sys.stdout.write(json.dumps(all_ran(Path(sys.argv[1]), sys.argv[2])))
