"""Options that hold a list, its values separated by commas as in a line of CSV."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import typer
from typer.testing import CliRunner

from creditrisk.cli.options import options_from
from creditrisk.errors import UsageError
from creditrisk.option_values import option


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Two lists, each given in its own way."""

    columns: tuple[str, ...] = option((), "Names.", "NAME,NAME", listed=True)
    by: tuple[str, ...] = option((), "Names one by one.", "NAME")


def given(*words: str) -> Spec:
    """Return the spec that a command gets."""
    app, got = typer.Typer(), list[Spec]()

    @app.command()
    @options_from(spec=Spec)
    def command(*, spec: Spec) -> None:
        got.append(spec)

    result = CliRunner().invoke(app, list(words))
    if result.exception is not None:
        raise result.exception
    return got[0]


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ((), ()),
        (("--columns", "a,b"), ("a", "b")),
        (("--columns", 'a,"b, c"," d"'), ("a", "b, c", " d")),
        (("--columns", "a", "--columns", "b"), ("b",)),
    ],
)
def test_a_listed_option_is_one_line_of_csv(words: tuple[str, ...], columns: tuple[str, ...]) -> None:
    assert given(*words).columns == columns


def test_other_lists_are_given_one_by_one() -> None:
    assert given("--by", "a,b", "--by", "c").by == ("a,b", "c")


def test_what_is_no_line_of_csv_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as caught:
        given("--columns", 'a,"b')
    assert caught.value.what == "--columns cannot be read: unexpected end of data."
    assert caught.value.fix == 'Example: --columns id,pd,"a name, with a comma"'
