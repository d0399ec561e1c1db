"""Options from outside the command line: the environment, and the TOML file of `--config`.

A flag wins over the environment, the environment over the file, and the file over the default. In the file a table
named after a command holds for that command and wins over the keys at the top, which hold for every command that has
them. The whole file is checked, whichever command runs, so that no setting is passed over in silence.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creditrisk.errors import UsageError, did_you_mean, near_names, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The environment variable of an option is this and the option's name: CREDITRISK_CLASS_WEIGHT.
PREFIX = "CREDITRISK_"
#: Those that set no option.
_NO_OPTIONS = {"CONFIG", "DEBUG", "JOURNAL"}
#: A larger file is no config: somebody named the loans.
_MOST_BYTES = 1 << 20
#: What a value in the file must be, by the name of the option's type; everything else takes text.
_WANTED: dict[str, tuple[str, tuple[type, ...]]] = {
    "boolean": ("true or false", (bool,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
}


@dataclass(frozen=True)
class Setting:
    """The value of an option, and where it came from in words."""

    value: Any
    origin: str


def options_of(command: Any) -> dict[str, Any]:
    """Return a command's options that can be set from outside, by their long names without the dashes."""
    options = [each for each in command.params if each.param_type_name == "option" and each.expose_value]
    return {next(flag for flag in each.opts if flag.startswith("--"))[2:]: each for each in options}


def variable(option: str) -> str:
    """Return the name of an option's environment variable.

    >>> variable("class-weight")
    'CREDITRISK_CLASS_WEIGHT'
    """
    return PREFIX + option.replace("-", "_").upper()


def from_environment(options: Mapping[str, Any]) -> dict[str, Setting]:
    """Return what the environment sets; an empty variable sets nothing."""
    found = {}
    for name, option in options.items():
        text = os.environ.get(variable(name))
        if text:
            found[name] = Setting(_listed(name, text) if option.multiple else text, variable(name))
    return found


def check_environment(commands: Mapping[str, Any]) -> None:
    """Refuse a variable that is nearly the name of an option: a slip of the keys must not be passed over in silence.

    Other variables that begin alike may be somebody's own.
    """
    options = {variable(name).removeprefix(PREFIX) for command in commands.values() for name in options_of(command)}
    given = [name.removeprefix(PREFIX) for name in sorted(os.environ) if name.startswith(PREFIX)]
    strange = [name for name in given if name not in options | _NO_OPTIONS and near_names(name, options)]
    if strange:
        raise UsageError(
            "An environment variable is no option.",
            where=[f"{PREFIX}{name}{did_you_mean(name, options)}" for name in strange],
            fix="Correct its name, or unset it.",
        )


def _listed(option: str, text: str) -> list[str]:
    """Split at commas as a line of CSV is, so that names may hold spaces, and in double quotes commas too."""
    import csv

    try:
        return next(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error:
        raise UsageError(
            f"The environment variable {variable(option)} cannot be split at its commas.",
            where=shown(text, most=60),
            fix='Write it as a line of CSV: id,"a name, with a comma"',
        ) from None


def from_file(path: str, command: str, commands: Mapping[str, Any]) -> dict[str, Setting]:
    """Return what a config file sets for one of the commands, by option.

    Raises
    ------
    UsageError
        If the file cannot be read, or with everything in it that means nothing.
    """
    document = _document(path)
    check = _Check(path, commands)
    # A command may be called as another's option is: `compare = true` is that option, [compare] the command.
    options = {option for command in commands.values() for option in options_of(command)}
    tables = {
        key for key, value in document.items() if key in commands and (isinstance(value, dict) or key not in options)
    }
    found = check.settings({key: value for key, value in document.items() if key not in tables}, list(commands), "")
    for name in (name for name in commands if name in tables):
        table = document[name]
        if isinstance(table, dict):
            found |= check.settings(table, [name], f"[{name}] ")
        else:
            check.problems.append(f"[{name}] must be a table of options, got {_described(table)}")
    if check.problems:
        raise UsageError(
            "The config file cannot be used.",
            where=[path, *check.problems],
            fix="`creditrisk COMMAND --help` lists the options; a key is an option's long name without its dashes.",
        )
    return {key: setting for (owner, key), setting in found.items() if owner == command}


class _Check:
    """Turns keys and values into settings, and collects what is wrong with them."""

    def __init__(self, path: str, commands: Mapping[str, Any]) -> None:
        self._path = path
        self._options = {name: options_of(command) for name, command in commands.items()}
        parameters = [each for command in commands.values() for each in command.params]
        self._arguments = {each.name for each in parameters if each.param_type_name == "argument"}
        self.problems: list[str] = []

    def settings(self, entries: Mapping[str, Any], owners: list[str], table: str) -> dict[tuple[str, str], Setting]:
        """Return the settings that the entries of one table make, by command and option."""
        found: dict[tuple[str, str], Setting] = {}
        written: dict[str, str] = {}
        for word, value in entries.items():
            name, label = word.replace("_", "-"), f"{table}{shown(word, most=60)}"
            homes = [owner for owner in owners if name in self._options[owner]]
            wrong = [] if homes else [f"{label}: {self._stranger(name, value, owners, table)}"]
            if name in written:
                wrong.append(f"{label}: the same option as {shown(written[name])}")
            written.setdefault(name, word)
            unfit = []
            for owner in homes:
                try:
                    value_here = converted(self._options[owner][name], value)
                    found[owner, name] = Setting(value_here, f"{self._path}: {table}{word}")
                except ValueError as error:
                    unfit.append(f"{label} must be {error}")
            # A key at the top holds where it fits: --target is a name to train, a switch to sample.
            wrong += list(dict.fromkeys(unfit)) if len(unfit) == len(homes) else []
            # Commands that share an option find the same fault in it.
            self.problems += dict.fromkeys(wrong)
        return found

    def _stranger(self, name: str, value: Any, owners: list[str], table: str) -> str:
        """Say why a key is no option of these commands."""
        if name == "config":
            return "a config file cannot name another one"
        if not table and isinstance(value, dict):
            return f"a table, but no command has this name{did_you_mean(name, self._options)}"
        if name in self._arguments:
            return "an argument, which stands on the command line only"
        others = [command for command, options in self._options.items() if name in options]
        if others:
            return f"not an option of this command, but of {', '.join(others)}"
        known = sorted({option for owner in owners for option in self._options[owner]})
        return f"{'the command has no such' if table else 'no command has this'} option{did_you_mean(name, known)}"


def converted(option: Any, value: Any) -> Any:
    """Return a value of the file as the option takes it; numbers and dates become text where text is wanted.

    Raises
    ------
    ValueError
        With what the value must be.
    """
    if not option.multiple:
        return _converted_one(option, value)
    if not isinstance(value, list):
        raise ValueError(f'a list, such as ["a", "b"], got {_described(value)}')
    return [_converted_one(option, item) for item in value]


def _converted_one(option: Any, value: Any) -> Any:
    from datetime import date

    wanted, kinds = _WANTED.get(option.type.name, ("text in quotes", (str, int, float, date)))
    # The exact type: Python counts true as the number 1.
    if type(value) not in kinds or (isinstance(value, int) and not -(2**63) <= value < 2**63):
        raise ValueError(f"{wanted}, got {_described(value)}")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("text without a NUL character")
    return value if option.type.name in _WANTED else str(value)


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "a number beyond 64 bits"
    return shown(value, most=40) if isinstance(value, str) else str(value)


def _document(path: str) -> dict[str, Any]:
    import tomllib

    quoted = 'Each line is a name, "=" and a value; text stands in quotes: target = "isDefault".'
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path of the user's, kept word for word
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise UsageError("The config file is larger than 1 MB.", where=path, fix="Name a TOML file of options.")
        # Editors on Windows put a mark before the text.
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        raise UsageError("The config file does not exist.", where=path, fix="Check the path.") from None
    except OSError as error:
        raise UsageError(f"The config file cannot be read: {error.strerror}.", where=path) from None
    except UnicodeDecodeError:
        raise UsageError("The config file is not text in UTF-8.", where=path, fix="Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:  # tomllib's error is a ValueError and names line and column
        words = "its lists are too deep" if isinstance(error, RecursionError) else str(error)
        raise UsageError("The config file is not TOML.", where=[path, words], fix=quoted) from None
