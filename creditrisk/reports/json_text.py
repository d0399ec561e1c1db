"""Results as one JSON document with a version, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

#: Raised when a field changes its name, place or meaning; new fields do not raise it.
SCHEMA_VERSION = 1


def to_plain(value: Any) -> Any:
    """Return a result as JSON types: frozen results as objects, numbers that are not finite as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def json_text(command: str, result: Mapping[str, Any]) -> str:
    """Return the document; text outside ASCII is kept as it is.

    >>> print(json_text("evaluate", {"rows": 2}))
    {
      "schema_version": 1,
      "command": "evaluate",
      "rows": 2
    }
    """
    document = {"schema_version": SCHEMA_VERSION, "command": command, **to_plain(result)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
