"""Derived columns as JSON mappings and back, every part of them checked."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from creditrisk.features.derived import Arithmetic, DatePart, Derived, Flag, Lookup, MissingCount, Relative
from creditrisk.models.fields import Fields, ManifestError, read_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.features.derived import Operation, Part, Statistic

_KINDS: dict[type[Derived], str] = {
    Flag: "flag",
    MissingCount: "missing_count",
    Arithmetic: "arithmetic",
    DatePart: "date_part",
    Lookup: "lookup",
    Relative: "relative",
}


def to_mapping(feature: Derived) -> dict[str, Any]:
    """Return a derived column as JSON types.

    >>> to_mapping(Flag("late is 98", 3, 98.0))
    {'feature': 'flag', 'name': 'late is 98', 'column': 3, 'value': 98.0}
    """
    return {"feature": _KINDS[type(feature)], **asdict(feature)}


def read_derived(item: object, place: str, n_base: int) -> Derived:
    """Return the derived column of a mapping.

    Parameters
    ----------
    item, place : object and str
        The mapping, and where it stands in the manifest, for messages.
    n_base : int
        How many columns the base matrix has.

    Raises
    ------
    ManifestError
        When a field is missing, unknown or of another type, a position is not one of the base matrix, or the parts
        make no sense together.

    >>> read_derived({"feature": "flag", "name": "late is 98", "column": 3, "value": 98}, "derived[0]", 4)
    Flag(name='late is 98', column=3, value=98.0)
    """
    fields = Fields(item, place)
    kind = fields.text("feature")
    if kind not in _READERS:
        raise ManifestError(f"{place}.feature is unknown")
    try:
        feature = _READERS[kind](fields)
    except ManifestError:
        raise
    except (ValueError, OverflowError) as error:
        raise ManifestError(f"{place} is not sound: {error}") from error
    fields.done()
    if max(feature.columns) >= n_base:
        raise ManifestError(f"{place} uses a column that the model does not have")
    return feature


def _flag(fields: Fields) -> Flag:
    return Flag(fields.text("name"), fields.whole("column"), fields.number_or_none("value"))


def _missing_count(fields: Fields) -> MissingCount:
    return MissingCount(fields.text("name"), fields.each("columns", _whole))


def _arithmetic(fields: Fields) -> Arithmetic:
    # The dataclasses refuse words that they do not know.
    operation = cast("Operation", fields.text("operation"))
    return Arithmetic(fields.text("name"), operation, fields.whole("left"), fields.whole("right"))


def _date_part(fields: Fields) -> DatePart:
    return DatePart(fields.text("name"), fields.whole("column"), cast("Part", fields.text("part")))


def _lookup(fields: Fields) -> Lookup:
    return Lookup(
        name=fields.text("name"),
        statistic=cast("Statistic", fields.text("statistic")),
        columns=fields.each("columns", _whole),
        keys=fields.each("keys", _key),
        values=fields.each("values", read_number),
        other=fields.number("other"),
    )


def _relative(fields: Fields) -> Relative:
    group = fields.fields("group")
    relative = Relative(fields.text("name"), fields.whole("column"), _lookup(group))
    group.done()
    return relative


def _key(item: object, place: str) -> tuple[float | None, ...]:
    if not isinstance(item, list):
        raise ManifestError(f"{place} is not a list")
    return tuple(None if part is None else read_number(part, place) for part in item)


def _whole(item: object, place: str) -> int:
    if isinstance(item, bool) or not isinstance(item, int):
        raise ManifestError(f"{place} is not a whole number")
    return item


_READERS: dict[str, Callable[[Fields], Derived]] = {
    "flag": _flag,
    "missing_count": _missing_count,
    "arithmetic": _arithmetic,
    "date_part": _date_part,
    "lookup": _lookup,
    "relative": _relative,
}
