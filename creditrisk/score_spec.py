"""What a file of scores is to hold, and of which model, as a frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.option_values import EXPECTED_DIGEST, option
from creditrisk.reason_spec import ReasonSpec

_GENERAL = "General"
_MOST_THREADS = 1024


@dataclass(frozen=True, kw_only=True)
class ScoreSpec(ReasonSpec):
    """Which columns are written of each scored loan, how, and with which model and how many threads."""

    columns: tuple[str, ...] = option(
        (), "Columns of the scores, in order: pd, score, grade, grade_pd, decision, log_odds, row, the target's name "
        "for the PD, or a column of the loans, copied as it stands. [default: the ids, pd, score, grade, and decision "
        "where the model keeps a cut-off]", "NAME,NAME,…", listed=True,
    )  # fmt: skip
    excel_safe: bool = option(
        False, "Write copied texts that begin like a formula with a leading apostrophe, so that no spreadsheet program "
        "runs them; numbers stay. A Parquet file needs none.",
    )  # fmt: skip
    expect_sha256: str = option("", EXPECTED_DIGEST, "HEX")
    threads: int = option(0, "Threads to use; 0 means every processor this process may use.", "N", _GENERAL)

    def __post_init__(self) -> None:
        """Refuse a number of threads that no machine has, and what cannot be meant of reasons."""
        ReasonSpec.__post_init__(self)
        if not 0 <= self.threads <= _MOST_THREADS:
            raise UsageError(f"--threads must be between 0 and {_MOST_THREADS}, got {self.threads}.")
