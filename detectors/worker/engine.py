"""The detector as the worker drives it: calls begun and finished in order, as many as it likes."""

import os
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

from detectors.detection import Detections
from detectors.detector import Detector, Overlapping, Profile
from detectors.picture import Picture


class Engine:
    """Calls of a detector that are under way.

    A detector that is not `Overlapping` has done its work once a call was begun.
    """

    def __init__(self, detector: Detector, profile: Profile) -> None:
        self._detector = detector
        self._overlapping: Overlapping | None = None
        self.bell: int | None = None
        """Can be read when a call may be done; None where none is ever waited for."""

        if profile.under_way > 1:
            self._overlapping = cast("Overlapping", detector)
            self.bell = self._overlapping.bell()
        self._most = max(1, profile.under_way)
        self._calls: deque[tuple[Any, int]] = deque()

    def __len__(self) -> int:
        """Count the calls begun and not finished."""
        return len(self._calls)

    @property
    def room(self) -> bool:
        """Whether another call may be begun."""
        return len(self._calls) < self._most

    @property
    def done(self) -> bool:
        """Whether `finish` would return at once."""
        if not self._calls:
            return False
        return self._overlapping is None or self._overlapping.done(self._calls[0][0])

    def begin(self, pictures: Sequence[Picture]) -> None:
        """Begin a call; the pictures may go once this returns."""
        begin = self._detector.detect if self._overlapping is None else self._overlapping.begin
        self._calls.append((begin(pictures), len(pictures)))

    def finish(self) -> Sequence[Detections]:
        """Wait for the first call and return what it found."""
        ticket, count = self._calls.popleft()
        results: Sequence[Detections] = (
            ticket if self._overlapping is None else self._overlapping.finish(ticket)
        )
        if len(results) != count:
            raise RuntimeError(f"the detector gave {len(results)} results for {count} pictures")
        return results

    def hush(self) -> None:
        """Make the bell ready to ring again."""
        if self.bell is not None:
            try:
                os.eventfd_read(self.bell)
            except BlockingIOError:
                return
