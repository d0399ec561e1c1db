"""Workers on this machine, as processes that begin and end with a command."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import tempfile
from typing import TYPE_CHECKING, Any

from creditrisk.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds that the workers have to end by themselves.
_GOODBYE = 15.0


@contextlib.contextmanager
def started(workers: int) -> Iterator[str]:
    """Start workers on this machine, each a process with one thread, and end them; the address of their scheduler."""
    import dask
    from distributed import LocalCluster

    quiet = {"logging": {"distributed": "critical"}, "distributed.worker.memory.terminate": False}
    with tempfile.TemporaryDirectory(prefix="creditrisk-") as scratch, dask.config.set(quiet):
        try:
            with _without_warnings():
                cluster = LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", memory_limit=0,
                    dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL, local_directory=scratch,
                )  # fmt: skip
        except (OSError, TimeoutError, RuntimeError) as error:
            raise ClusterError("The workers cannot be started.", where=str(error)[:300]) from error
        try:
            yield cluster.scheduler_address
        except Exception:
            raise
        except BaseException:  # interrupted: there is no time for good-byes
            _kill(cluster)
            raise
        finally:
            with contextlib.suppress(TimeoutError):
                cluster.close(timeout=_GOODBYE)


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    """Start processes that warn of nothing: Python's own one that watches shared things would speak after the end."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def _kill(cluster: Any) -> None:
    for nanny in cluster.workers.values():
        with contextlib.suppress(Exception):
            os.kill(nanny.pid, signal.SIGKILL)


def muted() -> None:
    """Let what this process prints go nowhere; a function for workers."""
    sink = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(sink, stream)
    os.close(sink)
