"""An export as the content of a file, its form, and how it is run on loans."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from creditrisk.errors import UsageError, shown
from creditrisk.exports.compare import Said
from creditrisk.exports.databases import run
from creditrisk.exports.evaluate_rules import evaluate
from creditrisk.exports.onnx_run import MISSING_EXTRA, facts_of, run_onnx
from creditrisk.exports.points_file import HEADER, Card, points_text
from creditrisk.exports.rules import FORMAT, VERSION, rules_of
from creditrisk.exports.sql import RESULTS, sql_of
from creditrisk.exports.sql_words import free_titles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.exports.loans import Loans
    from creditrisk.models.trained_model import TrainedModel

_MARK = b"-- creditrisk-sql "
#: The field of ONNX's version comes first.
_ONNX = b"\x08"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Exported:
    """An export that was read back.

    Attributes
    ----------
    form : `sql`, `json`, `points` or `onnx`
    content : bytes
        The whole file.
    table : str
        The table that the SQL reads.
    ids : tuple of str
        The columns that the SQL's result begins with.
    model_sha256 : str
        The model that it says it is of; empty for a card.
    """

    form: str
    content: bytes
    table: str = ""
    ids: tuple[str, ...] = ()
    model_sha256: str = ""

    @property
    def text(self) -> str:
        """The file as text."""
        return self.content.decode("utf-8")


def export_content(model: TrainedModel, form: str, sha256: str, table: str, ids: Sequence[str]) -> bytes:
    """Return a model in a form, as the content of the file.

    Raises
    ------
    UsageError, ModelFileError
        When the model has no such form, or the SQL has no column to tell loans apart.
    """
    if form == "points":
        return points_text(model).encode()
    rules = rules_of(model, sha256)
    if form == "json":
        return (json.dumps(rules, ensure_ascii=False, allow_nan=False) + "\n").encode()
    if form == "onnx":
        return _onnx(rules)
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
    return f"{_MARK.decode()}{json.dumps(facts)}\n{sql_of(rules, table, ids)}".encode()


def _onnx(rules: dict[str, Any]) -> bytes:
    try:
        from creditrisk.exports.onnx_graph import onnx_of
    except ImportError as error:
        raise UsageError("The package onnx is not installed.", fix=MISSING_EXTRA) from error
    return onnx_of(rules)


def read_export(content: bytes, source: str) -> Exported:
    """Tell what an export is by how it begins.

    Raises
    ------
    UsageError
        When it is none, or of a later version.
    """
    try:
        if content.startswith(_MARK):
            facts = json.loads(content.partition(b"\n")[0].removeprefix(_MARK))
            _check_version(facts["version"])
            return Exported("sql", content, str(facts["table"]), tuple(facts["ids"]), str(facts["model_sha256"]))
        if content.startswith(b"{"):
            rules = json.loads(content)
            if rules["format"] == FORMAT:
                _check_version(rules["version"])
                return Exported("json", content, model_sha256=str(rules["model_sha256"]))
        if content.startswith(",".join(HEADER).encode()):
            return Exported("points", content)
        if content.startswith(_ONNX):
            facts = facts_of(content)
            _check_version(int(facts["creditrisk_rules"]))
            return Exported("onnx", content, model_sha256=facts["model_sha256"])
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
    if exported.form == "onnx":
        facts = facts_of(exported.content)
        shown_as = {facts[f"creditrisk_{title}"]: title for title in RESULTS}
        answers = run_onnx(exported.content, loans, list(shown_as))
        return [_row_said({shown_as[title]: value for title, value in each.items()}) for each in answers]
    titles = [name for name, _ in loans.columns]
    dates = [name for name, kind in loans.columns if kind == "date"]
    rows: list[dict[str, Any]] = [dict(zip(titles, row, strict=True)) for row in loans.rows]
    if exported.form == "json":
        rules = json.loads(exported.text)
        return [_row_said(evaluate(rules, row)) for row in rows]
    card = Card(exported.text)
    for row in rows:
        row.update({name: _iso(row[name]) for name in dates})
    return [Said(points=card.score(row)) for row in rows]


def _iso(days: float | None) -> str | None:
    return None if days is None else (_EPOCH + timedelta(days=int(days))).isoformat()


def _said_by_sql(exported: Exported, loans: Loans, database: str) -> list[Said]:
    header, rows = run(database, exported.text, exported.table, loans)
    titles = free_titles(RESULTS, exported.ids)
    places = {title: header.index(column) for title, column in titles.items() if column in header}
    by_row = {int(row[0]): row for row in rows}  # type: ignore[call-overload]
    if len(by_row) != len(loans.rows) or len(rows) != len(loans.rows):
        raise UsageError(f"The SQL gives {len(rows):,} rows for {len(loans.rows):,} loans.", fix="Export it again.")
    ordered = [by_row[int(row[0])] for row in loans.rows]  # type: ignore[call-overload]
    return [_row_said({title: row[place] for title, place in places.items()}) for row in ordered]


def _row_said(row: dict[str, Any]) -> Said:
    pd, score = (float("nan") if row.get(key) is None else float(row[key]) for key in ("pd", "score"))
    return Said(pd, score, None, str(row.get("grade")), row.get("decision") or None)


def digest(data: bytes) -> str:
    """Return the SHA-256 of a model file."""
    return hashlib.sha256(data).hexdigest()
