"""The command reference as Markdown, made from the commands themselves, so that it cannot fall behind them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import typer.main

from creditrisk.cli.command import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION = """# Commands

Made from the commands' own help; `creditrisk COMMAND --help` shows the same.

An option may also be set by an environment variable, `CREDITRISK_` and its name (`CREDITRISK_CLASS_WEIGHT=4`), or in
the TOML file that `--config` or `CREDITRISK_CONFIG` names. A flag wins over the environment, the environment over the
file, the file over the default. An option that may be given several times is a line of CSV in the environment
(`CREDITRISK_DROP='a,"b, c"'`, `CREDITRISK_SPECIAL='"age:98,99"'`) and a list in the file:

```toml
seed = 7                       # for every command that has --seed

[train]                        # for this command; wins over the keys above
target = "isDefault"
id = ["id"]
class-weight = "balanced"
```

A key that no command has is an error, and so is a variable that is nearly the name of an option. Paths count from the
current folder.
"""


def reference(app: typer.Typer) -> str:
    """Return the whole page."""
    group: Any = typer.main.get_command(app)
    return "\n".join([_INTRODUCTION, *(line for command in group.commands.values() for line in _command(command))])


def _command(command: Command) -> Iterator[str]:
    context: Any = command.make_context(command.name, [], resilient_parsing=True)
    yield f"## `creditrisk {command.name}`\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    for heading, records in command.panels(context).items():
        yield f"| {heading} | |"
        yield "|---|---|"
        yield from (f"| `{_cell(option)}` | {_cell(text)} |" for option, text in records)
        yield ""


def _cell(text: str) -> str:
    """Return text that cannot end a cell of a table."""
    return " ".join(text.split()).replace("|", r"\|")
