"""Show a command's result: JSON for programs, a report for people, nothing where quiet was asked for."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable


def show(command: str, result: Any, *, as_json: bool, quiet: bool, stream: TextIO | None = None) -> None:
    """Print a job's frozen result on a stream, standard output if none is given."""
    stream = stream or sys.stdout
    if as_json:
        from creditrisk.reports.json_text import json_text

        mapping = {field.name: getattr(result, field.name) for field in fields(result) if field.name != "scores"}
        stream.write(json_text(command, mapping) + "\n")
    elif not quiet:
        stream.write(_short(command, result))


def _short(command: str, result: Any) -> str:
    from creditrisk.reports.lines import info_lines, sample_lines, scoring_lines
    from creditrisk.reports.lines_export import exporting_lines, verification_lines
    from creditrisk.reports.lines_recalibration import recalibration_lines

    short: dict[str, Callable[[Any], str]]
    short = {
        "predict": scoring_lines, "sample": sample_lines, "info": info_lines, "export": exporting_lines,
        "verify": verification_lines, "recalibrate": recalibration_lines,
    }  # fmt: skip
    if command in short:
        return short[command](result)
    from creditrisk.reports.console import report

    report(result, sys.stdout)
    return ""
