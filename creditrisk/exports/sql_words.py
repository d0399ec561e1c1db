"""Numbers, texts, names and days in SQL that SQLite, DuckDB and PostgreSQL read alike."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

#: The greatest number of 64 bits; only infinite numbers and NaN lie beyond it.
MOST = "1.7976931348623157e308"


@cache
def number(value: float) -> str:
    """Return a number that is read back to the last bit: as a float, never as a decimal of few digits.

    SQLite's reader is off by the last bit for a few in a million of numbers with 17 digits. Such a number is written as
    the sum of one of 9 digits and a small rest.

    >>> number(0.1), number(-3)
    ('1e-1', '-3e0')
    """
    text = _exponential(float(value))
    if _read_by_sqlite(text) == value:
        return text
    first = float(f"{value:.8e}")
    return f"({_exponential(first)} + {_exponential(value - first)})"


def _exponential(value: float) -> str:
    """Return the shortest digits that are the number, with an exponent.

    >>> _exponential(1234.5), _exponential(5e-324)
    ('1.2345e3', '5e-324')
    """
    texts = (f"{value:.{places}e}" for places in range(17))
    digits, _, power = next(text for text in texts if float(text) == value).partition("e")
    return f"{digits}e{int(power)}"


@cache
def _connection() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", check_same_thread=False)


def _read_by_sqlite(text: str) -> float:
    return float(_connection().execute(f"SELECT {text}").fetchone()[0])


def quoted(text: str) -> str:
    """Return a text as a literal.

    >>> quoted("Max's")
    "'Max''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """Return the name of a column, quoted; a quotation mark in it is doubled.

    >>> name("loan amount")
    '"loan amount"'
    """
    return '"' + text.replace('"', '""') + '"'


def free_titles(titles: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """Return the titles, with an underscore more where a column has that name.

    >>> free_titles(["pd", "grade"], {"grade"})
    {'pd': 'pd', 'grade': 'grade_'}
    """
    free = {}
    for title in titles:
        free[title] = title
        while free[title] in taken:
            free[title] += "_"
    return free


def source_of(table: str) -> str:
    """Return the name of a table, quoted, with dots between schema and table.

    >>> source_of("nightly.loans")
    '"nightly"."loans"'
    """
    return ".".join(name(part) for part in table.split("."))


def whole_part(dividend: str, divisor: int) -> str:
    """Return how often a whole number goes into another that is 0 or more: `/` means another thing in DuckDB."""
    return f"(({dividend} - {dividend} % {divisor}) / {divisor})"


def days(date: str) -> str:
    """Return the days since 1970-01-01 of a date, or of a text that begins like 2012-03-31, from the year 1 on.

    Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras have 400 years.
    """
    text = f"CAST({date} AS VARCHAR(40))"
    year, month, day = (f"CAST(SUBSTR({text}, {at}, {size}) AS BIGINT)" for at, size in ((1, 4), (6, 2), (9, 2)))
    shifted = f"({year} - CASE WHEN {month} <= 2 THEN 1 ELSE 0 END)"
    place = f"({month} + CASE WHEN {month} > 2 THEN -3 ELSE 9 END)"
    before = whole_part(f"(153 * {place} + 2)", 5)
    leap = f"{whole_part(shifted, 4)} - {whole_part(shifted, 100)} + {whole_part(shifted, 400)}"
    return f"(365 * {shifted} + {leap} + {before} + {day} - 719469)"


def part_of_day(part: str, count: str) -> str:
    """Return the year, month (1 to 12) or weekday (0 is Monday) of days since 1970-01-01, from the year 0 on."""
    shifted = f"(CAST({count} AS BIGINT) + 719468)"
    if part == "weekday":
        return f"(({shifted} + 2) % 7)"
    era = whole_part(shifted, 146_097)
    inside = f"({shifted} % 146097)"
    thirds = (whole_part(inside, 1460), whole_part(inside, 36_524), whole_part(inside, 146_096))
    of_era = whole_part(f"CAST({inside} - {thirds[0]} + {thirds[1]} - {thirds[2]} AS BIGINT)", 365)
    of_era = f"CAST({of_era} AS BIGINT)"
    of_year = f"({inside} - (365 * {of_era} + {whole_part(of_era, 4)} - {whole_part(of_era, 100)}))"
    month = f"CAST({whole_part(f'CAST(5 * {of_year} + 2 AS BIGINT)', 153)} AS BIGINT)"
    if part == "month":
        return f"({month} + CASE WHEN {month} < 10 THEN 3 ELSE -9 END)"
    return f"({of_era} + {era} * 400 + CASE WHEN {month} >= 10 THEN 1 ELSE 0 END)"
