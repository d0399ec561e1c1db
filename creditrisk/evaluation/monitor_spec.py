"""How a model in use is watched: the options of `monitor`, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.judging import ReportSpec
from creditrisk.option_values import option

_MONITORING, _REPORT = "Monitoring", "Report and gates"


@dataclass(frozen=True, kw_only=True)
class MonitorSpec(ReportSpec):
    """What loans in use are held against."""

    fail_if: tuple[str, ...] = option(
        (), 'A condition that ends the run with exit code 6: "psi > 0.25", "verdict >= amber".', "CONDITION",
        panel=_REPORT,
    )  # fmt: skip
    baseline: str = option(
        "", "File of loans to compare with, in place of the training loans as the model keeps them.", "FILE",
        panel=_MONITORING,
    )  # fmt: skip
    cutoff: float = option(
        0.0, "PD from which loans are refused; 0 is the model's own cut-off, or where KS was reached in training.",
        "PD", panel=_MONITORING,
    )  # fmt: skip
    rho: float = option(
        0.0, "Asset correlation: the grade tests are also made for defaults that hang together.", panel=_MONITORING
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        _ = self.gates
        rules = [
            (0 <= self.cutoff < 1, f"--cutoff must be a PD, 0 or more and below 1, got {self.cutoff}"),
            (0 <= self.rho < 1, f"--rho must be 0 or more and below 1, got {self.rho}"),
            (self.baseline != "-", "--baseline must be a file: standard input is for the loans that are watched"),
            (not (self.report and self.report == self.model_card), "--report and --model-card are one file"),
        ]
        wrong = [text for holds, text in rules if not holds]
        if wrong:
            raise UsageError("An option of the monitoring is wrong.", where=wrong)
