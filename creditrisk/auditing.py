"""What is asked of an audit of loans, as frozen dataclasses: what `inspect` and `train` have in common."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.option_values import option

#: What a finding may be about.
FINDING_KINDS = ("leak", "quality", "drift")
_AUDIT = "Audit"


@dataclass(frozen=True, kw_only=True)
class AuditSpec:
    """Which findings end a run with exit code 6, and which columns are left out by themselves."""

    fail_on: tuple[str, ...] = option(
        (), "Findings of high severity that end the run with exit code 6.", "leak|quality|drift", panel=_AUDIT
    )

    def __post_init__(self) -> None:
        """Refuse kinds of findings that do not exist."""
        unknown = [kind for kind in self.fail_on if kind not in FINDING_KINDS]
        if unknown:
            raise UsageError(
                f"--fail-on must be {', '.join(FINDING_KINDS[:-1])} or {FINDING_KINDS[-1]}, got {unknown[0]!r}."
            )


@dataclass(frozen=True, kw_only=True)
class TrainAuditSpec(AuditSpec):
    """What is asked of the audit of the training loans."""

    audit: bool = option(True, "Look for leaks, faults and drift in the training loans first.", panel=_AUDIT)
    drop_leaks: bool = option(
        False, "Leave out the columns that the audit takes for leaks, and list them in the model.", panel=_AUDIT
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        AuditSpec.__post_init__(self)
        if not self.audit and (self.drop_leaks or self.fail_on):
            raise UsageError("--no-audit excludes --drop-leaks and --fail-on: they are about what the audit finds.")


@dataclass(frozen=True, kw_only=True)
class ScoringSpec:
    """Under which conditions a scoring ends with exit code 6: loans unlike those of the training."""

    fail_on_drift: bool = option(
        False, "End with exit code 6 where a column is spread otherwise than in training: PSI above 0.25.", panel=_AUDIT
    )
    max_unseen: float = option(
        1.0, "Share of loans, beyond that in training, that may have levels unknown to it; more is exit code 6.",
        "SHARE", panel=_AUDIT,
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not 0 <= self.max_unseen <= 1:
            raise UsageError(f"--max-unseen must be a share between 0 and 1 (1 % is 0.01), got {self.max_unseen}.")
