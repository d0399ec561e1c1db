"""`creditrisk inspect`."""

from __future__ import annotations

from creditrisk.cli.options import DataArgument, JsonOption, QuietOption, VerboseOption, options_from
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import InspectSpec


@options_from(spec=InspectSpec, read=ReadSpec)
def inspect(
    *,
    data: DataArgument,
    spec: InspectSpec,
    read: ReadSpec,
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Look at files of loans before a training: what each column holds, leaks, faults of the data, and drift.

    Example: creditrisk inspect data/train.csv --target isDefault --id id
    """
    from creditrisk.jobs.early import before_inspect

    before_inspect(data, spec)
    from creditrisk.audit.refusing import refuse_found
    from creditrisk.jobs.inspect import inspect as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(data, spec, read=read, watcher=watcher)
    show("inspect", result, as_json=json, quiet=quiet)
    refuse_found(result.findings, spec.fail_on)
