"""How much time a training may still take."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """A moment after which a training should have ended, as `time.perf_counter` counts; +inf for none."""

    ends: float = math.inf

    @classmethod
    def of(cls, seconds: float, started: float) -> Clock:
        """Return the clock of a run that began at `started` and may take `seconds`; 0 is no limit."""
        return cls(started + seconds) if seconds else cls()

    def earlier(self, seconds: float) -> Clock:
        """Return a clock that ends so many seconds before, for work that comes after what it limits."""
        return Clock(self.ends - seconds)

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self.ends < math.inf

    @property
    def left(self) -> float:
        """Seconds until the end, below 0 after it."""
        return self.ends - time.perf_counter()


#: No limit.
NO_LIMIT = Clock()
