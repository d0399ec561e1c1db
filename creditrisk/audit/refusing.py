"""What `--fail-on` refuses: findings of high severity of the kinds that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import GateError, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from creditrisk.audit.results import Finding


def refused(findings: Iterable[Finding], kinds: Sequence[str]) -> list[str]:
    """Return the sentences of the findings of high severity that are of one of the kinds."""
    return [
        f"{finding.kind}: {finding.what}"
        for finding in findings if finding.severity == "high" and finding.kind in kinds
    ]  # fmt: skip


def refuse_found(findings: Iterable[Finding], kinds: Sequence[str]) -> None:
    """Raise `GateError` where a finding of one of the kinds is of high severity.

    Raises
    ------
    GateError
        With the sentence of each such finding.
    """
    found = refused(findings, kinds)
    if found:
        raise GateError(
            f"--fail-on: {counted(len(found), 'finding')} of high severity.",
            where=found,
            fix="What the command writes was written all the same. Each finding names the option that settles it.",
        )
