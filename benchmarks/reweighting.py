"""Measure what balanced class weights change, as Markdown tables.

    python benchmarks/reweighting.py [--data FILE --target NAME --id NAME]
    python benchmarks/reweighting.py FOLDER [--only NAME,NAME] [--seeds 0,1,2] [--models lightgbm,scorecard]

Without a folder it runs `creditrisk train --class-weight balanced --json` on data/train.csv, or on a file of yours,
and prints the report's own comparison on the held-out loans. FOLDER holds the well-known files of accuracy.py or pairs
NAME.train.csv and NAME.test.csv; each kind of model is then trained with and without weights, and judged on the test
loans, also by the share of the defaults that is refused when 80 % of the loans are approved. Options that are not named
here are handed to `train`, as `--model lightgbm`, `--seed 1` or `--drop NAME`. What the figures mean:
docs/class-weights.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from accuracy import splits
from report import table as markdown
from report import unique
from runner import CREDITRISK, DRAWS, chosen, measured, options_for, say, written

from creditrisk.metrics.calibration import bce, bce_difference, calibration_line, observed_over_expected
from creditrisk.metrics.discrimination import auc, auc_difference
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.odds import expit
from creditrisk.models.model_file import load_model

if TYPE_CHECKING:
    from runner import Split

    from creditrisk.metrics.arrays import Floats

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "train.csv"
#: Heading, field of the JSON, decimals; the last in per cent.
COLUMNS = (
    ("AUC", "auc", ".4f"),
    ("BCE", "bce", ".4f"),
    ("calibration slope", "calibration_slope", ".3f"),
    ("observed / expected", "observed_over_expected", ".3f"),
    ("recall at 0.5", "recall_at_half", ".1%"),
)
#: The kinds of models, with the options of train that make them.
MODELS = {
    "lightgbm": ("--model", "lightgbm"), "scorecard": ("--model", "scorecard"), "blend": ("--preset", "standard"),
}  # fmt: skip
APPROVED = 0.8
NONE, RAW, RESTORED = "none", "balanced, not restored", "balanced, restored"


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
    if not Path(CREDITRISK).is_file():
        raise SystemExit(f"There is no {CREDITRISK}: run this with the Python that creditrisk is installed in.")
    with tempfile.TemporaryDirectory() as folder:
        command = [CREDITRISK, "train", str(data), *columns, "--output", str(Path(folder) / "model.crm")]
        done = subprocess.run(
            [*command, "--class-weight", "balanced", "--json", *further], stdout=subprocess.PIPE, check=False
        )
    if done.returncode:
        raise SystemExit(done.returncode)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@dataclass(frozen=True)
class Row:
    """Figures of one way of weighting, or differences of two, on one split."""

    split: str
    model: str
    weights: str
    figures: dict[str, Estimate]


def scored(split: Split, model: str, weight: str, folder: Path, further: list[str]) -> tuple[Floats, float]:
    """Return the log-odds of the test loans from a model of the training loans, and what restoration added to them."""
    path, out = folder / "model.crm", folder / "scores.csv"
    command = [CREDITRISK, "train", str(folder / "train.csv"), "--target", split.target, *MODELS[model], "--refit"]
    options = options_for(further, list(split.train.columns))
    measured([*command, "--class-weight", weight, "--no-compare", "-o", str(path), "--force", "-q", *options], folder)
    command = [CREDITRISK, "predict", str(path), str(folder / "test.csv"), "-o", str(out), "--columns", "log_odds"]
    measured([*command, "--quiet"], folder)
    return pd.read_csv(out)["log_odds"].to_numpy(dtype=np.float64), load_model(path).weighting.offset


def recalls(truth: Any, pds: list[Floats]) -> Floats:
    """Return the share of the defaults refused for each of several PDs, shape (1 + DRAWS, len(pds)).

    The first row is that of the loans as they are, the others those of bootstrap samples, the same for all PDs. Of
    loans with the PD at the cut-off as large a share counts as refused as is still to be refused.
    """
    random, n, found = np.random.default_rng(0), len(truth), np.empty((1 + DRAWS, len(pds)))
    groups = [np.unique(-pd, return_inverse=True)[1] for pd in pds]
    for draw in range(1 + DRAWS):
        times = np.ones(n) if draw == 0 else np.bincount(random.integers(0, n, n), minlength=n).astype(np.float64)
        for place, group in enumerate(groups):
            loans, defaults = np.bincount(group, times), np.bincount(group, times * truth)
            refused = np.clip((1 - APPROVED) * n - (np.cumsum(loans) - loans), 0, loans) / np.maximum(loans, 1)
            found[draw, place] = refused @ defaults / defaults.sum()
    return found


def interval(draws: Floats) -> Estimate:
    """Return the first of some values with the interval of the others."""
    low, high = np.quantile(draws[1:], [0.025, 0.975])
    return Estimate(float(draws[0]), float(low), float(high), float(draws[1:].std(ddof=1)))


def compared(split: Split, model: str, folder: Path, further: list[str]) -> tuple[list[Row], list[Row]]:
    """Train with and without weights, and return the figures of all variants, and the differences against `none`."""
    plain, _ = scored(split, model, "none", folder, further)
    restored, offset = scored(split, model, "balanced", folder, further)
    truth = split.test[split.target].to_numpy()
    pds = {NONE: expit(plain), RAW: expit(restored - offset), RESTORED: expit(restored)}
    drawn = recalls(truth, list(pds.values()))
    rows, less = [], []
    for place, (name, pd_) in enumerate(pds.items()):
        cutoff = float(np.quantile(pd_, APPROVED))
        figures = {
            "auc": auc(truth, pd_), "bce": bce(truth, pd_), "slope": calibration_line(truth, pd_).slope,
            "observed_over_expected": observed_over_expected(truth, pd_), "recall": interval(drawn[:, place]),
            "cutoff": Estimate(cutoff, float("nan"), float("nan")),
        }  # fmt: skip
        rows.append(Row(split.name, model, name, figures))
        gaps = {
            "auc": auc_difference(truth, pd_, pds[NONE]), "bce": bce_difference(truth, pd_, pds[NONE]),
            "recall": interval(drawn[:, place] - drawn[:, 0]),
        }  # fmt: skip
        less += [Row(split.name, model, f"{name}, less none", gaps)] * (name != NONE)
    return rows, less


def mean(estimates: list[Estimate]) -> dict[str, float | None]:
    """Return the mean over splits, its ends the means of the ends, as if the splits shared all loans."""
    values = {name: float(np.mean([getattr(one, name) for one in estimates])) for name in ("value", "low", "high")}
    return {name: None if np.isnan(value) else value for name, value in values.items()}


def tabled(rows: list[Row], columns: dict[str, tuple[str, str]]) -> str:
    """Return a Markdown table of means over splits, a way of weighting a row; `columns` are heading and form."""
    lines = [["set", "model", "class weights", *(heading for heading, _ in columns.values())]]
    for key in unique((row.split, row.model, row.weights) for row in rows):  # type: ignore[misc,arg-type]
        own = [row.figures for row in rows if (row.split, row.model, row.weights) == key]
        lines.append([*key, *(cell(mean([one[name] for one in own]), form) for name, (_, form) in columns.items())])
    return markdown(lines)


def measure(folder: Path, given: argparse.Namespace, further: list[str]) -> None:
    """Compare on the sets of a folder, and print both tables."""
    if "--calibration" in further:
        raise SystemExit("A calibration would hide what the weights change: leave it out.")
    rows: list[Row] = []
    less: list[Row] = []
    for split in splits(argparse.Namespace(folder=folder, **vars(given))):
        with tempfile.TemporaryDirectory() as name:
            written(split, Path(name))
            for model in chosen(given.models, list(MODELS)):
                say(f"{split.name} {split.seed} {model}")
                found, gaps = compared(split, model, Path(name), further)
                rows, less = rows + found, less + gaps
    recall = f"recall at {APPROVED:.0%} approved".replace("%", " %")
    print(tabled(rows, {
        "auc": ("AUC", ".4f"), "bce": ("BCE", ".4f"), "observed_over_expected": ("observed / expected", ".3f"),
        "slope": ("calibration slope", ".3f"), "recall": (recall, ".1%"), "cutoff": ("refused from PD", ".1%"),
    }))  # fmt: skip
    print()
    print(tabled(less, {"auc": ("AUC", "+.4f"), "bce": ("BCE", "+.5f"), "recall": (f"{recall}, points", "+.2%")}))


def arguments(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options, and what else is meant for `train`."""
    parser = argparse.ArgumentParser(
        usage="reweighting.py [FOLDER] [options] [further options of train]", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawTextHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--target", metavar="NAME", help="the outcome column; needed with --data")
    file = parser.add_argument_group("one file")
    file.add_argument("--data", type=Path, metavar="FILE", help="loans with known outcomes (default: data/train.csv)")
    file.add_argument("--id", metavar="NAME", action="append", help="a column that names the loan")
    sets = parser.add_argument_group("a folder (--target and --positive are those of its pairs)")
    sets.add_argument("--only", default="", metavar="NAME,NAME", help="sets to run (default: all that are there)")
    sets.add_argument("--seeds", default="0,1,2", help="seeds of the splits of the well-known files")
    sets.add_argument("--models", default="lightgbm,scorecard", metavar="NAME,NAME",
                      help="kinds of models, also blend (default: lightgbm,scorecard)")  # fmt: skip
    sets.add_argument("--positive", default="1", metavar="LABEL", help="the value that means default (default: 1)")
    given, further = parser.parse_known_args(words)
    if given.data and not given.target:
        parser.error("--data needs --target")
    return given, further


def main() -> None:
    """Train, and print the tables and the paired differences."""
    words = sys.argv[1:]
    # A folder comes first: later words without a dash may be values of options of train.
    folder = Path(words.pop(0)) if words and not words[0].startswith("-") else None
    given, further = arguments(words)
    if folder is not None:
        given.target = given.target or "target"
        measure(folder, given, further)
        return
    ids = given.id or ([] if given.data else ["id"])
    columns = ["--target", given.target or "isDefault", *(word for name in ids for word in ("--id", name))]
    effect = trained(given.data or SAMPLE, columns, further)["reweighting"]
    if effect is None:
        raise SystemExit("These options leave nothing to compare: class weights, and no --no-compare, are needed.")
    print(table(effect["variants"]))
    print(f"\n{differences(effect)}")


if __name__ == "__main__":
    main()
