"""What a command refuses before its job is imported: NumPy and Arrow take longer to load than a wrong path to see.

The jobs check all of this again, for whoever calls them from Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.atomic_file import check_writable
from creditrisk.data.named_files import check_named, expanded
from creditrisk.errors import UsageError
from creditrisk.evaluation.compare_spec import COLUMN
from creditrisk.jobs.decision import check_decision
from creditrisk.jobs.model_digest import check_form
from creditrisk.jobs.outputs import check_apart, check_new, check_plain
from creditrisk.models.model_bytes import check_model_begins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.evaluation.compare_spec import CompareSpec
    from creditrisk.evaluation.monitor_spec import MonitorSpec
    from creditrisk.explain_spec import ExplainSpec
    from creditrisk.export_spec import ExportSpec
    from creditrisk.judging import JudgeSpec, ReportSpec
    from creditrisk.recalibration_spec import RecalibrateSpec
    from creditrisk.score_spec import ScoreSpec
    from creditrisk.specs import InspectSpec, TrainSpec


def check_cutoff(cutoff: float) -> None:
    """Raise `UsageError` where a cut-off is no PD."""
    if not 0 <= cutoff < 1:
        raise UsageError(f"--cutoff must be a PD, 0 or more and below 1, got {cutoff}.")


def check_pages(wishes: ReportSpec) -> None:
    """Refuse pages that cannot be written, before the long work; `OutputError` as `atomic_file.check_writable`."""
    for name in (wishes.report, wishes.model_card):
        if name:
            check_writable(Path(name))


def before_train(data: Sequence[str | Path], output: Path, spec: TrainSpec, judge: JudgeSpec, *, force: bool) -> None:
    """Refuse what `train` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, DataError
    """
    check_new(output, force=force)
    check_pages(judge)
    check_decision(spec, judge)
    check_named(data)


def before_evaluate(
    model: Path, data: Sequence[str | Path], judge: JudgeSpec, *, cutoff: float, expect_sha256: str
) -> None:
    """Refuse what `evaluate` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, ModelFileError, DataError
    """
    check_cutoff(cutoff)
    check_pages(judge)
    before_info(model, expect_sha256)
    check_named(data)


def before_predict(
    model: Path, data: Sequence[str | Path], output: str, spec: ScoreSpec, engine: str = "local"
) -> None:
    """Refuse what `predict` would refuse of its options and paths.

    Raises
    ------
    UsageError, ModelFileError, DataError
    """
    before_info(model, spec.expect_sha256)
    check_named(data)
    for path in filter(None, (spec.reason_baseline, spec.reason_words)):
        check_named([path])
    check_plain(output)
    if engine == "local" and output != "-":
        check_apart({"scores": output}, {"model": [model], "data": map(Path, expanded(data))})


def before_compare(a: str, b: str, data: Sequence[str | Path], spec: CompareSpec) -> None:
    """Refuse what `compare` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, ModelFileError, DataError
    """
    check_pages(spec)
    spec.check_sides(a, b)
    for side in (a, b):
        if not side.startswith(COLUMN):
            check_model_begins(Path(side))
    check_named(data)


def before_monitor(model: Path, data: Sequence[str | Path], spec: MonitorSpec, *, expect_sha256: str) -> None:
    """Refuse what `monitor` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, ModelFileError, DataError
    """
    check_pages(spec)
    before_info(model, expect_sha256)
    check_named(data)
    if spec.baseline:
        check_named([spec.baseline])


def before_explain(model: Path, data: Sequence[str | Path], spec: ExplainSpec) -> None:
    """Refuse what `explain` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, ModelFileError, DataError
    """
    if spec.row and not data:
        raise UsageError("--row needs DATA: the file that the loan is in.")
    if spec.report:
        check_writable(Path(spec.report))
    before_info(model, spec.expect_sha256)
    if data:
        check_named(data)


def before_inspect(data: Sequence[str | Path], spec: InspectSpec) -> None:
    """Refuse what `inspect` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, DataError
    """
    if spec.report:
        check_writable(Path(spec.report))
    check_named(data)
    if spec.against:
        check_named([spec.against])


def check_recalibration(output: Path, spec: RecalibrateSpec, *, force: bool) -> None:
    """Refuse a model file and pages that cannot be written; errors as `check_new` and `check_pages`."""
    check_new(output, force=force)
    for name in filter(None, (spec.report, spec.model_card)):
        check_writable(Path(name))


def before_recalibrate(
    model: Path, data: Sequence[str | Path], output: Path, spec: RecalibrateSpec, *, force: bool
) -> None:
    """Refuse what `recalibrate` would refuse of its options and paths.

    Raises
    ------
    UsageError, OutputError, ModelFileError, DataError
    """
    check_recalibration(output, spec, force=force)
    before_info(model, spec.expect_sha256)
    check_named(data)


def before_info(model: Path, expect_sha256: str) -> None:
    """Refuse a path that is no model file, and a SHA-256 that is none.

    Raises
    ------
    UsageError, ModelFileError
    """
    check_form(expect_sha256)
    check_model_begins(model)


def before_export(model: Path, data: Sequence[str | Path], output: Path, spec: ExportSpec) -> None:
    """Refuse what `export` would refuse of its paths.

    Raises
    ------
    UsageError, OutputError, ModelFileError, DataError
    """
    check_apart({"export": output, "page": spec.page}, {"model": [model]})
    before_verify(model, data, spec.expect_sha256)


def before_verify(model: Path, data: Sequence[str | Path], expect_sha256: str, export: Path | None = None) -> None:
    """Refuse what `verify` would refuse of its paths.

    Raises
    ------
    UsageError, ModelFileError, DataError
    """
    before_info(model, expect_sha256)
    if export and not export.is_file():
        raise UsageError("The export is no file.", where=str(export), fix="Check the path.")
    if data:
        check_named(data)
