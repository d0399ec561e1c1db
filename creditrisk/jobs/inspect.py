"""Inspect: what loans hold, and what is wrong with them, before anything is learned from them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.audit.facts import column_facts
from creditrisk.audit.looking import look
from creditrisk.audit.periods import audit_periods
from creditrisk.audit.results import Audit
from creditrisk.audit.taking import of_inspection, of_two_files
from creditrisk.data.files import open_files
from creditrisk.data.inspecting import read_against, read_inspection
from creditrisk.errors import UsageError, shown
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.judging import write_page
from creditrisk.jobs.outputs import check_apart
from creditrisk.models.watcher import SILENT
from creditrisk.specs import InspectSpec

if TYPE_CHECKING:
    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.models.watcher import Watcher


def inspect(
    data: Source, spec: InspectSpec | None = None, *, read: ReadSpec | None = None, watcher: Watcher = SILENT
) -> Audit:
    """Return the facts of every column and what is wrong with the loans, worst first.

    Parameters
    ----------
    data : path, list of paths, or data frame
    spec : InspectSpec, optional
        The outcome (without it no leak can be seen), the roles of columns, and a second file to look for drift in.
    read : ReadSpec, optional

    Raises
    ------
    DataError, UsageError, OutputError
        See `creditrisk.errors`.
    """
    started = time.perf_counter()
    spec, read = spec or InspectSpec(), read or ReadSpec()
    files = open_files(data, read)
    against = open_files(spec.against, read) if spec.against else None
    others = against.paths if against else ()
    check_apart({"report": spec.report, "rejects": read.rejects}, {"data": (*files.paths, *others)})
    _check_other(files, against)
    if read.bad_rows == "skip":
        files = files.without_bad_rows((), Path(read.rejects))
    watcher.step("reading the loans", 0, 0)
    found = read_inspection(files, spec)
    loans = of_inspection(found)
    watcher.step("looking for leaks, faults and drift", 0, 0)
    drifting = loans if against is None else of_two_files(found, read_against(against, found, read))
    periods = audit_periods(loans)
    audit = Audit(
        file=files.name,
        rows=found.rows,
        loans=0 if found.y_true is None else len(found.y_true),
        defaults=0 if found.y_true is None else int(found.y_true.sum()),
        set_aside=0 if found.y_true is None else found.rows - len(found.y_true),
        rejected=files.rejected,
        target=spec.target,
        columns=column_facts(loans, periods),
        findings=look(loans, drifting),
        periods=periods.names if periods else (),
        compared=_compared(loans, against),
        looked_at=len(loans) if len(loans) < found.table.num_rows else 0,
        seconds=time.perf_counter() - started,
    )
    if spec.report:
        write_page(spec.report, audit)
    return audit


def _check_other(files: LoanFiles, against: LoanFiles | None) -> None:
    """Refuse to compare loans with themselves: nothing would ever be found."""
    if against is None:
        return
    known = {digest.sha256 for digest in files.digests()} - {""}
    if known & {digest.sha256 for digest in against.digests()}:
        raise UsageError("--against names the very loans that are looked at.", where=against.name,
                         fix="Name a file of other loans, newer ones.")  # fmt: skip


def _compared(loans: AuditedLoans, against: LoanFiles | None) -> str:
    """Return between which loans drift was looked for."""
    if against is not None:
        return f"these loans and those of {against.name}"
    return f"the newest fifth by {shown(loans.time_name)} and the loans before" if loans.newer is not None else ""
