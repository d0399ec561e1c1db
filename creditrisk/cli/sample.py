"""`creditrisk sample`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from creditrisk.cli.options import JsonOption, QuietOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.errors import UsageError
from creditrisk.file_specs import SampleSpec


@options_from(spec=SampleSpec)
def sample(
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help='CSV file to write or replace; "-" is standard output.'),
    ],
    spec: SampleSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write synthetic loans whose true PD is known, and the best AUC and BCE that any model can reach on them.

    Example: creditrisk sample --rows 100000 --output loans.csv
    """
    if str(output) == "-" and json:
        raise UsageError("The loans and --json cannot both go to standard output.", fix="Give --output a file.")
    from creditrisk.jobs.sample import sample as job

    with watching(quiet=quiet) as watcher:
        result = job(output, spec, watcher=watcher)
    show("sample", result, as_json=json, quiet=quiet, stream=sys.stderr if str(output) == "-" else None)
