"""Made-up roads seen from a made-up vehicle, and when everything on them is really reached.

Metres: x to the right, z ahead of the camera, which looks level out of a windscreen. Every drive
follows from its name and a seed alone. Boxes are those of all corners of a block, as a pinhole
camera sees them; what covers them is left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

import numpy as np

from detectors import Box, Detections
from reasoners.testing.stage import HIDDEN, Shape

HEIGHT, FOCAL, ASPECT = 1.3, 1.4, 16 / 9
"""Metres of the camera above the road; picture heights; width of the picture by its height."""

REACH = 150.0
"""Metres up to which things are seen."""

Way = Callable[[float], tuple[float, float]]
"""Where the near side of something is at a time: x and z."""


@dataclass(frozen=True, slots=True)
class RoadUser:
    """Something on the road."""

    name: str
    label: str
    shape: Shape
    way: Way

    def ttc(self, at: float) -> float | None:
        """Return seconds until it is reached, did both go on as now; None if it comes no nearer."""
        z = self.way(at)[1]
        speed = (self.way(at - 0.01)[1] - self.way(at + 0.01)[1]) / 0.02
        return z / speed if speed > 0 and z > 0 else None


@dataclass(frozen=True, slots=True)
class Drive:
    """One stretch of road."""

    name: str
    seconds: float
    users: tuple[RoadUser, ...]
    warns: frozenset[str]
    """Kinds of warning that would be right; every other is false."""

    reached: str | None = None
    """Whose time to contact is of interest."""

    pitch: Callable[[float], float] = field(default=lambda _: 0.0)
    """Picture heights by which everything is shifted down."""

    yaw: Callable[[float], float] = field(default=lambda _: 0.0)
    """Picture heights by which everything is shifted to the right."""


def see(drive: Drive, user: RoadUser, at: float) -> Box | None:
    """Return the box of something, cut to the picture; None where it is not on it."""
    x, z = user.way(at)
    if not 1.0 < z < REACH:
        return None
    shape = user.shape
    across = [
        FOCAL * (x + side * shape.wide / 2) / depth
        for side in (-1, 1)
        for depth in (z, z + shape.deep)
    ]
    down = [
        FOCAL * (HEIGHT - up) / depth for up in (0.0, shape.high) for depth in (z, z + shape.deep)
    ]
    shift, drop = drive.yaw(at), drive.pitch(at)
    box = (
        0.5 + (min(across) + shift) / ASPECT,
        0.5 + min(down) + drop,
        0.5 + (max(across) + shift) / ASPECT,
        0.5 + max(down) + drop,
    )
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    return (left, top, right, bottom) if right > left and bottom > top else None


def looks(
    drive: Drive, fps: float, seed: int, noise: float = 0.0, missed: float = 0.0
) -> Iterator[tuple[float, Detections, dict[str, Box]]]:
    """Show a drive to a detector that errs.

    Args:
        drive: What is to be seen.
        fps: Looks per second.
        seed: Of its errors.
        noise: By how much each side of a box is off, as a share of the box's length that way.
        missed: Share of the boxes that it does not find.

    Yields:
        The time, what was found, and the boxes by name as they are found.
    """
    random = Random(f"{drive.name} {seed}")  # noqa: S311 (errors that can be had again)
    for number in range(round(drive.seconds * fps)):
        at = number / fps
        found: dict[str, Box] = {}
        labels: list[str] = []
        for user, box in _seen(drive, at):
            if random.random() < missed:
                continue
            wide, high = noise * (box[2] - box[0]), noise * (box[3] - box[1])
            shaken = (
                min(max(side + random.gauss(0, spread), 0.0), 1.0)
                for side, spread in zip(box, (wide, high, wide, high), strict=True)
            )
            left, top, right, bottom = (float(np.float32(side)) for side in shaken)
            if right > left and bottom > top:
                found[user.name] = (left, top, right, bottom)
                labels.append(user.label)
        boxes = np.array(list(found.values()), np.float32).reshape(-1, 4)
        scores = np.full(len(found), 0.9, np.float32)
        yield at, Detections(boxes, scores, tuple(labels)), found


def _seen(drive: Drive, at: float) -> Iterator[tuple[RoadUser, Box]]:
    """Yield what is on the picture, nearest first, but what nearer things hide."""
    nearer: list[Box] = []
    for user in sorted(drive.users, key=lambda user: user.way(at)[1]):
        box = see(drive, user, at)
        if box is None:
            continue
        left, top, right, bottom = box
        area = (right - left) * (bottom - top)
        covered = (
            max(0.0, min(right, other[2]) - max(left, other[0]))
            * max(0.0, min(bottom, other[3]) - max(top, other[1]))
            for other in nearer
        )
        if sum(covered) < HIDDEN * area:
            yield user, box
        nearer.append(box)
