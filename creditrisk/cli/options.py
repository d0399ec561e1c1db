"""Options of the commands: those that all share, and those that are built from the fields of specs."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditrisk.errors import UsageError
from creditrisk.option_values import EXPECTED_DIGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The heading in the help of the options that every command has.
GENERAL = "General"

DataArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...",
        help='Files of loans with the same columns: CSV (also .gz) or Parquet; "-" is standard input.',
    ),
]
ModelArgument = Annotated[Path, typer.Argument(metavar="MODEL", help="Model file that `creditrisk train` wrote.")]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document in place of the report.", rich_help_panel=GENERAL),
]
QuietOption = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Print no report and no progress; errors and --json stay.", rich_help_panel=GENERAL
    ),
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="Say more: a line on standard error for each stage, with its seconds.",
        rich_help_panel=GENERAL,
    ),
]  # fmt: skip
ThreadsOption = Annotated[
    int,
    typer.Option(
        metavar="N",
        help="Threads to use; 0 means every processor this process may use.",
        rich_help_panel=GENERAL,
        min=0,
        max=1024,
    ),
]
ExpectedDigestOption = Annotated[
    str,
    typer.Option(
        metavar="HEX",
        help=EXPECTED_DIGEST,
        show_default=False,
    ),
]


def options_from(**specs: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for each field of the specs; it gets the finished specs under the names given here.

    Name, type, default, help and panel come from the field, so they are written once, in `creditrisk.specs`.

    Raises
    ------
    ValueError
        If two options of the command have one name: a mistake in the program, seen when it is imported.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_specs(**given: Any) -> None:
            finished = _finished(specs, given)
            names = {field for spec in specs.values() for field in _fields(spec)}
            command(**finished, **{name: value for name, value in given.items() if name not in names})

        own = inspect.signature(command, eval_str=True).parameters
        mine = [parameter for name, parameter in own.items() if name not in specs]
        built = [parameter for spec in specs.values() for parameter in _parameters(spec)]
        names = [parameter.name for parameter in [*mine, *built]]
        twice = {name for name in names if names.count(name) > 1} | (set(specs) - set(own))
        if twice:
            raise ValueError(f"{command.__name__}: {', '.join(sorted(twice))} must be one option or parameter each")
        needed = [parameter for parameter in [*mine, *built] if parameter.default is parameter.empty]
        optional = [parameter for parameter in [*built, *mine] if parameter.default is not parameter.empty]
        with_specs.__signature__ = inspect.Signature([*needed, *optional])  # type: ignore[attr-defined]
        return with_specs

    return decorate


def _fields(spec: type) -> dict[str, dataclasses.Field[Any]]:
    return {field.name: field for field in dataclasses.fields(spec)}


def _frozen(field: dataclasses.Field[Any], value: Any) -> Any:
    if field.metadata.get("listed"):
        return _split(field, value)
    return tuple(value) if isinstance(value, list) else value


def _split(field: dataclasses.Field[Any], text: str) -> tuple[str, ...]:
    """Split at commas as a line of CSV, so that a quoted name may hold one."""
    if not text:
        return ()
    import csv

    try:
        return tuple(next(csv.reader([text], strict=True)))
    except csv.Error as error:
        flag = _flag(field)
        raise UsageError(
            f"{flag} cannot be read: {error}.", fix=f'Example: {flag} id,pd,"a name, with a comma"'
        ) from error


def _flag(field: dataclasses.Field[Any]) -> str:
    return "--" + field.name.replace("_", "-")


def _finished(specs: Mapping[str, type], given: Mapping[str, Any]) -> dict[str, Any]:
    """Build the specs; where several refuse their values, say so all at once."""
    finished, errors = dict[str, Any](), list[UsageError]()
    for name, spec in specs.items():
        try:
            finished[name] = spec(**{key: _frozen(field, given[key]) for key, field in _fields(spec).items()})
        except UsageError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        where = [line for error in errors for line in (error.where or (error.what,))]
        raise UsageError("Several options are wrong.", where=where)
    return finished


@cache  # several commands read files by the same spec
def _parameters(spec: type) -> list[inspect.Parameter]:
    hints = typing.get_type_hints(spec)
    return [_parameter(field, hints[name]) for name, field in _fields(spec).items()]


def _parameter(field: dataclasses.Field[Any], hint: Any) -> inspect.Parameter:
    flag = _flag(field)
    text = field.metadata["help"]
    needed = field.default is dataclasses.MISSING
    listed = bool(field.metadata.get("listed"))
    many = typing.get_origin(hint) is tuple and not listed
    if many:
        text += " May be given several times."
    option = typer.Option(
        f"{flag}/--no-{flag[2:]}" if hint is bool else flag,
        help=text,
        metavar=field.metadata["metavar"] or None,
        show_default=not (needed or field.default in ("", ())),
        rich_help_panel=field.metadata.get("panel") or None,
    )
    default = inspect.Parameter.empty if needed else ([] if many else "" if listed else field.default)
    kind = list[str] if many else str if listed else hint
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )
