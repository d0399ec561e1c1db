"""A command whose options may come from the environment and a file too, listed under headings in its help.

An option's value comes from the first of these that has one: its flag, its environment variable, the config file, its
default (see `creditrisk.cli.config`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperOption

from creditrisk.cli.boundary import end, guarded
from creditrisk.cli.config import PREFIX, Setting, check_environment, from_environment, from_file, options_of
from creditrisk.cli.options import GENERAL
from creditrisk.errors import CreditRiskError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The heading of options without one of their own.
PLAIN = "Options"
#: Where a command keeps what its environment and its config file set.
_SETTINGS = "creditrisk.settings"
#: Where it keeps which file that was.
_CONFIG = "creditrisk.config"


class Command(TyperCommand):
    """A command with `--config`, whose options may come from the environment too, listed under headings in the help."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "params": [*settings["params"], _config_option()]})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, and say where a bad value came from if that was not the command line."""
        try:
            return super().parse_args(ctx, args)
        except CreditRiskError as error:
            end(error)
        except typer.BadParameter as error:
            for option, setting in _used(ctx).items():
                if error.param is not None and options_of(self)[option] is error.param:
                    error.message = f"{error.message.rstrip('.')} (from {setting.origin})."
            raise

    @guarded
    def invoke(self, ctx: Any) -> None:
        """Run the command behind the boundary that words its errors."""
        try:
            _check_config_kept(ctx)
            super().invoke(ctx)
        except UsageError as error:
            used = _used(ctx).items()
            lines = [f"--{name} comes from {set_.origin}" for name, set_ in used if _names(error, name)]
            raise UsageError(error.what, where=[*error.where, *lines], fix=error.fix) from None

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options under their headings; Typer itself draws panels only with Rich."""
        for heading, records in self.panels(ctx).items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def panels(self, ctx: Any) -> dict[str, list[tuple[str, str]]]:
        """Return arguments and options with their help, by heading; what every command has comes last."""
        panels: dict[str, list[tuple[str, str]]] = {"Arguments": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                panels.setdefault(_panel(parameter), []).append(record)
        panels[GENERAL] = panels.pop(GENERAL, [])
        return {heading: records for heading, records in panels.items() if records}


def _check_config_kept(ctx: Any) -> None:
    """Refuse an output that would overwrite the config file."""
    config = ctx.meta.get(_CONFIG)
    for option in ("output", "report", "model_card", "rejects"):
        path = ctx.params.get(option)
        if config and path and Path(path).exists() and Path(path).samefile(config):
            flag = option.replace("_", "-")
            raise UsageError(f"--{flag} would overwrite the config file.", where=str(path), fix="Choose another file.")


def _names(error: UsageError, option: str) -> bool:
    return re.search(rf"--{option}(?![\w-])", str(error)) is not None


def _panel(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    return GENERAL if parameter.name == "help" else parameter.rich_help_panel or PLAIN


def _config_option() -> TyperOption:
    return TyperOption(
        param_decls=["config", "--config"],
        type=str,
        multiple=True,
        metavar="FILE.toml",
        help="Take options from this file: seed = 7, for one command under [train]. "
        f"The environment ({PREFIX}SEED=7) wins over it, a flag over both.",
        is_eager=True,
        expose_value=False,
        callback=_take_settings,
        rich_help_panel=GENERAL,
    )


def _take_settings(ctx: Any, _option: Any, given: Sequence[str]) -> None:
    """Make defaults of what the environment and the config file set; runs before the other options are looked at."""
    if ctx.resilient_parsing:  # the shell asks for completions
        return
    if len(given) > 1:
        raise UsageError("--config is given twice.", where=given, fix="Put the options into one file.")
    options, settings = options_of(ctx.command), dict[str, Setting]()
    check_environment(ctx.find_root().command.commands)
    named = os.environ.get(PREFIX + "CONFIG", "")
    if given or named:
        ctx.meta[_CONFIG] = (*given, named)[0]
        try:
            settings |= from_file((*given, named)[0], ctx.command.name, ctx.find_root().command.commands)
        except UsageError as error:
            namer = () if given else (f"which {PREFIX}CONFIG names",)
            raise UsageError(error.what, where=[*error.where, *namer], fix=error.fix) from None
    settings |= from_environment(options)
    ctx.meta[_SETTINGS] = settings
    ctx.default_map = {options[name].name: setting.value for name, setting in settings.items()}


def _used(ctx: Any) -> dict[str, Setting]:
    """Return the settings that no flag has overruled."""
    options, settings = options_of(ctx.command), ctx.meta.get(_SETTINGS, {})
    sources = {name: ctx.get_parameter_source(options[name].name) for name in settings}
    return {name: settings[name] for name, source in sources.items() if source and source.name == "DEFAULT_MAP"}
