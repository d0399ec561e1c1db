"""Compare creditrisk's presets with other libraries on the same splits of the same files, paired by loan.

    python benchmarks/accuracy.py FOLDER [--models best,catboost] [--json OUT] [-- further options of train]

FOLDER holds the well-known files under the names of `KNOWN`, of which 70 % are learned from and 30 % judged on, or any
pairs NAME.train.csv and NAME.test.csv (or NAME_train.csv and NAME_test.csv), used as they are. Options of train that
name a column, as `-- --time issued`, go to the sets that have it, and peers do not see that column either. With
--json a run that was cut short goes on where it stopped: the PDs are kept beside the file. What is there is taken over
where file, split, options and version are the same, so give another file after a change of the code.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from peers import PEERS
from report import page
from runner import DRAWS, PRESETS, Result, Settings, Split, Store, chosen, differences, run, versions_of
from sklearn.model_selection import train_test_split

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Known:
    """A well-known file, its outcome, what in it means default, and the columns that are no loan's property."""

    file: str
    target: str
    positive: str = "1"
    drop: tuple[str, ...] = ()


KNOWN = {
    "gmsc": Known("give_me_some_credit.csv", "SeriousDlqin2yrs", drop=("Unnamed: 0",)),
    "taiwan": Known("taiwan_credit_card.csv", "DEFAULT", drop=("ID",)),
    "german": Known("german_credit.csv", "GoodCredit"),
}


def cells(path: Path, target: str, positive: str) -> pd.DataFrame:
    """Return a file with every cell as it stands, and the outcome as 0 and 1."""
    loans = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False, na_filter=False)
    if target not in loans:
        raise SystemExit(f"{path.name} has no column {target}: name the outcome with --target.")
    if positive not in (labels := set(loans[target])) or len(labels) != 2:
        raise SystemExit(f"{path.name}: {target} holds {sorted(labels)[:5]}, not {positive} and one other label.")
    return loans.assign(**{target: (loans[target] == positive).astype(int)})


def pairs(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Return the pairs of files by their names."""
    found = {}
    for mark in (".", "_"):
        for train in sorted(folder.glob(f"*{mark}train.csv")):
            name = train.name.removesuffix(f"{mark}train.csv")
            if (test := folder / f"{name}{mark}test.csv").exists():
                found[name] = (train, test)
    return found


def known_splits(name: str, folder: Path, seeds: list[int]) -> Iterator[Split]:
    """Split a well-known file once a seed."""
    known = KNOWN[name]
    loans = cells(folder / known.file, known.target, known.positive).drop(columns=list(known.drop))
    for seed in seeds:
        train, test = train_test_split(loans, test_size=0.3, random_state=seed, stratify=loans[known.target])
        yield Split(name, seed, train, test, known.target)


def splits(given: argparse.Namespace) -> Iterator[Split]:
    """Yield the splits of all sets that are there and asked for."""
    there = [name for name, known in KNOWN.items() if (given.folder / known.file).exists()]
    found = pairs(given.folder)
    names = chosen(given.only, [*there, *found]) or [*there, *found]
    if not names:
        raise SystemExit(f"{given.folder} holds neither a well-known file nor a pair of files.")
    for name in names:
        if name in there:
            yield from known_splits(name, given.folder, [int(seed) for seed in given.seeds.split(",")])
        else:
            train, test = (cells(path, given.target, given.positive) for path in found[name])
            yield Split(name, 0, train, test, given.target)


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every comparison has."""
    parser.add_argument("--models", default=",".join((*PRESETS, *PEERS)), metavar="NAME,NAME", help="default: all")
    parser.add_argument("--autogluon-seconds", type=float, default=300, help="how long AutoGluon may take a fit")
    parser.add_argument("--peer-python", default=sys.executable, metavar="PATH", help="interpreter with the peers")
    parser.add_argument("--json", type=Path, metavar="OUT", help="keep results here, and go on from what is there")
    parser.add_argument("--markdown", type=Path, metavar="OUT", help="write the tables here too")


def parsed(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, Settings, dict[str, str]]:
    """Return what is asked for, the settings of the run, and the models that can run."""
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    given = parser.parse_args(words[:end])
    settings = Settings(words[end + 1 :], given.peer_python, given.autogluon_seconds)
    models = chosen(given.models, [*PRESETS, *PEERS])
    return given, settings, versions_of(models, settings)


def finish(store: Store, results: list[Result], rows: list[dict[str, Any]], text: str, markdown: Path | None) -> None:
    """Keep the differences and print the tables."""
    if not results:
        raise SystemExit("No model ran.")
    store.write(differences=rows)
    if markdown:
        markdown.write_text(text, encoding="utf-8")
    print(text)


def main() -> None:
    """Run all models on all splits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="NAME,NAME", help="sets to run (default: all that are there)")
    parser.add_argument("--seeds", default="0,1,2", help="seeds of the splits of the well-known files")
    parser.add_argument("--target", default="target", metavar="NAME", help="outcome of the pairs (default: target)")
    parser.add_argument("--positive", default="1", metavar="LABEL", help="its value that means default (default: 1)")
    add_run_options(parser)
    given, settings, versions = parsed(parser)
    results: list[Result] = []
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        store = Store(given.json or Path(temporary) / "results.json")
        for split in splits(given):
            done = run(split, versions, settings, store)
            rows += differences(split, done, store)
            results += done
        finish(store, results, rows, page(results, rows, DRAWS), given.markdown)


if __name__ == "__main__":
    main()
