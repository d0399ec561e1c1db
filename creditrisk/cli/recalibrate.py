"""`creditrisk recalibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditrisk.cli.options import (
    DataArgument,
    JsonOption,
    ModelArgument,
    QuietOption,
    ThreadsOption,
    VerboseOption,
    options_from,
)
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.file_specs import ReadSpec
from creditrisk.recalibration_spec import RecalibrateSpec


@options_from(spec=RecalibrateSpec, read=ReadSpec)
def recalibrate(
    *,
    model: ModelArgument,
    data: DataArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="New model file to write.")],
    spec: RecalibrateSpec,
    read: ReadSpec,
    force: Annotated[bool, typer.Option("--force", help="Replace a model file that exists.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Put the level of a model's PDs right by newer loans, as a new model file, and say whether it was needed.

    Example: creditrisk recalibrate model.crm data/test.csv --output newer.crm
    """
    from creditrisk.jobs.early import before_recalibrate

    before_recalibrate(model, data, output, spec, force=force)
    from creditrisk.jobs.recalibrate import recalibrate as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(model, data, output, spec, read=read, force=force, threads=threads, watcher=watcher)
    show("recalibrate", result, as_json=json, quiet=quiet)
