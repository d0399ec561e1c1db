"""Train on a cluster: settle everything on a sample here, then fit the trees where the loans lie.

The held-out loans are dealt by a rule that every worker applies alone (`data.dealing`), to the sample as to the files:
what is fitted or chosen sees training loans only, here and there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.data.dealing import HELD_OUT, NEITHER, TRAINING, Dealing
from creditrisk.data.dealt import DealtLoans
from creditrisk.data.files import open_files
from creditrisk.data.reading import named_columns, read_training
from creditrisk.data.row_sample import DrawRows, as_files, chance, chance_to_draw, lowest, stored_alike
from creditrisk.data.splitting import Split, split_loans
from creditrisk.data.target import FEWEST, FEWEST_HELD_OUT, check_enough, outcomes
from creditrisk.engine.cluster import connected
from creditrisk.errors import DataError, counted
from creditrisk.evaluation.effects import effects
from creditrisk.evaluation.evaluate import evaluate
from creditrisk.evaluation.gates import check_gates
from creditrisk.evaluation.remarks import grade_remarks, remarks, training_remarks
from creditrisk.evaluation.results import Training
from creditrisk.jobs.cluster_fit import ClusterFit
from creditrisk.jobs.cluster_judging import WantedBeside, joined
from creditrisk.jobs.cluster_tasks import CountLoans, ScoreHeldOut
from creditrisk.jobs.cluster_wishes import check_wishes, placed
from creditrisk.jobs.decision import check_decision, with_decision
from creditrisk.jobs.facts import data_facts, kept_figures, model_facts, training_notes
from creditrisk.jobs.judging import (
    beside_of,
    check_asked,
    judged_loans,
    of_known,
    pages,
    write_pages,
    yardsticks,
)
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.training_audit import audited, beside_leaks
from creditrisk.models.booster import usable_threads
from creditrisk.models.model_file import save_model
from creditrisk.models.scoring import Scorer
from creditrisk.models.training import Trainer, importance
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from creditrisk.audit.results import Finding
    from creditrisk.data.dealt import PlacedFile
    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.data.reading import TrainingData
    from creditrisk.data.row_sample import SampledRows
    from creditrisk.engine.cluster import Cluster
    from creditrisk.engine_specs import TrainEngineSpec
    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.evaluation.judged import Judged
    from creditrisk.evaluation.results import DataFacts
    from creditrisk.file_specs import ReadSpec
    from creditrisk.jobs.cluster_tasks import Counted
    from creditrisk.judging import JudgeSpec
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.training import Fitted
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


@dataclass(frozen=True, eq=False)
class Asked:
    """What a training was asked for."""

    spec: TrainSpec
    judge: JudgeSpec
    read: ReadSpec
    engine: TrainEngineSpec
    watcher: Watcher


@dataclass(frozen=True, eq=False)
class _Settled:
    """What the sample settled: its loans, their split, what the audit found, and how the files are read and dealt."""

    found: TrainingData
    split: Split
    findings: tuple[Finding, ...]
    dealt: DealtLoans
    drawn: SampledRows


def train_on_cluster(data: Source, output: Path, asked: Asked) -> Training:
    """Train as `jobs.train.train` does, by the workers of a cluster; the output was looked at.

    Raises
    ------
    UsageError
        When something is asked for that a cluster cannot do; all of it is listed.
    ClusterError
        When the workers cannot be reached or one is lost while trees are grown. Nothing is written then.
    DataError, OutputError
        As there.
    """
    started = time.perf_counter()
    spec, judge, read = asked.spec, asked.judge, asked.read
    check_wishes(data, spec, read)
    check_asked(judge)
    check_decision(spec, judge)
    files = open_files(data, read)
    check_apart({"model": output, **pages(judge)}, {"data": files.paths})
    work = placed(files)
    asked.watcher.step("connecting to the cluster", 0, 0)
    with connected(asked.engine, len(work)) as cluster:
        settled = _settled(cluster, files, work, asked)
        reading = time.perf_counter() - started
        made = _made(cluster, files, work, settled, asked)
    model, judged = made.model, made.judged
    figures = evaluate(judged, yardsticks(model, spec.cutoff), judge, made.out_of_fold, usable_threads(spec.threads))
    figures = beside_leaks(figures, settled.findings, model.schema.names)
    saved = replace(model, figures={"held_out": kept_figures(figures)})
    fitting = time.perf_counter() - started - reading
    digest = save_model(saved, output)
    training = Training(
        data=_facts(settled, made.total, files, spec, saved),
        model=model_facts(saved, spec, output, digest),
        held_out=figures,
        importance=importance(saved),
        leaderboard=(),
        raced=(),
        reweighting=None,
        calibration=made.fitted.calibration,
        effects=_effects(saved, settled, asked),
        gates=check_gates(judge.gates, figures),
        findings=settled.findings,
        remarks=_remarks(figures, settled, files, saved, made.fitted, asked),
        seconds={"reading": reading, "fitting": fitting, "all": time.perf_counter() - started},
    )
    write_pages(judge, training)
    return training


@dataclass(frozen=True, eq=False)
class _Made:
    """What the sample chose, the counts of all loans, the model of the cluster, and the loans that it is judged by."""

    fitted: Fitted
    total: Counted
    model: TrainedModel
    out_of_fold: Judged
    judged: Judged


def _made(cluster: Cluster, files: LoanFiles, work: Sequence[PlacedFile], settled: _Settled, asked: Asked) -> _Made:
    """Choose on the sample, count and fit on the cluster, and have the held-out loans scored."""
    fitted = _fitted_here(settled, asked)
    told = _told(asked.watcher, "counting the loans of the files", len(work))
    total = cluster.sum(CountLoans(settled.dealt), work, told)
    _check_counts(total, files)
    learned_from = settled.found.loans.take(settled.split.train)
    model = ClusterFit(cluster, work, settled.dealt, asked.spec, asked.watcher).fit(fitted, learned_from, total)
    out_of_fold = _out_of_fold(fitted, settled, asked.judge)
    model = with_decision(model, asked.spec, asked.judge, out_of_fold)
    judged = _held_out(cluster, work, model, settled, files, asked)
    return _Made(fitted, total, model, out_of_fold, judged)


def _told(watcher: Watcher, task: str, total: int) -> Any:
    return lambda done: watcher.step(task, done, total)


def _settled(cluster: Cluster, files: LoanFiles, work: Sequence[PlacedFile], asked: Asked) -> _Settled:
    """Draw the sample, settle columns and target on it, deal its loans out, and audit it."""
    spec = asked.spec
    files.check_present(named_columns(spec))
    as_text = not stored_alike(files, files.header)
    drawn = _drawn(cluster, files, work, as_text, asked)
    sample = as_files(drawn, files, as_text=as_text)
    found = read_training(sample, spec, asked.read)
    known = np.flatnonzero(outcomes(found.loans.schema.target, _labels(sample, spec)) >= 0)
    dealing = Dealing(spec.seed, spec.test_size)
    if found.loans.schema.roles.time is not None:
        begins = split_loans(found.loans, spec, sample.name).begins
        dealing = Dealing(spec.seed, spec.test_size, begins, spec.performance_window)
    sides = dealing.sides(found.loans, drawn.place[known], drawn.row[known])
    rows = {side: np.flatnonzero(sides == side) for side in (NEITHER, TRAINING, HELD_OUT)}
    split = Split(rows[TRAINING], rows[HELD_OUT], len(rows[NEITHER]), 0, dealing.begins)
    check_enough(found.loans.outcomes[split.train], f"{sample.name}, the training loans")
    check_enough(found.loans.outcomes[split.held_out], f"{sample.name}, the held-out loans", FEWEST_HELD_OUT)
    asked.watcher.step("looking for leaks, faults and drift", 0, 0)
    found, findings = audited(found, split, spec)
    dealt = DealtLoans(found.loans.schema, dealing, asked.read, bool(spec.positive))
    return _Settled(found, split, findings, dealt, drawn)


def _labels(sample: LoanFiles, spec: TrainSpec) -> Any:
    import pyarrow as pa

    return sample.read_whole({spec.target: pa.string()}).column(spec.target)


def _drawn(cluster: Cluster, files: LoanFiles, work: Sequence[PlacedFile], as_text: bool, asked: Asked) -> SampledRows:
    wanted, below = asked.engine.sample_rows, chance_to_draw(files, asked.engine.sample_rows)
    told = _told(asked.watcher, "drawing a sample of the loans", len(work))
    while True:
        draw = DrawRows(asked.read, asked.spec.seed, files.header, below, as_text)
        drawn = lowest(cluster.map(draw, work, told), wanted)
        if len(drawn.row) >= min(wanted, drawn.rows):
            break
        below = chance(wanted, drawn.rows)  # the files have fewer rows than their sizes made believe
    if not drawn.rows:
        raise DataError("The files have headers and no loans.", where=files.name, fix="Training needs loans.")
    return drawn


def _fitted_here(settled: _Settled, asked: Asked) -> Fitted:
    """Choose on the sample what the cluster cannot: the number of trees, restoration, calibration, grades, cut-off."""
    found, spec = settled.found, asked.spec
    asked.watcher.step("preparing the columns", 0, 0)
    notes = training_notes(found, spec, asked.read)
    notes["data"] = [{"file": digest.file, "sha256": digest.sha256} for digest in settled.drawn.digests]
    notes["engine"] = {"name": "dask", "sample_rows": len(settled.drawn.row)}
    return Trainer(found.loans.take(settled.split.train), spec).train(spec, asked.watcher, notes)


def _check_counts(total: Counted, files: LoanFiles) -> None:
    """Refuse files of which too few loans are held out."""
    defaults = total.defaults[1]
    check = np.repeat(np.array([1, 0], dtype=np.int8), [min(defaults, FEWEST), min(total.held_out - defaults, FEWEST)])
    check_enough(check, f"{files.name}, the held-out loans", FEWEST_HELD_OUT)


def _out_of_fold(fitted: Fitted, settled: _Settled, judge: JudgeSpec) -> Judged:
    """Return the training loans of the sample that were judged out of fold, with their calibrated PDs."""
    found, rows = settled.found, settled.split.train[fitted.out_of_fold_rows]
    beside = of_known(beside_of(found.files, found.loans.schema, judge))
    weight = None if found.loans.weight is None else found.loans.weight[rows]
    own = None if beside is None else beside.take(rows)
    return judged_loans(fitted.out_of_fold_y, fitted.out_of_fold_pd, weight, found.loans.schema, own)


def _held_out(
    cluster: Cluster, work: Sequence[PlacedFile], model: TrainedModel, settled: _Settled, files: LoanFiles, asked: Asked
) -> Judged:
    """Have the held-out loans scored where they lie, and gather PDs, outcomes and weights."""
    wanted = WantedBeside.of(model.schema, asked.judge, files.header)
    score = ScoreHeldOut(settled.dealt, model, wanted)
    parts = cluster.map(score, work, _told(asked.watcher, "judging on the held-out loans", len(work)))
    weights = [part.weight for part in parts if part.weight is not None]
    besides = [part.beside for part in parts if part.beside is not None]
    times = [part.unknown for part in parts if part.unknown is not None]
    unknown, since = np.concatenate(times) if times else None, settled.dealt.dealing.begins
    return judged_loans(
        np.concatenate([part.y_true for part in parts]),
        np.concatenate([part.pd for part in parts]),
        np.concatenate(weights) if weights else None,
        model.schema,
        joined(besides, files, asked.judge) if besides else None,
        unknown if unknown is None or since is None else unknown[unknown >= since],
    )


def _effects(model: TrainedModel, settled: _Settled, asked: Asked) -> Any:
    if not asked.judge.report:
        return ()
    held_out = settled.found.loans.take(settled.split.held_out)
    return effects(Scorer(model, asked.spec.threads), held_out, importance(model))


def _facts(
    settled: _Settled, total: Counted, files: LoanFiles, spec: TrainSpec, model: TrainedModel
) -> DataFacts:  # fmt: skip
    """Return what the files held: the counts are those of all loans, not of the sample."""
    facts = data_facts(settled.found, settled.split, spec, model)
    role = settled.dealt.schema.roles
    words = facts.split
    if role.time is None:
        of = "group" if role.group else "file and row"
        words = words.replace("by outcome", f"by a hash of {of}")
    return replace(
        facts,
        file=files.name,
        loans=sum(total.sides),
        defaults=total.defaults[0],
        set_aside=total.unknown,
        still_watched=total.sides[NEITHER],
        training_loans=total.training,
        held_out_loans=total.held_out,
        split=words,
    )


def _remarks(
    figures: Evaluation, settled: _Settled, files: LoanFiles, model: TrainedModel, fitted: Fitted, asked: Asked
) -> tuple[str, ...]:
    spec, rows = asked.spec, len(settled.drawn.row)
    settled_on = (
        "Kinds of columns, bins, the number of trees, calibration, grades and cut-offs were settled on a sample"
    )
    told = [f"{settled_on} of {counted(rows, 'row')}, drawn from all {settled.drawn.rows:,} (--sample-rows)."]
    if not ClassWeight.parse(spec.class_weight).changes_nothing and spec.compare:
        told.append("On a cluster no unweighted twin is fitted: what the class weights changed is not shown.")
    return (
        *told,
        *remarks(figures),
        *files.remarks,
        *settled.found.remarks,
        *grade_remarks(spec.grades_to_make, len(model.scale.grades) + 1),
        *training_remarks(model.training, fitted.calibration),
    )
