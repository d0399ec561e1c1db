"""SQL run for real on a database's own machinery: SQLite, DuckDB, or a PostgreSQL server through `psql`."""

from __future__ import annotations

import csv
import io
import math
import shutil
import sqlite3
import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

from creditrisk.errors import UsageError
from creditrisk.export.sql_words import name

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.export.loans import Loans

#: How each kind of column is declared: SQLite has no dates.
_TYPES = {
    "sqlite": {"number": "REAL", "text": "TEXT", "date": "TEXT", "row": "INTEGER"},
    "duckdb": {"number": "DOUBLE", "text": "VARCHAR", "date": "DATE", "row": "BIGINT"},
    "postgresql": {"number": "DOUBLE PRECISION", "text": "TEXT", "date": "DATE", "row": "BIGINT"},
}
_EPOCH = date(1970, 1, 1)


def run(database: str, statement: str, table: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the header and the rows that a statement gives on a new table of loans, which is dropped again.

    Parameters
    ----------
    database : `sqlite`, `duckdb` or `postgresql`
    statement, table : str
    loans : Loans
        Columns with their kinds (`number`, `text`, `date`, or `row` for whole numbers), and rows; dates are days since
        1970-01-01.

    Raises
    ------
    UsageError
        When the database is not there, or refuses the statement.
    """
    declared = ", ".join(f"{name(each)} {_TYPES[database][kind]}" for each, kind in loans.columns)
    return _RUNNERS[database](f"CREATE {{}} TABLE {name(table)} ({declared})", statement, table, loans)


def _cells(loans: Loans) -> list[tuple[object, ...]]:
    """Return the rows with dates as ISO texts."""
    dates = [place for place, (_, kind) in enumerate(loans.columns) if kind == "date"]
    if not dates:
        return list(loans.rows)
    rows = [list(row) for row in loans.rows]
    for row in rows:
        for place in dates:
            if row[place] is not None:
                row[place] = (_EPOCH + timedelta(days=int(row[place]))).isoformat()  # type: ignore[call-overload]
    return [tuple(row) for row in rows]


def _sqlite(create: str, statement: str, table: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(create.format("TEMPORARY"))
        marks = ", ".join("?" * len(loans.columns))
        connection.executemany(f"INSERT INTO {name(table)} VALUES ({marks})", _cells(loans))
        cursor = connection.execute(statement)
        return [column[0] for column in cursor.description], cursor.fetchall()
    except sqlite3.Error as error:
        raise _refused("SQLite", str(error)) from error
    finally:
        connection.close()


def _duckdb(create: str, statement: str, table: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    try:
        import duckdb
    except ImportError as error:
        raise UsageError("DuckDB is not installed.", fix="pip install 'creditrisk[duckdb]', or --on sqlite.") from error
    import pyarrow as pa

    connection = duckdb.connect(":memory:")
    try:
        connection.execute(create.format(""))
        columns = zip(*_cells(loans), strict=True) if loans.rows else ([] for _ in loans.columns)
        types = {"number": pa.float64(), "text": pa.string(), "date": pa.string(), "row": pa.int64()}
        arrays = [pa.array(list(values), types[kind]) for values, (_, kind) in zip(columns, loans.columns, strict=True)]
        connection.register("arrived", pa.table(arrays, names=[f"c{place}" for place in range(len(arrays))]))
        connection.execute(f"INSERT INTO {name(table)} SELECT * FROM arrived")
        cursor = connection.execute(statement)
        return [column[0] for column in cursor.description], cursor.fetchall()
    except duckdb.Error as error:
        raise _refused("DuckDB", str(error)) from error
    finally:
        connection.close()


def _postgresql(create: str, statement: str, table: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    psql = shutil.which("psql")
    if psql is None:
        raise UsageError("psql, PostgreSQL's own client, is not installed.", fix="Install it, or use --on sqlite.")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_STRINGS if hasattr(csv, "QUOTE_STRINGS") else 0)
    for row in _cells(loans):
        writer.writerow([_copied(cell) for cell in row])
    script = (
        f"{create.format('TEMPORARY')};\nCOPY {name(table)} FROM STDIN WITH (FORMAT csv, NULL '\\N');\n"
        f"{text.getvalue()}\\.\n{statement};\n"
    )
    words = [psql, "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(words, check=False, input=script, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise _refused("PostgreSQL", done.stderr)
    rows = list(csv.reader(io.StringIO(done.stdout)))
    return rows[0], [tuple(row) for row in rows[1:]]


def _copied(cell: object) -> str:
    if cell is None:
        return "\\N"
    return repr(cell) if isinstance(cell, float) and math.isfinite(cell) else str(cell)


def _refused(database: str, words: str) -> UsageError:
    lines = [line for line in words.strip().splitlines() if line.strip()]
    fix = "With psql, the variables PGHOST, PGPORT, PGUSER, PGDATABASE name the server." if database[0] == "P" else ""
    return UsageError(f"{database} refuses the statement.", where=[line[:200] for line in lines[:3]], fix=fix)


_RUNNERS: dict[str, Callable[..., tuple[list[str], list[tuple[object, ...]]]]] = {
    "sqlite": _sqlite, "duckdb": _duckdb, "postgresql": _postgresql,
}  # fmt: skip
