"""What is to be exported of a model, and where it is tried out, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError, shown
from creditrisk.option_values import EXPECTED_DIGEST, needed, option

FORMS = ("sql", "json", "points", "onnx")
DATABASES = ("sqlite", "duckdb", "postgresql")


@dataclass(frozen=True, kw_only=True)
class TrialSpec:
    """On what an export is tried out."""

    on: tuple[str, ...] = option(
        (), "Databases that run the SQL: sqlite, duckdb (the extra creditrisk[duckdb]), postgresql (through psql and "
        "the server that PGHOST, PGPORT, PGUSER and PGDATABASE name). [default: sqlite]", "DATABASE",
    )  # fmt: skip
    rows: int = option(10_000, "Of each file of loans, try at most so many, from the first on.", "N")
    expect_sha256: str = option("", EXPECTED_DIGEST, "HEX")

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; all of it is listed."""
        wrong = [f"--on {shown(name)}: there are {', '.join(DATABASES)}" for name in self.on if name not in DATABASES]
        if self.rows < 1:
            wrong.append(f"--rows must be 1 or more, got {self.rows}")
        if wrong:
            raise UsageError("An option is wrong.", where=wrong)


@dataclass(frozen=True, kw_only=True)
class ExportSpec(TrialSpec):
    """The form of an export."""

    to: str = needed("The form: sql, json, points, or onnx (the extra creditrisk[onnx]).", "FORM")
    page: str = option("", "With --to points, write the card as a page of HTML too.", "FILE")
    table: str = option("loans", "The table that the SQL reads.", "NAME")
    id: tuple[str, ...] = option(
        (), "Column that the SQL's result begins with, to tell the loans apart. [default: the model's ids]", "NAME"
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.to not in FORMS:
            raise UsageError(f"--to must be one of {', '.join(FORMS)}, got {shown(self.to)}.")
        if self.page and self.to != "points":
            raise UsageError("--page is the page of a points card.", fix="Use it with --to points.")
        if not self.table or "\n" in self.table:
            raise UsageError("--table needs the name of a table.")
        TrialSpec.__post_init__(self)
