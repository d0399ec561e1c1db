"""The whole application, and the way in."""

from creditrisk.cli.commands import COMMANDS, app_of
from creditrisk.cli.start import main

__all__ = ["app", "main"]

app = app_of(*COMMANDS)
