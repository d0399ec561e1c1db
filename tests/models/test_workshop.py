"""What candidates are fitted on: made once, by one thread at a time, and with one number of threads throughout."""

import threading
import time

import numpy as np
import pytest

from creditrisk.data.splitting import Fold
from creditrisk.models import growing
from creditrisk.models.learner import TrainingMatrix
from creditrisk.models.members import Effort, run
from creditrisk.models.portfolio import Candidate
from creditrisk.models.workshop import Workshop
from creditrisk.specs import TrainSpec

PLAIN = Candidate("plain")


@pytest.fixture
def workshop():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(400, 3))
    y = (rng.random(400) < 1 / (1 + np.exp(-matrix[:, 0]))).astype(np.int8)
    return Workshop(TrainingMatrix(matrix, y, None, ("a", "b", "c")), TrainSpec(target="y"))


FOLDS = (Fold(np.arange(200), np.arange(200, 400)), Fold(np.arange(200, 400), np.arange(200)))


def test_every_call_of_the_library_names_the_same_number_of_threads(workshop, monkeypatch):
    # One that names none changes the number for all others, and memory that they share is then too small.
    threads = [data.params["num_threads"] for fold in FOLDS for data in workshop.binned(PLAIN, fold)]
    asked = []
    begin = growing.package().Booster.__init__

    def watched(booster, parameters, dataset):
        asked.append(parameters["num_threads"])
        begin(booster, parameters, dataset)

    monkeypatch.setattr(growing.package().Booster, "__init__", watched)
    run(workshop, PLAIN, FOLDS, Effort(0.1, 20, 5), lambda: False)
    assert asked
    assert set(threads) | set(asked) == {workshop.threads}


def test_what_two_threads_ask_for_at_once_is_made_once(workshop):
    made = []

    def make():
        time.sleep(0.05)
        made.append(1)
        return object()

    found = []
    threads = [threading.Thread(target=lambda: found.append(workshop._once(("key",), make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(map(id, found))) == 1


def test_a_failure_leaves_no_lock_behind(workshop):
    def fail():
        raise OSError("nothing is made")

    for _ in range(2):
        with pytest.raises(OSError, match="nothing is made"):
            workshop._once(("key",), fail)
    assert workshop._once(("key",), lambda: 7) == 7


def test_nothing_is_derived_from_a_column_that_tells_the_time():
    rng = np.random.default_rng(1)
    clock, code = np.repeat(np.arange(40.0), 50), rng.integers(0, 40, 2000).astype(float)
    y = (rng.random(2000) < 0.2 + 0.3 * (code % 2)).astype(np.int8)
    data = TrainingMatrix(np.column_stack([clock, code]), y, None, ("clock", "code"), {0: 40, 1: 40})
    fold, seen = Fold(np.arange(1500), np.arange(1500, 2000)), {}
    for drifting in ((), (0,)):
        sight = Workshop(data, TrainSpec(target="y"), drifting).sight(Candidate("plain", generators=("target",)), fold)
        seen[drifting] = {column for each in sight.view.derived for column in each.columns}
        assert sight.view.columns == (0, 1)
    assert seen == {(): {0, 1}, (0,): {1}}
