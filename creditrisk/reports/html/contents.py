"""Which questions a report answers, in their order, for each kind of result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.reports.audit_words import audit_remarks, loans_words
from creditrisk.reports.html.blocks import Page, Section, Verdict, section
from creditrisk.reports.html.fields import result_blocks
from creditrisk.reports.html.sections_audit import columns_section, findings_section, read_section
from creditrisk.reports.html.sections_explain import (
    card_section,
    effects_section,
    importance_section,
    loan_section,
    looked_section,
    monotone_section,
    together_section,
)
from creditrisk.reports.html.sections_facts import (
    judged_section,
    loans_section,
    making_section,
    verdict_section,
    watch_section,
)
from creditrisk.reports.html.sections_monitor import (
    advice_section,
    drift_section,
    outcomes_section,
    periods_section,
    population_section,
)
from creditrisk.reports.html.sections_quality import calibration_section, quality_section
from creditrisk.reports.html.sections_recalibration import (
    changed_section,
    grades_section,
    lineage_section,
    needed_section,
    recalibrated_section,
)
from creditrisk.reports.html.sections_stability import stability_section
from creditrisk.reports.html.sections_use import cutoff_section, drivers_section

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.audit.results import Audit
    from creditrisk.evaluation.explanation import Explanation
    from creditrisk.evaluation.monitoring import Monitoring
    from creditrisk.evaluation.recalibration import Recalibration
    from creditrisk.evaluation.results import Judgement, Training


def page_of(result: Any) -> Page:
    """Return what a result has to say.

    Raises
    ------
    TypeError
        When the result is no training, evaluation, recalibration, comparison, monitoring, audit or explanation.
    """
    if hasattr(result, "held_out"):
        return _training(result)
    if hasattr(result, "figures") and hasattr(result, "development"):
        return _judgement(result)
    if hasattr(result, "population"):
        return _monitoring(result)
    if hasattr(result, "lineage"):
        return _recalibration(result)
    if hasattr(result, "conclusion"):
        return _comparison(result)
    if hasattr(result, "findings"):
        return _audit(result)
    if hasattr(result, "interactions"):
        return _explanation(result)
    raise TypeError(f"No report is known for {type(result).__name__}.")


def _training(result: Training) -> Page:
    e, findings = result.held_out, getattr(result, "findings", ())
    left_out = [column.name for column in result.data.dropped]
    remarks = (*_all_remarks(result, e), *audit_remarks(findings, left_out))
    sections = (
        verdict_section(e, f"{e.loans:,} loans that were held out", len(remarks), getattr(result, "gates", ())),
        loans_section(result.data),
        findings_section(findings),
        quality_section(e, {}),
        calibration_section(e, {}),
        stability_section(e),
        cutoff_section(e),
        drivers_section(result),
        making_section(result),
        watch_section(remarks),
    )
    name = _name(result.model.path)
    return Page(f"Model report: {name}", name, f"Trained on {_name(result.data.file)}", _present(sections))


def _judgement(result: Judgement) -> Page:
    e = result.figures
    remarks = _all_remarks(result, e)
    sections = (
        verdict_section(e, f"{e.loans:,} loans of {_name(result.file)}", len(remarks), getattr(result, "gates", ())),
        judged_section(result),
        quality_section(e, result.development),
        calibration_section(e, result.development),
        stability_section(e),
        cutoff_section(e),
        drivers_section(result),
        watch_section(remarks),
    )
    name = _name(result.model)
    return Page(f"Evaluation report: {name}", name, f"On the loans of {_name(result.file)}", _present(sections))


def _comparison(result: Any) -> Page:
    verdict = getattr(result, "verdict", "")
    remarks = getattr(result, "remarks", ())
    known = verdict if isinstance(verdict, str) else ""
    sections = (
        section("verdict", "Which is better?", Verdict(known, result.conclusion, str(getattr(result, "rule", "")))),
        section("compared", "What was compared?", *result_blocks(result, without=_SAID)),
        watch_section(remarks),
    )
    return Page("Comparison report", "comparison", "Champion and challenger on the same loans", _present(sections))


def _monitoring(result: Monitoring) -> Page:
    sections = (
        advice_section(result),
        population_section(result),
        drift_section(result),
        outcomes_section(result),
        periods_section(result),
        watch_section(result.remarks),
    )
    name = _name(result.model)
    return Page(f"Monitoring report: {name}", name, f"Watched on {_name(result.file)}", _present(sections))


def _audit(result: Audit) -> Page:
    sections = (findings_section(result.findings, result), columns_section(result), read_section(result))
    name = _name(result.file)
    return Page(f"Audit: {name}", name, f"{loans_words(result)}, before a training", _present(sections))


def _recalibration(result: Recalibration) -> Page:
    sections = (
        needed_section(result),
        recalibrated_section(result),
        changed_section(result),
        grades_section(result),
        lineage_section(result),
        watch_section(result.remarks),
    )
    name = _name(result.output or result.model)
    return Page(f"Recalibration: {name}", name, f"On the loans of {_name(result.file)}", _present(sections))


def _explanation(result: Explanation) -> Page:
    loan = None if result.loan is None else loan_section(result.loan, _name(result.file))
    sections = (
        loan,
        looked_section(result),
        *(() if loan else (
            importance_section(result), effects_section(result), together_section(result), monotone_section(result),
            card_section(result),
        )),
        watch_section(result.remarks),
    )  # fmt: skip
    name = _name(result.model)
    of = f"With the loans of {_name(result.file)}" if result.file else "From the model file alone"
    return Page(f"Explanation: {name}", name, of, _present(sections))


#: Fields of a comparison that have a place of their own.
_SAID = frozenset({"conclusion", "verdict", "rule", "remarks"})


def _all_remarks(result: Any, e: Any) -> tuple[str, ...]:
    """Return what to watch: of the whole first, then of its parts, each once."""
    parts = [getattr(e, "vintages", None), *(getattr(e, "segmentations", None) or ())]
    parts += [*(getattr(e, "protected", None) or ()), getattr(e, "money", None)]
    found = [*result.remarks, *(remark for part in parts if part is not None for remark in part.remarks)]
    return tuple(dict.fromkeys(found))


def _present(sections: Iterable[Section | None]) -> tuple[Section, ...]:
    return tuple(part for part in sections if part is not None)


def _name(path: str) -> str:
    """Return the last part of a path: a title has no room for folders."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path
