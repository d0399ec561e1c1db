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


class Interrupted(Exception):  # noqa: N818 - nothing is wrong
    """The work was interrupted; raised in pieces of work, and seen by nobody."""


class Crew:
    """Does pieces of work in threads; LightGBM and NumPy's heavy parts leave Python's lock to others."""

    def __init__(self, workers: int, watcher: Watcher) -> None:
        self._workers, self._watcher = workers, watcher
        self._stop = threading.Event()
        self._beats = 0

    @property
    def interrupted(self) -> bool:
        """Whether work should end, since the main thread was interrupted."""
        return self._stop.is_set()

    def beat(self) -> bool:
        """Count a unit of work, such as a tree; raise `Interrupted` where nobody waits for it any more, else False."""
        if self._stop.is_set():
            raise Interrupted
        self._beats += 1  # two threads may lose a beat: it is for the eye
        return False

    def do(self, task: str, pieces: Sequence[Callable[[], _T]], units: int = 0) -> list[_T]:
        """Do the pieces, as many at a time as there are workers, and return their results in order.

        Progress is told in pieces, or where there are `units` of work in all, in beats.

        An error of a piece is raised here, and so is an interruption of the main thread; either asks the other pieces
        to end.
        """
        self._beats = 0
        self._watcher.step(task, 0, units or len(pieces))
        pool = ThreadPoolExecutor(max(1, min(self._workers, len(pieces))), thread_name_prefix="creditrisk")
        try:
            futures = [pool.submit(piece) for piece in pieces]
            waiting = set(futures)
            while waiting:
                done, waiting = wait(waiting, timeout=_EVERY, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()  # raises what the piece raised
                done_so_far = min(self._beats, units) if units else len(pieces) - len(waiting)
                self._watcher.step(task, done_so_far, units or len(pieces))
            return [future.result() for future in futures]
        except BaseException:
            self._stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
