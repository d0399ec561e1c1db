"""Frozen results of any shape as tables and facts, by the names and kinds of their fields."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from creditrisk.metrics.estimate import Estimate
from creditrisk.reports.html.blocks import Block, Cell, Facts, Points, Table
from creditrisk.reports.html.texts import NOTHING, any_cell, form_of, interval, spelt

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


#: Results with more fields than these stand side by side, a column each.
_MOST_COLUMNS = 10
#: What results say that stand side by side.
_TOGETHER = {
    "A and B": "The two scores: A is the champion, B the challenger",
    "newly accepted and newly refused": "Where they differ: what B newly accepts, and what it newly refuses",
}


def is_result(value: Any) -> bool:
    """Whether a value is a frozen result with fields of its own, not a figure."""
    return is_dataclass(value) and not isinstance(value, (type, Estimate))


def fields_table(caption: str, rows: Sequence[Any], *, in_card: bool = False) -> Table | None:
    """Return a table of results of one kind: a column a field, a row a result; None where there is none."""
    if not rows:
        return None
    names = [item.name for item in fields(rows[0])]
    if len(names) > _MOST_COLUMNS and len(rows) < len(names):
        return side_by_side(caption, [str(getattr(row, names[0])) for row in rows], rows, in_card=in_card)
    sample = rows[0]
    words = 0
    while words < len(names) and isinstance(getattr(sample, names[words]), str):
        words += 1
    after = 0
    while after < len(names) - words and isinstance(getattr(sample, names[-1 - after]), str):
        after += 1
    cells = tuple(tuple(any_cell(name, getattr(row, name)) for name in names) for row in rows)
    return Table(caption, tuple(map(spelt, names)), cells, words, after, in_card=in_card)


def side_by_side(caption: str, headings: Sequence[str], results: Sequence[Any], *, in_card: bool = False) -> Table:
    """Return a table of results of one kind: a column a result, a row a field that holds no result itself."""
    names = [item.name for item in fields(results[0])]
    first = [str(getattr(result, names[0])) for result in results]
    shown = [name for name in names if not is_result(getattr(results[0], name))]
    kept = shown[1:] if first == list(headings) else shown
    rows = tuple((Cell(spelt(name)), *(any_cell(name, getattr(result, name)) for result in results)) for name in kept)
    said = [row for row in rows if any(cell.text not in ("", NOTHING) for cell in row[1:])]
    return Table(caption, ("", *(heading or "(missing)" for heading in headings)), tuple(said), in_card=in_card)


def result_blocks(result: Any, caption: str = "", *, without: Collection[str] = ()) -> list[Block]:
    """Return everything that a result holds: facts, figures with intervals, sentences, tables; inner ones too."""
    held = [(item.name, getattr(result, item.name)) for item in fields(result) if item.name not in without]
    told = [(name, value) for name, value in held if _is_fact(value)]
    figures = [(name, value) for name, value in held if isinstance(value, Estimate)]
    blocks: list[Block] = []
    if told and not caption:
        blocks.append(Facts(tuple((spelt(name), any_cell(name, value).text) for name, value in told)))
        told = []
    rows = tuple(_row(name, value) for name, value in [*told, *figures])
    if rows:
        blocks.append(Table(caption or "Figures", ("", "value", "95 % interval"), rows, in_card=True))
    alike = _alike(held)
    if alike:
        names = [spelt(name) for name, _ in alike]
        above = _TOGETHER.get(" and ".join(names), _begun(" and ".join(names)))
        blocks.append(side_by_side(above, names, [value for _, value in alike], in_card=True))
    for name, value in held:
        if (name, value) not in alike:
            blocks += _inner(f"{caption}, {spelt(name)}" if caption else _begun(spelt(name)), value)
    return blocks


def _row(name: str, value: Any) -> tuple[Cell, Cell, Cell]:
    """Return a field as a row; words stand below its name, where there is room."""
    if isinstance(value, str):
        return Cell(spelt(name), value), Cell(""), Cell("")
    return Cell(spelt(name)), Cell(any_cell(name, value).text), Cell(interval(value, form_of(name)))


def _alike(held: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the first results of one kind, if there are at least two: they are read side by side."""
    kinds = [type(value) for _, value in held if is_result(value)]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    return [(name, value) for name, value in held if twice is not None and type(value) is twice]


def _begun(words: str) -> str:
    """Return words as they stand at the beginning of a line."""
    return words[:1].upper() + words[1:]


def _is_fact(value: Any) -> bool:
    """Whether a value is a word or a number, or a few of them; those that are empty or NaN say nothing."""
    if isinstance(value, (tuple, list)):
        return bool(value) and all(isinstance(item, (int, float)) for item in value)
    return isinstance(value, (str, int, float)) and value != "" and value == value


def _inner(caption: str, value: Any) -> list[Block]:
    """Return the blocks of a field that holds results or sentences."""
    if is_result(value):
        return result_blocks(value, caption)
    if not isinstance(value, (tuple, list)) or not value:
        return []
    if all(is_result(item) for item in value):
        made = fields_table(caption, value, in_card=True)
        return [made] if made else []
    if all(isinstance(item, str) for item in value):
        return [Points(tuple(value))]
    return []
