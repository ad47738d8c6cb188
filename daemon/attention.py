"""How often a camera needs a look: often while its tracks change, less while all is calm. Pure.

A look is spared only where the tracker knows well enough what it would show: after a second in
which the same tracks were seen in every look, none was lost and nothing unknown appeared. Then
looks come 0.6 s apart, close enough for newcomers, and closer where something would move by more
than half its size in between.
"""

import math
from collections.abc import Sequence

from detectors import Detections, Track

CALM = 0.6
"""Seconds between looks while nothing changes; what newcomers may have to wait."""

SETTLED = 1.0
"""Seconds without a change after which a scene is calm."""

TRAVEL = 0.5
"""Share of its own size that an object may move between two looks."""

_TIE = 1e-6

SURE = 0.5
"""Score from which a detection without a track is something new."""


class Attention:
    """Follows one camera's tracks and says when the next look is due.

    Args:
        base: Seconds between looks while something changes; None for every frame.
    """

    def __init__(self, base: float | None) -> None:
        self._base = base
        self._present: tuple[tuple[int, str], ...] | None = None
        self._changed_at = float("-inf")
        self.interval = base
        """Seconds until the next look."""

    def observe(self, at: float, detections: Detections, tracks: Sequence[Track]) -> None:
        """Take what a look at the frame captured at `at` (seconds) has shown."""
        present = tuple((track.id, track.label) for track in tracks if not track.lost)
        strangers = sum(float(score) >= SURE for score in detections.score) > len(present)
        if present != self._present or len(present) < len(tracks) or strangers:
            self._changed_at = at
        self._present = present
        if at - self._changed_at < SETTLED:
            self.interval = self._base
            return
        calm = min([CALM, *map(_due, tracks)])
        if self._base is not None:
            # Whole multiples: the looks that remain show the frames they would have shown anyway.
            calm = self._base * max(1, math.floor(calm / self._base + _TIE))
        self.interval = calm

    def startle(self) -> None:
        """A look failed or was missed: nothing is known until the next."""
        self.interval = self._base


def _due(track: Track) -> float:
    """Return the seconds in which an object moves by the share of its size that is allowed."""
    left, top, right, bottom = track.xyxy
    across, down = (abs(speed) for speed in track.velocity)
    paces = (across / max(right - left, 1e-6), down / max(bottom - top, 1e-6))
    fastest = max(paces)
    return TRAVEL / fastest if fastest > 0 else math.inf
