"""A schema as a JSON mapping and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from creditrisk.data.dates import known_format
from creditrisk.data.schema import Column, Dropped, Roles, Schema, Target
from creditrisk.data.units import known_unit
from creditrisk.errors import UsageError
from creditrisk.models.fields import Fields, ManifestError
from creditrisk.option_values import Window
from creditrisk.specs import WEIGHT_KINDS

_KINDS = ("numeric", "categorical", "date")


def schema_mapping(schema: Schema) -> dict[str, Any]:
    """Return the schema as JSON types."""
    return {
        "columns": [asdict(column) for column in schema.columns],
        "ids": list(schema.ids),
        "target": asdict(schema.target),
        "roles": asdict(schema.roles) | {"time": [asdict(schema.roles.time)] if schema.roles.time else []},
        "dropped": [asdict(column) for column in schema.dropped],
        "missing_tokens": list(schema.missing_tokens),
    }


def read_schema(fields: Fields) -> Schema:
    """Return the schema of a mapping; errors as in `fields.Fields`, and where a column is named twice."""
    schema = Schema(
        columns=fields.each("columns", _column),
        ids=fields.texts("ids"),
        target=_target(fields.fields("target")),
        roles=_roles(fields.fields("roles")),
        dropped=fields.each("dropped", _dropped),
        missing_tokens=fields.texts("missing_tokens"),
    )
    fields.done()
    names = [*schema.names, *schema.ids, schema.target.name, *schema.roles.names]
    shared = bool(schema.roles.group) and schema.roles.group in schema.ids
    if len(set(names)) != len(names) - shared:
        raise ManifestError("schema names a column twice")
    return schema


def _target(fields: Fields) -> Target:
    labels = fields.texts("default_labels"), fields.texts("repaid_labels")
    target = Target(fields.text("name"), *labels, fields.text("definition"), fields.text("window"))
    fields.done()
    try:
        Window.parse(target.window)
    except UsageError:
        raise ManifestError("the outcome window is no span of time") from None
    return target


def _roles(fields: Fields) -> Roles:
    time = fields.each("time", _column)
    roles = Roles(time[0] if time else None, fields.text("group"), fields.text("weight"), fields.text("weight_kind"))
    fields.done()
    if len(time) > 1 or roles.weight_kind not in WEIGHT_KINDS:
        raise ManifestError("the roles of columns are not understood")
    return roles


def _column(item: object, place: str) -> Column:
    fields = Fields(item, place)
    name, kind = fields.text("name"), fields.text("kind")
    date_format, unit = fields.text("date_format"), fields.text("unit")
    fields.done()
    if (date_format and not known_format(date_format)) or (unit and not known_unit(unit)):
        raise ManifestError(f"{place} has a date format or a unit that is unknown")
    for known in _KINDS:
        if kind == known:
            return Column(name, known, date_format, unit)  # type: ignore[arg-type]
    raise ManifestError(f"{place}.kind is unknown")


def _dropped(item: object, place: str) -> Dropped:
    fields = Fields(item, place)
    dropped = Dropped(fields.text("name"), fields.text("reason"))
    fields.done()
    return dropped
