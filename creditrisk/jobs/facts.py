"""What a training says of its data, its model and its making."""

from __future__ import annotations

import os
import platform
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from creditrisk import __version__
from creditrisk.data.dates import iso_day
from creditrisk.data.units import unit_words
from creditrisk.errors import UsageError, shown
from creditrisk.evaluation.results import DataFacts, ModelFacts
from creditrisk.reports.json_text import to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.data.reading import TrainingData
    from creditrisk.data.splitting import Split
    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.file_specs import ReadSpec
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.specs import TrainSpec

_PARTS_OF_FIGURES = {"value", "low", "high", "se", "expected", "highest", "p_value", "statistic", "df"}
#: Settings that leave the model as it is.
_CHANGE_NOTHING = ("threads", "compare")


def training_notes(found: TrainingData, spec: TrainSpec, read: ReadSpec) -> dict[str, Any]:
    """Return what the model file says about its making. Of the data it names files and digests, no path."""
    settings = {name: value for name, value in to_plain(asdict(spec)).items() if name not in _CHANGE_NOTHING}
    packages = {name: version(name) for name in ("lightgbm", "numpy", "pyarrow")}
    return {
        "created": now().isoformat(timespec="seconds"),
        "data": [asdict(digest) for digest in found.files.digests()],
        "rows_rejected": found.files.rejected,
        **({"drawn": {"loans": len(found.loans), "of": found.drawn.loans}} if found.drawn else {}),
        "reading": {"delimiter": read.delimiter, "encoding": read.encoding, "skip_rows": read.skip_rows},
        "settings": settings,
        "versions": {"creditrisk": __version__, "python": platform.python_version(), **packages},
    }


def now() -> datetime:
    """Return the time, or the one that SOURCE_DATE_EPOCH fixes so that two runs give the same bytes."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        fix = "Give seconds since 1970, or unset it."
        raise UsageError("SOURCE_DATE_EPOCH is no time.", where=fixed, fix=fix) from error


def data_facts(found: TrainingData, split: Split, spec: TrainSpec, model: TrainedModel) -> DataFacts:
    """Return what the training files held and how their loans were used."""
    schema = model.schema
    return DataFacts(
        file=found.files.name,
        loans=len(found.loans),
        defaults=int(found.loans.outcomes.sum()),
        set_aside=found.set_aside,
        rejected=found.files.rejected,
        still_watched=split.still_watched,
        related=split.related,
        training_loans=len(split.train),
        held_out_loans=len(split.held_out),
        split=_split_words(found, split, spec),
        target=schema.target,
        roles=schema.roles,
        columns=dict(Counter(str(column.kind) for column in schema.columns)),
        units={column.name: unit_words(column.unit) for column in schema.columns if column.unit},
        dropped=schema.dropped,
        drawn_from=found.drawn.loans if found.drawn else 0,
    )


def _split_words(found: TrainingData, split: Split, spec: TrainSpec) -> str:
    """Return how the held-out loans were chosen, in words."""
    time, group = found.loans.schema.roles.time, found.loans.schema.roles.group
    whole = f", no {shown(group)} on both sides" if group else ""
    if time is None or split.begins is None:
        return f"at random by outcome{whole} (seed {spec.seed})"
    begins = f"{split.begins:g}"
    if time.kind == "date":
        begins = iso_day(int(split.begins))
    return f"the newest, {shown(time.name)} from {begins} on{whole}"


def model_facts(model: TrainedModel, spec: TrainSpec, output: Path, digest: str) -> ModelFacts:
    """Return what was fitted and saved."""
    training = model.training
    return ModelFacts(
        path=str(output),
        sha256=digest,
        bytes=output.stat().st_size if output.is_file() else 0,
        kind=model.kind,
        chosen={name: training[name] for name in ("trees", "columns_used", "members") if name in training},
        out_of_fold_bce=float(training["out_of_fold_bce"]),
        class_weight=model.weighting.asked,
        weight_ratio=model.weighting.ratio,
        restored_by=model.weighting.offset,
        calibration=model.calibration,
        refitted_on=int(training.get("refitted_on", 0)),
        seed=spec.seed,
        decision_cutoff=model.decision_cutoff,
        created=str(training.get("created", "")),
        settings=dict(training.get("settings", {})),
        versions=dict(training.get("versions", {})),
        data=tuple(training.get("data", [])),
    )


def kept_figures(figures: Evaluation) -> dict[str, Any]:
    """Return what a model file keeps of the figures on the held-out loans: numbers with their intervals, no tables."""
    plain = to_plain(figures)
    numbers = {
        name: value for name, value in plain.items()
        if not isinstance(value, (list, dict)) or (isinstance(value, dict) and set(value) <= _PARTS_OF_FIGURES)
    }  # fmt: skip
    validation = plain["validation"]
    return {**numbers, "gains": plain["gains"], "verdict": {"verdict": validation["verdict"]}}
