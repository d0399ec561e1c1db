"""`creditrisk predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditrisk.cli.options import DataArgument, JsonOption, ModelArgument, QuietOption, ThreadsOption
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching


def predict(
    *,
    model: ModelArgument,
    data: DataArgument,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="SCORES.csv", help="CSV file to write or replace."),
    ],
    json: JsonOption = False,
    quiet: QuietOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Write the PD of every loan of a CSV file, of any size, beside its ids.

    Example: creditrisk predict model.crm data/unlabelled.csv --output scores.csv
    """
    from creditrisk.jobs.predict import predict as job

    with watching(quiet=quiet) as watcher:
        result = job(model, data, output, threads=threads, watcher=watcher)
    show("predict", result, as_json=json, quiet=quiet)
