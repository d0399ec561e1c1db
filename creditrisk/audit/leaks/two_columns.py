"""Two columns that tell the outcome together: paid and borrowed, a date and another, a part and its sum."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.alone import CERTAIN, SUSPICIOUS
from creditrisk.audit.leaks.known_loans import KnownLoans, known_loans
from creditrisk.audit.leaks.pairs import Pairs, Signs
from creditrisk.audit.leaks.post_outcome_names import meaning_of
from creditrisk.audit.leaks.single_columns import found_of_single
from creditrisk.audit.listing import cut, named, quoted
from creditrisk.audit.results import Finding
from creditrisk.metrics.univariate import alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.audit.results import Severity
    from creditrisk.metrics.estimate import Estimate

#: So many columns, those that tell most alone: the time grows with their square.
_MOST_COLUMNS = 200
#: Rows, and rows times pairs of columns, that are worth the time.
_MOST_ROWS = 20_000
_FEWEST_ROWS = 3_000
_MOST_COUNTED = 30_000_000
#: The lower end of the interval of two columns together that is told.
_TOGETHER = 0.9
#: Pairs whose difference, ratio and sum are looked at, those of the best AUC by bins and by sign.
_MOST_PROMISING = 20
#: A pair is promising where it does so much better than the better of the two.
_GAIN = 0.03
#: Rows on which they are looked at first, and the AUC there from which all rows are.
_FIRST_ROWS = 4_000
_FIRST_AUC = 0.85
#: Fewer defaults or repaid loans say nothing on 64 cells.
_FEWEST = 40


@dataclass(frozen=True)
class Pair:
    """Two columns, how well they tell the outcome together, and by what."""

    one: AuditedColumn
    other: AuditedColumn
    auc: Estimate
    by: str


def two_columns(loans: AuditedLoans) -> Iterator[Finding]:
    """Find pairs that rank the loans with an AUC of at least 0.9 (its lower end) while neither alone has 0.85.

    Looked at are all pairs over 8 × 8 bins, ranked by default rates of the other half of the loans; of numbers of
    comparable size also which is the larger; and of the most promising pairs difference, ratio and sum. High from 0.95.
    A column that is in more pairs than each of its partners is told once, and dropped where that is high; of a single
    pair the one is dropped whose name is from after the decision. Columns that are dropped already are left aside.
    Of many columns the 200 that tell most alone are looked at, and the time of the loans; of many rows an even sample;
    with fewer than 40 defaults or repaid loans nothing is.
    """
    if _fewer(known_loans(loans)) < _FEWEST:
        return
    known, alone_aucs = _sampled(loans, {name for finding in found_of_single(loans) for name in finding.drop})
    if _fewer(known) < _FEWEST or len(known.columns) < 2:
        return
    found = [pair for pair in _promising(known, alone_aucs) if pair.auc.low >= _TOGETHER]
    while found:
        hub = _hub(found)
        of_it = [pair for pair in found if hub in (pair.one.name, pair.other.name)] if hub else found[:1]
        yield _finding(alone_aucs, of_it, hub, loans.time_name)
        found = [pair for pair in found if pair not in of_it]


def _hub(pairs: list[Pair]) -> str:
    """Return the column that is in more pairs than each of its partners, empty where there is none."""
    times = Counter(column.name for pair in pairs for column in (pair.one, pair.other))
    hub, most = times.most_common(1)[0]
    partners = [other for pair in pairs for other in _partners(pair, hub)]
    return hub if all(times[partner] < most for partner in partners) else ""


def _partners(pair: Pair, hub: str) -> list[str]:
    """Return the other column of a pair of the hub, none of a pair of others."""
    names = [pair.one.name, pair.other.name]
    return [name for name in names if name != hub] if hub in names else []


def _fewer(known: KnownLoans) -> int:
    """Return the loans of the rarer outcome."""
    return min(known.defaults, len(known.y_true) - known.defaults)


def _sampled(loans: AuditedLoans, aside: set[str]) -> tuple[KnownLoans, dict[str, float]]:
    """Return an even sample of the loans with the columns to pair, and the AUC that each has alone in all loans."""
    known = known_loans(loans)
    times = tuple(known.taken(column) for column in loans.columns if column.use == "time")
    aucs = {name: one.auc.value for name, one in known.alone.items()}
    aucs |= {column.name: known.alone_of(column).auc.value for column in times}
    every = [column for column in (*known.columns, *times) if column.name not in aside]
    columns = _telling_most([column for column in every if aucs[column.name] < SUSPICIOUS], aucs)
    rows = min(_MOST_ROWS, max(_FEWEST_ROWS, _MOST_COUNTED // max(len(columns), 1) ** 2))
    if len(known.y_true) <= rows:
        return KnownLoans(columns, known.y_true, known.rows), aucs
    places = np.linspace(0, len(known.y_true) - 1, rows).astype(np.intp)
    taken = tuple(column.take(places) for column in columns)
    return KnownLoans(taken, known.y_true[places], known.rows[places]), aucs


def _telling_most(columns: list[AuditedColumn], aucs: dict[str, float]) -> tuple[AuditedColumn, ...]:
    """Return the columns of two values or more that tell most alone, and the time, in their order."""
    told = [column for column in columns if len(column.cells.loans) > 2]
    learned = sorted((column for column in told if column.use != "time"), key=lambda column: -aucs[column.name])
    least = {column.name for column in learned[_MOST_COLUMNS:]}
    return tuple(column for column in told if column.name not in least)


def _promising(known: KnownLoans, aucs: dict[str, float]) -> list[Pair]:
    """Return the pairs that do much better than their columns, best first."""
    columns, alone_aucs = known.columns, np.array([aucs[column.name] for column in known.columns])
    pairs = Pairs.of(columns, known.y_true)
    best: dict[tuple[int, int], Pair] = {}
    gains: list[tuple[float, int, int]] = []
    signs = Signs(columns, known.y_true)
    for one in range(len(columns) - 1):
        by_bins, by_sign = pairs.aucs(one), signs.aucs(one)
        for place in np.flatnonzero(by_bins >= _TOGETHER):
            other = one + 1 + int(place)
            best[one, other] = Pair(columns[one], columns[other], pairs.auc(one, other), "their values together")
        together = np.maximum(by_bins, by_sign)
        gain = together - np.maximum(alone_aucs[one], alone_aucs[one + 1 :])
        gains += [(float(together[at]), one, one + 1 + int(at)) for at in np.flatnonzero(gain >= _GAIN)]
    for _, one, other in islice(sorted(gains, reverse=True), _MOST_PROMISING):
        pair = _combined(known, columns[one], columns[other])
        if pair is not None and ((one, other) not in best or pair.auc.value > best[one, other].auc.value):
            best[one, other] = pair
    return sorted(best.values(), key=lambda pair: -pair.auc.value)


def _combined(known: KnownLoans, one: AuditedColumn, other: AuditedColumn) -> Pair | None:
    """Return the best of difference, ratio and sum of two columns of numbers or two of dates, or None."""
    if one.kind != other.kind or one.kind == "categorical":
        return None
    a, b = one.values, other.values
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        ways = {"their difference": a - b}
        if one.kind == "numeric":
            ways |= {"their ratio": a / np.where(b == 0, np.nan, b), "their sum": a + b}
    ways = {by: np.where(np.isfinite(values), values, np.nan) for by, values in ways.items()}
    step = max(1, len(a) // _FIRST_ROWS)
    first = {by: alone(values[::step], known.y_true[::step], codes=False).auc.value for by, values in ways.items()}
    by = max(first, key=lambda way: first[way])
    return Pair(one, other, alone(ways[by], known.y_true, codes=False).auc, by) if first[by] >= _FIRST_AUC else None


def _finding(aucs: dict[str, float], pairs: list[Pair], hub: str, time: str) -> Finding:
    best = pairs[0]
    severity: Severity = "high" if best.auc.value >= CERTAIN else "medium"
    names = (hub,) if hub else (best.one.name, best.other.name)
    partners = [name for pair in pairs for name in _partners(pair, hub)]
    dropped = _dropped(best, hub, partners, time) if severity == "high" else ()
    pair_words = f"{quoted(best.one.name)} with {quoted(best.other.name)}, by {best.by}"
    return Finding(
        kind="leak",
        severity=severity,
        rule="two-columns",
        columns=tuple(dict.fromkeys([*names, *partners])),
        what=f"{quoted(hub)} nearly tells the outcome together with {cut([quoted(name) for name in partners])}."
        if hub
        else f"{named(names)} nearly tell the outcome together.",
        evidence=f"{pair_words}: AUC {best.auc.value:.3f} ({best.auc.low:.3f}–{best.auc.high:.3f}); "
        f"alone {aucs[best.one.name]:.3f} and {aucs[best.other.name]:.3f}",
        fix=" ".join(f"--drop {quoted(name)}" for name in dropped)
        if dropped
        else "Neither is dropped by itself: --drop the one that is written after the decision.",
        drop=dropped,
    )


def _dropped(pair: Pair, hub: str, partners: list[str], time: str) -> tuple[str, ...]:
    """Return the columns to leave out: the one of many pairs, or the one with a suspicious name; never the time."""
    names = [pair.one.name, pair.other.name]
    if time and time in ([hub] if hub else names):
        return tuple(name for name in (partners if hub else names) if name != time)
    if hub:
        only_partners = not meaning_of(hub) and all(meaning_of(partner) for partner in partners)
        return tuple(partner for partner in partners if partner != time) if only_partners else (hub,)
    suspects = [name for name in names if meaning_of(name)]
    return tuple(suspects) if len(suspects) == 1 else ()
