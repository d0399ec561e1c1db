"""Train: read → split → fit → restore → calibrate → evaluate on the held-out loans → save."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.data.files import open_files
from creditrisk.data.reading import read_training
from creditrisk.data.splitting import split_loans
from creditrisk.data.target import FEWEST_HELD_OUT, check_enough
from creditrisk.errors import counted
from creditrisk.evaluation.effects import effects
from creditrisk.evaluation.evaluate import evaluate
from creditrisk.evaluation.gates import check_gates
from creditrisk.evaluation.leaderboard import leaderboard, raced
from creditrisk.evaluation.remarks import grade_remarks, remarks, time_remarks, training_remarks
from creditrisk.evaluation.results import Training
from creditrisk.evaluation.reweighting import ReweightingEffect, compare_weighting
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.decision import check_decision, with_decision
from creditrisk.jobs.facts import data_facts, kept_figures, model_facts, training_notes
from creditrisk.jobs.judging import (
    beside_of,
    check_asked,
    evenly,
    judged_loans,
    judging_seconds,
    of_known,
    pages,
    unknown_times,
    write_pages,
    yardsticks,
)
from creditrisk.jobs.outputs import check_apart, check_new
from creditrisk.jobs.training_audit import audit_remarks, audited, beside_leaks
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.odds import expit
from creditrisk.models.booster import usable_threads
from creditrisk.models.clock import Clock
from creditrisk.models.model_file import save_model
from creditrisk.models.scoring import Scorer, score_in_parts
from creditrisk.models.training import Trainer, importance
from creditrisk.models.watcher import SILENT
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from creditrisk.data.beside import Beside
    from creditrisk.data.files import Source
    from creditrisk.data.reading import TrainingData
    from creditrisk.data.splitting import Split
    from creditrisk.data.table import ChosenLoans, LoanTable
    from creditrisk.engine_specs import TrainEngineSpec
    from creditrisk.evaluation.judged import Judged
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.scoring import Scores
    from creditrisk.models.training import Fitted
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


def train(
    data: Source,
    output: str | Path,
    spec: TrainSpec,
    *,
    judge: JudgeSpec | None = None,
    read: ReadSpec | None = None,
    engine: TrainEngineSpec | None = None,
    force: bool = False,
    watcher: Watcher = SILENT,
) -> Training:
    """Train a model on loans, evaluate it on loans held out from it, and save it.

    Parameters
    ----------
    data : path, list of paths, or data frame
        CSV (also .gz) or Parquet files with the same columns, one loan a row; or a pandas, polars or pyarrow table.
    output : path
        The model file to write.
    spec : TrainSpec
    judge : JudgeSpec, optional
        What is wanted beside the figures that every report has.
    read : ReadSpec, optional
    engine : TrainEngineSpec, optional
        Whether the workers of a cluster do the work (docs/scaling.md).
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
    started = time.perf_counter()
    output, read, judge = Path(output), read or ReadSpec(), judge or JudgeSpec()
    check_new(output, force=force)
    if engine is not None and engine.on_cluster:
        from creditrisk.jobs.cluster_train import Asked, train_on_cluster

        return train_on_cluster(data, output, Asked(spec, judge, read, engine, watcher))
    check_asked(judge)
    check_decision(spec, judge)
    watcher.step("reading the loans", 0, 0)
    files = open_files(data, read)
    check_apart({"model": output, "rejects": read.rejects, **pages(judge)}, {"data": files.paths})
    found = read_training(files, spec, read)
    split = _split(found, spec)
    watcher.step("looking for leaks, faults and drift", 0, 0)
    found, findings = audited(found, split, spec)
    dealt = _dealt(found, split, judge)
    reading = time.perf_counter() - started
    watcher.step("preparing the columns", 0, 0)
    clock = Clock.of(spec.time_limit, started).earlier(judging_seconds(len(dealt.held_out), judge))
    trainer = Trainer(dealt.learned_from, spec, clock)
    fitted = trainer.train(spec, watcher, training_notes(found, spec, read))
    watcher.step("judging on the held-out loans", 0, 0)
    out_of_fold = _out_of_fold(fitted, dealt)
    fitted = replace(fitted, model=with_decision(fitted.model, spec, judge, out_of_fold))
    scorer = Scorer(fitted.model, spec.threads)
    scores = score_in_parts(scorer, dealt.held_out)
    against, threads = yardsticks(fitted.model, spec.cutoff), usable_threads(spec.threads)
    figures = evaluate(_judged(dealt, scores), against, judge, out_of_fold, threads)
    figures = beside_leaks(figures, findings, fitted.model.schema.names)
    effect = _reweighting(trainer, fitted, scores, dealt.held_out, spec, watcher)
    shown = effects(scorer, dealt.held_out, importance(fitted.model)) if judge.report else ()
    saved = replace(fitted.model, figures={"held_out": kept_figures(figures)})
    if spec.refit:
        saved = Trainer(found.loans, spec, clock).refit(replace(fitted, model=saved), spec, watcher)
    fitting = time.perf_counter() - started - reading
    # Last of all, so that whoever interrupts the run before finds nothing written.
    digest = save_model(saved, output)
    taken = time.perf_counter() - started
    training = Training(
        data=data_facts(found, dealt.split, spec, saved),
        model=model_facts(saved, spec, output, digest),
        held_out=figures,
        importance=importance(saved),
        leaderboard=leaderboard(fitted.validated.chosen),
        raced=raced(fitted.validated.chosen),
        reweighting=effect,
        calibration=fitted.calibration,
        effects=shown,
        gates=check_gates(judge.gates, figures),
        findings=findings,
        remarks=(
            *remarks(figures),
            *found.remarks,
            *grade_remarks(spec.grades_to_make, len(saved.scale.grades) + 1),
            *training_remarks(saved.training, fitted.calibration),
            *audit_remarks(len(split.train) + len(split.held_out), asked=spec.audit),
            *time_remarks(spec.time_limit, taken),
        ),
        seconds={"reading": reading, "fitting": fitting, "all": taken},
    )
    write_pages(judge, training)
    return training


@dataclass(frozen=True, eq=False)
class _Dealt:
    """The loans of a training by their use.

    `beside` is what is wanted of all of them beside the model's columns, `unknown` the times of rows of the held-out
    time whose outcome is not known.
    """

    split: Split
    learned_from: ChosenLoans
    held_out: LoanTable
    beside: Beside | None
    unknown: Floats | None

    def beside_of(self, rows: NDArray[np.intp]) -> Beside | None:
        """Return what stands beside some of the loans."""
        return None if self.beside is None else self.beside.take(rows)


def _split(found: TrainingData, spec: TrainSpec) -> Split:
    """Return which loans are learned from and which held out; refuse those that are too few on either side."""
    outcomes, name = found.loans.outcomes, found.files.name
    drawn = f", {counted(len(outcomes), 'loan')} drawn by --max-rows" if found.drawn else ""
    check_enough(outcomes, f"{name}{drawn}")
    split = split_loans(found.loans, spec, name)
    check_enough(outcomes[split.train], f"{name}, the training loans")
    check_enough(outcomes[split.held_out], f"{name}, the held-out loans", FEWEST_HELD_OUT)
    return split


def _dealt(found: TrainingData, split: Split, judge: JudgeSpec) -> _Dealt:
    """Deal the loans out."""
    loans, drawn = found.loans, found.drawn
    beside = beside_of(found.files, loans.schema, judge)
    unknown = unknown_times(beside, since=split.begins)
    if drawn is not None:
        beside = None if beside is None else beside.take(drawn.rows)
        unknown = None if unknown is None else evenly(unknown, len(drawn.rows) / drawn.loans)
    return _Dealt(split, loans.choose(split.train), loans.take(split.held_out), of_known(beside), unknown)


def _out_of_fold(fitted: Fitted, dealt: _Dealt) -> Judged:
    """Return the training loans that were judged out of fold, with their calibrated PDs."""
    rows, loans = fitted.out_of_fold_rows, dealt.learned_from.bare
    weight = None if loans.weight is None else loans.weight[rows]
    beside = dealt.beside_of(dealt.split.train[rows])
    return judged_loans(fitted.out_of_fold_y, fitted.out_of_fold_pd, weight, loans.schema, beside)


def _judged(dealt: _Dealt, scores: Scores) -> Judged:
    """Return the held-out loans with their PDs."""
    loans, beside = dealt.held_out, dealt.beside_of(dealt.split.held_out)
    return judged_loans(loans.outcomes, scores.pd, loans.weight, loans.schema, beside, dealt.unknown)


def _reweighting(
    trainer: Trainer, fitted: Fitted, scores: Scores, held_out: LoanTable, spec: TrainSpec, watcher: Watcher
) -> ReweightingEffect | None:
    """Fit the unweighted twin with the same folds and seeds, and set the two side by side."""
    # Under a time limit the twin would have what time the weighted model left.
    if ClassWeight.parse(spec.class_weight).changes_nothing or not spec.compare or spec.time_limit:
        return None
    # A blend's members are not raced again: what is compared are the weights.
    members = ",".join(row.member for row in leaderboard(fitted.model.training) if row.weight > 0)
    twin = trainer.train(replace(spec, class_weight="none", members=members), watcher, {})
    pd = score_in_parts(Scorer(twin.model, spec.threads), held_out).pd
    unweighted = judged_loans(held_out.outcomes, pd, held_out.weight, held_out.schema, None)
    return compare_weighting(unweighted, weighted=expit(scores.raw), restored=scores.pd)
