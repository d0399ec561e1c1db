"""Measure what balanced class weights change, as a Markdown table: `python benchmarks/reweighting.py`.

It runs `creditrisk train --class-weight balanced --json` on data/train.csv, or on a file of yours:
`python benchmarks/reweighting.py --data FILE --target NAME --id NAME`. Further options are handed to `train`, as
`--seed 1` or `--drop NAME`. The figures are those of the held-out loans. What they mean: docs/binary-cross-entropy.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CREDITRISK = Path(sys.executable).parent / "creditrisk"
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "train.csv"
#: Heading, field of the JSON, decimals; the last in per cent.
COLUMNS = (
    ("AUC", "auc", ".4f"),
    ("BCE", "bce", ".4f"),
    ("calibration slope", "calibration_slope", ".3f"),
    ("observed / expected", "observed_over_expected", ".3f"),
    ("recall at 0.5", "recall_at_half", ".1%"),
)


def cell(estimate: dict[str, float | None], form: str) -> str:
    """Return a figure with its interval; what these loans do not determine (null) stays away."""
    value, low, high = (estimate[name] for name in ("value", "low", "high"))
    if value is None:
        return "–"
    interval = "" if low is None or high is None else f" ({low:{form}} – {high:{form}})"
    return f"{value:{form}}{interval}".replace("%", " %").replace("-", "−")


def table(variants: list[dict[str, Any]]) -> str:
    """Return the Markdown table, a way of weighting a row."""
    rows = [["", *(heading for heading, _, _ in COLUMNS)], ["---"] * (len(COLUMNS) + 1)]
    rows += [[variant["name"], *(cell(variant[field], form) for _, field, form in COLUMNS)] for variant in variants]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows)


def differences(effect: dict[str, Any]) -> str:
    """Return the paired differences in a line."""
    auc, bce = (cell(effect[field], "+.4f") for field in ("auc_difference", "bce_difference"))
    return f"Weighted and restored less unweighted, paired by loan: AUC {auc}, BCE {bce}."


def trained(data: Path, columns: list[str], further: list[str]) -> dict[str, Any]:
    """Run `creditrisk train` in a temporary folder and return its report; where it fails, end with its exit code."""
    if not CREDITRISK.is_file():
        raise SystemExit(f"There is no {CREDITRISK}: run this with the Python that creditrisk is installed in.")
    with tempfile.TemporaryDirectory() as folder:
        command = [str(CREDITRISK), "train", str(data), *columns, "--output", str(Path(folder) / "model.crm")]
        done = subprocess.run(
            [*command, "--class-weight", "balanced", "--json", *further], stdout=subprocess.PIPE, check=False
        )
    if done.returncode:
        raise SystemExit(done.returncode)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def arguments() -> tuple[Path, list[str], list[str]]:
    """Return the file, the options that name its columns, and what else is meant for `train`."""
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="loans with known outcomes (default: data/train.csv)")
    parser.add_argument("--target", metavar="NAME", help="the outcome column; needed with --data")
    parser.add_argument("--id", metavar="NAME", action="append", help="a column that names the loan")
    given, further = parser.parse_known_args()
    if given.data and not given.target:
        parser.error("--data needs --target")
    ids = given.id or ([] if given.data else ["id"])
    columns = ["--target", given.target or "isDefault", *(word for name in ids for word in ("--id", name))]
    return given.data or SAMPLE, columns, further


def main() -> None:
    """Train, and print the table and the paired differences."""
    effect = trained(*arguments())["reweighting"]
    if effect is None:
        raise SystemExit("These options leave nothing to compare: class weights, and no --no-compare, are needed.")
    print(table(effect["variants"]))
    print(f"\n{differences(effect)}")


if __name__ == "__main__":
    main()
