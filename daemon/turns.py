"""What all decoder children share to take turns at heavy work; see `sources.child.turnstile`."""

import fcntl
import os
from types import TracebackType
from typing import Self

_SHARE = 2
"""One of so many cores at most is busy with what can wait."""

_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


class Turns:
    """An empty file in memory, whose bytes the children lock."""

    def __init__(self) -> None:
        self.places = max(1, len(os.sched_getaffinity(0)) // _SHARE)
        """Children that may do heavy work at the same moment."""

        self.descriptor = os.memfd_create("turns", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        # Nothing is written there, nor can be: no child leaves another a word, or fills memory.
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, _SEALS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        os.close(self.descriptor)
