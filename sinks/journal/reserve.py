"""A file that is given up when the disk is nearly full, so that events go on meanwhile."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sinks.room import free

MARGIN: Final = 8 * 1024 * 1024
"""Bytes free below which the reserve is given up; SQLite's log alone grows by four at a time."""


class Reserve:
    """Room on the disk that nobody else gets, as long as it is held.

    Args:
        path: The file that holds it; may be there from an earlier run.
        size: Bytes; 0 keeps none.
        room: Tells how many bytes are free where a folder lies.
    """

    def __init__(self, path: Path, size: int, room: Callable[[Path], int] = free) -> None:
        self._path = path
        self._size = size
        self._room = room
        self.held = False

    @property
    def wanting(self) -> bool:
        """Whether it is not held, though it should be."""
        return bool(self._size) and not self.held

    @property
    def tight(self) -> bool:
        """Whether so little is free that the reserve is needed."""
        return self._room(self._path.parent) < MARGIN

    def keep(self) -> bool:
        """Give it up where it is needed, take it back where there is room; tell if that changed.

        Raises:
            OSError: The folder cannot be looked at, or written.
        """
        if not self._size:
            return False
        if self.held:
            return self.tight and self.give_up()
        return self._room(self._path.parent) >= self._size + 2 * MARGIN and self._take()

    def open(self) -> None:
        """Take up what an earlier run left, or take it anew."""
        if self._size:
            self.held = self._path.exists() and self._path.stat().st_size == self._size
            self.keep()

    def give_up(self) -> bool:
        """Free its room at once; tell whether there was any."""
        was, self.held = self.held, False
        self._path.unlink(missing_ok=True)
        return was

    def _take(self) -> bool:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(file, 0, self._size)
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        finally:
            os.close(file)
        self.held = True
        return True
