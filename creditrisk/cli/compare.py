"""`creditrisk compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from creditrisk.cli.options import DataArgument, JsonOption, QuietOption, VerboseOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.evaluation.compare_spec import CompareSpec
from creditrisk.file_specs import ReadSpec

_EITHER = "a model file, or column:NAME for a score that stands in the data."


@options_from(spec=CompareSpec, read=ReadSpec)
def compare(
    *,
    a: Annotated[str, typer.Argument(metavar="A", help=f"The champion: {_EITHER}")],
    b: Annotated[str, typer.Argument(metavar="B", help=f"The challenger: {_EITHER}")],
    data: DataArgument,
    spec: CompareSpec,
    read: ReadSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Say whether a challenger is better than a champion on files of loans whose outcomes are known.

    Example: creditrisk compare old.crm new.crm data/test.csv
    """
    from creditrisk.jobs.early import before_compare

    before_compare(a, b, data, spec)
    from creditrisk.evaluation.gates import refuse_failed
    from creditrisk.jobs.compare import compare as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(a, b, data, spec, read=read, watcher=watcher)
    show("compare", result, as_json=json, quiet=quiet)
    refuse_failed(result.gates)
