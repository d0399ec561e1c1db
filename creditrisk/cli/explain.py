"""`creditrisk explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from creditrisk.cli.options import JsonOption, ModelArgument, QuietOption, ThreadsOption, VerboseOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.explain_spec import ExplainSpec
from creditrisk.file_specs import ReadSpec


@options_from(spec=ExplainSpec, read=ReadSpec)
def explain(
    *,
    model: ModelArgument,
    data: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATA]...", help="Files of loans to look at; without them only what the model file tells."
        ),
    ] = None,
    spec: ExplainSpec,
    read: ReadSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Show what a model does with all loans, or why one loan has its PD.

    Example: creditrisk explain model.crm data/test.csv
    """
    from creditrisk.jobs.early import before_explain

    before_explain(model, data or [], spec)
    from creditrisk.jobs.explain import explain as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(model, data or None, spec, read=read, threads=threads, watcher=watcher)
    show("explain", result, as_json=json, quiet=quiet)
