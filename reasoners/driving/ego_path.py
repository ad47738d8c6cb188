"""The own path: the lane where its marks are plainly seen, else what the configuration says."""

import math
from dataclasses import replace

from reasoners.driving.config import DrivingConfig
from reasoners.driving.lane import NARROW, SURE, WIDE
from reasoners.driving.path import Path
from sources import LaneMark

SMOOTHING = 0.5
"""Seconds over which the lane is smoothed."""

FADES = 1.0
"""Seconds without marks after which the configured path is taken again."""


class EgoPath:
    """Which strip of road the vehicle takes, as it lies on the picture.

    Args:
        config: What it is where no marks are seen.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self.strip = config.strip
        self._usual = config.strip
        self._height = config.camera_height
        self._seen_at = -math.inf

    def observe(self, at: float, marks: tuple[LaneMark, ...], aspect: float) -> None:
        """Take what was seen of the lane."""
        if at - self._seen_at > FADES:
            self.strip = self._usual
        seen = {mark.side: mark for mark in marks if mark.sure >= SURE}
        if len(seen) < 2:  # noqa: PLR2004 (a lane has two sides)
            return
        left, right = seen["left"], seen["right"]
        horizon = self._usual.horizon
        metre = (1 - horizon) / self._height / aspect
        if not NARROW <= ((right.near - right.far) - (left.near - left.far)) / metre <= WIDE:
            return
        lane = replace(
            self._usual, heading=(left.far + right.far) / 2, left=left.near, right=right.near
        )
        elapsed = at - self._seen_at
        self._seen_at = at
        self.strip = lane if elapsed > FADES else _blended(self.strip, lane, elapsed)


def _blended(old: Path, new: Path, elapsed: float) -> Path:
    share = 1 - math.exp(-max(0.0, elapsed) / SMOOTHING)
    return replace(
        old,
        heading=old.heading + share * (new.heading - old.heading),
        left=old.left + share * (new.left - old.left),
        right=old.right + share * (new.right - old.right),
    )
