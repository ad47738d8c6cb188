"""A drawn road, seen from a vehicle: lane marks, things beside it, a bright vehicle ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from rig.clip import Clip

from sources.source import Rgb

HEIGHT, FOCAL, LANE = 1.3, 1.4, 3.5
"""Metres of the camera above the road; picture heights; metres."""


def _middle(_: float) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class RoadClip(Clip):
    """What is drawn; times in seconds, metres."""

    aside: Callable[[float], float] = _middle
    """How far to the right of the middle of the lane we are."""

    gap: Callable[[float], float] | None = None
    """How far ahead a vehicle is; None: there is none."""

    speed: Callable[[float], float] = _middle
    """How far we have come; what stands beside the road passes by as far."""

    painted: bool = True
    """Whether the lane has marks."""

    def picture(self, number: int) -> Rgb:
        """Draw one picture."""
        at = number / self.fps
        rows, columns = self.height, self.width
        grey = np.full((rows, columns), 150, np.uint8)
        horizon = rows // 2
        down = (np.arange(horizon + 1, rows) + 0.5 - horizon) / rows
        across = (np.arange(columns) + 0.5) / rows - columns / rows / 2
        # Metres to the right of the lane's middle, of each point of the flat ground.
        metres = across[None, :] * HEIGHT / down[:, None] + self.aside(at)
        away = FOCAL * HEIGHT / down + self.speed(at)
        ground = np.full(metres.shape, 70, np.uint8)
        beside = np.abs(metres) > 1.5 * LANE
        pattern = _pattern()[(away * 2).astype(int)[:, None] % 256, (metres * 2).astype(int) % 256]
        ground[beside] = pattern[beside]
        if self.painted:
            for side in (-1, 1):
                ground[np.abs(metres - side * LANE / 2) < 0.08] = 190
        grey[horizon + 1 :] = ground
        if self.gap is not None:
            self._vehicle(grey, self.gap(at))
        return np.repeat(grey[..., None], 3, axis=2)

    def _vehicle(self, grey: np.ndarray[tuple[int, int], np.dtype[np.uint8]], gap: float) -> None:
        scale = FOCAL * self.height / gap
        top, foot = self.height / 2 - 0.2 * scale, self.height / 2 + HEIGHT * scale
        left, right = self.width / 2 - 0.9 * scale, self.width / 2 + 0.9 * scale
        grey[max(0, round(top)) : round(foot), max(0, round(left)) : round(right)] = 250


@cache
def _pattern() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.random.default_rng(7).integers(30, 120, (256, 256), np.uint8)
