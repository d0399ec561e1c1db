"""A JSON object that is read field by field, every field by its name and its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

#: The largest log-odds, WOE or coefficient that is taken: far beyond any fit, and nothing made of them overflows.
LARGEST = 1e6


class ManifestError(ValueError):
    """A field of the manifest is missing, unknown or of another type; the text names it."""


class Fields:
    """A JSON object that is read field by field; `done` refuses what nobody asked for."""

    def __init__(self, mapping: object, place: str) -> None:
        if not isinstance(mapping, dict):
            raise ManifestError(f"{place} is not an object")
        self._mapping, self._place, self._read = mapping, place, set[str]()

    def _take(self, key: str, kinds: tuple[type, ...]) -> Any:
        self._read.add(key)
        value = self._mapping.get(key)
        if key not in self._mapping or not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ManifestError(f"{self._place}.{key} is missing or of another type")
        return value

    def text(self, key: str) -> str:
        """Return a string."""
        return str(self._take(key, (str,)))

    def number(self, key: str) -> float:
        """Return a number."""
        return float(self._take(key, (int, float)))

    def number_within(self, key: str, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        return read_within(low, high)(self._take(key, (int, float)), f"{self._place}.{key}")

    def number_or_none(self, key: str) -> float | None:
        """Return a number, or None for null."""
        value = self._take(key, (int, float, type(None)))
        return None if value is None else float(value)

    def whole(self, key: str) -> int:
        """Return a whole number."""
        return int(self._take(key, (int,)))

    def mapping(self, key: str) -> dict[str, Any]:
        """Return an object as it is."""
        return dict(self._take(key, (dict,)))

    def fields(self, key: str) -> Fields:
        """Return an object to be read field by field."""
        return Fields(self._take(key, (dict,)), f"{self._place}.{key}")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        return self.each(key, read_text)

    def each(self, key: str, read: Callable[[object, str], _T]) -> tuple[_T, ...]:
        """Return a list, each item read by `read(item, place)`."""
        items = self._take(key, (list,))
        return tuple(read(item, f"{self._place}.{key}[{index}]") for index, item in enumerate(items))

    def done(self) -> None:
        """Refuse fields that were not read."""
        unknown = sorted(set(self._mapping) - self._read)
        if unknown:
            raise ManifestError(f"{self._place}.{unknown[0]} is unknown")


def read_text(item: object, place: str) -> str:
    """Return an item of a list that must be a string."""
    if not isinstance(item, str):
        raise ManifestError(f"{place} is not a string")
    return item


def read_number(item: object, place: str) -> float:
    """Return an item of a list that must be a number."""
    if isinstance(item, bool) or not isinstance(item, (int, float)):
        raise ManifestError(f"{place} is not a number")
    return float(item)


def read_within(low: float, high: float) -> Callable[[object, str], float]:
    """Return the reader of an item that must be a number from `low` to `high`."""

    def read(item: object, place: str) -> float:
        value = read_number(item, place)
        if not low <= value <= high:
            raise ManifestError(f"{place} is out of its range")
        return value

    return read


def read_whole_within(low: int, high: int) -> Callable[[object, str], int]:
    """Return the reader of an item that must be a whole number from `low` to `high`."""

    def read(item: object, place: str) -> int:
        if isinstance(item, bool) or not isinstance(item, int):
            raise ManifestError(f"{place} is not a whole number")
        if not low <= item <= high:
            raise ManifestError(f"{place} is out of its range")
        return item

    return read
