"""The JSON Schema of each command: as it stands in docs/schema/, and true of what the command prints."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report_results import JUDGEMENT, SAMPLE, SCORING, TRAINING

from creditrisk.reports.json_schema import RESULTS, json_schema
from creditrisk.reports.json_text import json_text

FOLDER = Path(__file__).parents[2] / "docs" / "schema"


def document(command: str, result: Any) -> Any:
    """Return what --json prints of a result, read back."""
    mapping = {field.name: getattr(result, field.name) for field in fields(result) if field.name != "scores"}
    return json.loads(json_text(command, mapping))


@pytest.mark.parametrize("command", sorted(RESULTS))
def test_the_schema_is_the_one_in_the_documentation(command: str) -> None:
    path, made = FOLDER / f"{command}.json", json_schema(command)
    jsonschema.Draft202012Validator.check_schema(made)
    if os.environ.get("CREDITRISK_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == made


@pytest.mark.parametrize(
    ("command", "result"),
    [("train", TRAINING), ("evaluate", JUDGEMENT), ("predict", SCORING), ("sample", SAMPLE)],
)
def test_what_a_command_prints_fits_its_schema(command: str, result: Any) -> None:
    jsonschema.validate(document(command, result), json_schema(command))


def test_another_document_does_not_fit() -> None:
    schema, made = json_schema("evaluate"), document("evaluate", JUDGEMENT)
    for path, value in ((("figures", "auc", "value"), "0.7"), (("rows",), 1.5), (("schema_version",), 2)):
        broken = json.loads(json.dumps(made))
        place = broken
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)
    del made["figures"]["auc"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, schema)
