"""Time whole commands in pairs, with their processor time and peak memory: what the speed benchmarks share.

Machines differ and are busy at times, so two commands run in turn, A B A B …, and their ratio is taken pair by pair.
Nothing beyond the standard library is imported here: on Linux a process that is started inherits the size of the
one that starts it as its own least peak memory.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PYTHON = sys.executable
CREDITRISK = str(Path(sys.executable).parent / "creditrisk")
LIBRARIES = ("creditrisk", "lightgbm", "numpy", "pyarrow", "scipy", "typer", "rich", "jinja2", "pandas", "scikit-learn")


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds by the clock and of the processors (user and system), peak memory, what it said."""

    seconds: float
    cpu: float
    peak_mib: float
    said: str = field(repr=False, default="")


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes
    ----------
    case : the name by which `speed.py` runs it
    what : what was measured, in words
    unit : "ratio", "s", "MiB", or "skipped"
    value, low, high : the median of the runs (of a ratio: of the pairs), the least and the largest
    limit : what it should keep to; None where it is only told
    at_least : whether the limit is a least one
    more : medians of both sides, processor time, and what else belongs to it
    """

    case: str
    what: str
    unit: str
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    limit: float | None = None
    at_least: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if self.limit is None or self.unit == "skipped":
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """Return the figure as a line for the console."""
        if self.unit == "skipped":
            return f"{self.case:14} {self.what}: skipped, {self.more['reason']}"
        kept = {None: "", True: "kept", False: "NOT KEPT"}[self.kept]
        sides = "".join(f"  {name} {self.more[name]:.3f}" for name in ("ours_s", "bare_s") if name in self.more)
        limit = "" if self.limit is None else f"  {'at least' if self.at_least else 'at most'} {self.limit:g}: {kept}"
        return (f"{self.case:14} {self.what}: {self.value:.4g} {self.unit} ({self.low:.4g} – {self.high:.4g})"
                f"{limit}{sides}")  # fmt: skip


def run(command: list[str], codes: tuple[int, ...] = (0,)) -> Run:
    """Run a command to its end; whoever ends with another code than one of `codes` ends the benchmark with its words.

    Bytecode is kept, as it is wherever the package is installed: else every run would compile all modules again.
    """
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {"OPENBLAS_NUM_THREADS": "1", **environment}
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment) as process:
            assert process.stdout is not None
            said = process.stdout.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.read().decode()}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, said)


def own_account(command: list[str]) -> Run:
    """Run a command that prints as its last line what it measured itself: {"seconds": …, "cpu": …, …}."""
    done = run(command)
    told = json.loads(done.said.splitlines()[-1])
    return Run(told["seconds"], told["cpu"], done.peak_mib, done.said)


@dataclass(frozen=True)
class Pair:
    """Two commands to compare; with `bare_accounts` the bare one tells its own seconds, start-up not among them."""

    ours: list[str]
    bare: list[str]
    bare_accounts: bool = False


def paired(case: str, what: str, pair: Pair, rounds: int, limit: float | None) -> Figure:
    """Return the ratio of two commands that run in turn, once to warm up and then `rounds` times."""

    def once() -> tuple[Run, Run]:
        ours = run(pair.ours)
        return ours, own_account(pair.bare) if pair.bare_accounts else run(pair.bare)

    once()
    runs = [once() for _ in range(rounds)]
    ratios = sorted(ours.seconds / bare.seconds for ours, bare in runs)
    return Figure(case, what, "ratio", statistics.median(ratios), ratios[0], ratios[-1], limit, more=both_sides(runs))


def both_sides(runs: list[tuple[Run, Run]]) -> dict[str, Any]:
    """Return the medians of both sides of a comparison."""
    more: dict[str, Any] = {"rounds": len(runs)}
    for at, name in enumerate(("ours", "bare")):
        more[f"{name}_s"] = statistics.median(pair[at].seconds for pair in runs)
        more[f"{name}_cpu_s"] = statistics.median(pair[at].cpu for pair in runs)
        more[f"{name}_peak_mib"] = max(pair[at].peak_mib for pair in runs)
    return more | {"cpu_ratio": statistics.median(ours.cpu / bare.cpu for ours, bare in runs)}


def spread(values: list[float]) -> tuple[float, float, float]:
    """Return the median, the least and the largest."""
    return statistics.median(values), min(values), max(values)


def skipped(case: str, what: str, reason: str) -> Figure:
    """Return what stands where nothing could be measured."""
    return Figure(case, what, "skipped", more={"reason": reason})


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processors, memory, system, versions; no name of the machine."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {
        "processors": usable,
        "processor": _processor(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """Return the model of the processor, as the system calls it."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def revision() -> str:
    """Return the git revision of the project, marked where files differ from it; empty outside a repository."""
    words = (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    done = [subprocess.run(["git", *one], check=False, cwd=HERE, capture_output=True, text=True) for one in words]
    return done[0].stdout.strip() + (" with changes" if done[1].stdout.strip() else "")


def write_results(figures: list[Figure], path: Path, facts: dict[str, Any]) -> None:
    """Write a results file: what was measured, on which machine, with which versions."""
    rows = [asdict(figure) | {"kept": figure.kept} for figure in figures]
    document = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"), **facts, "machine": machine(),
        "figures": rows,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
