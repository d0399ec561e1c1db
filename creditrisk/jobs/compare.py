"""Compare: a champion and a challenger on the same labelled loans, each a model or a score column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats, texts
from creditrisk.data.files import open_files
from creditrisk.data.kinds import canonical_codes
from creditrisk.data.reading import open_source
from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.data.target import check_enough, settle_target
from creditrisk.errors import DataError, UsageError, counted, shown
from creditrisk.evaluation.compare import Comparison, Contender, SharedLoans
from creditrisk.evaluation.compare import compare as figures
from creditrisk.evaluation.compare_spec import COLUMN, CompareSpec
from creditrisk.evaluation.compare_words import NOT_TOLD_APART
from creditrisk.evaluation.foreign_scores import mapped, oriented
from creditrisk.evaluation.gates import check_gates
from creditrisk.evaluation.remarks import notice_remarks
from creditrisk.features.steps import Notices
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.early import check_pages
from creditrisk.jobs.judging import pages, write_pages
from creditrisk.jobs.outputs import check_apart
from creditrisk.jobs.seen_loans import seen_words
from creditrisk.models.marks import MarkedLoans
from creditrisk.models.model_file import open_model
from creditrisk.models.watcher import SILENT
from creditrisk.specs import ColumnSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles, Source
    from creditrisk.data.reading import LoanSource
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher

_LEARNED_FROM = "No verdict: a model learned from some of these loans, which tell nothing of new ones. Apart from that:"


@dataclass(frozen=True, eq=False)
class _Entry:
    """A side as it was asked for: a model that is ready to score, or the name and direction of a score column."""

    label: str
    name: str
    scorer: Scorer | None
    direction: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return self.scorer.model.schema.names if self.scorer else (self.name,)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The same with their kinds."""
        return self.scorer.model.schema.columns if self.scorer else (Column(self.name, "numeric"),)


def compare(
    a: str | Path,
    b: str | Path,
    data: Source,
    spec: CompareSpec | None = None,
    *,
    read: ReadSpec | None = None,
    watcher: Watcher = SILENT,
) -> Comparison:
    """Return how a challenger B does against a champion A on loans with known outcomes.

    Parameters
    ----------
    a, b : path or str
        A model file, or `column:NAME` for a score that stands in the data. Loan weights are those of A, or of B where A
        is a column.
    data : path, list of paths, or data frame
    spec : CompareSpec, optional
        Directions of score columns, approval rate, terms of profit, draws.
    read : ReadSpec, optional

    Raises
    ------
    ModelFileError, DataError, UsageError
        See `creditrisk.errors`; also where the models mean different outcomes, a score cell is no number, or the file
        holds fewer than 20 defaults or repaid loans that both have scored.
    """
    spec, read = spec or CompareSpec(), read or ReadSpec()
    check_pages(spec)
    spec.check_sides(str(a), str(b))
    entries = _entry("A", str(a), spec), _entry("B", str(b), spec)
    _check_not_the_outcome(entries, spec)
    files = open_files(data, read)
    models = [Path(entry.name) for entry in entries if entry.scorer]
    check_apart({"rejects": read.rejects, **pages(spec)}, {"data": files.paths, "model": models})
    target, roles = _outcome(entries, spec, files)
    files, source = _opened(entries, files, Schema((), (), target, roles=roles), read)
    y, weight, columns = _facts(source, entries)
    known = y >= 0
    raw, notices, marked = _raw_scores(entries, files, columns, watcher)
    _check_rows(files, len(y), raw)
    both = known & np.isfinite(raw[0]) & np.isfinite(raw[1])
    check_enough(y[both], files.name)
    shared = SharedLoans(
        y[both], None if weight is None else weight[both], roles.weight_kind if roles.weight else "",
        files.name, len(y), int((~known).sum()), int((known & ~both).sum()), files.rejected,
    )  # fmt: skip
    watcher.step("comparing", len(shared.y_true), 0)
    sides = [_contender(entry, score[both], shared, spec) for entry, score in zip(entries, raw, strict=True)]
    result = figures(shared, sides[0], sides[1], spec)
    seen = _trained_on(entries, files, marked)
    said = [*seen, *_windows(entries), *_weights(entries, roles), *_borrowers(entries)]
    unusual = [f"{label}: {text}" for label, found in notices.items() for text in notice_remarks(found, len(y))]
    result = replace(
        result, remarks=(*said, *result.remarks, *unusual), gates=check_gates(spec.gates, result)
    )  # fmt: skip
    if seen:
        result = replace(result, verdict=NOT_TOLD_APART, conclusion=f"{_LEARNED_FROM} {result.conclusion}")
    write_pages(spec, result)
    return result


def _entry(label: str, name: str, spec: CompareSpec) -> _Entry:
    if not name.startswith(COLUMN):
        return _Entry(label, name, open_model(Path(name), spec.threads))
    return _Entry(label, name.removeprefix(COLUMN), None, spec.a_direction if label == "A" else spec.b_direction)


def _check_not_the_outcome(entries: tuple[_Entry, _Entry], spec: CompareSpec) -> None:
    """Raise `UsageError` where the outcome is one of the scores."""
    outcome = next((entry.scorer.model.schema.target.name for entry in entries if entry.scorer), spec.target)
    same = [entry.label for entry in entries if entry.scorer is None and entry.name == outcome]
    if same:
        raise UsageError(f"The score column {' and '.join(same)} is the outcome itself.", where=shown(outcome))


def _outcome(entries: tuple[_Entry, _Entry], spec: CompareSpec, files: LoanFiles) -> tuple[Target, Roles]:
    """Return what default means, the same for both sides, and whose loan weights count."""
    schemas = [entry.scorer.model.schema for entry in entries if entry.scorer]
    if not schemas:
        files.check_present([spec.target])
        named = ColumnSpec(target=spec.target, positive=spec.positive, negative=spec.negative)
        labels = files.read_whole({spec.target: pa.string()}).column(spec.target)
        return settle_target(named, labels, samples=files.samples), Roles()
    differing = [line for other in schemas[1:] for line in _target_differences(schemas[0].target, other.target)]
    if differing:
        raise UsageError(
            "A and B predict different outcomes, so no loan can judge both.",
            where=differing,
            fix="Compare models that were trained with the same --target, --positive and --negative.",
        )
    return schemas[0].target, schemas[0].roles


def _target_differences(a: Target, b: Target) -> list[str]:
    facts = [
        ("the outcome", [a.name], [b.name]),
        ("default", a.default_labels, b.default_labels),
        ("repaid", a.repaid_labels, b.repaid_labels),
    ]
    return [
        f"{what}: A has {', '.join(map(shown, of_a))}, B has {', '.join(map(shown, of_b))}"
        for what, of_a, of_b in facts
        if _codes(of_a) != _codes(of_b)
    ]


def _codes(labels: Any) -> set[Any]:
    """Return labels as outcomes are compared: 1.0 is 1."""
    return set(canonical_codes(texts(list(labels))).to_pylist())


def _opened(
    entries: tuple[_Entry, _Entry], files: LoanFiles, facts: Schema, read: ReadSpec
) -> tuple[LoanFiles, LoanSource]:
    """Check that every column is there, and set aside the rows that either side cannot read, for both."""
    source = open_source(files, facts, replace(read, bad_rows="error", rejects=""), labelled=True)
    # The scores first, on their own: a name that one side needs may be what the other side meant.
    files.check_present([entry.name for entry in entries if entry.scorer is None])
    weight = [facts.roles.weight] if facts.roles.weight else []
    needed = dict.fromkeys([*entries[0].needs, *entries[1].needs, *weight])
    files.check_present(list(needed))
    if read.bad_rows == "skip":
        columns = tuple(dict.fromkeys(column for entry in entries for column in entry.columns))
        files = files.without_bad_rows(columns, Path(read.rejects))
    scores = tuple(dict.fromkeys(Column(entry.name, "numeric") for entry in entries if entry.scorer is None))
    return files, replace(source, files=files, schema=replace(facts, columns=scores))


def _facts(
    source: LoanSource, entries: tuple[_Entry, _Entry]
) -> tuple[NDArray[np.int8], Floats | None, dict[str, Floats]]:
    """Return outcomes (−1 is neither label), loan weights, and the score columns as they stand; NaN is missing."""
    names = [entry.name for entry in entries if entry.scorer is None]
    outcomes, weights, scores = [], list[Any](), {name: list[Any]() for name in names}
    for loans in source.batches():
        outcomes.append(loans.outcomes)
        if loans.weight is not None:
            weights.append(loans.weight)
        for name in names:
            scores[name].append(as_floats(loans.table.column(name)))
    columns = {name: np.concatenate(parts) for name, parts in scores.items()}
    return np.concatenate(outcomes), np.concatenate(weights) if weights else None, columns


def _raw_scores(
    entries: tuple[_Entry, _Entry], files: LoanFiles, columns: Mapping[str, Floats], watcher: Watcher
) -> tuple[list[Floats], dict[str, Notices], dict[str, MarkedLoans]]:
    """Return the PDs of models and the score columns, shape (n_rows,) each, and what models found unusual or marked."""
    raw, notices, marked = [], dict[str, Notices](), dict[str, MarkedLoans]()
    for entry in entries:
        if entry.scorer is None:
            raw.append(columns[entry.name])
            continue
        pds, notices[entry.label], marked[entry.label] = [], Notices(), MarkedLoans(entry.scorer.model.marks)
        for loans in open_source(files, entry.scorer.model.schema, ReadSpec()).batches():
            scores = entry.scorer.score(loans, marked[entry.label])
            pds.append(scores.pd)
            notices[entry.label].add(scores.notices)
            watcher.step(f"scoring with {entry.label}", sum(len(part) for part in pds), 0)
        raw.append(np.concatenate(pds))
    return raw, notices, marked


def _check_rows(files: LoanFiles, rows: int, raw: list[Floats]) -> None:
    """Raise `DataError` where the sides did not see the same rows."""
    if any(len(score) != rows for score in raw):
        raise DataError(
            "The file changed while it was read.",
            where=f"{files.name}: {', '.join(counted(len(score), 'row') for score in raw)} of {rows:,}",
            fix="Run the comparison again when nothing writes to it.",
        )


def _contender(entry: _Entry, score: Floats, shared: SharedLoans, spec: CompareSpec) -> Contender:
    """Return a side with what it ranks by and its PDs."""
    if entry.scorer:
        own = entry.scorer.model
        return Contender(entry.name, "model", score, score, cutoff=own.decision_cutoff or own.ks_cutoff)
    if entry.direction == "pd":
        outside = (score < 0) | (score > 1)
        if outside.any():
            raise DataError(
                f"The score column {shown(entry.name)} is no PD: {counted(int(outside.sum()), 'value')} of "
                f"{len(score):,} lie outside 0 to 1, such as {score[outside][0]:g}.",
                where=shared.file,
                fix=f"Divide per cent by 100, or give --{entry.label.lower()}-direction risk or safety.",
            )
        return Contender(entry.name, "column", score, score)
    risk = oriented(score, entry.direction)
    made = mapped(shared.y_true, risk, shared.weight, spec.seed)
    return Contender(entry.name, "column", risk, made.pd, made.words, safety=entry.direction == "safety")


def _trained_on(entries: tuple[_Entry, _Entry], files: LoanFiles, marked: Mapping[str, MarkedLoans]) -> list[str]:
    """Warn where a model learned from some of these loans."""
    digests = files.digests()
    judged = {
        entry.label: seen_words(entry.scorer.model, digests, marked[entry.label]) for entry in entries if entry.scorer
    }
    return [
        f"{label} is judged on {words}, so these figures flatter it. Compare on loans that neither side has seen."
        for label, words in judged.items()
        if words
    ]


def _windows(entries: tuple[_Entry, _Entry]) -> list[str]:
    """Warn where the models say that default means different things, or over different times."""
    targets = [entry.scorer.model.schema.target for entry in entries if entry.scorer]
    if len(targets) < 2:
        return []
    pairs = [("definition of default", targets[0].definition, targets[1].definition),
             ("performance window", targets[0].window, targets[1].window)]  # fmt: skip
    return [
        f"The models state another {what}: A {shown(of_a)}, B {shown(of_b)}. Their PDs do not mean the same."
        for what, of_a, of_b in pairs
        if of_a and of_b and of_a != of_b
    ]


def _weights(entries: tuple[_Entry, _Entry], roles: Roles) -> list[str]:
    """Say so where the model B was trained with other loan weights than those that count here."""
    if entries[0].scorer is None or entries[1].scorer is None:
        return []
    other = entries[1].scorer.model.schema.roles
    if (other.weight, other.weight and other.weight_kind) == (roles.weight, roles.weight and roles.weight_kind):
        return []
    used, theirs = (shown(name) if name else "none" for name in (roles.weight, other.weight))
    return [f"The models were trained with different loan weights; those of A count here ({used}), not B's ({theirs})."]


def _borrowers(entries: tuple[_Entry, _Entry]) -> list[str]:
    """Say so where a model knows whose loans they are, which the intervals do not take into account."""
    groups = dict.fromkeys(entry.scorer.model.schema.roles.group for entry in entries if entry.scorer)
    known = [shown(name) for name in groups if name]
    if not known:
        return []
    return [f"The intervals take the loans as independent; loans that share {' or '.join(known)} make them wider."]
