"""Where the own vehicle is between the marks of its lane, and whether it is about to leave it.

Source: ISO 17361 for what a lane departure warning is; distances from the slope of a mark on the
picture, which on flat road is its distance aside divided by the camera's height, whatever the lens.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from reasoners.driving.config import DrivingConfig
from reasoners.driving.fitting import fit
from sources import LaneMark

Side = Literal["left", "right"]

SURE = 0.35
"""Least of a mark that must be seen."""

WINDOW = 1.0
"""Seconds over which the way towards a mark is measured."""

LEAST = 6
"""Looks at a mark from which it is believed."""

LEAP = 0.5
"""Metres that a mark cannot move from one look to the next: it is another one."""

PAUSE = 0.4
"""Seconds without a mark after which it is forgotten."""

INSIDE = 0.25
"""Metres that must have been left to the mark before one can leave the lane."""

AHEAD = 0.6
"""Seconds before the wheel reaches the mark at which that is said."""

DRIFT = 0.15
"""Metres per second across the lane from which a vehicle leaves it."""

NARROW, WIDE = 2.2, 4.8
"""Metres that a lane is wide."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A wheel is about to reach a mark, or on it."""

    side: Side
    room: float
    """Metres between the wheel and the mark; below 0 it is beyond."""

    drift: float
    """Metres per second towards the mark."""

    drift_sd: float


class Lane:
    """The marks of either side over the last moments.

    Args:
        config: How the camera looks at the road.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self._config = config
        strip = config.strip
        self._scale = config.camera_height / (1 - strip.horizon)
        self._sides: dict[Side, _Side] = {"left": _Side(), "right": _Side()}

    def observe(self, at: float, marks: tuple[LaneMark, ...], aspect: float) -> list[Departure]:
        """Take what was seen of the marks; return what begins to be left now."""
        seen = {mark.side: mark for mark in marks if mark.sure >= SURE}
        asides = {
            side: (mark.near - mark.far) * aspect * self._scale for side, mark in seen.items()
        }
        if len(asides) == 2 and not NARROW <= asides["right"] - asides["left"] <= WIDE:  # noqa: PLR2004
            # One of them is a kerb, a shadow or the mark of another lane.
            asides = {}
        told = []
        for side, own in self._sides.items():
            aside = asides.get(side)
            if aside is None:
                own.rest(at)
                continue
            room = (aside if side == "right" else -aside) - self._config.vehicle_width / 2
            departure = own.note(at, side, room)
            if departure is not None:
                told.append(departure)
        return told


class _Side:
    def __init__(self) -> None:
        self._rooms: deque[tuple[float, float]] = deque(maxlen=64)
        self._inside = False

    def rest(self, at: float) -> None:
        if self._rooms and at - self._rooms[-1][0] > PAUSE:
            self._rooms.clear()
            self._inside = False

    def note(self, at: float, side: Side, room: float) -> Departure | None:
        self.rest(at)
        rooms = self._rooms
        if rooms and abs(room - rooms[-1][1]) > LEAP:
            rooms.clear()
            self._inside = False
        rooms.append((at, room))
        while at - rooms[0][0] > WINDOW:
            rooms.popleft()
        if len(rooms) < LEAST:
            return None
        line = fit(
            [then - at for then, _ in rooms],
            [own for _, own in rooms],
            [1.0] * len(rooms),
            floor=0.03,
        )
        if line is None:
            return None
        if line.value > INSIDE:
            self._inside = self._inside or line.value > 2 * INSIDE
        drift = -line.slope
        leaves = drift > max(DRIFT, 2 * line.slope_sd) and line.value - AHEAD * drift < 0
        if not (self._inside and leaves):
            return None
        self._inside = False
        return Departure(side, line.value, drift, line.slope_sd)
