"""Make the table of docs/performance.md from a results file of speed.py.

    python benchmarks/speed_table.py benchmarks/results/FILE.json [--page docs/performance.md]

Without --page the table is printed; with it, it takes the place of the one on the page.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- speed: made by benchmarks/speed_table.py -->", "<!-- speed: end -->"
_KEPT = {True: "kept", False: "**not kept**", None: ""}


def number(value: float) -> str:
    """Return a figure with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def sides(more: dict[str, Any]) -> str:
    """Return what stands beside a figure: medians of seconds, processor time, rows a second."""
    told = []
    if "bare_s" in more:
        told.append(f"{number(more['ours_s'])} s against {number(more['bare_s'])} s")
        told.append(f"processor time {number(more['cpu_ratio'])} times")
    elif "ours_s" in more:
        told.append(f"{number(more['ours_s'])} s")
    if "slowest" in more:
        told.append(f"`{more['slowest']}`")
    if "cpu_s" in more:
        told.append(f"processor time {number(more['cpu_s'])} s")
    if "rows_per_second" in more:
        told.append(f"{more['rows_per_second']:,.0f} rows a second")
    if "pred_contrib_rows_per_second" in more:
        told.append(f"pred_contrib {more['pred_contrib_rows_per_second']:,.0f}")
    return "; ".join(told)


def row(figure: dict[str, Any]) -> list[str]:
    """Return a figure's row of the table."""
    command = f"`{figure['case']}`"
    if figure["unit"] == "skipped":
        return [figure["what"], f"skipped: {figure['more']['reason']}", "", "", "", command]
    unit = "" if figure["unit"] == "ratio" else f" {figure['unit']}"
    spread = f"{number(figure['low'])} – {number(figure['high'])}" if figure["low"] < figure["high"] else "one run"
    limit = ""
    if figure["limit"] is not None:
        limit = f"{'at least' if figure['at_least'] else 'at most'} {figure['limit']:g}{unit}: {_KEPT[figure['kept']]}"
    return [figure["what"], number(figure["value"]) + unit, spread, limit, sides(figure["more"]), command]


def page_part(results: dict[str, Any]) -> str:
    """Return the paragraph and the table."""
    machine, libraries = results["machine"], results["machine"]["libraries"]
    versions = ", ".join(f"{name} {text}" for name, text in libraries.items() if text != "not installed")
    size = "a tenth of the rows (`--quick`)" if results["quick"] else "all rows"
    about = (
        f"Measured {results['date'][:10]}, {size}, revision {results['revision']}: {machine['processors']} processors "
        f"({machine['processor']}), {machine['memory_gib']:g} GiB, {machine['system']}, Python {machine['python']}, "
        f"{versions}; load of the machine {results['load_at_start']:.1f} at the start and "
        f"{results['load_at_end']:.1f} at the end (0 is idle)."
    )
    heading = ["what", "median", "least – most", "limit", "", "case"]
    rows = [heading, ["---"] * len(heading), *map(row, results["figures"])]
    return f"{about}\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def main() -> None:
    """Print the table, or put it on the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    made = page_part(json.loads(given.results.read_text(encoding="utf-8")))
    if given.page is None:
        print(made)
        return
    before, _, rest = given.page.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{given.page} has no place for the table: {BEGIN} … {END}")
    given.page.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
