"""An export as text, its form, and how it is run on loans."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from creditrisk.errors import UsageError, shown
from creditrisk.export.compare import Said
from creditrisk.export.databases import run
from creditrisk.export.evaluate_rules import evaluate
from creditrisk.export.points_file import HEADER, Card, points_text
from creditrisk.export.rules import FORMAT, VERSION, rules_of
from creditrisk.export.sql import RESULTS, sql_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.export.loans import Loans
    from creditrisk.models.trained_model import TrainedModel

_MARK = "-- creditrisk-sql "
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Exported:
    """An export that was read back.

    Attributes
    ----------
    form : `sql`, `json` or `points`
    text : str
        The whole file.
    table : str
        The table that the SQL reads.
    ids : tuple of str
        The columns that the SQL's result begins with.
    model_sha256 : str
        The model that it says it is of; empty for a card.
    """

    form: str
    text: str
    table: str = ""
    ids: tuple[str, ...] = ()
    model_sha256: str = ""


def export_text(model: TrainedModel, form: str, sha256: str, table: str, ids: Sequence[str]) -> str:
    """Return a model in a form, as the text of the file.

    Raises
    ------
    UsageError, ModelFileError
        When the model has no such form, or the SQL has no column to tell loans apart.
    """
    if form == "points":
        return points_text(model)
    rules = rules_of(model, sha256)
    if form == "json":
        return json.dumps(rules, ensure_ascii=False, allow_nan=False, indent=None) + "\n"
    if not ids:
        raise UsageError(
            "The model has no id, so the rows of the result could not be told apart.", fix="Add --id NAME."
        )
    used = sorted(set(ids) & {rule["name"] for rule in rules["inputs"]})
    if used:
        raise UsageError(
            "An id cannot be a column that the model looks at.", where=[shown(each) for each in used],
            fix="Name another column with --id.",
        )  # fmt: skip
    facts = {"version": VERSION, "table": table, "ids": list(ids), "model_sha256": sha256}
    return f"{_MARK}{json.dumps(facts)}\n{sql_of(rules, table, ids)}"


def read_export(text: str, source: str) -> Exported:
    """Tell what an export is by its first line.

    Raises
    ------
    UsageError
        When it is none, or of a later version.
    """
    try:
        if text.startswith(_MARK):
            facts = json.loads(text.partition("\n")[0].removeprefix(_MARK))
            _check_version(facts["version"])
            return Exported("sql", text, str(facts["table"]), tuple(facts["ids"]), str(facts["model_sha256"]))
        if text.startswith("{"):
            rules = json.loads(text)
            if rules["format"] == FORMAT:
                _check_version(rules["version"])
                return Exported("json", text, model_sha256=str(rules["model_sha256"]))
        if text.startswith(",".join(HEADER)):
            return Exported("points", text)
    except (ValueError, KeyError, TypeError):
        pass
    raise UsageError(
        "The file is no export that can be verified.", where=source,
        fix="Write it with `creditrisk export`; SQL keeps its first line, which tells what it is.",
    )  # fmt: skip


def _check_version(version: object) -> None:
    if version != VERSION:
        raise UsageError(f"The export is of version {version!r}, and this creditrisk knows {VERSION}.")


def said_by(exported: Exported, loans: Loans, database: str) -> list[Said]:
    """Return what an export says of loans whose ids hold the numbers of the rows; SQL is run on a database."""
    if exported.form == "sql":
        return _said_by_sql(exported, loans, database)
    titles = [name for name, _ in loans.columns]
    dates = [name for name, kind in loans.columns if kind == "date"]
    rows: list[dict[str, Any]] = [dict(zip(titles, row, strict=True)) for row in loans.rows]
    if exported.form == "json":
        rules = json.loads(exported.text)
        answers = (evaluate(rules, row) for row in rows)
        return [Said(each["pd"], each["score"], None, each["grade"], each["decision"]) for each in answers]
    card = Card(exported.text)
    for row in rows:
        row.update({name: _iso(row[name]) for name in dates})
    return [Said(points=card.score(row)) for row in rows]


def _iso(days: float | None) -> str | None:
    return None if days is None else (_EPOCH + timedelta(days=int(days))).isoformat()


def _said_by_sql(exported: Exported, loans: Loans, database: str) -> list[Said]:
    header, rows = run(database, exported.text, exported.table, loans)
    places = {title: header.index(column) for title in RESULTS if (column := _column(title, header, exported.ids))}
    by_row = {int(row[0]): row for row in rows}  # type: ignore[call-overload]
    if len(by_row) != len(loans.rows) or len(rows) != len(loans.rows):
        raise UsageError(f"The SQL gives {len(rows):,} rows for {len(loans.rows):,} loans.", fix="Export it again.")
    ordered = [by_row[int(row[0])] for row in loans.rows]  # type: ignore[call-overload]
    return [_row_said({title: row[place] for title, place in places.items()}) for row in ordered]


def _column(title: str, header: Sequence[str], ids: Sequence[str]) -> str:
    while title in ids:
        title += "_"
    return title if title in header else ""


def _row_said(row: dict[str, Any]) -> Said:
    pd, score = (float("nan") if row.get(key) is None else float(row[key]) for key in ("pd", "score"))
    return Said(pd, score, None, str(row.get("grade")), row.get("decision") or None)


def digest(data: bytes) -> str:
    """Return the SHA-256 of a model file."""
    return hashlib.sha256(data).hexdigest()
