"""`creditrisk train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditrisk.cli.options import DataArgument, JsonOption, QuietOption, VerboseOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.engine_specs import TrainEngineSpec
from creditrisk.file_specs import ReadSpec
from creditrisk.judging import JudgeSpec
from creditrisk.specs import TrainSpec


@options_from(spec=TrainSpec, judge=JudgeSpec, read=ReadSpec, cluster=TrainEngineSpec)
def train(
    *,
    data: DataArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="Model file to write.")],
    spec: TrainSpec,
    judge: JudgeSpec,
    read: ReadSpec,
    cluster: TrainEngineSpec,
    force: Annotated[bool, typer.Option("--force", help="Replace a model file that exists.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Learn a PD model from files of loans, and report how good it is on loans held out from it.

    Example: creditrisk train data/train.csv --target isDefault --id id --output model.crm
    """
    from creditrisk.jobs.early import before_train

    before_train(data, output, spec, judge, force=force)
    from creditrisk.audit.refusing import refused
    from creditrisk.evaluation.gates import refuse_failed
    from creditrisk.jobs.train import train as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(data, output, spec, judge=judge, read=read, engine=cluster, force=force, watcher=watcher)
    show("train", result, as_json=json, quiet=quiet)
    refuse_failed(result.gates, refused(result.findings, spec.fail_on))
