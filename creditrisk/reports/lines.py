"""Reports of a few lines, without Rich: importing it takes as long as scoring a loan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk.errors import counted, printable, shown
from creditrisk.evaluation.leaderboard import leaderboard
from creditrisk.reports.recalibration_words import recalibration_words
from creditrisk.reports.wording import (
    calibration_words,
    drawn_words,
    model_words,
    percent,
    target_words,
    weight_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from creditrisk.data.schema import Column
    from creditrisk.evaluation.leaderboard import LeaderboardRow
    from creditrisk.evaluation.results import ModelInfo
    from creditrisk.evaluation.scored import Sample, Scoring
    from creditrisk.models.points import PointsRow
    from creditrisk.models.trained_model import Weighting
    from creditrisk.option_values import Scale


def scoring_lines(result: Scoring) -> str:
    """Return the report of `predict`."""
    if not result.rows and not result.rejected:
        return f"{printable(result.file)} has a header and no loans; {printable(result.output)} has a header too.\n"
    rejected = f", {counted(result.rejected, 'row')} skipped (see --rejects)" if result.rejected else ""
    mean = "" if math.isnan(result.mean_pd) else f", mean PD {percent(result.mean_pd)}"
    loans = "loan" if result.rows == 1 else "loans"
    done = f"{result.rows:,} {loans} scored{rejected}{mean}: {_place(result.output)} ({result.seconds:.1f} s)"
    return _listed(done, result.remarks)


def _place(output: str) -> str:
    return "standard output" if output == "-" else printable(output)


def _grades(scale: Scale) -> str:
    if not scale.grades:
        return "one for all loans"
    return f"A, then from a PD of {', '.join(percent(bound) for bound in scale.grades)}"


def _decision(cutoff: float) -> str:
    return f"refuse from a PD of {percent(cutoff)}" if cutoff else "no cut-off is kept"


def info_lines(result: ModelInfo) -> str:
    """Return the report of `info`."""
    training, weighting = result.training, result.weighting
    target, scale = result.target, result.scale
    files = [str(entry.get("file", "?")) for entry in training.get("data", []) if isinstance(entry, dict)]
    versions = training.get("versions", {})
    facts = [
        ("kind", model_words(result.kind, training)),
        *(("", _member(row)) for row in leaderboard(training) if row.weight > 0),
        ("made", f"{training.get('created', '?')} from {_names(files)}"),
        *(
            [("sample", drawn_words(training["drawn"]["loans"], training["drawn"]["of"]))]
            if "drawn" in training
            else []
        ),
        *([("refitted", f"on all {training['refitted_on']:,} loans")] if training.get("refitted_on") else []),
        ("default", f"{target_words(target).removeprefix('default means ')}; repaid = {_names(target.repaid_labels)}"),
        ("default rate", f"{percent(result.base_rate)} {_rate_of(training)}"),
        ("class weight", _class_weight(weighting)),
        ("calibration", calibration_words(result.calibration) if result.calibration.asked != "none" else "none"),
        *(("recalibrated", recalibration_words(entry)) for entry in training.get("recalibrations", [])),
        *_after_recalibration(result.figures.get("recalibration", {})),
        ("points", f"{scale.base_score:g} at odds of {scale.base_odds:g}, {scale.pdo:g} more double them"),
        ("grades", _grades(scale)),
        *([("", f"their PDs: {', '.join(percent(pd) for pd in scale.pds)}")] if scale.pds else []),
        ("decision", _decision(result.decision_cutoff)),
        *([("weight", weight_words(result.roles))] if result.roles.weight else []),
        ("ids", _names(result.ids) or "none"),
        ("columns", str(len(result.columns))),
        *(("", _column(column)) for column in result.columns),
        *(("left out", f"{shown(column.name)} ({column.reason})") for column in result.dropped),
        ("held out", _held_out(result.figures.get("held_out", {}))),
        ("settings", ", ".join(f"{key} {value}" for key, value in _settings(training).items())),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("size", f"{result.bytes:,} bytes, SHA-256 {result.sha256}"),
    ]
    lines = "".join(f"{name:14}{printable(text)}\n" for name, text in [("model", result.path), *facts])
    return lines + points_lines(result.points)


def _after_recalibration(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the level of the new PDs, on folds that the last recalibration was not fitted on."""
    after = figures.get("after")
    return [("", f"out of fold: {_held_out(after)}")] if isinstance(after, dict) else []


def _rate_of(training: Mapping[str, Any]) -> str:
    """Return whose rate it is that the PDs have."""
    steps = training.get("recalibrations", [])
    if not steps:
        return "of the training loans"
    return "as asked at the last recalibration" if "to_rate" in steps[-1] else "of the loans of the last recalibration"


def _member(row: LeaderboardRow) -> str:
    return f"{row.weight:.3f} × {row.member} (out-of-fold BCE {row.bce:.4f}, AUC {row.auc:.4f})"


def _class_weight(weighting: Weighting) -> str:
    if weighting.ratio == 1.0:
        return "none"
    return f"{weighting.asked}, log-odds restored by {weighting.offset:+.3f}"


def _column(column: Column) -> str:
    form = column.date_format or (f"({column.unit})" if column.unit else "")
    return f"{shown(column.name)} {column.kind} {form}".rstrip()


def points_lines(points: Sequence[PointsRow]) -> str:
    """Return the card of a scorecard: the points of every bin of every column."""
    if not points:
        return ""
    lines = ["\npoints        loans    rate     WOE  points\n"]
    column = None
    for row in points:
        if row.column != column:
            lines.append(f"{printable(shown(row.column))}  IV {row.iv:.3f}\n")
            column = row.column
        share, rate = ("–" if figure is None else percent(figure) for figure in (row.share, row.rate))
        lines.append(f"{'':12}{share:>7} {rate:>7} {row.woe:+7.3f} {row.points:7.1f}  "
                     f"{printable(row.bin)}\n")  # fmt: skip
    return "".join(lines)


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
    named = ["test_size", "class_weight", "seed", "folds"]
    if settings.get("model", "auto") == "auto" and "preset" in settings:
        named = ["preset", *named]
    if settings.get("model") == "lightgbm" or settings.get("preset") == "fast":
        named += ["learning_rate", "leaves", "max_trees", "patience"]
    asked = ("time", "group", "monotone", "special", "time_limit", "members")
    named += [name for name in asked if settings.get(name)]
    named += ["features"] if settings.get("features", "auto") != "auto" else []
    shown_as = {name: settings[name] for name in named if name in settings}
    words = {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in shown_as.items()}
    return {name.replace("_", " "): value for name, value in words.items()}


def sample_lines(result: Sample) -> str:
    """Return the report of `sample`."""
    made = (
        f"{result.rows:,} loans made, expected default rate {percent(result.expected_rate)}: {printable(result.output)}"
    )
    return _listed(made, [f"the best that any model can reach: AUC {result.best_auc:.4f}, BCE {result.best_bce:.4f}"])


def _listed(first: str, points: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in [first, *(f"  • {point}" for point in points)])
