"""Time creditrisk against the bare libraries, in turn on the same machine: `make bench`.

    python benchmarks/speed.py [CASE ...] [--quick] [--rounds N] [--name NAME] [--output FILE.json]

Machines differ and are busy at times, so read the ratios, with their spread. The results go to
benchmarks/results/DATE-NAME.json; `python benchmarks/speed_table.py FILE.json` makes a table of them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import speed_reasons
import speed_scoring
import speed_start
import speed_training
from measuring import RESULTS, Figure, revision, write_results
from speed_files import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "help": speed_start.help_page,
    "mistakes": speed_start.mistakes,
    "one-loan": speed_start.one_loan,
    "csv": speed_scoring.csv,
    "parquet": speed_scoring.parquet,
    "memory": speed_scoring.memory,
    "reasons": speed_reasons.large,
    "reasons-small": speed_reasons.small,
    "train": speed_training.train,
    "train-memory": speed_training.memory,
}


def main() -> None:
    """Run the cases that were asked for, and keep what is measured after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"default: all; {', '.join(CASES)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="pairs a case (default: 3 to 15)")
    parser.add_argument("--name", default="", help="name of the results (default: full or quick, then the cases)")
    parser.add_argument("--output", type=Path, metavar="FILE.json", help="where to write them instead")
    given = parser.parse_args()
    if unknown := [name for name in given.cases if name not in CASES]:
        parser.error(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    # The results of some cases do not take the place of those of all.
    name = given.name or "-".join(["quick" if given.quick else "full", *given.cases])
    path = given.output or RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{name}.json"
    # Taken now: somebody may commit while it runs.
    facts = {"revision": revision(), "quick": given.quick, "load_at_start": os.getloadavg()[0]}
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.quick, given.rounds)
        for case in given.cases or CASES:
            for figure in CASES[case](bench):
                print(figure.line(), flush=True)
                figures.append(figure)
            write_results(figures, path, {**facts, "load_at_end": os.getloadavg()[0]})
    print(f"written to {path}")


if __name__ == "__main__":
    main()
