"""Markdown tables of what models reached on splits, and of the paired differences: for accuracy.py and generated.py."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from runner import PRESETS, Result, mark

from creditrisk.metrics.estimate import Estimate, wald

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTE = (
    "Ours less the peer, paired by loan: above 0 is better for AUC, below 0 for BCE. Means over the splits of a set; "
    "the standard errors (DeLong's for AUC, {draws} bootstrap draws for BCE) are combined as if the splits were "
    "independent. Splits of one file share loans, so these intervals are somewhat too narrow. "
    "Bold: the interval leaves out 0."
)


def table(rows: list[list[str]]) -> str:
    """Return a Markdown table, the first row its heading."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]])


def unique(names: Iterable[str]) -> list[str]:
    """Return names in the order in which they first come."""
    return list(dict.fromkeys(names))


def mean(values: list[float]) -> float:
    """Return the mean, NaN of nothing."""
    return math.fsum(values) / len(values) if values else math.nan


def figures(results: list[Result], overall: bool) -> str:
    """Return the table of AUC, BCE and seconds, a model a row, a set a column, and the means over sets if wanted."""
    models, sets = unique(row.model for row in results), unique(row.split for row in results)
    rows = [["", *sets, *["mean"] * overall, "peak memory"]]
    for model in models:
        own = [row for row in results if row.model == model]
        means = []
        for name in sets:
            here = [row for row in own if row.split == name]
            means.append([mean(x) for x in zip(*((r.auc[0], r.bce[0], r.fit_seconds) for r in here), strict=True)])
        cells = [cell(here) for here in means]
        if overall:
            cells.append(cell([mean(list(x)) for x in zip(*means, strict=True)] if all(means) else []))
        rows.append([model, *cells, f"{max(row.peak_mib for row in own):,.0f} MiB"])
    return table(rows)


def cell(means: list[float]) -> str:
    """Return AUC, BCE and seconds in a cell."""
    return f"{means[0]:.4f} / {means[1]:.4f} ({means[2]:.{int(means[2] < 10)}f} s)" if means else "–"


def pooled(estimates: list[dict[str, float]]) -> Estimate:
    """Return the mean of differences, as if they were independent; one alone keeps its own interval."""
    if len(estimates) == 1:
        return Estimate(**estimates[0])
    se = math.sqrt(math.fsum(estimate["se"] ** 2 for estimate in estimates)) / len(estimates)
    return wald(mean([estimate["value"] for estimate in estimates]), se)


def difference_cell(rows: list[dict[str, Any]]) -> str:
    """Return the pooled differences of AUC and BCE, each in bold where its interval leaves out 0."""
    if not rows:
        return "–"
    parts = []
    for name, form in (("auc", "+.4f"), ("bce", "+.5f")):
        text = mark(pooled([row[name] for row in rows]), form).replace("-", "−")
        parts.append(f"**{text[:-2]}**" if text.endswith("*") else text)
    return f"{parts[0]} / {parts[1]}"


def paired(rows: list[dict[str, Any]], overall: bool) -> str:
    """Return the table of the differences, a pair of models a row, a set a column, and the mean of sets if wanted."""
    sets, peers = unique(row["split"] for row in rows), unique(row["peer"] for row in rows)
    lines = [["AUC / BCE", *sets, *["mean"] * overall]]
    for us in reversed(PRESETS):
        for them in peers:
            own = [row for row in rows if (row["ours"], row["peer"]) == (us, them)]
            by_set = [[row for row in own if row["split"] == name] for name in sets]
            cells = [difference_cell(here) for here in by_set]
            if overall:
                cells.append(difference_cell(over_sets(by_set) if all(by_set) else []))
            lines += [[f"{us} less {them}", *cells]] if own else []
    return table(lines)


def over_sets(by_set: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return one pooled row a set, so that every set weighs the same."""
    made = []
    for rows in by_set:
        both = {name: pooled([row[name] for row in rows]) for name in ("auc", "bce")}
        made.append({name: asdict(one) for name, one in both.items()})
    return made


def page(results: list[Result], rows: list[dict[str, Any]], draws: int, *, overall: bool = True) -> str:
    """Return both tables with their explanation."""
    text = f"AUC / BCE (seconds to train), means over the splits of a set.\n\n{figures(results, overall)}\n"
    return f"{text}\n{NOTE.format(draws=f'{draws:,}')}\n\n{paired(rows, overall)}\n" if rows else text
