"""Gates: conditions on figures that a run must not meet, each checked with the figure's interval beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import GateError, UsageError, counted, did_you_mean
from creditrisk.evaluation.judged import Judged, Yardsticks
from creditrisk.judging import VERDICTS, JudgeSpec
from creditrisk.metrics.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from creditrisk.judging import Gate

_VERDICT_NAMES = ("verdict", "validation.verdict")
_NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class GateResult:
    """One gate: the condition, the figure with its interval (NaN ends where it has none), and whether it failed.

    A gate on the verdict has its place in `judging.VERDICTS` for a value (NaN: not judged), and `word` says it.
    """

    condition: str
    figure: str
    value: Estimate
    limit: float
    failed: bool
    word: str = ""


def known_figures(figures: Any) -> dict[str, Estimate]:
    """Return every number of a frozen result that a gate may name, by the names of its fields joined by points.

    Estimates stand for their value, with `.low`, `.high` and `.se`; parts that are not there, and texts, are left out.
    `excess_ece` is the calibration error less what chance alone would show, 0 at least; `verdict`, also called
    `validation.verdict`, is the place in `judging.VERDICTS`, NaN for any other word.
    """
    found: dict[str, Estimate] = dict(_numbers(figures, ""))
    if "ece.value" in found and "ece.expected" in found:
        excess = max(0.0, found["ece.value"].value - found["ece.expected"].value)
        found["excess_ece"] = _alone(excess)
    word = getattr(getattr(figures, "validation", None), "verdict", None)
    if word is not None:
        place = float(VERDICTS.index(word)) if word in VERDICTS else math.nan
        found |= dict.fromkeys(_VERDICT_NAMES, _alone(place))
    return found


def check_names(wishes: JudgeSpec) -> None:
    """Refuse gates that name no figure that an evaluation with these wishes has, before the long work.

    Raises
    ------
    UsageError
        As `check_gates`.
    """
    if wishes.gates:
        from creditrisk.evaluation.evaluate import evaluate

        random = np.random.default_rng(0)
        pd = random.uniform(0.05, 0.6, 400)
        loans = Judged((random.random(400) < pd).astype(np.int8), pd)
        quick = JudgeSpec(draws=20, lgd=0.5, margin=0.1) if wishes.wants_money else JudgeSpec(draws=20)
        known = known_figures(evaluate(loans, Yardsticks(0.3, 0.3, 0.3), quick))
        # Whether there are vintages is seen in the data alone.
        _refuse_unknown([gate for gate in wishes.gates if not gate.figure.startswith("vintages.")], known)


def check_gates(gates: Sequence[Gate], figures: Any) -> tuple[GateResult, ...]:
    """Return what became of each gate.

    Raises
    ------
    UsageError
        When a gate names no figure of these; all such gates are listed.
    """
    known = known_figures(figures)
    _refuse_unknown(gates, known)
    return tuple(_result(gate, known[gate.figure]) for gate in gates)


def _result(gate: Gate, value: Estimate) -> GateResult:
    word = ""
    if gate.figure in _VERDICT_NAMES:
        word = _NOT_JUDGED if math.isnan(value.value) else VERDICTS[int(value.value)]
    return GateResult(gate.text, gate.figure, value, gate.limit, gate.trips(value.value), word)


def _refuse_unknown(gates: Sequence[Gate], known: Mapping[str, Estimate]) -> None:
    unknown = [f'"{gate.text}": there is no {gate.figure}{did_you_mean(gate.figure, known)}'
               for gate in gates if gate.figure not in known]  # fmt: skip
    if unknown:
        raise UsageError("--fail-if names a figure that is not there.", where=unknown,
                         fix="--json shows the names: auc, bce, ece.value, observed_over_expected.low …")  # fmt: skip


def refuse_failed(results: Iterable[GateResult], found: Sequence[str] = ()) -> None:
    """Raise `GateError` where a gate failed, with value, interval and limit, or an audit found what it must not.

    Parameters
    ----------
    found : what `audit.refusing.refused` returns
    """
    failed = [_words(result) for result in results if result.failed]
    said = []
    if failed:
        said.append(f"{len(failed)} of the --fail-if conditions {'is' if len(failed) == 1 else 'are'} met")
    if found:
        said.append(f"--fail-on: {counted(len(found), 'finding')} of high severity")
    if said:
        fix = "What the command writes was written all the same."
        raise GateError(f"{'; '.join(said)}.", where=[*failed, *found], fix=fix)


def _words(result: GateResult) -> str:
    value = result.value
    if result.word:
        return f"{result.condition}: {result.figure} is {result.word}"
    if math.isnan(value.value):
        return f"{result.condition}: {result.figure} is not determined by these loans"
    interval = "" if math.isnan(value.low) else f" ({value.low:.6g} – {value.high:.6g})"
    return f"{result.condition}: {result.figure} is {value.value:.6g}{interval}"


def _alone(value: float) -> Estimate:
    return Estimate(value, math.nan, math.nan)


def _numbers(value: Any, name: str) -> Iterable[tuple[str, Estimate]]:
    """Yield the numbers below a value, with their names."""
    if isinstance(value, Estimate):
        yield name, value
        for part in ("low", "high", "se"):
            yield f"{name}.{part}", _alone(getattr(value, part))
    elif isinstance(value, bool):
        return
    elif isinstance(value, (int, float)):
        yield name, _alone(float(value))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _numbers(getattr(value, field.name), f"{name}.{field.name}" if name else field.name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, f"{name}.{key}" if name else str(key))
