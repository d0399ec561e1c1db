"""Work on one piece after another, several at a time, with the results in the order of the pieces."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Future, ThreadPoolExecutor

_P = TypeVar("_P")
_R = TypeVar("_R")
#: So many pieces beyond those at work are read ahead or wait to be handed on, which bounds the memory.
_AHEAD = 2


def in_order(pieces: Iterable[_P], work: Callable[[_P], _R], workers: int) -> Generator[_R, None, None]:
    """Yield `work(piece)` for every piece, in order.

    This thread takes the pieces, and other threads do the work on them; whoever iterates uses the results meanwhile.
    With one worker, or where there is one piece only, all of it is done in this thread.

    An error of a piece, or of taking one, is raised in its place: after the results of the pieces before it. No thread
    is left when the generator ends, or is closed.

    >>> list(in_order([3, 1, 2], lambda piece: piece * 10, workers=2))
    [30, 10, 20]
    """
    if workers == 1:
        yield from map(work, pieces)
        return
    side = _SideBySide(look_ahead(pieces), work, workers)
    try:
        while (result := side.next_result()) is not None:
            yield result()
    finally:
        side.end()


def look_ahead(items: Iterable[_P]) -> Iterator[tuple[_P, bool]]:
    """Yield each item, and whether it is the last; an error of the next one comes after the item.

    >>> list(look_ahead("ab"))
    [('a', False), ('b', True)]
    """
    taken = iter(items)
    try:
        item = next(taken)
    except StopIteration:
        return
    while True:
        try:
            following = next(taken)
        except StopIteration:
            yield item, True
            return
        except Exception:
            yield item, True
            raise
        yield item, False
        item = following


class _SideBySide(Generic[_P, _R]):
    """Pieces at work in threads; the results of the first ones are waited for."""

    def __init__(self, pieces: Iterator[tuple[_P, bool]], work: Callable[[_P], _R], workers: int) -> None:
        self._pieces, self._work, self._workers = pieces, work, workers
        self._pool: ThreadPoolExecutor | None = None
        self._pending: deque[Callable[[], _R]] = deque()
        self._more = True

    def next_result(self) -> Callable[[], _R] | None:
        """Return what gives the result of the next piece, or raises its error; None after the last."""
        while self._more and len(self._pending) < self._workers + _AHEAD:
            self._take()
        return self._pending.popleft() if self._pending else None

    def end(self) -> None:
        """Wait for the pieces at work, and forget the others."""
        self._pending.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _take(self) -> None:
        try:
            piece, last = next(self._pieces)
        except StopIteration:
            self._more = False
        except Exception as error:  # raised in its place, after the pieces before it
            self._more = False
            self._pending.append(_raising(error))
        else:
            alone = last and self._pool is None
            self._pending.append((lambda: self._work(piece)) if alone else self._submitted(piece).result)

    def _submitted(self, piece: _P) -> Future[_R]:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # a single loan is scored without it

            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="creditrisk")
        return self._pool.submit(self._work, piece)


def _raising(error: Exception) -> Callable[[], NoReturn]:
    def result() -> NoReturn:
        raise error

    return result
