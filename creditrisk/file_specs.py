"""How files of loans are written and read, and how synthetic ones are made, as frozen dataclasses."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.option_values import option

_READING = "Reading"
_MOST_SKIPPED = 10_000


@dataclass(frozen=True, kw_only=True)
class SampleSpec:
    """How many synthetic loans to make, and which columns to write."""

    rows: int = option(10_000, "How many loans to make.")
    seed: int = option(0, "Seed of the random numbers: the same seed gives the same loans.")
    first_id: int = option(0, "The id of the first loan; the others follow.")
    target: bool = option(True, "Write the outcome, isDefault (1 = default).")
    true_pd: bool = option(False, "Write the true PD of each loan as a last column, truePD.")

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if self.rows < 1:
            raise UsageError(f"--rows must be 1 or more, got {self.rows}.")
        if self.seed < 0 or self.first_id < 0:
            raise UsageError("--seed and --first-id must be 0 or more.")


@dataclass(frozen=True, kw_only=True)
class ReadSpec:
    """How the files are written, and what becomes of rows that cannot be read."""

    delimiter: str = option(
        ",", 'What separates the cells of a CSV file: one character, or "tab".', "CHAR", panel=_READING
    )
    encoding: str = option(
        "utf-8", "How the text of a CSV file is encoded: gbk, latin-1, utf-16 and others.", "NAME", panel=_READING
    )
    skip_rows: int = option(
        0, "Lines to pass over before the header of a CSV file: a title, a note of where it is from.", "N",
        panel=_READING,
    )  # fmt: skip
    bad_rows: str = option(
        "error", "What to do with rows that cannot be read: stop, or skip them.", "error|skip", panel=_READING
    )
    rejects: str = option(
        "", "CSV file for the rows that were skipped, with their lines and reasons.", "FILE", panel=_READING
    )
    samples: bool = option(True, "Show up to three cells of the data in an error message.", panel=_READING)

    @property
    def separator(self) -> str:
        """The delimiter as one character."""
        return "\t" if self.delimiter in ("tab", "\\t") else self.delimiter

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        wrong = []
        if len(self.separator) != 1 or self.separator in '"\r\n' or not self.separator.isascii():
            wrong.append(f'--delimiter must be one ASCII character or "tab", got {self.delimiter!r}')
        try:
            if "\0" not in self.encoding and not codecs.lookup(self.encoding)._is_text_encoding:  # noqa: SLF001 - the only mark of a codec for text
                raise LookupError
        except LookupError:
            wrong.append(f"--encoding: no encoding is called {self.encoding!r}")
        if not 0 <= self.skip_rows <= _MOST_SKIPPED:
            wrong.append(f"--skip-rows must be 0 to {_MOST_SKIPPED:,}, got {self.skip_rows}")
        if self.bad_rows not in ("error", "skip"):
            wrong.append(f"--bad-rows must be error or skip, got {self.bad_rows!r}")
        if self.rejects == "-":
            wrong.append("--rejects must be a file: standard output is for scores and reports")
        if any("\0" in text for text in (self.encoding, self.rejects)):
            wrong.append("--encoding and --rejects must not hold a NUL character")
        elif (self.bad_rows == "skip") != bool(self.rejects):
            wrong.append("--bad-rows skip and --rejects FILE belong together: no row is skipped without a trace")
        if wrong:
            raise UsageError("An option of the reading is wrong.", where=wrong)
