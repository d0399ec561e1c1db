"""`creditrisk monitor`."""

from __future__ import annotations

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
from creditrisk.evaluation.monitor_spec import MonitorSpec
from creditrisk.file_specs import ReadSpec


@options_from(spec=MonitorSpec, read=ReadSpec)
def monitor(
    *,
    model: ModelArgument,
    data: DataArgument,
    spec: MonitorSpec,
    read: ReadSpec,
    expect_sha256: ExpectedDigestOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Say how loans in use differ from those that a model was made for, and what to do. Outcomes need not be known.

    Each file is a period; a single one is cut by the model's time.

    Example: creditrisk monitor model.crm data/unlabelled.csv
    """
    from creditrisk.jobs.early import before_monitor

    before_monitor(model, data, spec, expect_sha256=expect_sha256)
    from creditrisk.evaluation.gates import refuse_failed
    from creditrisk.jobs.monitor import monitor as job

    with watching(quiet=quiet, verbose=verbose) as watcher:
        result = job(model, data, spec, expect_sha256=expect_sha256, read=read, threads=threads, watcher=watcher)
    show("monitor", result, as_json=json, quiet=quiet)
    refuse_failed(result.gates)
