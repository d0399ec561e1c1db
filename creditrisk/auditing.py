"""What is asked of an audit of loans, as a frozen dataclass: what `inspect` has beside the roles of columns."""

from __future__ import annotations

from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.option_values import option

#: What a finding may be about.
FINDING_KINDS = ("leak", "quality", "drift")
_AUDIT, _REPORT = "Audit", "Report and gates"


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
class InspectSpec(AuditSpec):
    """What `inspect` is asked for."""

    against: str = option(
        "", "A second file with the same columns, say the loans to be scored: drift is looked for between the two.",
        "FILE", panel=_AUDIT,
    )  # fmt: skip
    report: str = option("", "HTML page to write, complete in one file.", "FILE", panel=_REPORT)


@dataclass(frozen=True, kw_only=True)
class TrainAuditSpec(AuditSpec):
    """What is asked of the audit of the training loans."""

    audit: bool = option(True, "Look for leaks, faults and drift in the training loans first.", panel=_AUDIT)
    drop_leaks: bool = option(
        False, "Leave out the columns that the audit takes for leaks, and list them in the model.", panel=_AUDIT
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        super().__post_init__()
        if not self.audit and (self.drop_leaks or self.fail_on):
            raise UsageError("--no-audit excludes --drop-leaks and --fail-on: they are about what the audit finds.")
