"""Reports of a few lines, without Rich: importing it takes as long as scoring a loan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk.errors import printable, shown
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from creditrisk.evaluation.results import ModelInfo
    from creditrisk.evaluation.scored import Sample, Scoring


def scoring_lines(result: Scoring) -> str:
    """Return the report of `predict`."""
    if not result.rows:
        return f"{printable(result.file)} has a header and no loans; {printable(result.output)} has a header too.\n"
    mean = "" if math.isnan(result.mean_pd) else f", mean PD {percent(result.mean_pd)}"
    loans = "loan" if result.rows == 1 else "loans"
    done = f"{result.rows:,} {loans} scored{mean}: {printable(result.output)} ({result.seconds:.1f} s)"
    return _listed(done, result.remarks)


def info_lines(result: ModelInfo) -> str:
    """Return the report of `info`."""
    training, weighting = result.training, result.weighting
    target = result.target
    versions = training.get("versions", {})
    facts = [
        ("kind", f"{result.kind}, {training.get('trees', '?')} trees"),
        ("made", f"{training.get('created', '?')} from {shown(str(training.get('data', {}).get('file', '?')))}"),
        ("default", f"{shown(target.name)} = {_names(target.default_labels)}; repaid = {_names(target.repaid_labels)}"),
        ("default rate", f"{percent(result.base_rate)} of the training loans"),
        ("class weight", f"{weighting.asked}, log-odds restored by {weighting.offset:+.3f}"),
        ("ids", _names(result.ids) or "none"),
        ("columns", str(len(result.columns))),
        *(("", f"{shown(column.name)} {column.kind} {column.date_format}".rstrip()) for column in result.columns),
        *(("left out", f"{shown(column.name)} ({column.reason})") for column in result.dropped),
        ("held out", _held_out(result.figures.get("held_out", {}))),
        ("settings", ", ".join(f"{key} {value}" for key, value in _settings(training).items())),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("size", f"{result.bytes:,} bytes, SHA-256 {result.sha256}"),
    ]
    return "".join(f"{name:14}{printable(text)}\n" for name, text in [("model", result.path), *facts])


def _names(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in names)


def _held_out(figures: Mapping[str, Any]) -> str:
    """Return the main figures on the held-out loans, as far as the file has them."""
    parts = []
    for name, key in (("AUC", "auc"), ("BCE", "bce"), ("observed / expected", "observed_over_expected")):
        estimate = figures.get(key)
        if isinstance(estimate, dict) and all(isinstance(estimate.get(end), float) for end in ("value", "low", "high")):
            parts.append(f"{name} {estimate['value']:.4f} ({estimate['low']:.4f} – {estimate['high']:.4f})")
    return ", ".join(parts) or "no figures"


def _settings(training: Mapping[str, Any]) -> dict[str, Any]:
    settings = training.get("settings", {})
    named = ("test_size", "class_weight", "seed", "folds", "learning_rate", "leaves", "max_trees", "patience")
    return {name.replace("_", " "): settings[name] for name in named if name in settings}


def sample_lines(result: Sample) -> str:
    """Return the report of `sample`."""
    made = (
        f"{result.rows:,} loans made, expected default rate {percent(result.expected_rate)}: {printable(result.output)}"
    )
    return _listed(made, [f"the best that any model can reach: AUC {result.best_auc:.4f}, BCE {result.best_bce:.4f}"])


def _listed(first: str, points: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in [first, *(f"  • {point}" for point in points)])
