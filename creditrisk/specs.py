"""What to do, as frozen dataclasses: the only place where defaults stand.

The command line builds its options from these fields (name, type, default and help text), so that an option, its
default and its description cannot drift apart from the Python API.
"""

from __future__ import annotations

import codecs
import math
from dataclasses import dataclass, field
from typing import Any

from creditrisk.errors import UsageError


def _option(default: Any, text: str, metavar: str = "") -> Any:
    return field(default=default, metadata={"help": text, "metavar": metavar})


def _needed(text: str, metavar: str = "") -> Any:
    return field(metadata={"help": text, "metavar": metavar})


@dataclass(frozen=True, kw_only=True)
class SampleSpec:
    """How many synthetic loans to make, and which columns to write."""

    rows: int = _option(10_000, "How many loans to make.")
    seed: int = _option(0, "Seed of the random numbers: the same seed gives the same loans.")
    first_id: int = _option(0, "The id of the first loan; the others follow.")
    target: bool = _option(True, "Write the outcome, isDefault (1 = default).")
    true_pd: bool = _option(False, "Write the true PD of each loan as a last column, truePD.")

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if self.rows < 1:
            raise UsageError(f"--rows must be 1 or more, got {self.rows}.")
        if self.seed < 0 or self.first_id < 0:
            raise UsageError("--seed and --first-id must be 0 or more.")


@dataclass(frozen=True, kw_only=True)
class ReadSpec:
    """How the files are written, and what becomes of rows that cannot be read."""

    delimiter: str = _option(",", 'What separates the cells of a CSV file: one character, or "tab".', "CHAR")
    encoding: str = _option("utf-8", "How the text of a CSV file is encoded: gbk, latin-1, utf-16 and others.", "NAME")
    bad_rows: str = _option("error", "What to do with rows that cannot be read: stop, or skip them.", "error|skip")
    rejects: str = _option("", "CSV file for the rows that were skipped, with their lines and reasons.", "FILE")

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
            if not codecs.lookup(self.encoding)._is_text_encoding:  # noqa: SLF001 - the only mark of a codec for text
                raise LookupError
        except LookupError:
            wrong.append(f"--encoding: no encoding is called {self.encoding!r}")
        if self.bad_rows not in ("error", "skip"):
            wrong.append(f"--bad-rows must be error or skip, got {self.bad_rows!r}")
        if (self.bad_rows == "skip") != bool(self.rejects):
            wrong.append("--bad-rows skip and --rejects FILE belong together: no row is skipped without a trace")
        if wrong:
            raise UsageError("An option of the reading is wrong.", where=wrong)


@dataclass(frozen=True)
class ClassWeight:
    """How much more a default counts than a repaid loan while the model is fitted.

    `ratio` is w1/w0, the weight of a default over the weight of a non-default; None means `balanced`: both classes
    weigh the same in total, so the ratio is the number of non-defaults over the number of defaults.
    """

    ratio: float | None = 1.0

    @classmethod
    def parse(cls, text: str) -> ClassWeight:
        """Read `none`, `balanced`, or a positive number W.

        >>> ClassWeight.parse("none"), ClassWeight.parse("balanced"), ClassWeight.parse("4")
        (ClassWeight(ratio=1.0), ClassWeight(ratio=None), ClassWeight(ratio=4.0))
        """
        if text == "none":
            return cls(1.0)
        if text == "balanced":
            return cls(None)
        try:
            ratio = float(text)
        except ValueError:
            ratio = math.nan
        if not (math.isfinite(ratio) and 1e-6 <= ratio <= 1e6):
            raise UsageError(
                f"--class-weight must be none, balanced, or a number between 1e-6 and 1e6, got {text!r}.",
                fix="Example: --class-weight 4 lets a default count four times as much as a repaid loan.",
            )
        return cls(ratio)

    @property
    def changes_nothing(self) -> bool:
        """Whether every row weighs the same."""
        return self.ratio == 1.0


@dataclass(frozen=True, kw_only=True)
class ColumnSpec:
    """Which column means what; columns that are not named here are used as the file shows them."""

    target: str = _needed("The column that says whether a loan defaulted.", "NAME")
    positive: str = _option("", "The target's value that means default, where it is not plain (1, yes, true).", "LABEL")
    negative: str = _option(
        "", "The target's value that means repaid; rows with any other value are set aside.", "LABEL"
    )
    id: tuple[str, ...] = _option((), "A column that names the loan: copied to the scores, never learned from.", "NAME")
    drop: tuple[str, ...] = _option((), 'A column to leave out ("" is a column without a name).', "NAME")
    categorical: tuple[str, ...] = _option((), "A column whose numbers are codes, not amounts.", "NAME")
    numeric: tuple[str, ...] = _option((), "A column to use as a number although it looks like an id.", "NAME")

    def __post_init__(self) -> None:
        """Refuse two roles for one column."""
        roles: dict[str, str] = {}
        named = [("--target", [self.target]), ("--id", self.id), ("--drop", self.drop),
                 ("--categorical", self.categorical), ("--numeric", self.numeric)]  # fmt: skip
        twice = []
        for option, names in named:
            for name in names:
                if roles.setdefault(name, option) != option:
                    twice.append(f'"{name}" is given to {roles[name]} and to {option}')
        if twice:
            raise UsageError("A column has two roles.", where=twice, fix="Give each column one role.")
        if bool(self.positive) != bool(self.negative):
            raise UsageError("--positive and --negative belong together.", fix="Give both, or neither.")
        if self.positive and self.positive == self.negative:
            raise UsageError(f"--positive and --negative are both {self.positive!r}.", fix="Give two different values.")


@dataclass(frozen=True, kw_only=True)
class TrainSpec(ColumnSpec):
    """Everything that decides what a training run gives, the data apart."""

    test_size: float = _option(0.2, "Share of the loans held out: never learned from, only evaluated on.")
    class_weight: str = _option(
        "none",
        "Weight of the defaults in the fit; the PDs are restored after it.",
        "none|balanced|W",
    )
    compare: bool = _option(True, "With class weights: fit the unweighted twin too and report the difference.")
    seed: int = _option(0, "Seed of the split, the folds and the model: the same seed gives the same model.")
    threads: int = _option(0, "Threads to use; 0 means every processor this process may use, one for small files.")
    folds: int = _option(5, "Folds of the cross-validation that chooses the number of trees; large files run fewer.")
    learning_rate: float = _option(0.04, "Step of each tree: smaller is slower and often a little better.")
    leaves: int = _option(15, "Leaves of each tree.")
    max_trees: int = _option(3000, "Most trees that may be grown; early stopping usually ends long before.")
    patience: int = _option(0, "Trees without a better out-of-fold BCE that end the growing; 0 sets it by the loans.")

    def folds_to_run(self, loans: int) -> int:
        """Return how many of the folds are run: all up to 50,000 training loans, one from 250,000 on.

        The number of trees is chosen by the BCE of the loans outside; with many loans one fold tells it well enough.
        """
        return min(self.folds, max(1, 250_000 // loans))

    def patience_for(self, loans: int) -> int:
        """Return the patience: with more loans the out-of-fold BCE is less noisy, and waiting costs more."""
        return self.patience or min(100, max(30, 3_000_000 // loans))

    def __post_init__(self) -> None:
        """Refuse numbers out of their range, all of them at once."""
        super().__post_init__()
        ClassWeight.parse(self.class_weight)
        rules = [
            (0.01 <= self.test_size <= 0.9, f"--test-size must be between 0.01 and 0.9, got {self.test_size}"),
            (0 <= self.seed < 2**31, f"--seed must be between 0 and 2147483647, got {self.seed}"),
            (0 <= self.threads <= 1024, f"--threads must be between 0 and 1024, got {self.threads}"),
            (2 <= self.folds <= 50, f"--folds must be between 2 and 50, got {self.folds}"),
            (0 < self.learning_rate <= 1, f"--learning-rate must be above 0 and at most 1, got {self.learning_rate}"),
            (2 <= self.leaves <= 4096, f"--leaves must be between 2 and 4096, got {self.leaves}"),
            (1 <= self.max_trees <= 100_000, f"--max-trees must be between 1 and 100000, got {self.max_trees}"),
            (self.patience >= 0, f"--patience must be 0 or more, got {self.patience}"),
        ]
        wrong = [text for holds, text in rules if not holds]
        if wrong:
            raise UsageError("An option is out of its range.", where=wrong)
