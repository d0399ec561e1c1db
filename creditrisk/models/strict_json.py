"""The JSON of a manifest, read strictly: whatever could trip a later reader is refused here, before it takes memory."""

from __future__ import annotations

import json
import math
from itertools import chain
from typing import Any

from creditrisk.models.fields import ManifestError

#: How deep objects and lists may stand in each other; those of a model stand 6 deep.
_DEEPEST = 50
#: How many objects, and how many values and lists, there may be: Python takes up to 30 times their bytes for them.
_MOST_OBJECTS, _MOST_VALUES = 500_000, 4_000_000


def strict_json(data: bytes) -> object:
    """Parse JSON in ASCII, refusing what two readers could understand differently, and what takes much memory.

    Raises
    ------
    ManifestError
        When it is no JSON, holds NaN, a repeated key, a number or a text out of bounds, or too much of anything.
    """
    if has_too_many(data):
        raise ManifestError("it holds more values than any manifest")
    try:
        value: object = json.loads(
            data.decode("ascii"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_small,
        )
        _check_plain(value)
    except RecursionError as error:
        raise ManifestError("it is nested too deeply") from error
    except ManifestError:
        raise
    except ValueError as error:
        raise ManifestError(str(error)) from error
    return value


def has_too_many(data: bytes) -> bool:
    """Whether JSON may hold more than a manifest does; marks within texts count too, which a model has few of."""
    objects, lists = data.count(b"{"), data.count(b"[")
    return objects > _MOST_OBJECTS or objects + lists + data.count(b",") > _MOST_VALUES


def _check_plain(value: object) -> None:
    """Refuse what would fail later, wherever it is printed: halves of characters, and objects nested too deeply."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        lists: list[list[Any]] = [item for item in level if isinstance(item, list)]
        objects: list[dict[str, Any]] = [item for item in level if isinstance(item, dict)]
        _check_texts([*(item for item in level if isinstance(item, str)), *chain.from_iterable(objects)])
        level = [*chain.from_iterable(lists), *chain.from_iterable(item.values() for item in objects)]
        if not level:
            return
    raise ManifestError("it is nested too deeply")


def _check_texts(texts: list[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise ManifestError("the manifest holds half of a character (a lone surrogate)") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ManifestError("the manifest names a field twice")
    return mapping


def _refuse(constant: str) -> float:
    raise ManifestError(f"the manifest holds {constant}")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ManifestError("the manifest holds a number that is too large")
    return value


def _small(text: str) -> int:
    if len(text) > 18:
        raise ManifestError("the manifest holds a whole number that is too large")
    return int(text)
