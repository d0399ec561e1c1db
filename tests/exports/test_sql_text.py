"""Words of SQL: numbers that databases read back to the last bit, days, and names."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import numpy as np
import pytest

from creditrisk.exports.sql_words import days, name, number, part_of_day, quoted

EPOCH = date(1970, 1, 1)


def test_sqlite_reads_every_number_back() -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate([
        rng.normal(size=3000), 10 ** rng.uniform(-300, 300, 3000), np.nextafter(rng.integers(0, 1000, 500) / 8, np.inf),
        [0.0, 5e-324, 1.7976931348623157e308, -1e-35, 0.1 + 0.2],
    ]).tolist()  # fmt: skip
    connection = sqlite3.connect(":memory:")
    texts = [number(value) for value in values]
    found = [connection.execute(f"SELECT {text}").fetchone()[0] for text in texts]
    assert found == values
    assert [eval(text) for text in texts] == values


def test_numbers_are_never_decimals_of_few_digits() -> None:
    assert all("e" in number(value) for value in (0.0, 1.0, -3.25, 1e22, 12345678.9))


@pytest.mark.parametrize("database", ["sqlite", "duckdb"])
def test_days_are_those_of_the_calendar(database: str) -> None:
    numbers = sorted({*range(-719_162, 2_932_896, 9_973), *range(10_900, 11_400), -1, 0, 58, 59, 2_932_896})
    dates = [EPOCH + timedelta(days=each) for each in numbers]
    if database == "sqlite":
        connection = sqlite3.connect(":memory:")
    else:
        connection = pytest.importorskip("duckdb").connect(":memory:")
    parts = ", ".join(part_of_day(part, "n") for part in ("year", "month", "weekday"))
    values = ", ".join(f"('{each.isoformat()}')" for each in dates)
    counted = f"WITH t(d) AS (VALUES {values}), counted AS MATERIALIZED (SELECT {days('d')} AS n FROM t)"
    found = connection.execute(f"{counted} SELECT n, {parts} FROM counted").fetchall()
    assert [tuple(map(int, row)) for row in found] == [
        (at, day.year, day.month, day.weekday()) for at, day in zip(numbers, dates, strict=True)
    ]


def test_names_and_texts_end_where_they_should() -> None:
    connection = sqlite3.connect(":memory:")
    text = "a'b\"c; -- d"
    cursor = connection.execute(f"SELECT {quoted(text)} AS {name(text)}")
    assert cursor.description[0][0] == text
    assert cursor.fetchone() == (text,)
