"""`creditrisk predict`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from creditrisk.auditing import ScoringSpec
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
from creditrisk.errors import UsageError
from creditrisk.file_specs import ReadSpec


@options_from(limits=ScoringSpec, read=ReadSpec, cluster=EngineSpec)
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
            help='CSV file to write or replace; "-" is standard out. With --engine dask a folder.',
        ),
    ],
    limits: ScoringSpec,
    read: ReadSpec,
    cluster: EngineSpec,
    columns: Annotated[
        str,
        typer.Option(
            metavar="NAME,NAME,…",
            help="Columns of the scores, in order: pd, score, grade, grade_pd, decision, log_odds, row, the target's "
            "name for the PD, or a column of the loans, copied as it stands. [default: the ids, pd, score, grade, and "
            "decision where the model keeps a cut-off]",
            show_default=False,
        ),
    ] = "",
    excel_safe: Annotated[
        bool,
        typer.Option(
            "--excel-safe",
            help="Write copied texts that begin like a formula with a leading apostrophe, so that no spreadsheet "
            "program runs them; numbers stay.",
        ),
    ] = False,
    expect_sha256: ExpectedDigestOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Write PD, score and grade of every loan of a file, of any size, beside its ids.

    Example: creditrisk predict model.crm data/unlabelled.csv --output scores.csv
    """
    from creditrisk.evaluation.scored_drift import refuse_unlike
    from creditrisk.jobs.predict import predict as job

    if cluster.on_cluster:
        from creditrisk.jobs.cluster_predict import predict_on

        job = predict_on(cluster, job)

    if output == "-" and json:
        raise UsageError("The scores and --json cannot both go to standard output.", fix="Give --output a file.")
    with watching(quiet=quiet, verbose=verbose) as watcher:
        named = _listed(columns)
        result = job(
            model, data, output, columns=named, excel_safe=excel_safe, expect_sha256=expect_sha256, read=read,
            threads=threads, watcher=watcher,
        )  # fmt: skip
    # Where the scores go to standard output, what is said of them does not.
    show("predict", result, as_json=json, quiet=quiet, stream=sys.stderr if output == "-" else None)
    refuse_unlike(result, limits)


def _listed(columns: str) -> tuple[str, ...]:
    """Split at commas as a line of CSV, so that a quoted name may hold one."""
    import csv

    try:
        return tuple(next(csv.reader([columns], strict=True))) if columns else ()
    except csv.Error as error:
        raise UsageError(
            f"--columns cannot be read: {error}.", fix='Example: --columns id,pd,"a name, with a comma"'
        ) from error
