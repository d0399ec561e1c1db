"""The JSON Schema of what --json prints, made from the types of the results themselves."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from creditrisk.reports.json_text import SCHEMA_VERSION

#: The commands that print JSON, with the module and the name of their result.
RESULTS = {
    "train": ("creditrisk.evaluation.results", "Training"),
    "evaluate": ("creditrisk.evaluation.results", "Judgement"),
    "compare": ("creditrisk.evaluation.compare", "Comparison"),
    "monitor": ("creditrisk.evaluation.monitoring", "Monitoring"),
    "predict": ("creditrisk.evaluation.scored", "Scoring"),
    "sample": ("creditrisk.evaluation.scored", "Sample"),
    "recalibrate": ("creditrisk.evaluation.recalibration", "Recalibration"),
    "inspect": ("creditrisk.audit.results", "Audit"),
    "explain": ("creditrisk.evaluation.explanation", "Explanation"),
    "export": ("creditrisk.exports.results", "Exporting"),
    "verify": ("creditrisk.exports.results", "Verification"),
    "info": ("creditrisk.evaluation.results", "ModelInfo"),
}
#: Fields that the document leaves out.
_LEFT_OUT = ("scores",)
_SIMPLE: dict[Any, dict[str, Any]] = {str: {"type": "string"}, bool: {"type": "boolean"}, int: {"type": "integer"},
           float: {"type": ["number", "null"]}, type(None): {"type": "null"}}  # fmt: skip


def json_schema(command: str) -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a command's document; a float that is not finite is null.

    Fields may be added without another `schema_version`, so documents may hold more than the schema names.
    """
    module, name = RESULTS[command]
    made = _Maker(_names())
    result = made.of_class(getattr(importlib.import_module(module), name))
    properties = {"schema_version": {"const": SCHEMA_VERSION}, "command": {"const": command}, **result["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"creditrisk {command} --json",
        "type": "object",
        "properties": properties,
        "required": ["schema_version", "command", *result["required"]],
        "$defs": dict(sorted(made.definitions.items())),
    }


class _Maker:
    """Makes the schema of a type; those of dataclasses are kept by their names."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self.definitions: dict[str, Any] = {}

    def of_class(self, cls: type) -> dict[str, Any]:
        # What the class's own module names comes before namesakes elsewhere.
        hints = typing.get_type_hints(cls, localns={**self._names, **vars(sys.modules[cls.__module__])})
        known = [field.name for field in fields(cls) if field.name not in _LEFT_OUT]
        properties = {name: self.of(hints[name]) for name in known}
        return {"type": "object", "properties": properties, "required": known}

    def of(self, hint: Any) -> dict[str, Any]:
        if hint in _SIMPLE:
            return dict(_SIMPLE[hint])
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.of(each) for each in arguments]}
        if origin is typing.Literal:
            return {"enum": list(arguments)}
        if origin is tuple:
            return self._of_tuple(arguments)
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if isinstance(hint, type) and is_dataclass(hint):
            if hint.__name__ not in self.definitions:
                self.definitions[hint.__name__] = {}  # a type may hold itself
                self.definitions[hint.__name__] = self.of_class(hint)
            return {"$ref": f"#/$defs/{hint.__name__}"}
        return {}

    def _of_tuple(self, arguments: tuple[Any, ...]) -> dict[str, Any]:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"type": "array", "items": self.of(arguments[0])}
        count = len(arguments)
        return {"type": "array", "prefixItems": [self.of(each) for each in arguments], "minItems": count,
                "maxItems": count}  # fmt: skip


def _names() -> dict[str, Any]:
    """Return every public name of the package, since results name types that only checkers import."""
    found: dict[str, Any] = {"Any": Any, "Mapping": Mapping}
    for room in ("option_values", "specs", "data", "metrics", "features", "models", "audit", "evaluation"):
        place = importlib.import_module(f"creditrisk.{room}")
        inside = [each.name for each in pkgutil.iter_modules(getattr(place, "__path__", []))]
        modules = [importlib.import_module(f"creditrisk.{room}.{name}") for name in inside] or [place]
        for module in modules:
            found.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return found
