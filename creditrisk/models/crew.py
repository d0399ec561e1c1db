"""Several pieces of work side by side, watched from the main thread, which stays free to be interrupted."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from creditrisk.models.watcher import Watcher

_T = TypeVar("_T")
_EVERY = 0.1


class Crew:
    """Does pieces of work in threads; LightGBM and NumPy's heavy parts leave Python's lock to others."""

    def __init__(self, workers: int, watcher: Watcher) -> None:
        self._workers, self._watcher = workers, watcher
        self._stop = threading.Event()

    @property
    def interrupted(self) -> bool:
        """Whether work should end, since the main thread was interrupted."""
        return self._stop.is_set()

    def do(self, task: str, pieces: Sequence[Callable[[], _T]]) -> list[_T]:
        """Do the pieces, as many at a time as there are workers, and return their results in order.

        An error of a piece is raised here, and so is an interruption of the main thread; either asks the other pieces
        to end.
        """
        self._watcher.step(task, 0, len(pieces))
        pool = ThreadPoolExecutor(max(1, min(self._workers, len(pieces))), thread_name_prefix="creditrisk")
        try:
            futures = [pool.submit(piece) for piece in pieces]
            waiting = set(futures)
            while waiting:
                done, waiting = wait(waiting, timeout=_EVERY, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()  # raises what the piece raised
                self._watcher.step(task, len(pieces) - len(waiting), len(pieces))
            return [future.result() for future in futures]
        except BaseException:
            self._stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
