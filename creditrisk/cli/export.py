"""`creditrisk export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditrisk.cli.options import JsonOption, ModelArgument, QuietOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.export_spec import ExportSpec
from creditrisk.file_specs import ReadSpec


@options_from(spec=ExportSpec, read=ReadSpec)
def export(
    *,
    model: ModelArgument,
    data: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DATA...]", help="Files of loans to try the export on, beside made-up loans."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write or replace.")],
    spec: ExportSpec,
    read: ReadSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a model as SQL, JSON rules, points card or ONNX, tried out against the model first.

    Example: creditrisk export model.crm data/test.csv --to sql --output model.sql
    """
    from creditrisk.jobs.early import before_export

    before_export(model, data or [], output, spec)
    from creditrisk.jobs.export import export as job
    from creditrisk.jobs.verify import refuse_different

    with watching(quiet=quiet) as watcher:
        result = job(model, output, spec, data or None, read=read, watcher=watcher)
    show("export", result, as_json=json, quiet=quiet)
    refuse_different(result.verified)
