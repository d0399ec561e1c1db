"""The commands, each in a file of its own named like it; this file only wires.

Nothing heavy is imported before a command runs, so that help and usage errors are immediate.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Annotated

import typer

from creditrisk import __version__
from creditrisk.cli.command import Command
from creditrisk.cli.config import PREFIX

#: In the order of the help.
COMMANDS = (
    "inspect", "train", "evaluate", "compare", "monitor", "predict", "explain", "recalibrate", "export", "verify",
    "info", "sample",
)  # fmt: skip


def app_of(*names: str) -> typer.Typer:
    """Return the application with some of the commands; the files of the others are not imported."""
    app = typer.Typer(
        name="creditrisk", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )  # fmt: skip
    app.callback()(creditrisk)
    for name in names:
        app.command(name, cls=Command)(getattr(import_module(f"creditrisk.cli.{name}"), name))
    return app


def app_for(words: list[str]) -> typer.Typer:
    """Return the application that a command line needs: that of the command that it names first, or else the whole.

    Options from elsewhere are checked against those of all commands.
    """
    elsewhere = any(name.startswith(PREFIX) for name in os.environ) or any(
        word.startswith("--config") for word in words
    )
    return app_of(words[0]) if words and words[0] in COMMANDS and not elsewhere else app_of(*COMMANDS)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"creditrisk {__version__}")
        raise typer.Exit


def creditrisk(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Credit-risk modelling from a terminal: PD models on CSV files of loans.

    A first run: creditrisk train data/train.csv --target isDefault --id id --output model.crm
    """
