"""`creditrisk evaluate`."""

from __future__ import annotations

from creditrisk.cli.options import DataArgument, JsonOption, ModelArgument, QuietOption, ThreadsOption
from creditrisk.cli.printing import show
from creditrisk.cli.progress import watching


def evaluate(
    *, model: ModelArgument, data: DataArgument, json: JsonOption = False, quiet: QuietOption = False,
    threads: ThreadsOption = 0,
) -> None:  # fmt: skip
    """Report how good a model is on a CSV file of loans whose outcomes are known.

    Example: creditrisk evaluate model.crm data/test.csv
    """
    from creditrisk.jobs.evaluate import evaluate as job

    with watching(quiet=quiet) as watcher:
        result = job(model, data, threads=threads, watcher=watcher)
    show("evaluate", result, as_json=json, quiet=quiet)
