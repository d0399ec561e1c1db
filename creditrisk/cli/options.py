"""Options of the commands: those that all share, and those that are built from the fields of a spec."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

DataArgument = Annotated[Path, typer.Argument(metavar="DATA", help="CSV file of loans: a header, then a loan a row.")]
ModelArgument = Annotated[Path, typer.Argument(metavar="MODEL", help="Model file that `creditrisk train` wrote.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document in place of the report.")]
QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print no report and no progress; errors and --json stay."),
]
ThreadsOption = Annotated[int, typer.Option(help="Threads to use; 0 means every processor this process may use.")]


def options_from(spec: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for each field of a spec; the command gets the finished spec as `spec`.

    Name, type, default and help come from the field, so they are written once, in `creditrisk.specs`.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = typing.get_type_hints(spec)
        fields = dataclasses.fields(spec)

        @wraps(command)
        def with_spec(**given: Any) -> None:
            values = {field.name: given.pop(field.name) for field in fields}
            command(spec=spec(**{name: _frozen(value) for name, value in values.items()}), **given)

        own = inspect.signature(command, eval_str=True).parameters.values()
        built = [_parameter(field, hints[field.name]) for field in fields]
        mine = [parameter for parameter in own if parameter.name != "spec"]
        needed = [parameter for parameter in [*mine, *built] if parameter.default is parameter.empty]
        optional = [parameter for parameter in [*built, *mine] if parameter.default is not parameter.empty]
        with_spec.__signature__ = inspect.Signature([*needed, *optional])  # type: ignore[attr-defined]
        return with_spec

    return decorate


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _parameter(field: dataclasses.Field[Any], hint: Any) -> inspect.Parameter:
    flag = "--" + field.name.replace("_", "-")
    text, metavar = field.metadata["help"], field.metadata["metavar"] or None
    needed = field.default is dataclasses.MISSING
    many = typing.get_origin(hint) is tuple
    if many:
        text += " May be given several times."
    hides_default = needed or field.default in ("", ())
    option = typer.Option(
        f"{flag}/--no-{flag[2:]}" if hint is bool else flag,
        help=text,
        metavar=metavar,
        show_default=not hides_default,
    )
    default = inspect.Parameter.empty if needed else ([] if many else field.default)
    kind = list[str] if many else hint
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )
