"""What all decoder children share to take turns at heavy work; see `sources.child.turnstile`."""

import os
from types import TracebackType
from typing import Self

_SHARE = 2
"""One of so many cores at most is busy with what can wait."""


class Turns:
    """An empty file in memory, whose bytes the children lock."""

    def __init__(self) -> None:
        self.places = max(1, len(os.sched_getaffinity(0)) // _SHARE)
        """Children that may do heavy work at the same moment."""

        self.descriptor = os.memfd_create("turns")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        os.close(self.descriptor)
