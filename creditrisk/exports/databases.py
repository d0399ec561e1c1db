"""SQL run for real on a database's own machinery: SQLite, DuckDB, or a PostgreSQL server through `psql`.

A file of SQL is a program. What runs here can read the table of loans that was made for it and nothing else: SQLite is
asked before each step, DuckDB is shut off from files, and PostgreSQL gets one plain statement in a transaction that
cannot write, from which `psql` can take no command of its own.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import sqlite3
import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

from creditrisk.errors import UsageError, shown
from creditrisk.exports.sql_words import name, source_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.exports.loans import Loans

#: How each kind of column is declared: SQLite has no dates.
_TYPES = {
    "sqlite": {"number": "REAL", "text": "TEXT", "date": "TEXT", "row": "INTEGER"},
    "duckdb": {"number": "DOUBLE", "text": "VARCHAR", "date": "DATE", "row": "BIGINT"},
    "postgresql": {"number": "DOUBLE PRECISION", "text": "TEXT", "date": "DATE", "row": "BIGINT"},
}
_EPOCH = date(1970, 1, 1)
#: The table of the trial, whatever schema the SQL's own table is in.
_TABLE = "creditrisk_trial"
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
#: What a statement of plain SQL consists of: quoted texts and names, comments, and the rest, without what begins
#: another statement, a text of another kind, a block of comment or a command of psql.
_PLAIN = re.compile(
    r"""(?:(?<![\w&])'(?:[^']|'')*+'|"(?:[^"]|"")*+"|--[^\n]*+\n|[^'"\\;$/-]++|-(?!-)|/(?!\*))*+"""
)  # fmt: skip
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


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
    read = f"FROM {source_of(table)}\n"
    if statement.count(read) != 1:
        raise UsageError(f"The SQL does not read the table {shown(table)} that it names.", fix="Export it again.")
    create = f"CREATE TEMPORARY TABLE {_TABLE} ({declared})"
    return _RUNNERS[database](create, statement.replace(read, f"FROM {_TABLE}\n"), loans)


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


def _sqlite(create: str, statement: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(create)
        marks = ", ".join("?" * len(loans.columns))
        connection.executemany(f"INSERT INTO {_TABLE} VALUES ({marks})", _cells(loans))  # noqa: S608
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY)
        cursor = connection.execute(statement)
        return [column[0] for column in cursor.description], cursor.fetchall()
    except sqlite3.Error as error:
        raise _refused("SQLite", str(error)) from error
    finally:
        connection.close()


def _duckdb(create: str, statement: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    try:
        import duckdb
    except ImportError as error:
        raise UsageError("DuckDB is not installed.", fix="pip install 'creditrisk[duckdb]', or --on sqlite.") from error
    import pyarrow as pa

    connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    try:
        connection.execute(create)
        columns = zip(*_cells(loans), strict=True) if loans.rows else ([] for _ in loans.columns)
        types = {"number": pa.float64(), "text": pa.string(), "date": pa.string(), "row": pa.int64()}
        arrays = [pa.array(list(values), types[kind]) for values, (_, kind) in zip(columns, loans.columns, strict=True)]
        connection.register("arrived", pa.table(arrays, names=[f"c{place}" for place in range(len(arrays))]))
        connection.execute(f"INSERT INTO {_TABLE} SELECT * FROM arrived")  # noqa: S608
        cursor = connection.execute(statement)
        return [column[0] for column in cursor.description], cursor.fetchall()
    except duckdb.Error as error:
        raise _refused("DuckDB", str(error)) from error
    finally:
        connection.close()


def _postgresql(create: str, statement: str, loans: Loans) -> tuple[list[str], list[tuple[object, ...]]]:
    psql = shutil.which("psql")
    if psql is None:
        raise UsageError("psql, PostgreSQL's own client, is not installed.", fix="Install it, or use --on sqlite.")
    if not _PLAIN.fullmatch(statement):
        raise UsageError("The file is not one plain statement of SQL.", fix="Export it again.")
    rows = "".join("\t".join(map(_copied, row)) + "\n" for row in _cells(loans))
    script = (
        f"SET standard_conforming_strings = on;\n{create};\nCOPY {_TABLE} FROM STDIN;\n{rows}\\.\n"
        f"BEGIN READ ONLY;\n{statement};\nCOMMIT;\n"
    )
    words = [psql, "-X", "-w", "-q", "--csv", "-v", "ON_ERROR_STOP=1"]
    environment = {**os.environ, "PGCLIENTENCODING": "UTF8"}
    # The words are those above; the program is the one that the user's own PATH names.
    done = subprocess.run(  # noqa: S603
        words, check=False, input=script, capture_output=True, text=True, encoding="utf-8", env=environment
    )
    if done.returncode:
        raise _refused("PostgreSQL", done.stderr)
    header, *rows_said = csv.reader(io.StringIO(done.stdout))
    return header, [tuple(row) for row in rows_said]


def _copied(cell: object) -> str:
    if cell is None:
        return "\\N"
    return cell.translate(_ESCAPED) if isinstance(cell, str) else repr(cell)


def _refused(database: str, words: str) -> UsageError:
    lines = [line for line in words.strip().splitlines() if line.strip()]
    fix = "With psql, the variables PGHOST, PGPORT, PGUSER, PGDATABASE name the server." if database[0] == "P" else ""
    return UsageError(f"{database} refuses the statement.", where=[line[:200] for line in lines[:3]], fix=fix)


_RUNNERS: dict[str, Callable[..., tuple[list[str], list[tuple[object, ...]]]]] = {
    "sqlite": _sqlite, "duckdb": _duckdb, "postgresql": _postgresql,
}  # fmt: skip
