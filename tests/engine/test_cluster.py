from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason='Dask is not installed: pip install "creditrisk[dask]"')

from creditrisk.engine import cluster as module
from creditrisk.engine.cluster import Cluster, connected
from creditrisk.engine_specs import EngineSpec
from creditrisk.errors import ClusterError, DataError, UsageError


@pytest.fixture
def workers(scheduler: str) -> Cluster:
    with connected(EngineSpec(engine="dask", scheduler=scheduler)) as cluster:
        yield cluster


@dataclass(frozen=True)
class Total:
    words: str

    def plus(self, other: Total) -> Total:
        return Total(f"({self.words}{other.words})")


def own_process(_item: int) -> int:
    time.sleep(0.1)
    return os.getpid()


def total(number: int) -> Total:
    return Total(str(number))


def length(_item: int, *, word: bytes) -> int:
    return len(word)


def only_even(number: int) -> int:
    if number % 2:
        raise DataError("Odd.", where=f"file {number}", fix="Even it out.")
    return number


def refuse(_item: int) -> int:
    raise UsageError("Not so.")


def fail(_item: int) -> int:
    raise ZeroDivisionError("a bug")


def die_once(number: int, *, folder: str) -> int:
    mark = Path(folder) / "died"
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * number


def die(_item: int) -> int:
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def wait_long(item: int) -> int:
    if item == 0:
        die(item)
    time.sleep(2)
    return 0


def test_results_come_in_the_order_of_the_items_and_the_progress_is_told(workers: Cluster) -> None:
    told: list[int] = []
    assert workers.map(abs, [-3, 2, -1], told.append) == [3, 2, 1]
    assert told[-1] == 3
    assert workers.threads() == (1, 1)


def test_what_is_done_together_is_done_by_every_worker_at_the_same_time(workers: Cluster) -> None:
    pids = workers.together(own_process, [0, 1])
    assert len(set(pids) | {os.getpid()}) == 3
    assert workers.together(own_process, [0, 1]) == pids


def test_a_large_task_is_no_reason_to_warn(workers: Cluster) -> None:
    assert workers.map(partial(length, word=b"x" * 11_000_000), [0, 1]) == [11_000_000] * 2


def test_sums_are_made_in_one_order_however_many_workers_there_are(workers: Cluster) -> None:
    assert workers.sum(total, range(5)).words == "(((01)(23))4)"
    assert workers.sum(total, [7]).words == "7"


def test_what_is_wrong_with_several_files_is_told_at_once_and_other_errors_as_they_are(workers: Cluster) -> None:
    with pytest.raises(DataError) as caught:
        workers.map(only_even, [0, 1, 2, 3])
    assert (caught.value.what, caught.value.fix) == ("2 files cannot be used.", "Even it out.")
    assert caught.value.where == ("Odd.", "file 1", "Odd.", "file 3")
    with pytest.raises(DataError, match=r"\AOdd\.\nfile 5\n"):
        workers.map(only_even, [0, 5])
    with pytest.raises(UsageError, match="Not so"):
        workers.together(refuse, [0])
    with pytest.raises(ZeroDivisionError):
        workers.map(fail, [0])


@pytest.mark.fuzz
def test_a_lost_worker_ends_what_all_do_together_and_not_what_any_can_do_again(tmp_path: Path) -> None:
    with connected(EngineSpec(engine="dask", workers=2)) as cluster:
        assert cluster.map(partial(die_once, folder=str(tmp_path)), range(4)) == [0, 10, 20, 30]
        assert (tmp_path / "died").exists()
        assert cluster.present().together(abs, [-1]) == [1]
    with connected(EngineSpec(engine="dask", workers=2)) as cluster:
        begun = time.monotonic()
        with pytest.raises(ClusterError) as caught:
            cluster.together(wait_long, [0, 1])
        assert time.monotonic() - begun < 15
        assert caught.value.what == "1 worker of the cluster was lost."
        assert caught.value.where == (cluster.addresses[0],)
    assert threading.active_count() < 50


def test_nobody_at_the_address_no_dask_and_too_few_workers_are_one_clear_error_each(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ANSWER", 0.5)
    with pytest.raises(ClusterError) as caught, connected(EngineSpec(engine="dask", scheduler="tcp://127.0.0.1:9")):
        pass
    assert (caught.value.what, caught.value.where) == ("No scheduler answers.", ("tcp://127.0.0.1:9",))
    monkeypatch.setattr(module, "_ANSWER", 15.0)
    monkeypatch.setattr(module, "_ARRIVAL", 0.2)
    asked = EngineSpec(engine="dask", scheduler=scheduler, workers=3)
    with pytest.raises(ClusterError, match="The cluster has 2 workers, 3 are needed"), connected(asked):
        pass
    assert caught.value.exit_code == 7
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as refused, connected(asked):
        pass
    assert refused.value.fix == 'pip install "creditrisk[dask]"'


def test_workers_of_other_versions_are_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = module.versions()
    monkeypatch.setattr(module, "versions", lambda: {**mine, "lightgbm": "9.9"})
    asked = EngineSpec(engine="dask", scheduler=scheduler)
    with pytest.raises(ClusterError, match="Workers have other versions") as caught, connected(asked):
        pass
    assert len(caught.value.where) == 2
    assert caught.value.where[0].endswith(f": lightgbm {mine['lightgbm']}, here 9.9")
