"""Which reasons are written beside the PDs, as a frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.option_values import option

_REASONS = "Reasons"
_MOST_REASONS = 50


@dataclass(frozen=True, kw_only=True)
class ReasonSpec:
    """How many reasons a loan gets, against which baseline, in which words, and which loans get any."""

    reasons: int = option(
        0, "Write so many reasons of each loan: the variables that raised its log-odds most, the largest first.", "N",
        _REASONS,
    )  # fmt: skip
    reasons_above: float = option(0.0, "Only for loans of this PD or more.", "PD", _REASONS)
    reason_baseline: str = option(
        "", "Compare with the mean of these loans, such as the approved ones, instead of the mean of the training "
        "loans.", "LOANS", _REASONS,
    )  # fmt: skip
    reason_words: str = option(
        "", "CSV with the columns variable and reason: what an applicant is told; variables with the same words are "
        "one reason.", "WORDS.csv", _REASONS,
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        wrong = []
        if not 0 <= self.reasons <= _MOST_REASONS:
            wrong.append(f"--reasons must be between 0 and {_MOST_REASONS}, got {self.reasons}")
        if not 0 <= self.reasons_above <= 1:
            wrong.append(f"--reasons-above must be a PD between 0 and 1 (5 % is 0.05), got {self.reasons_above}")
        if not self.reasons:
            given = {"above": self.reasons_above, "baseline": self.reason_baseline, "words": self.reason_words}
            flags = {"above": "--reasons-above", "baseline": "--reason-baseline", "words": "--reason-words"}
            wrong += [f"{flags[what]} needs --reasons N" for what, value in given.items() if value]
        if wrong:
            raise UsageError("The options about reasons cannot be followed.", where=wrong)
