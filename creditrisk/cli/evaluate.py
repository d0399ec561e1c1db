"""`creditrisk evaluate`."""

from __future__ import annotations

from typing import Annotated

import typer

from creditrisk.cli.options import (
    DataArgument,
    ExpectedDigestOption,
    JsonOption,
    ModelArgument,
    QuietOption,
    ThreadsOption,
    VerboseOption,
    options_from,
)
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.engine_specs import EngineSpec
from creditrisk.file_specs import ReadSpec
from creditrisk.judging import JudgeSpec


@options_from(judge=JudgeSpec, read=ReadSpec, cluster=EngineSpec)
def evaluate(
    *,
    model: ModelArgument,
    data: DataArgument,
    judge: JudgeSpec,
    read: ReadSpec,
    cluster: EngineSpec,
    cutoff: Annotated[
        float, typer.Option(metavar="PD", help="PD from which loans count as refused; 0 is where KS was in training.")
    ] = 0.0,
    expect_sha256: ExpectedDigestOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Report how good a model is on files of loans whose outcomes are known.

    Example: creditrisk evaluate model.crm data/test.csv
    """
    from creditrisk.jobs.early import before_evaluate

    before_evaluate(model, data, judge, cutoff=cutoff, expect_sha256=expect_sha256)
    from creditrisk.evaluation.gates import refuse_failed
    from creditrisk.jobs.evaluate import evaluate as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(
            model, data, cutoff=cutoff, expect_sha256=expect_sha256, judge=judge, read=read, engine=cluster,
            threads=threads, watcher=watcher,
        )  # fmt: skip
    show("evaluate", result, as_json=json, quiet=quiet)
    refuse_failed(result.gates)
