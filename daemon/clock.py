"""The one place that reads the wall clock.

Decisions about running use monotonic time. What people read is wall time: the wall clock is read
once, and advanced by the monotonic clock, so that a step of the system's clock changes labels from
the next anchoring on and nothing else.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

STEP = 1.0
"""Seconds between wall and monotonic progress that count as a step of the clock."""

_SYNCED = Path("/run/systemd/timesync/synchronized")


class Clock:
    """Wall time for labels, anchored to monotonic time.

    Args:
        wall: Unix seconds; tests hand in their own.
        monotonic: Seconds that only run forward.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,  # noqa: TID251 (the one place)
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset = 0.0
        self.anchor()

    def monotonic(self) -> float:
        """Return seconds that only run forward; the same for all processes of this boot."""
        return self._monotonic()

    def now(self) -> float:
        """Return Unix seconds."""
        return self._monotonic() + self._offset

    def at(self, monotonic: float) -> float:
        """Return the Unix seconds that belong to a monotonic instant."""
        return monotonic + self._offset

    def anchor(self) -> float:
        """Read the wall clock anew; return by how many seconds it had stepped (0 if it had not)."""
        offset = self._wall() - self._monotonic()
        step = offset - self._offset
        self._offset = offset
        return step if abs(step) >= STEP else 0.0

    @property
    def trust(self) -> Literal["synced", "unsynced"]:
        """Whether the system says that its clock is synchronised (systemd-timesyncd's mark)."""
        return "synced" if _SYNCED.exists() else "unsynced"


def text(at: float) -> str:
    """Format Unix seconds for people: local time, to the second."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
