"""Run models as whole processes on one split, and keep what came out: what accuracy.py and generated.py share.

Every model, ours or another's, learns in a process of its own from the same CSV file, so that times and memory compare
alike. The peak memory is that of the largest process where a model starts several.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from peers import PEERS

from creditrisk import __version__
from creditrisk.metrics.calibration import bce, bce_rows, observed_over_expected
from creditrisk.metrics.discrimination import auc, auc_difference
from creditrisk.metrics.estimate import Estimate

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats

CREDITRISK = str(Path(sys.executable).parent / "creditrisk")
PEERS_SCRIPT = str(Path(__file__).resolve().parent / "peers.py")
PRESETS = ("fast", "standard", "best")
#: Options of train whose columns no peer may see either.
COLUMN_OPTIONS = ("--time", "--id", "--drop", "--group", "--weight")
DRAWS = 1000
#: Starts a command from a small process: a child's peak memory never reads below that of the process it came from.
METER = """
import json, os, subprocess, sys, time
out, log, *command = sys.argv[1:]
with open(log, "wb") as file:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
mib = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
with open(out, "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), seconds, mib], file)
"""


class FailedRunError(Exception):
    """A model's process that did not end well, with its last words."""


@dataclass(frozen=True)
class Split:
    """Loans to learn from and loans to be judged on; every cell is text but the outcome, 0 or 1."""

    name: str
    seed: int
    train: pd.DataFrame
    test: pd.DataFrame
    target: str


@dataclass(frozen=True)
class Settings:
    """What holds for a whole run."""

    options: list[str] = field(default_factory=list)
    peer_python: str = sys.executable
    autogluon_seconds: float = 300


@dataclass
class Result:
    """What one model did on one split. The PDs stand in a file of their own."""

    split: str
    seed: int
    model: str
    options: list[str]
    data: str
    version: str
    auc: list[float]
    bce: list[float]
    observed_over_expected: list[float]
    fit_seconds: float
    predict_seconds: float
    peak_mib: float
    pds: str

    def line(self) -> str:
        """Return the figures for the eye."""
        area, loss = (f"{value:.4f} ({low:.4f} – {high:.4f})" for value, low, high in (self.auc, self.bce))
        return (f"{self.split} {self.seed} {self.model:17} AUC {area}  BCE {loss}  O/E "
                f"{self.observed_over_expected[0]:.3f}  fit {self.fit_seconds:.1f} s, predict "
                f"{self.predict_seconds:.1f} s, {self.peak_mib:.0f} MiB")  # fmt: skip


class Store:
    """Results in a JSON file, written anew after each, and PDs in a folder beside it."""

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, path.with_name(f"{path.stem}.pds")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.content: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"results": []}
        self.results = [Result(**row) for row in self.content["results"]]

    def find(self, split: Split, model: str, version: str, options: list[str], data: str) -> Result | None:
        """Return the result of the same model with the same options on the same loans, if it is there."""
        wanted = (split.name, split.seed, model, version, options, data)
        for row in self.results:
            key = (row.split, row.seed, row.model, row.version, row.options, row.data)
            if key == wanted and (self.folder / row.pds).exists():
                return row
        return None

    def add(self, result: Result, pds: Floats) -> None:
        """Keep a result."""
        np.save(self.folder / result.pds, pds)
        self.results.append(result)
        self.write()

    def pds(self, result: Result) -> Floats:
        """Return the PDs of a result."""
        loaded: Floats = np.load(self.folder / result.pds)
        return loaded

    def write(self, **further: Any) -> None:
        """Write the file, whole or not at all."""
        self.content |= {"results": [asdict(row) for row in self.results], **further}
        new = self.path.with_name(f"{self.path.name}.new")
        new.write_text(json.dumps(self.content, indent=1, ensure_ascii=False))
        new.replace(self.path)


def say(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command in silence and return its seconds and its peak memory in MiB."""
    out, log = folder / "measured.json", folder / "log.txt"
    subprocess.run([sys.executable, "-I", "-S", "-c", METER, str(out), str(log), *command], check=True)
    code, seconds, mib = json.loads(out.read_text())
    if code:
        said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-3:]
        raise FailedRunError(f"ended with {code}: {' / '.join(said)}")
    return seconds, mib


def named_columns(options: list[str]) -> list[str]:
    """Return the columns that options of train name as something else than a property of the loan."""
    return [name for option, name in pairwise(options) if option in COLUMN_OPTIONS]


def options_for(options: list[str], columns: list[str]) -> list[str]:
    """Return the options of train without those that name a column that these loans lack."""
    kept, words = [], iter(options)
    for word in words:
        if word not in COLUMN_OPTIONS:
            kept.append(word)
        elif (name := next(words, "")) in columns:
            kept += [word, name]
    return kept


def ours(preset: str, folder: Path, target: str, options: list[str]) -> tuple[Floats, float, float, float]:
    """Return the PDs of the command line, the seconds of train and of predict, and the peak memory of train."""
    model, scores = str(folder / "model.crm"), folder / "scores.csv"
    train = [CREDITRISK, "train", str(folder / "train.csv"), "--target", target, "--preset", preset, "--refit"]
    seconds, mib = measured([*train, "-o", model, "--force", "--quiet", *options], folder)
    predict = [CREDITRISK, "predict", model, str(folder / "test.csv"), "-o", str(scores), "--columns", "pd", "--quiet"]
    predict_seconds, _ = measured(predict, folder)
    return pd.read_csv(scores)["pd"].to_numpy(dtype=np.float64), seconds, predict_seconds, mib


def peer(
    name: str, folder: Path, target: str, hidden: list[str], settings: Settings
) -> tuple[Floats, float, float, float]:
    """Return the PDs of another library, the seconds but for scoring, those of scoring, and the peak memory."""
    out = folder / "pds.txt"
    files = [str(folder / file) for file in ("train.csv", "test.csv", out.name)]
    drops = [word for column in hidden for word in ("--drop", column)]
    command = [settings.peer_python, PEERS_SCRIPT, name, *files, "--target", target, *drops]
    seconds, mib = measured([*command, "--seconds", str(settings.autogluon_seconds)], folder)
    predict_seconds = float(out.with_name(f"{out.name}.seconds").read_text())
    return np.loadtxt(out, ndmin=1), seconds - predict_seconds, predict_seconds, mib


def peer_versions(settings: Settings) -> dict[str, str | None]:
    """Return the version of each peer's package, None where the interpreter of the peers lacks it."""
    command = [settings.peer_python, PEERS_SCRIPT, "--versions"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    versions: dict[str, str | None] = json.loads(done.stdout)
    return versions


def versions_of(models: list[str], settings: Settings) -> dict[str, str]:
    """Return the models that can run, with their versions, and say which cannot."""
    found = dict.fromkeys(PRESETS, __version__)
    theirs = peer_versions(settings) if set(models) & set(PEERS) else {}
    for name in models:
        if name in theirs and theirs[name] is None:
            say(f"{name} is passed over: {PEERS[name][0]} is not installed.")
    found |= {name: version for name, version in theirs.items() if version}
    return {name: found[name] for name in models if name in found}


def written(split: Split, folder: Path) -> str:
    """Write the files of a split, the test without its outcomes, and return the mark of what they hold."""
    split.train.to_csv(folder / "train.csv", index=False)
    split.test.drop(columns=split.target).to_csv(folder / "test.csv", index=False)
    mark = hashlib.sha256(split.test[split.target].to_numpy(dtype=np.int8).tobytes())
    for name in ("train.csv", "test.csv"):
        mark.update((folder / name).read_bytes())
    return mark.hexdigest()[:16]


def judged(split: Split, pds: Floats) -> dict[str, list[float]]:
    """Return the figures of PDs with their intervals."""
    truth = split.test[split.target].to_numpy()
    if len(pds) != len(truth):
        raise FailedRunError(f"gave {len(pds)} PDs for {len(truth)} loans")
    estimates = {figure.__name__: figure(truth, pds) for figure in (auc, bce, observed_over_expected)}
    return {name: [estimate.value, estimate.low, estimate.high] for name, estimate in estimates.items()}


def run(split: Split, versions: dict[str, str], settings: Settings, store: Store) -> list[Result]:
    """Run the models on a split but for those whose result is there, and return all results."""
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = written(split, folder)
        for model, version in versions.items():
            result = one(split, model, version, settings, store, folder, data)
            if result is not None:
                say(result.line())
                results.append(result)
    return results


def one(
    split: Split, model: str, version: str, settings: Settings, store: Store, folder: Path, data: str
) -> Result | None:
    """Return the result of a model on a split whose files are written; None where it failed, with a line."""
    options = options_for(settings.options, list(split.train.columns))
    hidden = named_columns(options)
    kept = options if model in PRESETS else [f"--drop {column}" for column in hidden]
    kept = [*kept, f"{settings.autogluon_seconds:g} seconds"] if model == "autogluon" else kept
    if (known := store.find(split, model, version, kept, data)) is not None:
        return known
    try:
        if model in PRESETS:
            pds, seconds, predict_seconds, mib = ours(model, folder, split.target, options)
        else:
            pds, seconds, predict_seconds, mib = peer(model, folder, split.target, hidden, settings)
        figures = judged(split, pds)
    except (FailedRunError, ValueError) as error:
        say(f"{split.name} {split.seed} {model}: {error}")
        return None
    file = f"{split.name}-{split.seed}-{model}-{hashlib.sha256(f'{version}{kept}{data}'.encode()).hexdigest()[:8]}.npy"
    result = Result(split.name, split.seed, model, kept, data, version, **figures, fit_seconds=seconds,
                    predict_seconds=predict_seconds, peak_mib=mib, pds=file)  # fmt: skip
    store.add(result, pds)
    return result


def bootstrap_difference(truth: Any, a: Floats, b: Floats) -> Estimate:
    """Return BCE(a) − BCE(b) with the interval of a bootstrap of the loans, the same draws for every pair."""
    rows = bce_rows(truth, a) - bce_rows(truth, b)
    random, means, n = np.random.default_rng(0), [], len(rows)
    batch = max(1, 4_000_000 // n)
    for start in range(0, DRAWS, batch):
        drawn = random.integers(0, n, (min(batch, DRAWS - start), n), dtype=np.int32)
        means.append(rows[drawn].mean(axis=1))
    draws = np.concatenate(means)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(float(rows.mean()), float(low), float(high), float(draws.std(ddof=1)))


def differences(split: Split, results: list[Result], store: Store) -> list[dict[str, Any]]:
    """Return each preset of ours less each peer on a split, paired by loan, and print them."""
    truth = split.test[split.target].to_numpy()
    made = []
    for us in (row for row in results if row.model in PRESETS):
        for them in (row for row in results if row.model not in PRESETS):
            a, b = store.pds(us), store.pds(them)
            figures = {"auc": auc_difference(truth, a, b), "bce": bootstrap_difference(truth, a, b)}
            row = {"split": split.name, "seed": split.seed, "ours": us.model, "peer": them.model}
            made.append(row | {name: asdict(estimate) for name, estimate in figures.items()})
            say(f"{split.name} {split.seed} {us.model} less {them.model}: "
                f"AUC {mark(figures['auc'], '+.4f')}, BCE {mark(figures['bce'], '+.5f')}")  # fmt: skip
    return made


def mark(difference: Estimate, form: str) -> str:
    """Return a difference with its interval, and a star where that leaves out 0."""
    star = " *" if difference.low > 0 or difference.high < 0 else ""
    return f"{difference.value:{form}} ({difference.low:{form}} – {difference.high:{form}}){star}"


def chosen(text: str, known: list[str]) -> list[str]:
    """Return the names of a list with commas; an unknown one ends the program."""
    names = [name for name in text.split(",") if name]
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"There is no {', '.join(unknown)}.")
    return names
