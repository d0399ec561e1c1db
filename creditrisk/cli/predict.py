"""`creditrisk predict`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from creditrisk.auditing import ScoringSpec
from creditrisk.cli.options import (
    DataArgument,
    JsonOption,
    ModelArgument,
    QuietOption,
    VerboseOption,
    options_from,
)
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.engine_specs import EngineSpec
from creditrisk.errors import UsageError
from creditrisk.file_specs import ReadSpec
from creditrisk.score_spec import ScoreSpec


@options_from(scores=ScoreSpec, limits=ScoringSpec, read=ReadSpec, cluster=EngineSpec)
def predict(
    *,
    model: ModelArgument,
    data: DataArgument,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="SCORES.csv",
            help="File to write or replace: Parquet where its name ends in .parquet, else CSV; "
            '"-" is standard out, as CSV. With --engine dask a folder.',
        ),
    ],
    scores: ScoreSpec,
    limits: ScoringSpec,
    read: ReadSpec,
    cluster: EngineSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write PD, score and grade of every loan of a file, of any size, beside its ids.

    Example: creditrisk predict model.crm data/unlabelled.csv --output scores.csv
    """
    from creditrisk.jobs.early import before_predict

    if output == "-" and json:
        raise UsageError("The scores and --json cannot both go to standard output.", fix="Give --output a file.")
    before_predict(model, data, output, scores, cluster.engine)
    from creditrisk.evaluation.scored_drift import refuse_unlike
    from creditrisk.jobs.predict import predict as job

    if cluster.on_cluster:
        from creditrisk.jobs.cluster_predict import predict_on

        job = predict_on(cluster, job)

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(model, data, output, scores, read=read, watcher=watcher)
    # Where the scores go to standard output, what is said of them does not.
    show("predict", result, as_json=json, quiet=quiet, stream=sys.stderr if output == "-" else None)
    refuse_unlike(result, limits)
