"""Where a command does its work: in this process, or on the workers of a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from creditrisk.errors import UsageError
from creditrisk.option_values import option

ENGINES = ("local", "dask")
_CLUSTER = "Cluster"
_ADDRESS = re.compile(r"tcp://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}")
_MOST_WORKERS, _FEWEST_SAMPLED, _MOST_SAMPLED = 10_000, 1_000, 10_000_000


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """Where the work is done."""

    engine: str = option(
        "local", "Where the work is done: here, or by the workers of a Dask cluster, each reading its own files.",
        "|".join(ENGINES), panel=_CLUSTER,
    )  # fmt: skip
    scheduler: str = option(
        "", "With --engine dask: the scheduler of a cluster that runs; without it workers are started on this machine.",
        "tcp://HOST:PORT", panel=_CLUSTER,
    )  # fmt: skip
    workers: int = option(
        0, "With --engine dask: how many workers to use, or to start; 0 is all of them, or one a processor.", "N",
        panel=_CLUSTER,
    )  # fmt: skip

    @property
    def on_cluster(self) -> bool:
        """Whether the workers of a cluster do the work."""
        return self.engine == "dask"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        wrong = [text for holds, text in self._rules() if not holds]
        if wrong:
            raise UsageError("An option of the cluster is wrong.", where=wrong)

    def _rules(self) -> list[tuple[bool, str]]:
        """Return what must hold, and what to say where it does not."""
        given = [f"--{name.replace('_', '-')}" for name in self._only_on_cluster()
                 if getattr(self, name) != getattr(type(self), name)]  # fmt: skip
        return [
            (self.engine in ENGINES, f"--engine must be local or dask, got {self.engine!r}"),
            (self.on_cluster or not given, f"{', '.join(given)}: for --engine dask alone"),
            (
                not self.scheduler or _ADDRESS.fullmatch(self.scheduler) is not None,
                f"--scheduler must be an address as tcp://host:8786, got {self.scheduler!r}",
            ),
            (0 <= self.workers <= _MOST_WORKERS, f"--workers must be 0 to {_MOST_WORKERS:,}, got {self.workers}"),
        ]

    @classmethod
    def _only_on_cluster(cls) -> tuple[str, ...]:
        return ("scheduler", "workers")


@dataclass(frozen=True, kw_only=True)
class TrainEngineSpec(EngineSpec):
    """Where a training is done."""

    sample_rows: int = option(
        200_000,
        "With --engine dask: loans drawn over all files, on which columns, number of trees and calibration are settled "
        "here.",
        "N", panel=_CLUSTER,
    )  # fmt: skip

    def _rules(self) -> list[tuple[bool, str]]:
        few = _FEWEST_SAMPLED <= self.sample_rows <= _MOST_SAMPLED
        says = f"--sample-rows must be {_FEWEST_SAMPLED:,} to {_MOST_SAMPLED:,}, got {self.sample_rows}"
        return [*super()._rules(), (few, says)]

    @classmethod
    def _only_on_cluster(cls) -> tuple[str, ...]:
        return (*super()._only_on_cluster(), "sample_rows")


#: The work is done in this process.
LOCAL = EngineSpec()
