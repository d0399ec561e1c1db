"""Evaluate: model + labelled loans → the same figures as on the held-out loans."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.data.spool import sha256_of
from creditrisk.data.target import check_enough
from creditrisk.engine_specs import LOCAL
from creditrisk.errors import shown
from creditrisk.evaluation.effects import EvenSample, effects
from creditrisk.evaluation.evaluate import evaluate as figures
from creditrisk.evaluation.gates import check_gates
from creditrisk.evaluation.judged import Judged
from creditrisk.evaluation.money import check_window
from creditrisk.evaluation.remarks import notice_remarks, remarks
from creditrisk.evaluation.results import Judgement
from creditrisk.features.steps import Notices
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.cluster_evaluate import Judging, check_judging, gather
from creditrisk.jobs.early import check_cutoff
from creditrisk.jobs.journal import judged_before
from creditrisk.jobs.judging import (
    beside_of,
    check_asked,
    judged_loans,
    of_known,
    pages,
    unknown_times,
    write_pages,
    yardsticks,
)
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.seen_loans import seen_words
from creditrisk.judging import JudgeSpec
from creditrisk.models.booster import usable_threads
from creditrisk.models.marks import MarkedLoans
from creditrisk.models.training import importance
from creditrisk.models.watcher import SILENT
from creditrisk.reports.recalibration_words import recalibration_words

if TYPE_CHECKING:
    from creditrisk.data.files import Source
    from creditrisk.data.reading import LoanSource
    from creditrisk.engine_specs import EngineSpec
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher

_FLATTERING = "The model is judged on {}, so these figures flatter it. Its honest figures are those at development."


def evaluate(
    model: str | Path,
    data: Source,
    *,
    cutoff: float = 0.0,
    expect_sha256: str = "",
    judge: JudgeSpec | None = None,
    read: ReadSpec | None = None,
    engine: EngineSpec = LOCAL,
    threads: int = 0,
    watcher: Watcher = SILENT,
) -> Judgement:
    """Return a model's figures on loans with known outcomes.

    Rows whose outcome is neither of the model's two labels are set aside and counted.

    Parameters
    ----------
    model : path
    data : path, list of paths, or data frame
    cutoff : float
        PD from which loans count as refused in the confusion table; 0 is the cut-off that the model keeps, or else
        where KS was reached in training.
    expect_sha256 : str
        The SHA-256 that the model file must have; any where it is empty.
    judge : JudgeSpec, optional
        What is wanted beside the figures that every report has.
    read : ReadSpec, optional
    engine : EngineSpec, optional
        Whether the workers of a cluster score the loans.

    Raises
    ------
    ModelFileError, DataError, UsageError
        See `creditrisk.errors`; also where the file holds fewer than 20 defaults or repaid loans.
    """
    check_cutoff(cutoff)
    read, judge = read or ReadSpec(), judge or JudgeSpec()
    check_asked(judge)
    if engine.on_cluster:
        check_judging(data, read)
    scorer = open_expected(Path(model), expect_sha256, threads)
    if judge.wants_money:
        check_window(scorer.model.schema.target.window, judge.profit_window)
    files = open_files(data, read)
    check_apart({"rejects": read.rejects, **pages(judge)}, {"data": files.paths, "model": (Path(model),)})
    source = open_source(files, scorer.model.schema, read, labelled=True)
    sample, marked = EvenSample() if judge.report else None, MarkedLoans(scorer.model.marks)
    if engine.on_cluster:
        gathered = gather(engine, files, Judging(scorer.model, judge, read, watcher), sample, marked)
        scored, notices, digests, beside = gathered.loans, gathered.notices, gathered.digests, gathered.beside
    else:
        scored, notices = _scored(source, scorer, watcher, sample, marked)
        beside, digests = beside_of(source.files, scorer.model.schema, judge), files.digests()
    known = scored.y_true >= 0
    check_enough(scored.y_true[known], files.name)
    weight = None if scored.weight is None else scored.weight[known]
    schema, held_out = scorer.model.schema, scorer.model.figures.get("held_out", {})
    loans = judged_loans(
        scored.y_true[known], scored.pd[known], weight, schema, of_known(beside), unknown_times(beside)
    )
    watcher.step("judging", 0, 0)
    own = sha256_of(Path(model))
    words = seen_words(scorer.model, digests, marked)
    seen = (_FLATTERING.format(words),) if words else ()
    against = yardsticks(scorer.model, cutoff, held_out, trained_on=bool(seen))
    result = figures(loans, against, judge, threads=usable_threads(threads))
    if seen:
        verdict = replace(result.validation, reason=f"{seen[0]} {result.validation.reason}")
        result = replace(result, validation=verdict)
    drivers = importance(scorer.model)
    judgement = Judgement(
        model=str(model),
        sha256=own,
        made=_made(scorer.model),
        target=schema.target,
        decision_cutoff=scorer.model.decision_cutoff,
        file=files.name,
        data=tuple(asdict(digest) for digest in digests),
        draws=judge.draws,
        rows=len(known),
        set_aside=int((~known).sum()),
        rejected=source.files.rejected,
        figures=result,
        development=held_out,
        importance=drivers,
        effects=effects(scorer, sample.loans(), drivers) if sample is not None else (),
        gates=check_gates(judge.gates, result),
        remarks=(
            *seen,
            *source.files.remarks,
            *judged_before([digest.sha256 for digest in digests], own),
            *remarks(result),
            *notice_remarks(notices, len(known)),
        ),
    )
    write_pages(judge, judgement)
    return judgement


def _scored(
    source: LoanSource, scorer: Scorer, watcher: Watcher, sample: EvenSample | None, marked: MarkedLoans
) -> tuple[Judged, Notices]:
    """Score all loans, sample and count them on the way; an outcome of −1 is neither label."""
    outcomes, pds, weights, notices = [], [], [], Notices()
    for loans in source.batches():
        scores = scorer.score(loans, marked)
        if sample is not None:
            sample.add(loans)
        outcomes.append(loans.outcomes)
        pds.append(scores.pd)
        if loans.weight is not None:
            weights.append(loans.weight)
        notices.add(scores.notices)
        watcher.step("scoring", sum(len(part) for part in pds), 0)
    roles = scorer.model.schema.roles
    weight = np.concatenate(weights) if weights else None
    kind = roles.weight_kind if roles.weight else ""
    return Judged(np.concatenate(outcomes), np.concatenate(pds), weight, kind), notices


def _made(model: TrainedModel) -> str:
    """Return when and from which files a model was made, as far as it says so."""
    files = [str(entry.get("file", "?")) for entry in model.training.get("data", []) if isinstance(entry, dict)]
    made = f"{model.training.get('created', '')} from {', '.join(map(shown, files))}" if files else ""
    steps = [f"recalibrated {recalibration_words(entry)}" for entry in model.training.get("recalibrations", [])]
    return "; ".join(filter(None, (made, *steps)))
