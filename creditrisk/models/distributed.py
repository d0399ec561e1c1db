"""Grow one set of trees on several machines, each with its own loans: LightGBM's data-parallel learning.

For every split each machine fills histograms of its loans; LightGBM adds them up among the machines by sockets of its
own (reduce-scatter), so that all agree on the same trees. No loan leaves its machine.
"""

from __future__ import annotations

import ctypes
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creditrisk.models.booster import SILENT, call, library, muted_stderr
from creditrisk.models.shared_bins import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from creditrisk.models.shared_bins import BinnedLoans

#: Minutes that a machine waits for another's word before it gives up.
_MINUTES = 10


@dataclass(frozen=True)
class Network:
    """The machines that learn together: `host:port` of each, in one order for all, and which of them this is."""

    machines: tuple[str, ...]
    rank: int

    @property
    def port(self) -> int:
        """The port at which this machine listens."""
        return int(self.machines[self.rank].rpartition(":")[2])


def free_port() -> int:
    """Return a port on which nobody listens at this moment."""
    with socket.socket() as asked:
        asked.bind(("", 0))
        port: int = asked.getsockname()[1]
        return port


def grow_together(loans: BinnedLoans, settings: Mapping[str, Any], trees: int, network: Network) -> str:
    """Return LightGBM's text of the model that all machines grow; every one gets the same.

    Parameters
    ----------
    settings : LightGBM's parameters, the same on all machines but for the number of threads

    Raises
    ------
    BoosterError
        When another machine is lost, or does not answer for ten minutes.
    """
    alone = len(network.machines) == 1
    shared = {} if alone else {"tree_learner": "data", "num_machines": len(network.machines)}
    # What is fatal goes to standard error past every log, and is raised anyway.
    with muted_stderr():
        # Who hears what the library logs is a thread's own.
        library().LGBM_RegisterLogCallback(SILENT)
        try:
            if not alone:
                names = ",".join(network.machines).encode()
                count = ctypes.c_int(len(network.machines))
                call(library().LGBM_NetworkInit(names, ctypes.c_int(network.port), ctypes.c_int(_MINUTES), count))
            return _grown(loans, {**settings, **shared}, trees)
        finally:
            library().LGBM_NetworkFree()


def _grown(loans: BinnedLoans, settings: Mapping[str, Any], trees: int) -> str:
    booster, finished = ctypes.c_void_p(), ctypes.c_int()
    call(library().LGBM_BoosterCreate(loans.handle, as_text(settings), ctypes.byref(booster)))
    try:
        for _ in range(trees):
            call(library().LGBM_BoosterUpdateOneIter(booster, ctypes.byref(finished)))
        return _text(booster)
    finally:
        library().LGBM_BoosterFree(booster)


def _text(booster: ctypes.c_void_p) -> str:
    size, needed = 1 << 20, ctypes.c_int64()
    while True:
        buffer = ctypes.create_string_buffer(size)
        save = library().LGBM_BoosterSaveModelToString
        call(save(booster, 0, -1, 0, ctypes.c_int64(size), ctypes.byref(needed), buffer))
        if needed.value <= size:
            return buffer.value.decode()
        size = needed.value


def dealt_evenly(sizes: Sequence[int], workers: int) -> list[list[int]]:
    """Return for each worker the places of its files, so that all have about as many loans; empty ones are nobody's.

    The largest goes first, always to who has least; the result depends on the sizes alone.

    >>> dealt_evenly([5, 9, 0, 4], 2)
    [[1], [0, 3]]
    """
    shares: list[list[int]] = [[] for _ in range(workers)]
    loads = [0] * workers
    for place in _largest_first(sizes):
        least = loads.index(min(loads))
        shares[least].append(place)
        loads[least] += sizes[place]
    return [sorted(share) for share in shares if share]


def _largest_first(sizes: Sequence[int]) -> Iterator[int]:
    return (place for place in sorted(range(len(sizes)), key=lambda place: (-sizes[place], place)) if sizes[place])
