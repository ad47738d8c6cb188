"""A clip while it is being written: complete under its name, or not there at all."""

import os
from pathlib import Path
from typing import Final

PART: Final = ".part"
"""What the name of a file ends with as long as it is not whole."""


class ClipFile:
    """One file that grows; plain and blocking, for one thread at a time.

    Args:
        path: Its name once it is whole.

    Raises:
        OSError: It cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.event = path.parent.name
        """The event it belongs to."""

        self.size = 0
        """Bytes written."""

        self._path = path
        self._part = path.with_name(path.name + PART)
        self._part.unlink(missing_ok=True)
        self._file = os.open(
            self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600
        )

    def append(self, piece: bytes) -> None:
        """Write a piece, whole or not at all: what was there before stays whole.

        Raises:
            OSError: It cannot be written.
        """
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, self.size)
            os.lseek(self._file, self.size, os.SEEK_SET)
            raise
        self.size += len(piece)

    def seal(self) -> bool:
        """Make it durable under its name; False if it is empty and was removed.

        Raises:
            OSError: It did not come about; nothing is left behind.
        """
        try:
            if self.size:
                os.fsync(self._file)
                self._part.rename(self._path)
                sync(self._path.parent)
        finally:
            os.close(self._file)
            self._part.unlink(missing_ok=True)
        return self.size > 0


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
