"""How a model is recalibrated, as a frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError, shown
from creditrisk.option_values import EXPECTED_DIGEST, option

#: The corrections, the simplest first; `auto` is the simplest that the tests ask for.
METHODS = ("auto", "intercept", "slope", "isotonic")

_METHOD, _REPORT = "Correction", "Report"


@dataclass(frozen=True, kw_only=True)
class RecalibrateSpec:
    """Which correction of the PDs is wanted, and how it is judged."""

    method: str = option(
        "auto",
        "The correction of the log-odds: a shift, a line, a curve, or the simplest that the tests ask for.",
        "|".join(METHODS), panel=_METHOD,
    )  # fmt: skip
    to_rate: float = option(
        0.0, "Shift the PDs so that their mean over the loans of DATA is this, with no look at outcomes.", "PD",
        panel=_METHOD,
    )  # fmt: skip
    if_needed: bool = option(False, "Write no file where the tests do not ask for a correction.", panel=_METHOD)
    folds: int = option(5, "Folds on which the correction is judged, each by one fitted on the others.", panel=_METHOD)
    seed: int = option(0, "Seed of the folds.", panel=_METHOD)
    report: str = option("", "HTML page to write, complete in one file.", "FILE", panel=_REPORT)
    model_card: str = option("", "Markdown page to write, in short.", "FILE", panel=_REPORT)
    expect_sha256: str = option("", EXPECTED_DIGEST, "HEX")

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; all of it is listed."""
        wrong = []
        if self.method not in METHODS:
            wrong.append(f"--method must be {', '.join(METHODS[:-1])} or {METHODS[-1]}, got {shown(self.method)}")
        if not 0.0 <= self.to_rate < 1.0:
            wrong.append(f"--to-rate must be a PD above 0 and below 1 (3.1 % is 0.031), got {self.to_rate:g}")
        if self.to_rate and self.method not in ("auto", "intercept"):
            wrong.append(f"--to-rate fits a shift alone, and --method {self.method} needs outcomes")
        if self.to_rate and self.if_needed:
            wrong.append("--if-needed tests outcomes, and --to-rate looks at none")
        if not 2 <= self.folds <= 50:
            wrong.append(f"--folds must be 2 to 50, got {self.folds}")
        if self.seed < 0:
            wrong.append(f"--seed must be 0 or more, got {self.seed}")
        if wrong:
            raise UsageError("An option of the recalibration is wrong.", where=wrong)
