"""How time and memory of training grow with the rows, and how far a training is from its bare LightGBM calls.

    python benchmarks/growth.py grow 100000 300000 1000000 3000000 10000000
    python benchmarks/growth.py bare 200000 --pairs 5
    python benchmarks/growth.py draw

`grow` makes loans of 47 columns for each size, trains on them in a process of its own, deletes them, and adds what it
measured to benchmarks/results/growth.json. `bare` runs `creditrisk train --preset fast --no-audit` and
bare_training.py in turn on the same file. `draw` draws docs/growth.svg from the results. Peak memory is that of the
process as the system knows it; other processes do not disturb it, as they do times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CREDITRISK = str(Path(sys.executable).parent / "creditrisk")
BARE = Path(__file__).with_name("bare_training.py")
RESULTS = Path(__file__).with_name("results") / "growth.json"
PLOT = Path(__file__).parents[1] / "docs" / "growth.svg"
#: Equal work for each loan at every size.
GROWING = ["--preset", "fast", "--folds", "2", "--max-trees", "30"]


def measured(command: list[str]) -> dict[str, float]:
    """Run a command to its end, and return its seconds, processor seconds and peak memory."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": round(usage.ru_maxrss * unit / 2**20, 1),
    }


def train(loans: Path, model: Path, options: list[str]) -> list[str]:
    """Return the command that trains on generated loans."""
    return [CREDITRISK, "train", str(loans), "--target", "isDefault", "--id", "id", "-o", str(model), "--force", "-q",
            *options]  # fmt: skip


def grow(sizes: list[int], options: list[str], loans: Path | None) -> None:
    """Train on as many loans as each size says."""
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = loans or Path(folder) / "loans.csv"
            if loans is None:
                subprocess.run([CREDITRISK, "sample", "--rows", str(rows), "-o", path, "-q"], check=True)
            found = measured(train(path, Path(folder) / "model.crm", options or GROWING))
            row = {
                "rows": rows,
                "csv_mib": round(path.stat().st_size / 2**20, 1),
                "options": options or GROWING,
                **found,
            }
        keep("growth", row, lambda old, new: (old["rows"], old["options"]) == (new["rows"], new["options"]))
        print(json.dumps(row), flush=True)


def bare(rows: int, pairs: int) -> None:
    """Run the command and its bare LightGBM calls in turn."""
    options = ["--preset", "fast", "--no-audit"]
    with tempfile.TemporaryDirectory() as folder:
        loans, model = Path(folder) / "loans.csv", Path(folder) / "model.crm"
        subprocess.run([CREDITRISK, "sample", "--rows", str(rows), "-o", loans, "-q"], check=True)
        measured(train(loans, model, options))
        found = [
            (measured(train(loans, model, options)), measured([sys.executable, str(BARE), str(loans), str(model)]))
            for _ in range(pairs)
        ]
    row: dict[str, object] = {"rows": rows, "pairs": pairs}
    for name in ("seconds", "cpu_seconds", "peak_mib"):
        ratios = sorted(ours[name] / other[name] for ours, other in found)
        row[name] = {
            "creditrisk": statistics.median(ours[name] for ours, _ in found),
            "bare": statistics.median(other[name] for _, other in found),
            "ratio": round(statistics.median(ratios), 3), "low": round(ratios[0], 3), "high": round(ratios[-1], 3),
        }  # fmt: skip
    keep("bare", row, lambda old, new: old["rows"] == new["rows"])
    print(json.dumps(row, indent=1), flush=True)


def keep(kind: str, row: dict[str, object], same: Callable[[dict, dict], bool]) -> None:
    """Add a row to the results, in place of the one that it repeats."""
    results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {"growth": [], "bare": []}
    rows = [old for old in results[kind] if not same(old, row)] + [row]
    results[kind] = sorted(rows, key=lambda each: each["rows"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def draw() -> None:
    """Draw processor time and peak memory over the rows, both axes logarithmic."""
    rows = [row for row in json.loads(RESULTS.read_text())["growth"] if row["options"] == GROWING]
    panels = [("Processor time", "s", "cpu_seconds", 1.0), ("Peak memory", "GiB", "peak_mib", 1 / 1024)]
    parts = [panel(rows, place * 360, *each) for place, each in enumerate(panels)]
    PLOT.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 300" font-family="sans-serif" font-size="12">\n'
        f'<rect width="720" height="300" fill="white"/>\n{"".join(parts)}</svg>\n'
    )


def panel(rows: list[dict], left: float, title: str, unit: str, name: str, scale: float) -> str:
    """Return one panel: the measured points and a line through them, with their values."""
    values = [row[name] * scale for row in rows]
    x = axis([row["rows"] for row in rows], left + 50, left + 330)
    y = axis(values, 250, 50)
    points = list(zip(x, y, strict=True))
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    words = "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="#1f5fa8"/>'
        f'<text x="{a:.1f}" y="{b - 10:.1f}" text-anchor="middle">{value:.3g} {unit}</text>'
        f'<text x="{a:.1f}" y="272" text-anchor="middle" fill="#555">{short(row["rows"])}</text>\n'
        for (a, b), value, row in zip(points, values, rows, strict=True)
    )
    return (
        f'<text x="{left + 190}" y="22" text-anchor="middle" font-weight="bold">{title}</text>\n'
        f'<line x1="{left + 30}" y1="256" x2="{left + 350}" y2="256" stroke="#999"/>\n'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="2"/>\n{words}'
        f'<text x="{left + 190}" y="292" text-anchor="middle" fill="#555">rows of 47 columns</text>\n'
    )


def axis(values: list[float], low: float, high: float) -> list[float]:
    """Return the places of values on a logarithmic axis."""
    from math import log

    first, last = log(min(values)), log(max(values))
    return [low + (high - low) * (log(value) - first) / ((last - first) or 1.0) for value in values]


def short(rows: int) -> str:
    """Return 300k for 300,000 and 10M for 10,000,000."""
    return f"{rows // 1000}k" if rows < 1_000_000 else f"{rows / 1_000_000:g}M"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs = parser.add_subparsers(dest="job", required=True)
    growing = jobs.add_parser("grow")
    growing.add_argument("rows", type=int, nargs="+")
    growing.add_argument("--loans", type=Path, help="a file that was made before, of so many rows")
    growing.add_argument("--options", nargs=argparse.REMAINDER, default=[])
    comparing = jobs.add_parser("bare")
    comparing.add_argument("rows", type=int)
    comparing.add_argument("--pairs", type=int, default=5)
    jobs.add_parser("draw")
    asked = parser.parse_args()
    if asked.job == "grow":
        grow(asked.rows, asked.options, asked.loans)
    elif asked.job == "bare":
        bare(asked.rows, asked.pairs)
    else:
        draw()


if __name__ == "__main__":
    main()
