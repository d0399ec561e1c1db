"""Monitor: model + loans in use → how they differ from the loans it was made for, and whether it still holds."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.data.spool import sha256_of
from creditrisk.data.target import FEWEST
from creditrisk.errors import DataError, counted, shown
from creditrisk.evaluation.gates import check_gates
from creditrisk.evaluation.monitor_spec import MonitorSpec
from creditrisk.evaluation.monitoring import Monitoring, Period, check_names, conclude, judged_period, watched
from creditrisk.evaluation.parts import validation_of, vintages_of
from creditrisk.evaluation.performance import performance
from creditrisk.evaluation.population import population
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.features.profile import FEWEST_ROWS
from creditrisk.features.tally import reference_tally
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.early import check_pages
from creditrisk.jobs.judging import beside_of, judged_loans, of_known, pages, unknown_times, write_pages, yardsticks
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.seen_loans import seen_words
from creditrisk.jobs.watching import ALL_LOANS, Cut, cut_of, watch
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.calibration_test import calibration_lr_test
from creditrisk.models.marks import MarkedLoans
from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.evaluation.judged import Judged, Yardsticks
    from creditrisk.evaluation.performance import Performance
    from creditrisk.evaluation.validation import Validation
    from creditrisk.evaluation.vintages import Vintages
    from creditrisk.features.tally import Tally
    from creditrisk.jobs.watching import WatchedLoans
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher

_OUT_OF_FOLD = "the training loans as the model keeps them (their PDs out of fold)"
_RECALIBRATED = "the training loans as the model keeps them (PDs: of the loans of its recalibration)"
_SEEN = "The loans in use are {}: they are no test of the model, and their figures flatter it."


def monitor(
    model: str | Path,
    data: Source,
    spec: MonitorSpec | None = None,
    *,
    expect_sha256: str = "",
    read: ReadSpec | None = None,
    threads: int = 0,
    watcher: Watcher = SILENT,
) -> Monitoring:
    """Return how loans in use differ from those that a model was made for, and what to do.

    Where the files have the outcome column, the PDs are also held against the outcomes; rows whose outcome is neither
    of the model's two labels are set aside from that, and counted.

    Parameters
    ----------
    model : path
    data : path, list of paths, or data frame
        Each file is a period, the oldest first; a single one is cut by the model's time where it has that column.
    spec : MonitorSpec, optional
    expect_sha256 : str
        The SHA-256 that the model file must have; any where it is empty.
    read : ReadSpec, optional
    threads : int
        No figure depends on it.

    Raises
    ------
    ModelFileError, DataError, UsageError, OutputError
        See `creditrisk.errors`; also where there is no loan.
    """
    started = time.perf_counter()
    spec, read = spec or MonitorSpec(), read or ReadSpec()
    check_names(spec.gates)
    check_pages(spec)
    scorer = open_expected(Path(model), expect_sha256, threads)
    files = open_files(data, read)
    baseline = (Path(spec.baseline),) if spec.baseline else ()
    inputs = {"data": files.paths, "model": (Path(model),), "baseline": baseline}
    check_apart({"rejects": read.rejects, **pages(spec)}, inputs)
    labelled = scorer.model.schema.target.name in files.header
    source = open_source(files, scorer.model.schema, read, labelled=labelled)
    cutoff = spec.cutoff or scorer.model.scores.cutoff
    reference = _reference(scorer, spec, read, cutoff)
    cut, marked = cut_of(source), MarkedLoans(scorer.model.marks)
    loans = watch(source, scorer, cut, cutoff, marked, watcher)
    rows = sum(each.rows for each in loans.counts)
    if not rows:
        raise DataError("The file has a header and no loans.", where=files.name, fix="Monitoring needs loans.")
    watcher.step("judging", 0, 0)
    outcomes = _outcomes(source.files, scorer, loans, spec) if labelled else _Outcomes()
    periods = _periods(scorer, cut, loans, reference, outcomes)
    judged = judged_period(periods, FEWEST_ROWS)
    words = seen_words(scorer.model, files.digests(), marked)
    conclusion = conclude(judged.population, outcomes.performance, outcomes.validation)
    found = watched(judged.population, outcomes.performance, conclusion)
    result = Monitoring(
        model=str(model),
        sha256=sha256_of(Path(model)),
        file=files.name,
        data=tuple(asdict(digest) for digest in files.digests()),
        reference=_reference_words(scorer, spec),
        target=scorer.model.schema.target,
        cutoff=cutoff,
        rows=rows,
        set_aside=int(np.sum(loans.y_true < 0)),
        rejected=source.files.rejected,
        judged=judged.label,
        population=judged.population,
        performance=outcomes.performance,
        validation=outcomes.validation,
        vintages=outcomes.vintages,
        periods=periods,
        conclusion=conclusion,
        gates=check_gates(spec.gates, found),
        remarks=(
            *((_SEEN.format(words),) if words else ()),
            *source.files.remarks,
            *_untimed(loans, scorer),
            *outcomes.remarks,
            *(outcomes.vintages.remarks if outcomes.vintages else ()),
            *notice_remarks(loans.notices, rows),
        ),
        seconds=time.perf_counter() - started,
    )
    write_pages(spec, result)
    return result


def _reference_words(scorer: Scorer, spec: MonitorSpec) -> str:
    if spec.baseline:
        return f"the loans of {spec.baseline}"
    return _RECALIBRATED if scorer.model.training.get("recalibrations") else _OUT_OF_FOLD


def _reference(scorer: Scorer, spec: MonitorSpec, read: ReadSpec, cutoff: float) -> Tally:
    """Return what loans are held against: the training loans of the model, or those of a file."""
    model = scorer.model
    if not spec.baseline:
        return reference_tally(model.profiles, model.scores, cutoff)
    strict = replace(read, bad_rows="error", rejects="")
    source = open_source(open_files(spec.baseline, strict), model.schema, strict)
    found = watch(source, scorer, Cut((ALL_LOANS,), None), cutoff, MarkedLoans(model.marks), SILENT).counts[0].tally()
    if not found.rows:
        raise DataError(
            "The file has a header and no loans.", where=spec.baseline, fix="--baseline needs loans to compare with."
        )
    return found


@dataclass(frozen=True, eq=False)
class _Outcomes:
    """What is known of outcomes; nothing where there are none, or too few."""

    performance: Performance | None = None
    validation: Validation | None = None
    vintages: Vintages | None = None
    judged: Judged | None = None
    member: NDArray[np.intp] | None = None
    against: Yardsticks | None = None
    remarks: tuple[str, ...] = ()


def _outcomes(files: LoanFiles, scorer: Scorer, loans: WatchedLoans, spec: MonitorSpec) -> _Outcomes:
    model = scorer.model
    known = loans.y_true >= 0
    defaults, repaid = int(np.sum(loans.y_true == 1)), int(np.sum(loans.y_true == 0))
    if min(defaults, repaid) < FEWEST:
        few = f"{counted(defaults, 'default')} and {repaid:,} repaid"
        said = f"Outcomes are not judged: {few} are known, and at least {FEWEST} of each are needed."
        return _Outcomes(remarks=(said,))
    beside = beside_of(files, model.schema, JudgeSpec())
    weight = None if loans.weight is None else loans.weight[known]
    judged = judged_loans(
        loans.y_true[known], loans.pd[known], weight, model.schema, of_known(beside), unknown_times(beside)
    )
    held_out = model.figures.get("held_out", {})
    against = yardsticks(model, spec.cutoff, held_out)
    found = performance(judged, against.development_auc, held_out)
    every = judged.expanded
    lr_test = calibration_lr_test(every.y_true, every.pd, every.weight)
    return _Outcomes(
        performance=found,
        validation=validation_of(every, against, spec.rho, found.auc, lr_test),
        vintages=vintages_of(every, against.window, None),
        judged=judged,
        member=loans.member[known],
        against=against,
    )


def _periods(
    scorer: Scorer, cut: Cut, loans: WatchedLoans, reference: Tally, outcomes: _Outcomes
) -> tuple[Period, ...]:
    """Return the figures of each period that has loans."""
    made = []
    for place, label in enumerate(cut.labels):
        counts = loans.counts[place]
        if not counts.rows:
            continue
        whole = len(cut.labels) == 1
        found = outcomes.performance if whole else _performance(scorer, outcomes, place)
        made.append(Period(label, population(scorer.model, reference, counts.tally()), found))
    return tuple(made)


def _performance(scorer: Scorer, outcomes: _Outcomes, place: int) -> Performance | None:
    """Return the figures of one period, or None where too few of its outcomes are known."""
    if outcomes.judged is None or outcomes.member is None or outcomes.against is None:
        return None
    rows, judged = np.flatnonzero(outcomes.member == place), outcomes.judged
    y = judged.y_true[rows]
    if min(int(np.sum(y == 1)), int(np.sum(y == 0))) < FEWEST:
        return None
    part = replace(
        judged,
        y_true=y,
        pd=judged.pd[rows],
        weight=None if judged.weight is None else judged.weight[rows],
        beside=None if judged.beside is None else judged.beside.take(rows),
        unknown_time=None,
    )
    return performance(part, outcomes.against.development_auc, scorer.model.figures.get("held_out", {}))


def _untimed(loans: WatchedLoans, scorer: Scorer) -> tuple[str, ...]:
    """Say how many loans are in no period, since their time is missing."""
    rows, column = loans.counts[-1].rows, scorer.model.schema.roles.time
    if not rows or column is None:
        return ()
    return (f"{counted(rows, 'loan')} in no period: {shown(column.name)} is missing.",)
