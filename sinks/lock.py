"""Events whose pictures and clips neither quota nor retention takes away: a bounded number.

A lock is an empty file in the event's folder, so that it holds over restarts and can be seen, set
and taken away by hand.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sinks.clip import sync

MARK: Final = "locked"
"""Name of the file that locks an event's folder."""


class Locks:
    """Which events are locked, the longest first.

    Args:
        events: The folder of all events' folders.
        most: Events locked at once; when one more is, the oldest is released.
    """

    def __init__(self, events: Path, most: int) -> None:
        self._events = events
        self._most = most
        self._held: dict[str, None] = {}
        self.released = 0
        """Locks that gave way to newer ones, or to room for others."""

    def __len__(self) -> int:
        """Count the locked events."""
        return len(self._held)

    def __contains__(self, event: str) -> bool:
        """Tell whether an event is locked."""
        return event in self._held

    def find(self, folders: Iterable[Path]) -> None:
        """Take in what is locked already, given from the oldest to the newest."""
        self._held |= {folder.name: None for folder in folders if (folder / MARK).exists()}
        while len(self._held) > self._most:
            self.release_oldest()

    def hold(self, event: str) -> None:
        """Lock an event whose folder is there; it is the newest then.

        Raises:
            OSError: The disk does not let us.
        """
        if self._most <= 0:
            return
        folder = self._events / event
        os.close(os.open(folder / MARK, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        sync(folder)
        self._held.pop(event, None)
        self._held[event] = None
        while len(self._held) > self._most:
            self.release_oldest()

    def release_oldest(self) -> None:
        """Make of the oldest an event like others.

        Raises:
            OSError: The disk does not let us.
        """
        self.drop(next(iter(self._held)))
        self.released += 1

    def drop(self, event: str) -> None:
        """Take a lock away, if there is one.

        Raises:
            OSError: The disk does not let us.
        """
        self._held.pop(event, None)
        (self._events / event / MARK).unlink(missing_ok=True)
