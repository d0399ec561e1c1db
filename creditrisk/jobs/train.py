"""Train: read → split → fit → restore → evaluate on the held-out loans → save."""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditrisk import __version__
from creditrisk.atomic_file import check_writable
from creditrisk.data.csv_file import sha256_of
from creditrisk.data.reading import TrainingData, read_training
from creditrisk.data.splitting import stratified_split
from creditrisk.data.target import check_enough
from creditrisk.errors import UsageError
from creditrisk.evaluation.evaluate import Yardsticks, evaluate
from creditrisk.evaluation.remarks import remarks
from creditrisk.evaluation.results import DataFacts, ModelFacts, Training
from creditrisk.evaluation.reweighting import ReweightingEffect, compare_weighting
from creditrisk.metrics.odds import expit
from creditrisk.models.model_file import save_model
from creditrisk.models.scoring import Scorer
from creditrisk.models.training import Fitted, Trainer
from creditrisk.models.watcher import SILENT
from creditrisk.reports.json_text import to_plain
from creditrisk.specs import ClassWeight, TrainSpec

if TYPE_CHECKING:
    from creditrisk.data.table import LoanTable
    from creditrisk.models.watcher import Watcher


def train(
    data: str | Path, output: str | Path, spec: TrainSpec, *, force: bool = False, watcher: Watcher = SILENT
) -> Training:
    """Train a model on a CSV file of loans, evaluate it on loans held out from it, and save it.

    Parameters
    ----------
    data : path
        CSV file with a header and one loan a row.
    output : path
        The model file to write.
    spec : TrainSpec
    force : bool
        Whether an existing file at `output` may be replaced.

    Returns
    -------
    Training
        Facts about data and model, the held-out figures, and what to watch.

    Raises
    ------
    UsageError, DataError, OutputError
        See `creditrisk.errors`.
    """
    data, output = Path(data), Path(output)
    _check_output(data, output, force=force)
    started = time.perf_counter()
    read = read_training(data, spec)
    loans = read.loans
    y = loans.outcomes
    check_enough(y, str(data))
    rows, held_out_rows = stratified_split(y, spec.test_size, spec.seed)
    check_enough(y[rows], f"{data}, the training loans")
    held_out = loans.take(held_out_rows)
    reading = time.perf_counter() - started
    trainer = Trainer(loans.take(rows), spec)
    fitted = trainer.train(spec, watcher, _notes(data, spec))
    fitting = time.perf_counter() - started - reading
    pd = Scorer(fitted.model, spec.threads).score(held_out).pd
    yardsticks = Yardsticks(fitted.model.base_rate, fitted.model.ks_cutoff)
    figures = evaluate(held_out.outcomes, pd, yardsticks)
    model = replace(fitted.model, figures={"held_out": to_plain(figures)})
    effect = _reweighting(trainer, fitted, held_out, spec, watcher)
    # Last of all, so that whoever interrupts the run before finds nothing written.
    digest = save_model(model, output)
    return Training(
        data=_data_facts(data, read, fitted, (len(rows), len(held_out))),
        model=_model_facts(fitted, spec, output, digest),
        held_out=figures,
        gain_share=fitted.gain_share,
        reweighting=effect,
        remarks=(*remarks(figures), *_training_remarks(read, fitted)),
        seconds={"reading": reading, "fitting": fitting, "all": time.perf_counter() - started},
    )


def _check_output(data: Path, output: Path, *, force: bool) -> None:
    if output.exists() and data.exists() and output.samefile(data):
        raise UsageError("The model would overwrite the data.", where=str(output), fix="Choose another --output.")
    if output.is_file() and not force:
        raise UsageError(
            "The model file exists already.", where=str(output), fix="Choose another --output, or add --force."
        )
    check_writable(output)


def _reweighting(
    trainer: Trainer, fitted: Fitted, held_out: LoanTable, spec: TrainSpec, watcher: Watcher
) -> ReweightingEffect | None:
    """Fit the unweighted twin with the same folds and seeds, and set the two side by side."""
    if ClassWeight.parse(spec.class_weight).changes_nothing or not spec.compare:
        return None
    twin = trainer.train(replace(spec, class_weight="none"), watcher, {})
    scores = Scorer(fitted.model, spec.threads).score(held_out)
    return compare_weighting(
        held_out.outcomes,
        unweighted=Scorer(twin.model, spec.threads).score(held_out).pd,
        weighted=expit(scores.log_odds - fitted.model.weighting.offset),
        restored=scores.pd,
    )


def _training_remarks(read: TrainingData, fitted: Fitted) -> tuple[str, ...]:
    still_falling = (
        f"Growing ended at --max-trees ({fitted.model.training['trees']:,} trees or a little before): the out-of-fold "
        "BCE might still fall with more."
    )
    return (*read.remarks, *(() if fitted.model.training["stopped_early"] else (still_falling,)))


def _notes(data: Path, spec: TrainSpec) -> dict[str, Any]:
    """Return what the model file says about its making. Of the data it names the file and its digest, no path."""
    settings = to_plain(asdict(spec))
    for changes_nothing in ("threads", "compare"):
        del settings[changes_nothing]
    packages = {name: version(name) for name in ("lightgbm", "numpy", "pyarrow")}
    return {
        "created": _now().isoformat(timespec="seconds"),
        "data": {"file": data.name, "sha256": sha256_of(data)},
        "settings": settings,
        "versions": {"creditrisk": __version__, "python": platform.python_version(), **packages},
    }


def _now() -> datetime:
    """Return the time, or the one that SOURCE_DATE_EPOCH fixes so that two runs give the same bytes."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)


def _data_facts(data: Path, read: TrainingData, fitted: Fitted, split: tuple[int, int]) -> DataFacts:
    schema = fitted.model.schema
    return DataFacts(
        file=str(data),
        loans=len(read.loans),
        defaults=int(read.loans.outcomes.sum()),
        set_aside=read.set_aside,
        training_loans=split[0],
        held_out_loans=split[1],
        target=schema.target,
        columns=dict(Counter(str(column.kind) for column in schema.columns)),
        dropped=schema.dropped,
    )


def _model_facts(fitted: Fitted, spec: TrainSpec, output: Path, digest: str) -> ModelFacts:
    model = fitted.model
    return ModelFacts(
        path=str(output),
        sha256=digest,
        bytes=output.stat().st_size if output.is_file() else 0,
        kind=model.kind,
        trees=int(model.training["trees"]),
        out_of_fold_bce=float(model.training["out_of_fold_bce"]),
        class_weight=model.weighting.asked,
        weight_ratio=model.weighting.ratio,
        restored_by=model.weighting.offset,
        seed=spec.seed,
    )
