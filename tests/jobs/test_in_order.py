"""Pieces are worked on side by side, and nobody can tell by the results."""

from __future__ import annotations

import threading
import time

import pytest

from creditrisk.jobs.in_order import in_order, look_ahead


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("creditrisk_")]


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_results_come_in_the_order_of_the_pieces(workers: int, count: int) -> None:
    def work(piece: int) -> int:
        time.sleep(0.002 * (piece % 3 == 0))  # every third is slow, so that others overtake it
        return piece * piece

    assert list(in_order(range(count), work, workers)) == [piece * piece for piece in range(count)]
    assert threads() == []


def test_pieces_are_worked_on_at_the_same_time() -> None:
    """Each waits for the other, so one after the other would never end."""
    both = threading.Barrier(2, timeout=20)
    assert sorted(in_order(range(2), lambda _piece: both.wait(), 2)) == [0, 1]


@pytest.mark.parametrize(("workers", "pieces"), [(1, 3), (2, 1)])
def test_one_worker_or_one_piece_starts_no_thread(workers: int, pieces: int) -> None:
    here = threading.get_ident()
    assert set(in_order(range(pieces), lambda _piece: threading.get_ident(), workers)) == {here}


def test_few_pieces_are_taken_before_their_results_are_used() -> None:
    taken = []

    def pieces():
        for piece in range(100):
            taken.append(piece)
            yield piece

    results = in_order(pieces(), lambda piece: piece, 2)
    for number in range(5):
        assert next(results) == number
    assert len(taken) <= 5 + 2 + 2 + 1  # used, at work, waiting, and one to see that there is another
    results.close()
    assert threads() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_piece_comes_after_the_results_before_it(workers: int) -> None:
    def work(piece: int) -> int:
        if piece == 3:
            raise ValueError("the fourth")
        time.sleep(0.005 * (piece == 2))
        return piece

    results = in_order(range(9), work, workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the fourth"):
        next(results)
    assert threads() == []


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 4])
def test_an_error_of_taking_a_piece_comes_after_the_results_of_the_others(workers: int, count: int) -> None:
    def pieces():
        yield from range(count)
        raise OSError("no more")

    found = []
    with pytest.raises(OSError, match="no more"):
        found.extend(number for number in in_order(pieces(), lambda piece: piece, workers))
    results = in_order(pieces(), lambda piece: piece, workers)
    assert [next(results) for _ in range(count)] == list(range(count))
    results.close()
    assert threads() == []


def test_the_first_of_two_errors_is_raised() -> None:
    def pieces():
        yield 0
        yield 1
        raise OSError("taking the third")

    def work(piece: int) -> int:
        time.sleep(0.01)
        raise ValueError(f"piece {piece}")

    with pytest.raises(ValueError, match="piece 0"):
        list(in_order(pieces(), work, 2))


def test_an_interruption_of_this_thread_ends_the_others() -> None:
    def pieces():
        yield from range(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(in_order(pieces(), lambda piece: piece, 2))
    assert threads() == []


def test_the_last_item_is_known_and_an_error_comes_after_it() -> None:
    def items():
        yield 1
        raise ValueError("after one")

    assert list(look_ahead([])) == []
    ahead = look_ahead(items())
    assert next(ahead) == (1, True)
    with pytest.raises(ValueError, match="after one"):
        next(ahead)
