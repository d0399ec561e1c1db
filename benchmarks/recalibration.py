"""Measure what a recalibration brings where the level moved, and how often its tests reject PDs that are right.

    python benchmarks/recalibration.py FILE --target NAME [--drop NAME] [--defaults 1.0] [--repaid 1.0] [OPTION ...]

The loans of a CSV file are dealt to three parts at random. A model is trained on the first with the options that are
not named here; of the other two a share of the defaults (--defaults) or of the repaid loans (--repaid) is kept, so that
the log-odds of default move by ln(defaults / repaid). The model is recalibrated on the second and judged on the third:
a row for the model as it was and for each method. Then outcomes are drawn 600 times from the model's own PDs on 6,000
loans of the third part, and the share of samples is printed in which each test rejects at 5 %. What it means:
docs/recalibration.md.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from runner import say

from creditrisk.cli.app import app
from creditrisk.errors import CreditRiskError
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.recalibrate import recalibrate
from creditrisk.metrics.nested_lines import nested_lines
from creditrisk.metrics.odds import log_odds
from creditrisk.recalibration_spec import RecalibrateSpec

if TYPE_CHECKING:
    from creditrisk.evaluation.results import Judgement

METHODS = ("auto", "intercept", "slope", "isotonic")
TESTS = ("shift", "line", "curve", "slope", "bend")
SAMPLES, LOANS = 600, 6000


def parts(
    loans: pd.DataFrame, target: str, kept: tuple[float, float]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return three parts of the loans, the last two thinned: (defaults, repaid loans) are the shares that are kept."""
    mixed = loans.sample(frac=1, random_state=1).reset_index(drop=True)
    third = len(mixed) // 3
    later = []
    for seed, part in enumerate((mixed[third : 2 * third], mixed[2 * third :]), 1):
        share = np.where(part[target] == 1, *kept)
        later.append(part[np.random.default_rng(seed).random(len(part)) < share])
    return mixed[:third], later[0], later[1]


def row(name: str, judged: Judgement) -> str:
    """Return a row of the table."""
    figures = judged.figures
    ratio, p = figures.observed_over_expected, figures.calibration_test.p_value
    words = f"{ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f})"
    return f"| {name} | {words} | {figures.bce.value:.4f} | {p:.2g} | {figures.auc.value:.4f} |"


def judged_methods(model: Path, second: pd.DataFrame, third: pd.DataFrame, target: str) -> None:
    """Print a row for the model as it was, and one for each method."""
    print("| model | observed / expected (95 % interval) | BCE | intercept and slope, p | AUC |")
    print("|---|---|---|---|---|")
    print(row("as trained", evaluate(model, third)))
    specs = {f"`--method {method}`": RecalibrateSpec(method=method) for method in METHODS}
    rate = round(float(third[target].mean()), 3)
    specs[f"`--to-rate {rate:g}`, no outcomes"] = RecalibrateSpec(to_rate=rate)
    for name, spec in specs.items():
        new = model.with_name("new.crm")
        try:
            found = recalibrate(model, second, new, spec, force=True)
        except CreditRiskError as error:
            say(f"{name}: {error.what}")
            continue
        taken = f", which takes {found.method}" if spec.method == "auto" and not spec.to_rate else ""
        print(row(f"{name}{taken}", evaluate(new, third)))


def rejected(model: Path, loans: pd.DataFrame) -> None:
    """Print how often the tests reject outcomes that are drawn from the model's own PDs."""
    scores: Any = predict(model, loans).scores
    pd_of = np.array(scores.column("pd").to_pylist())[:LOANS]
    z, hits = log_odds(pd_of), dict.fromkeys(TESTS, 0)
    for seed in range(SAMPLES):
        y = (np.random.default_rng(seed).random(len(pd_of)) < pd_of).astype(np.int8)
        found = nested_lines(y, z)
        for name in TESTS:
            hits[name] += getattr(found, name).p_value < 0.05
    shares = ", ".join(f"{name} {count / SAMPLES:.1%}" for name, count in hits.items())
    error = math.sqrt(0.05 * 0.95 / SAMPLES)
    print(f"\n{len(pd_of):,} loans, {pd_of.sum():.0f} mean defaults, {SAMPLES} samples: {shares} (± {error:.1%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--target", required=True)
    parser.add_argument("--drop", action="append", default=[])
    parser.add_argument("--defaults", type=float, default=1.0)
    parser.add_argument("--repaid", type=float, default=1.0)
    given, options = parser.parse_known_args()
    loans = pd.read_csv(given.file, encoding="utf-8-sig").drop(columns=given.drop)
    first, second, third = parts(loans, given.target, (given.defaults, given.repaid))
    with tempfile.TemporaryDirectory() as folder:
        model, data = Path(folder) / "m.crm", Path(folder) / "first.csv"
        first.to_csv(data, index=False)
        app(["train", str(data), "--target", given.target, "-o", str(model), "-q", *options], standalone_mode=False)
        print(f"Recalibrated on {len(second):,} loans with {second[given.target].sum():,} defaults, judged on "
              f"{len(third):,} with {third[given.target].sum():,}.\n")  # fmt: skip
        judged_methods(model, second, third, given.target)
        rejected(model, third)


if __name__ == "__main__":
    main()
