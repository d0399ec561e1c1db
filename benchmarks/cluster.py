"""What a training on a cluster costs: reading, memory, growing and network, each measured by itself on one machine.

    python benchmarks/cluster.py --rows 400000

Times are of the processor (user and system), so that other work on the machine counts little. The machines that
learn together are threads of this process; what they tell each other goes over the loopback interface.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import resource
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from creditrisk.data.dealing import Dealing
from creditrisk.data.dealt import DealtLoans, PlacedFile
from creditrisk.data.files import open_files
from creditrisk.data.reading import read_training
from creditrisk.data.row_sample import DrawRows
from creditrisk.features.recipe import Recipe, fit_recipe
from creditrisk.file_specs import ReadSpec, SampleSpec
from creditrisk.jobs.cluster_tasks import CountLoans
from creditrisk.jobs.sample import sample
from creditrisk.models.boosting import parameters
from creditrisk.models.distributed import Network, free_port, grow_together
from creditrisk.models.shared_bins import BinnedLoans, find_bins
from creditrisk.models.training import training_matrix
from creditrisk.specs import TrainSpec

SPEC = TrainSpec(target="isDefault", id=("id",), model="lightgbm")
TREES = 20


def memory() -> int:
    """Return the bytes of memory that this process holds now, those that nobody uses given back."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def loopback() -> int:
    """Return the bytes that went over the loopback interface so far."""
    lines = Path("/proc/net/dev").read_text().splitlines()
    return int(next(line for line in lines if line.strip().startswith("lo:")).split()[1])


def grown(shares: list[BinnedLoans], settings: dict[str, Any]) -> None:
    """Grow trees on several machines, each a thread."""
    machines = tuple(f"127.0.0.1:{free_port()}" for _ in shares)
    threads = [
        threading.Thread(target=grow_together, args=(share, settings, TREES, Network(machines, rank)))
        for rank, share in enumerate(shares)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def filled(
    dealt: DealtLoans, file: PlacedFile, recipe: Recipe, bins: bytes, settings: dict[str, Any], rows: int
) -> Any:
    """Return the training loans of a file in bins."""
    binned, outcomes = BinnedLoans(bins, rows, settings), []
    for loans in dealt.training(file):
        binned.push(recipe.matrix(loans)[0])
        outcomes.append(loans.outcomes)
    binned.finish(np.concatenate(outcomes), None)
    return binned


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=400_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        sample(small, SampleSpec(rows=20_000, seed=1))
        sample(large, SampleSpec(rows=rows, seed=2))
        found = read_training(open_files(small, ReadSpec()), SPEC, ReadSpec())
        recipe, _, _ = fit_recipe([found.loans])
        seen = training_matrix(found.loans, recipe, SPEC)
        settings = {**parameters(SPEC, seen), "num_threads": 1}
        bins = find_bins(recipe.matrix(found.loans)[0], sorted(seen.levels), [], settings)
        dealt = DealtLoans(found.loans.without([]).schema, Dealing(0, 0.2), ReadSpec(), sets_aside=False)
        file = PlacedFile(str(large), 0)
        begun, million = time.process_time(), rows / 1e6
        DrawRows(ReadSpec(), 0, found.files.header, 0.01, as_text=True)(file)
        print(f"drawing a sample: {(time.process_time() - begun) / million:.1f} processor seconds a million rows")
        begun = time.process_time()
        training = CountLoans(dealt)(file).training
        size = large.stat().st_size
        print(
            f"{rows:,} rows of {size / rows:.0f} bytes of CSV, {len(recipe.steps)} columns, bins of {len(bins):,} bytes"
        )
        print(f"counting: {(time.process_time() - begun) / million:.1f} processor seconds a million rows")
        before, begun = memory(), time.process_time()
        binned = filled(dealt, file, recipe, bins, settings, training)
        print(f"reading into bins: {(time.process_time() - begun) / million:.1f} processor seconds a million rows")
        print(f"held for each training loan: {(memory() - before) / training:.0f} bytes")
        begun = time.process_time()
        grown([binned], settings)
        each = (time.process_time() - begun) / TREES / (training / 1e6)
        print(f"growing alone: {each:.3f} processor seconds a tree of {SPEC.leaves} leaves a million loans")
        del binned
        rows_of_small = CountLoans(dealt)(PlacedFile(str(small), 0)).training
        for machines in (2, 4):
            shares = [
                filled(dealt, PlacedFile(str(small), 0), recipe, bins, settings, rows_of_small) for _ in range(machines)
            ]
            before, begun = loopback(), time.perf_counter()
            grown(shares, settings)
            sent = (loopback() - before) / TREES / machines
            print(f"{machines} machines: each sends {sent / 1e6:.2f} MB a tree, {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
