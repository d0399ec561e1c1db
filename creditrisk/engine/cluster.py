"""The workers of a Dask cluster: tasks for any of them, and tasks that all of them do together.

Nothing else in the package imports Dask. What a task is given and gives back is plain data; what a worker keeps between
two tasks stays in its process. No wait is without an end: a worker that is lost is an error, or another one does its
task again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from creditrisk import __version__
from creditrisk.engine.local_workers import muted, started
from creditrisk.errors import ClusterError, CreditRiskError, DataError, UsageError, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from creditrisk.engine_specs import EngineSpec

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

#: What must be equal here and on every worker: trees and numbers depend on it.
_PACKAGES = ("lightgbm", "numpy", "pyarrow", "distributed")
_INSTALL = 'pip install "creditrisk[dask]"'
#: Seconds: between two looks at the tasks, between two looks at the workers, for a scheduler to answer, for workers to
#: be there, for a loss to be noticed by the scheduler, and for a worker without memory to go on.
_GLANCE, _LOOK, _ANSWER, _ARRIVAL, _NOTICED, _PAUSE = 0.02, 1.0, 15.0, 60.0, 4.0, 120.0
_LOST = "Look at the worker's own log; memory is the usual reason. More workers, or smaller files, need less of it."


def versions() -> dict[str, str]:
    """Return what decides the numbers on this machine: the version of Python and of the packages."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "creditrisk": __version__,
        **{name: version(name) for name in _PACKAGES},
    }


class Cluster:
    """Workers that are ready; made by `connected`."""

    def __init__(self, client: Any, addresses: Sequence[str], *, all_of_them: bool) -> None:
        self._client = client
        self.addresses = tuple(addresses)
        self._anywhere = all_of_them
        self._gone_since: float | None = None
        self._paused_since: dict[str, float] = {}

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self.addresses)

    def present(self) -> Cluster:
        """Return the cluster of the workers that are there now: one that was lost may have come back as another.

        Raises
        ------
        ClusterError
            When none is left.
        """
        there = self._workers()
        found = sorted(there) if self._anywhere else [address for address in self.addresses if address in there]
        if not found:
            raise ClusterError("No worker of the cluster is left.", where=self.addresses[:5], fix=_LOST)
        return Cluster(self._client, found[: self.size], all_of_them=self._anywhere)

    def threads(self) -> tuple[int, ...]:
        """Return the threads of each worker, in the order of their addresses."""
        workers = self._workers()
        return tuple(int(workers[address]["nthreads"]) if address in workers else 1 for address in self.addresses)

    def map(
        self, task: Callable[[_Item], _Made], items: Sequence[_Item], told: Callable[[int], None] = lambda _done: None
    ) -> list[_Made]:
        """Return what a task makes of each item, in their order; any worker takes any item.

        A task whose worker is lost is done again by another one, so it must give the same each time.

        Parameters
        ----------
        task : function or object that can be called, importable on the workers
        told : function
            Hears how many items are done.

        Raises
        ------
        CreditRiskError
            What the tasks raised: where it is the data, of all items together.
        ClusterError
            When no worker is left, or one item ends worker after worker.
        """
        with self._begun(task, items) as futures:
            self._wait(futures, (), told)
            return [self._result(future) for future in futures]

    def sum(
        self, task: Callable[[_Item], _Made], items: Sequence[_Item], told: Callable[[int], None] = lambda _done: None
    ) -> _Made:
        """Return the sum, by `plus` and on the workers, of what a task makes of each item; otherwise as `map`.

        What is added to what depends on the number of items alone.
        """
        with self._begun(task, items) as futures:
            self._wait(futures, (), told)
            level, made = list(futures), []
            while len(level) > 1:
                pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
                level = [
                    self._client.submit(_added, *pair, pure=False, **self._where) if len(pair) == 2 else pair[0]
                    for pair in pairs
                ]
                made += level
            try:
                self._wait(level, (), lambda _done: None)
                total: _Made = self._result(level[0])
            finally:
                self._client.cancel(made)
            return total

    def tell(self, function: Callable[[Any], None], word: Any) -> None:
        """Call a function on every worker that can still be reached; what it says does not count."""
        with contextlib.suppress(Exception):
            self._client.run(function, word, on_error="ignore")

    @contextlib.contextmanager
    def _begun(self, task: Any, items: Sequence[Any]) -> Iterator[list[Any]]:
        """Hand a task out for each item, and take back at the end what nobody wants any more."""
        shared = self._client.submit(_itself, task, pure=False, **self._where)
        futures = self._client.map(_applied, items, task=shared, pure=False, **self._where)
        try:
            yield futures
        finally:
            self._client.cancel([*futures, shared])

    def together(self, task: Callable[[_Item], _Made], items: Sequence[_Item]) -> list[_Made]:
        """Return what a task makes of each item: item i on worker i, all of them at the same time.

        Parameters
        ----------
        items : at most as many as there are workers

        Raises
        ------
        CreditRiskError
            What a task raised.
        ClusterError
            When a worker is lost: nothing is done again, since what it kept is lost too.
        """
        used = self.addresses[: len(items)]
        futures = [
            self._client.submit(_applied, item, task=task, pure=False, workers=[address], allow_other_workers=False,
                                retries=0)
            for address, item in zip(used, items, strict=True)
        ]  # fmt: skip
        try:
            self._wait(futures, used, lambda _done: None)
            return [self._result(future) for future in futures]
        finally:
            self._client.cancel(futures)

    @property
    def _where(self) -> dict[str, Any]:
        return {} if self._anywhere else {"workers": list(self.addresses), "allow_other_workers": False}

    def _wait(self, futures: Sequence[Any], needed: Sequence[str], told: Callable[[int], None]) -> None:
        """Return when all is done; with `needed` workers, or an error that is not the data's, raise at once."""
        looked, before = time.monotonic(), -1
        while True:
            # A result that was lost with its worker is made again: its task is not done.
            done = [future for future in futures if future.status not in ("pending", "lost")]
            if len(done) != before:
                told(len(done))
                before = len(done)
            for future in done:
                if future.status != "finished" and (needed or not isinstance(self._error(future), DataError)):
                    raise self._worded(self._error(future), needed)
            if len(done) == len(futures):
                break
            if time.monotonic() - looked > _LOOK:
                self._check(needed)
                looked = time.monotonic()
            time.sleep(_GLANCE)
        self._raise_faults(futures)

    def _raise_faults(self, futures: Sequence[Any]) -> None:
        """Raise what is wrong with the data of all items, as one error."""
        faults = [self._error(future) for future in futures if future.status != "finished"]
        if not faults:
            return
        errors = [error for error in faults if isinstance(error, DataError)]
        if len(errors) == 1:
            raise errors[0]
        where = [line for error in errors for line in (error.what, *error.where)]
        fixes = dict.fromkeys(error.fix for error in errors if error.fix)
        raise DataError(f"{counted(len(errors), 'file')} cannot be used.", where=where, fix=" ".join(fixes))

    def _result(self, future: Any) -> Any:
        try:
            return future.result(timeout=_ARRIVAL)
        except Exception as error:
            raise self._worded(error, ()) from error

    def _error(self, future: Any) -> BaseException:
        from distributed import CancelledError

        ended: BaseException = CancelledError(future.status)
        if future.status == "error":
            ended = future.exception(timeout=_ANSWER) or ended
        return ended

    def _worded(self, error: BaseException, needed: Sequence[str]) -> BaseException:
        """Return an error of a task as ours; one that is a bug as it is."""
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        if isinstance(error, CreditRiskError) and not isinstance(error, ClusterError):
            return error
        lost = self._lost(needed)
        if lost:
            return ClusterError(f"{counted(len(lost), 'worker')} of the cluster was lost." if len(lost) == 1 else
                                f"{len(lost)} workers of the cluster were lost.", where=lost, fix=_LOST)  # fmt: skip
        if isinstance(error, KilledWorker):
            return ClusterError("One piece of work ended several workers.", where=str(error)[:300], fix=_LOST)
        if isinstance(error, CancelledError | CommClosedError | TimeoutError | OSError):
            return ClusterError("The connection to the cluster was lost.", where=str(error)[:300], fix=_LOST)
        if isinstance(error, MemoryError):
            return ClusterError("The memory of a worker is not enough.", fix=_LOST)
        if isinstance(error, ModuleNotFoundError):
            return ClusterError("The workers lack a module.", where=str(error), fix=f"On every worker: {_INSTALL}")
        return error

    def _lost(self, needed: Sequence[str]) -> list[str]:
        """Return which needed workers are gone; the scheduler may take a moment to notice."""
        until = time.monotonic() + (_NOTICED if needed else 0.0)
        while needed:
            there = self._workers()
            lost = [address for address in needed if address not in there]
            if lost or time.monotonic() > until:
                return lost
            time.sleep(0.1)
        return []

    def _check(self, needed: Sequence[str]) -> None:
        """Raise `ClusterError` where the work cannot go on: a needed worker is gone, or all of them are."""
        there = self._workers()
        lost = [address for address in needed if address not in there]
        if lost:
            raise self._worded(ClusterError("lost"), needed)
        usable = (
            there if self._anywhere else {address: there[address] for address in self.addresses if address in there}
        )
        now = time.monotonic()
        self._gone_since = None if usable else self._gone_since or now
        if self._gone_since is not None and now - self._gone_since > _ARRIVAL:
            raise ClusterError("No worker of the cluster is left.", where=self.addresses[:5], fix=_LOST)
        paused = [address for address, known in there.items() if known.get("status") == "paused"]
        self._paused_since = {address: self._paused_since.get(address, now) for address in paused}
        stuck = [address for address, since in self._paused_since.items() if now - since > _PAUSE]
        if stuck:
            raise ClusterError("A worker has no memory left and does not go on.", where=stuck, fix=_LOST)

    def _workers(self) -> dict[str, dict[str, Any]]:
        try:
            found: dict[str, dict[str, Any]] = dict(self._client.scheduler_info(n_workers=-1)["workers"])
        except Exception as error:
            fix = "Look whether the scheduler still runs."
            raise ClusterError("The scheduler does not answer any more.", where=str(error)[:300], fix=fix) from error
        return found


def host_of(address: str) -> str:
    """Return the host of a worker's address.

    >>> host_of("tcp://10.0.0.7:40123")
    '10.0.0.7'
    """
    return address.rpartition("//")[2].rpartition(":")[0]


def _itself(task: Any) -> Any:
    return task


def _applied(item: Any, *, task: Callable[[Any], Any]) -> Any:
    return task(item)


def _added(one: Any, other: Any) -> Any:
    return one.plus(other)


def _versions(_place: int) -> dict[str, str]:
    return versions()


@contextlib.contextmanager
def connected(spec: EngineSpec, most: int = 0) -> Iterator[Cluster]:
    """Connect to the cluster, or start workers on this machine, and let go of them at the end.

    Parameters
    ----------
    spec : EngineSpec
    most : int
        No more workers than this are started or used; 0 is no limit. A file is one worker's.

    Raises
    ------
    UsageError
        When Dask is not installed.
    ClusterError
        When nobody answers, no worker is there, or the versions differ.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        raise UsageError("--engine dask needs Dask, which is not installed.", fix=_INSTALL) from error
    _silence()
    with contextlib.ExitStack() as ends:
        ends.enter_context(dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}))
        address = spec.scheduler or ends.enter_context(started(_how_many(spec, most)))
        try:
            client = ends.enter_context(distributed.Client(address, timeout=_ANSWER, set_as_default=False))
        except (OSError, TimeoutError, ValueError) as error:
            fix = "Check the address, and whether `dask scheduler` runs there."
            raise ClusterError("No scheduler answers.", where=address, fix=fix) from error
        cluster = _ready(client, spec, most)
        if not spec.scheduler and not os.environ.get("CREDITRISK_DEBUG"):
            # LightGBM writes past every log when a worker is lost; the error says it in our words.
            client.run(muted)
        yield cluster


def _silence() -> None:
    """Let Dask log nothing here: what is wrong comes as an error, and what its parts say is no word for the user."""
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _how_many(spec: EngineSpec, most: int) -> int:
    wanted = spec.workers or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return min(wanted, most) if most else wanted


def _ready(client: Any, spec: EngineSpec, most: int) -> Cluster:
    """Return the workers, once as many are there as were asked for, of the same versions as here."""
    from distributed import TimeoutError as LateError

    try:
        client.wait_for_workers(max(1, spec.workers) if spec.scheduler else 1, timeout=_ARRIVAL)
    except (LateError, TimeoutError) as error:
        there = len(client.scheduler_info(n_workers=-1)["workers"])
        raise ClusterError(
            f"The cluster has {counted(there, 'worker')}, {max(1, spec.workers)} are needed.", where=spec.scheduler,
            fix="Start more, or ask for fewer --workers.",
        ) from error  # fmt: skip
    every = sorted(client.scheduler_info(n_workers=-1)["workers"])
    used = every[: min(spec.workers or len(every), most or len(every))]
    cluster = Cluster(client, used, all_of_them=not spec.workers or not spec.scheduler)
    mine, wrong = versions(), []
    for address, theirs in zip(used, cluster.together(_versions, range(len(used))), strict=True):
        wrong += [f"{address}: {name} {theirs.get(name)}, here {found}" for name, found in mine.items()
                  if theirs.get(name) != found]  # fmt: skip
    if wrong:
        fix = "Install the same versions everywhere: pip install --constraint constraints.txt"
        raise ClusterError("Workers have other versions than this machine.", where=wrong[:10], fix=fix)
    return cluster
