"""How much room a disk has left."""

import os
from pathlib import Path


def free(folder: Path) -> int:
    """Return the bytes that are free for us where a folder lies.

    Raises:
        OSError: It cannot be looked at.
    """
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
