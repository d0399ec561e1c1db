"""The command line: this file only wires; each command has a file of its own.

Nothing heavy is imported before a command runs, so that help and usage errors are immediate.
"""

from __future__ import annotations

from typing import Annotated

import typer

from creditrisk import __version__
from creditrisk.cli.command import Command
from creditrisk.cli.compare import compare
from creditrisk.cli.evaluate import evaluate
from creditrisk.cli.info import info
from creditrisk.cli.inspect import inspect
from creditrisk.cli.predict import predict
from creditrisk.cli.sample import sample
from creditrisk.cli.start import main
from creditrisk.cli.train import train

__all__ = ["app", "main"]

app = typer.Typer(
    name="creditrisk", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"creditrisk {__version__}")
        raise typer.Exit


@app.callback()
def creditrisk(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Credit-risk modelling from a terminal: PD models on CSV files of loans.

    A first run: creditrisk train data/train.csv --target isDefault --id id --output model.crm
    """


for command in (inspect, train, evaluate, compare, predict, info, sample):
    app.command(command.__name__, cls=Command)(command)
