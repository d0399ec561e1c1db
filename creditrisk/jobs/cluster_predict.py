"""Predict on a cluster: each worker scores files of its own, and writes for each a file of scores into one folder.

A worker does with a file what `jobs.predict` does with it here, so each file of scores is the same to the last byte.
The files lie in a hidden folder until all of them are complete; only then they get their names.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.atomic_file import check_writable
from creditrisk.data.files import open_files
from creditrisk.data.spool import sha256_of
from creditrisk.engine.cluster import connected
from creditrisk.errors import OutputError, UsageError, counted, shown
from creditrisk.evaluation.scored import Scoring, Unseen
from creditrisk.evaluation.scored_drift import drift_remarks
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.cluster_wishes import check_source, placed
from creditrisk.jobs.model_digest import open_expected
from creditrisk.jobs.outputs import is_parquet
from creditrisk.models.watcher import SILENT
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from creditrisk.data.dealt import PlacedFile
    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.engine_specs import EngineSpec
    from creditrisk.features.profile import ColumnShift
    from creditrisk.models.watcher import Watcher

#: How the names of files of scores and of rejected rows end.
SCORES, REJECTS = ".scores.csv", ".rejects.csv"
_ENDINGS = (".gz", ".csv", ".txt", ".tsv", ".parquet", ".pq")
_MOST_REMARKS = 8


def predict_on(engine: EngineSpec, job: Callable[..., Scoring]) -> Callable[..., Scoring]:
    """Return `jobs.predict.predict`, or what does the same on a cluster where that was asked for.

    There `output` is a folder, and so is `--rejects`; the other options are handed to the workers as they are.
    """
    if not engine.on_cluster:
        return job

    def on_cluster(
        model: str | Path, data: Source, output: str | Path, spec: ScoreSpec | None = None, *,
        read: ReadSpec | None = None, watcher: Watcher = SILENT,
    ) -> Scoring:  # fmt: skip
        asked = _Asked(spec or ScoreSpec(), read or ReadSpec(), watcher)
        return _predict(engine, model, data, Path(output), asked)

    return on_cluster


@dataclass(frozen=True)
class _Asked:
    """What is asked of a scoring, beside its files."""

    spec: ScoreSpec
    read: ReadSpec
    watcher: Watcher


@dataclass(frozen=True)
class ScoreFile:
    """Score a file and write its scores: `names` are those of the files that are written, by the place of the file."""

    model: str
    folder: str
    rejects: str
    names: tuple[str, ...]
    spec: ScoreSpec
    read: ReadSpec

    def __call__(self, file: PlacedFile) -> Scoring:
        """Return what is to be said of the file."""
        from creditrisk.jobs.predict import predict

        name, read = self.names[file.place], self.read
        if self.rejects:
            read = replace(read, rejects=str(Path(self.rejects) / (name + REJECTS)))
        target = Path(self.folder) / (name + SCORES)
        return predict(self.model, file.path, target, self.spec, read=read)


def _predict(engine: EngineSpec, model: str | Path, data: Source, output: Path, asked: _Asked) -> Scoring:
    started = time.perf_counter()
    read, spec, watcher = asked.read, asked.spec, asked.watcher
    check_source(data)
    files = open_files(data, read)
    work, names = placed(files), _names(files)
    folders = [output, *([Path(read.rejects)] if read.rejects else [])]
    for folder in folders:
        _check_folder(folder)
    open_expected(Path(model), spec.expect_sha256)
    # The workers take the very model that was just looked at.
    digest = spec.expect_sha256 or sha256_of(Path(model))
    baseline, words = _absolute(spec.reason_baseline), _absolute(spec.reason_words)
    one = spec.threads or 1
    spec = replace(spec, expect_sha256=digest, threads=one, reason_baseline=baseline, reason_words=words)
    path, run = str(Path(model).absolute()), f".creditrisk-{uuid.uuid4().hex}"
    with _staged(folders, run) as stages:
        rejects = str(stages[1]) if read.rejects else ""
        score = ScoreFile(path, str(stages[0]), rejects, names, spec, read)
        watcher.step("connecting to the cluster", 0, 0)
        with connected(engine, len(work)) as cluster:
            parts = cluster.map(score, work, lambda done: watcher.step("scoring the files", done, len(work)))
    return _together(parts, files, str(model), str(output), time.perf_counter() - started)


def _absolute(path: str) -> str:
    """Return a path that holds for the workers too; an empty one is none."""
    return str(Path(path).absolute()) if path else ""


def _names(files: LoanFiles) -> tuple[str, ...]:
    """Return for each file what its scores are called, without the ending.

    Raises
    ------
    UsageError
        When two files would have one name.
    """
    names = []
    for path in files.paths:
        name = path.name
        while Path(name).suffix.lower() in _ENDINGS:
            name = Path(name).stem
        names.append(name)
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        where = [str(path) for path, name in zip(files.paths, names, strict=True) if name in twice]
        fix = "Rename files, or score those of each folder by themselves."
        raise UsageError("The scores of two files would have one name.", where=where, fix=fix)
    return tuple(names)


def _check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, or whose name is that of a file.

    Raises
    ------
    OutputError
    """
    is_named_as_file = not folder.exists() and folder.suffix.lower() in (*_ENDINGS, ".csv")
    if str(folder) == "-" or is_parquet(folder) or is_named_as_file or (folder.exists() and not folder.is_dir()):
        raise OutputError(
            "On a cluster the output is a folder: one CSV file for each file of loans.", where=str(folder),
            fix="Name a folder, new or old.",
        )  # fmt: skip
    check_writable(folder / f"a{SCORES}" if folder.exists() else folder)


@contextmanager
def _staged(folders: Sequence[Path], run: str) -> Iterator[list[Path]]:
    """Give folders to write into; when the block ends well, what is in them gets its place, else it goes.

    So does a folder that was made here. Rejected rows get their place in either case: they say why there are no scores.
    """
    stages = [folder.absolute() / run for folder in folders]
    made = [stage.parent for stage in stages if not stage.parent.exists()]
    for stage in stages:
        stage.mkdir(parents=True)
    try:
        yield stages
        _settle(stages[0])
    finally:
        for stage in stages[1:]:
            _settle(stage)
        for stage in stages:
            shutil.rmtree(stage, ignore_errors=True)
        for folder in made:
            # One that holds something stays.
            with suppress(OSError):
                folder.rmdir()


def _settle(stage: Path) -> None:
    for path in sorted(stage.iterdir()):
        if not path.name.startswith("."):
            path.replace(stage.parent / path.name)


def _together(parts: Sequence[Scoring], files: LoanFiles, model: str, output: str, seconds: float) -> Scoring:
    """Return what is to be said of all files: of each column the file in which it is spread most unlike training."""
    rows, drifted = sum(part.rows for part in parts), _gravest(parts)
    alike = set(drift_remarks(drifted)) | {remark for part in parts for remark in drift_remarks(part.drifted)}
    said: dict[str, list[str]] = {}
    for part in parts:
        for remark in dict.fromkeys(part.remarks):
            if remark not in alike:
                said.setdefault(remark, []).append(Path(part.file).name)
    remarks = [f"{_by(names, len(parts))}{remark}" for remark, names in said.items()]
    more = [f"and {counted(len(remarks) - _MOST_REMARKS, 'further remark')} on single files"]
    return Scoring(
        model=model,
        file=files.name,
        output=output,
        rows=rows,
        rejected=sum(part.rejected for part in parts),
        mean_pd=sum(part.mean_pd * part.rows for part in parts if part.rows) / rows if rows else float("nan"),
        remarks=(
            *remarks[:_MOST_REMARKS],
            *(more if len(remarks) > _MOST_REMARKS else []),
            *_drift_words(parts, drifted),
        ),
        seconds=seconds,
        drifted=drifted,
        unseen=_unseen(parts, rows),
        reasons=parts[0].reasons if parts else None,
    )


def _by(names: Sequence[str], files: int) -> str:
    """Return which files something is said of; nothing where it is said of all."""
    if len(names) == files:
        return ""
    more = f" and {counted(len(names) - 1, 'other file')}" if len(names) > 1 else ""
    return f"{shown(names[0])}{more}: "


def _gravest(parts: Sequence[Scoring]) -> tuple[ColumnShift, ...]:
    worst: dict[str, ColumnShift] = {}
    for part in parts:
        for shift in part.drifted:
            if shift.name not in worst or shift.psi > worst[shift.name].psi:
                worst[shift.name] = shift
    return tuple(sorted(worst.values(), key=lambda shift: -shift.psi))


def _drift_words(parts: Sequence[Scoring], drifted: Sequence[ColumnShift]) -> tuple[str, ...]:
    if not drifted:
        return ()
    concerned = sum(bool(part.drifted) for part in parts)
    first = next(part for part in parts if drifted[0] in part.drifted)
    where = f"{counted(concerned, 'file')} of {len(parts)}, most in {shown(Path(first.file).name)}"
    return tuple(f"{where}: {remark}" for remark in drift_remarks(drifted))


def _unseen(parts: Sequence[Scoring], rows: int) -> tuple[Unseen, ...]:
    loans: Counter[str] = Counter()
    known: dict[str, float] = {}
    for part in parts:
        for each in part.unseen:
            loans[each.name] += each.loans
            known[each.name] = each.in_training
    found = [Unseen(name, count, count / rows, known[name]) for name, count in loans.items()]
    return tuple(sorted(found, key=lambda each: -each.share))
