"""Damaged and crafted model files by the thousand: each is refused as a model file, or gives finite PDs. Nothing else.

A sample runs with the tests; `make fuzz` runs all: every bit of a small model of each kind, and 10,000 changed files.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hostile_mutations import changed_trees, mutated, opened
from hostile_worker import check_finite

from creditrisk.errors import ModelFileError
from creditrisk.jobs.train import train
from creditrisk.models.calibration import Calibration
from creditrisk.models.model_file import from_bytes, open_model, save_model
from creditrisk.models.training import with_golden_log_odds
from creditrisk.specs import TrainSpec

HERE = Path(__file__).parent
KINDS = ("trees", "isotonic", "card", "blend")
BATCHES, BATCH, SAMPLE = 10, 250, 50
#: The chance of the long ways of using a model: effects, a file scored, a judgement with its reports.
SHARE, SMALL_SHARE = 0.2, 0.03


@pytest.fixture(scope="module")
def small(few_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give a small model of each kind: six trees with class weights, a card, a blend with derived columns, a curve."""
    folder = tmp_path_factory.mktemp("small")
    spec = TrainSpec(target="y", id=("id",), folds=2, threads=1)
    settings: dict[str, dict[str, Any]] = {
        "trees": {"preset": "fast", "max_trees": 6, "learning_rate": 0.2, "leaves": 4, "class_weight": "balanced"},
        "card": {"model": "scorecard", "calibration": "platt"},
        "blend": {"members": "additive/2,plain+ratios+target@0.3x6/2"},
    }
    for name, chosen in settings.items():
        train(few_csv, folder / name, replace(spec, **chosen))
    curve = Calibration("isotonic", 0.0, 1.0, (-3.0, -1.5, -1.0, 0.5), (-4.0, -1.25, -1.25, 0.25))
    bent = replace(open_model(folder / "trees").model, calibration=curve)
    save_model(with_golden_log_odds(bent), folder / "isotonic")
    lines = few_csv.read_text().splitlines(keepends=True)
    (folder / "loans.csv").write_text("".join(lines[:201]))
    return {name: folder / name for name in (*KINDS, "loans.csv")}


def refused(data: bytes) -> bool:
    try:
        from_bytes(data)
    except ModelFileError as error:
        return error.exit_code == 4 and bool(error.fix)
    return False


def loaded_flips(data: bytes, first: int, step: int) -> list[int]:
    """Return the bits that can be flipped without a refusal."""
    found, flipped = [], bytearray(data)
    for bit in range(first, 8 * len(data), step):
        flipped[bit // 8] ^= 1 << bit % 8
        if not refused(bytes(flipped)):
            found.append(bit)
        flipped[bit // 8] ^= 1 << bit % 8
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_model_of_any_kind_loads_and_no_part_of_it_does(small: dict[str, Path], kind: str) -> None:
    data = small[kind].read_bytes()
    assert not refused(data)
    assert 2_000 < len(data) < 60_000
    ends = {len(data) * part // 64 for part in range(64)} | {1, 3, 4, 30, len(data) - 1}
    assert all(refused(data[:end]) for end in ends)
    assert loaded_flips(data, 5, 1009) == []


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", KINDS)
def test_no_flipped_bit_loads(small: dict[str, Path], kind: str) -> None:
    assert loaded_flips(small[kind].read_bytes(), 0, 1) == []


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", KINDS)
def test_no_file_cut_at_any_byte_loads(small: dict[str, Path], kind: str) -> None:
    data = small[kind].read_bytes()
    assert [end for end in range(len(data)) if not refused(data[:end])] == []


def worked(small: dict[str, Path], kinds: tuple[str, ...], seed: int, count: int, share: float) -> dict[str, Any]:
    """Return what a process of its own found by kind; where it ends otherwise, it says at which kind and seed."""
    asked = [small["loans.csv"], seed, count, share, *(small[kind] for kind in kinds)]
    done = subprocess.run(
        [sys.executable, str(HERE / "hostile_worker.py"), *map(str, asked)],
        capture_output=True, text=True, timeout=60 + 5 * count * len(kinds),
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"exit code {done.returncode} after {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return {Path(name).name: each for name, each in found.items()}


def check(found: dict[str, Any], count: int) -> None:
    """Raise unless all files were refused or used, and a fair share of each."""
    assert found["faults"] == []
    assert found["refused"] + found["used"] == count
    assert min(found["refused"], found["used"]) > 0.15 * count


def test_a_changed_file_is_refused_or_gives_finite_pds(small: dict[str, Path]) -> None:
    found = worked(small, KINDS, 0, SAMPLE, SMALL_SHARE)
    assert tuple(found) == KINDS
    for each in found.values():
        check(each, SAMPLE)


@pytest.mark.fuzz
@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_changed_files_are_refused_or_give_finite_pds(
    small: dict[str, Path], kind: str, batch: int
) -> None:
    check(worked(small, (kind,), 1_000_000 + batch * BATCH, BATCH, SHARE)[kind], BATCH)


def test_changed_files_reach_the_checks_behind_the_digests(small: dict[str, Path]) -> None:
    data, rng = small["blend"].read_bytes(), random.Random(4)
    reasons = []
    for _ in range(40):
        try:
            from_bytes(mutated(data, rng))
        except ModelFileError as error:
            reasons.append(error.what)
    assert len(set(reasons)) > 10
    assert not [what for what in reasons if "SHA-256" in what or "its bytes" in what or "size of" in what]


def test_changed_trees_keep_their_sizes_right(small: dict[str, Path]) -> None:
    text, rng = opened(small["trees"].read_bytes())[1]["booster.txt"].decode(), random.Random(1)
    right = 0
    for _ in range(60):
        head, _, body = changed_trees(text, rng).partition("\n\n")
        sizes = re.findall(r"^tree_sizes=([\d ]+)$", head, re.MULTILINE)
        right += len(sizes) == 1 and sum(map(int, sizes[0].split())) == len(body.removesuffix("end of trees\n"))
    assert right > 50


def test_a_pd_that_is_not_finite_is_a_fault(small: dict[str, Path]) -> None:
    scorer = open_model(small["card"], 1)
    scored = SimpleNamespace(log_odds=np.array([np.nan]), pd=np.array([np.nan]))
    with pytest.raises(AssertionError, match="a PD is not finite"):
        check_finite(SimpleNamespace(score=lambda _: scored, model=scorer.model), None)  # type: ignore[arg-type]


def test_a_process_that_ends_badly_is_a_fault(
    small: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hostile_worker.py").write_text("import os\nos.abort()\n")
    monkeypatch.setitem(globals(), "HERE", tmp_path)
    with pytest.raises(AssertionError, match="exit code -6 after"):
        worked(small, ("card",), 0, 1, 0.0)


def test_faults_and_too_few_files_of_a_sort_are_told() -> None:
    for found in (
        {"faults": [{"seed": 1}], "refused": 5, "used": 5},
        {"faults": [], "refused": 5, "used": 4},
        {"faults": [], "refused": 10, "used": 0},
    ):
        with pytest.raises(AssertionError):
            check(found, 10)
