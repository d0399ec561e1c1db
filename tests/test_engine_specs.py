from __future__ import annotations

import pytest

from creditrisk.engine_specs import LOCAL, EngineSpec, TrainEngineSpec
from creditrisk.errors import UsageError


def test_the_work_is_done_here_unless_a_cluster_is_asked_for() -> None:
    assert not LOCAL.on_cluster
    assert EngineSpec(engine="dask", scheduler="tcp://node-1.example:8786", workers=3).on_cluster
    assert EngineSpec(engine="dask", scheduler="tcp://[fe80::1]:8786").on_cluster


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"engine": "spark"}, ["--engine must be local or dask, got 'spark'"]),
        ({"workers": 2, "scheduler": "tcp://a:1"}, ["--scheduler, --workers: for --engine dask alone"]),
        (
            {"engine": "dask", "scheduler": "http://a", "workers": -1},
            [
                "--scheduler must be an address as tcp://host:8786, got 'http://a'",
                "--workers must be 0 to 10,000, got -1",
            ],
        ),
    ],
    ids=["no engine", "not for this one", "no address and no number"],
)
def test_what_cannot_be_meant_is_refused_all_at_once(given: dict[str, object], says: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        EngineSpec(**given)  # type: ignore[arg-type]
    assert list(caught.value.where) == says


def test_a_sample_has_loans_enough_to_choose_by() -> None:
    with pytest.raises(UsageError) as caught:
        TrainEngineSpec(engine="dask", sample_rows=50)
    assert caught.value.where == ("--sample-rows must be 1,000 to 10,000,000, got 50",)
    with pytest.raises(UsageError) as caught:
        TrainEngineSpec(sample_rows=5000)
    assert caught.value.where == ("--sample-rows: for --engine dask alone",)
