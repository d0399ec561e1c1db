"""`creditrisk verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditrisk.cli.options import JsonOption, ModelArgument, QuietOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.export_spec import TrialSpec
from creditrisk.file_specs import ReadSpec


@options_from(spec=TrialSpec, read=ReadSpec)
def verify(
    *,
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="File that `creditrisk export` wrote.")],
    model: ModelArgument,
    data: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DATA...]", help="Files of loans to compare on, beside made-up loans."),
    ] = None,
    spec: TrialSpec,
    read: ReadSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run an export on loans at the model's own boundaries, and on yours, and compare it with the model.

    Example: creditrisk verify model.sql model.crm data/test.csv
    """
    from creditrisk.jobs.early import before_verify

    before_verify(model, data or [], spec.expect_sha256, export)
    from creditrisk.jobs.verify import refuse_different
    from creditrisk.jobs.verify import verify as job

    with watching(quiet=quiet) as watcher:
        result = job(export, model, data or None, spec, read=read, watcher=watcher)
    show("verify", result, as_json=json, quiet=quiet)
    refuse_different(result)
