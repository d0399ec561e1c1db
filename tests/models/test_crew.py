"""Work in threads: results in order, errors and interruptions raised, and no piece left running."""

import threading
import time

import pytest

from creditrisk.models.crew import Crew
from creditrisk.models.watcher import SILENT


class Told:
    """Keeps what it was told."""

    def __init__(self):
        self.steps = []

    def step(self, task, done, total):
        self.steps.append((task, done, total))


@pytest.mark.parametrize("workers", [1, 2, 5, 50])
def test_results_come_in_the_order_of_the_pieces_whoever_ends_first(workers):
    def piece(number):
        time.sleep(0.002 * (8 - number))
        return number

    assert Crew(workers, SILENT).do("x", [lambda n=n: piece(n) for n in range(8)]) == list(range(8))


def test_no_pieces_give_no_results():
    assert Crew(2, SILENT).do("x", []) == []


def test_progress_counts_up_to_the_number_of_pieces():
    told = Told()
    Crew(2, told).do("growing", [lambda: None] * 5)
    assert {(task, total) for task, _, total in told.steps} == {("growing", 5)}
    done = [step[1] for step in told.steps]
    assert (done[0], done[-1], done) == (0, 5, sorted(done))


def test_no_more_pieces_run_at_once_than_there_are_workers():
    lock, running, most = threading.Lock(), [0], [0]

    def piece():
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1

    Crew(3, SILENT).do("x", [piece] * 9)
    assert most[0] == 3


def test_pieces_run_beside_the_main_thread():
    main = threading.current_thread()
    found = Crew(2, SILENT).do("x", [threading.current_thread] * 3)
    assert main not in found


def waiting_for(crew, ended):
    """Return a piece that works until the crew is interrupted, and says that it saw so."""

    def piece():
        for _ in range(2000):
            if crew.interrupted:
                ended.append("seen")
                return
            time.sleep(0.005)
        ended.append("not seen")

    return piece


def test_an_error_of_a_piece_is_raised_and_ends_the_others():
    crew, ended = Crew(2, SILENT), []

    def broken():
        raise KeyError("x")

    assert not crew.interrupted
    started = time.monotonic()
    with pytest.raises(KeyError, match="x"):
        crew.do("x", [waiting_for(crew, ended), broken, *[waiting_for(crew, ended)] * 3])
    assert time.monotonic() - started < 3
    assert crew.interrupted
    assert set(ended) == {"seen"}
    assert len(ended) < 4  # those that had not begun never did


def test_an_interruption_of_the_main_thread_ends_the_pieces():
    class Interrupting(Told):
        def step(self, task, done, total):
            super().step(task, done, total)
            if len(self.steps) == 3:
                raise KeyboardInterrupt

    crew, ended = Crew(2, Interrupting()), []
    before = threading.active_count()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        crew.do("x", [waiting_for(crew, ended)] * 6)
    assert time.monotonic() - started < 3
    assert crew.interrupted
    assert ended == ["seen", "seen"]
    assert threading.active_count() == before
