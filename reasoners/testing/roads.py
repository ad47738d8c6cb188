"""Made-up roads seen from a made-up vehicle, and when everything on them is really reached.

Metres: x to the right, z ahead of the camera, which looks level out of a windscreen. Every drive
follows from its name and a seed alone. Boxes are those of all corners of a block, as a pinhole
camera sees them; what covers them is left out.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np

from detectors import Box, Detections
from reasoners.testing.stage import HIDDEN, Shape

HEIGHT, FOCAL, ASPECT = 1.3, 1.4, 16 / 9
"""Metres of the camera above the road; picture heights; width of the picture by its height."""

REACH = 150.0
"""Metres up to which things are seen."""

Way = Callable[[float], tuple[float, float]]
"""Where the near side of something is at a time: x and z."""

CAR: Final = Shape(1.8, 1.5, 4.2)
VAN: Final = Shape(1.95, 2.0, 5.0)
TRUCK: Final = Shape(2.5, 3.4, 9.0)
WALKER: Final = Shape(0.5, 1.72, 0.4)
CYCLIST: Final = Shape(0.6, 1.1, 1.7)


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


def drive(name: str, seed: int) -> Drive:
    """Make up a drive by name, see `DRIVES`.

    Raises:
        KeyError: There is none of that name.
    """
    random = Random(f"{name} {seed}")  # noqa: S311 (chance that can be had again)
    return DRIVES[name](name, random)


def approach(name: str, random: Random) -> Drive:
    """Something that stands or goes slower in the own lane."""
    closing = random.uniform(5, 25)
    label, shape = random.choice([("car", CAR), ("car", VAN), ("truck", TRUCK)])
    start = min(REACH - 5, closing * random.uniform(5.0, 6.5))
    ahead = RoadUser("ahead", label, shape, _even(random.uniform(-0.4, 0.4), start, closing))
    users = (ahead, *_oncoming(random, 1))
    return Drive(name, start / closing - 0.3, users, COLLIDES, "ahead")


def bumpy_approach(name: str, random: Random) -> Drive:
    """The same on a bad road: everything leaps up and down."""
    plain = approach(name, random)
    phase = random.uniform(0, 6)
    return Drive(
        name, plain.seconds, plain.users, plain.warns, "ahead",
        lambda at: 0.012 * math.sin(9 * at + phase) + 0.008 * math.sin(23 * at),
        lambda at: 0.006 * math.sin(5 * at + phase),
    )  # fmt: skip


def cyclist_ahead(name: str, random: Random) -> Drive:
    """A bicycle in the own lane, slower than we are."""
    closing = random.uniform(4, 10)
    start = closing * random.uniform(5.0, 6.5)
    ahead = RoadUser("ahead", "bicycle", CYCLIST, _even(random.uniform(-0.3, 0.3), start, closing))
    return Drive(name, start / closing - 0.3, (ahead,), COLLIDES, "ahead")


def braking_lead(name: str, random: Random) -> Drive:
    """The vehicle ahead keeps its distance, then brakes hard."""
    gap, hard, begins = random.uniform(12, 30), random.uniform(3.5, 6.5), random.uniform(2, 3)

    def way(at: float) -> tuple[float, float]:
        return 0.0, gap - hard * max(0.0, at - begins) ** 2 / 2

    ends = begins + math.sqrt(2 * (gap - 2) / hard)
    return Drive(name, ends, (RoadUser("ahead", "car", CAR, way),), COLLIDES, "ahead")


def crossing_walker(name: str, random: Random) -> Drive:
    """Somebody walks into our way and would be hit."""
    closing, pace = random.uniform(6, 14), random.choice([-1, 1]) * random.uniform(1.0, 1.8)
    start = closing * random.uniform(4.5, 5.5)
    meets = start / closing

    def way(at: float) -> tuple[float, float]:
        return pace * (at - meets), start - closing * at

    walker = RoadUser("ahead", "person", WALKER, way)
    return Drive(name, meets - 0.3, (walker,), COLLIDES, "ahead")


def receding(name: str, random: Random) -> Drive:
    """The vehicle ahead draws away."""
    faster = random.uniform(1, 10)
    lead = RoadUser("lead", "car", CAR, _even(random.uniform(-0.4, 0.4), random.uniform(6, 25), -faster))
    return Drive(name, 8.0, (lead,), QUIET)


def following(name: str, random: Random) -> Drive:
    """The vehicle ahead keeps its distance, more or less."""
    gap, sway, phase = random.uniform(8, 35), random.uniform(0.2, 0.8), random.uniform(0, 6)
    lead = RoadUser(
        "lead", "car", CAR, lambda at: (0.2 * math.sin(at), gap + sway * math.sin(0.6 * at + phase))
    )
    return Drive(name, 12.0, (lead, *_oncoming(random, 2)), QUIET)


def parked(name: str, random: Random) -> Drive:
    """A street between parked cars, some of them vans."""
    return Drive(name, 10.0, _parked(random, random.uniform(6, 14)), QUIET)


def bumpy_parked(name: str, random: Random) -> Drive:
    """The same on a bad road, swaying a little."""
    phase = random.uniform(0, 6)
    return Drive(
        name, 10.0, _parked(random, random.uniform(6, 14)), QUIET, None,
        lambda at: 0.012 * math.sin(9 * at + phase) + 0.008 * math.sin(23 * at),
        lambda at: 0.02 * math.sin(0.8 * at + phase),
    )  # fmt: skip


def oncoming(name: str, random: Random) -> Drive:
    """A country road with traffic the other way."""
    return Drive(name, 10.0, _oncoming(random, 5), QUIET)


def passing(name: str, random: Random) -> Drive:
    """Lanes beside ours, slower and faster than we are."""
    users = []
    for number in range(4):
        side, pace = random.choice([-3.5, 3.5]), random.uniform(-8, 14)
        start = random.uniform(15, 90) if pace > 0 else random.uniform(2, 10)
        label, shape = random.choice([("car", CAR), ("car", VAN), ("truck", TRUCK)])
        users.append(RoadUser(f"car{number}", label, shape, _even(side, start, pace)))
    return Drive(name, 8.0, tuple(users), QUIET)


def pavement(name: str, random: Random) -> Drive:
    """People who walk and stand beside the road."""
    speed, users = random.uniform(6, 14), []
    for number in range(6):
        side = random.choice([-1, 1]) * random.uniform(3.0, 5.5)
        start, pace = random.uniform(15, 110), random.choice([0.0, 0.0, 1.4, -1.4])
        users.append(RoadUser(f"walker{number}", "person", WALKER, _even(side, start, speed + pace)))
    return Drive(name, 9.0, tuple(users), QUIET)


def stopping(name: str, random: Random) -> Drive:
    """We brake gently and stop behind the vehicle ahead."""
    closing, begins = random.uniform(6, 14), random.uniform(0.5, 1.5)
    hard, rest = random.uniform(1.2, 2.2), random.uniform(3.0, 5.0)
    way = closing * closing / (2 * hard)

    def where(at: float) -> tuple[float, float]:
        since = min(max(0.0, at - begins), closing / hard)
        gone = closing * min(at, begins) + closing * since - hard * since * since / 2
        return 0.0, rest + way + closing * begins - gone

    seconds = begins + closing / hard + 2
    return Drive(name, seconds, (RoadUser("lead", "car", CAR, where),), frozenset({"closing_fast"}))


COLLIDES: Final = frozenset({"collision", "closing_fast", "person_in_path"})
QUIET: Final[frozenset[str]] = frozenset()

DRIVES: Final[dict[str, Callable[[str, Random], Drive]]] = {
    make.__name__: make
    for make in (
        approach, bumpy_approach, cyclist_ahead, braking_lead, crossing_walker,
        receding, following, parked, bumpy_parked, oncoming, passing, pavement, stopping,
    )
}  # fmt: skip


def _even(x: float, start: float, closing: float) -> Way:
    return lambda at: (x, start - closing * at)


def _parked(random: Random, speed: float) -> tuple[RoadUser, ...]:
    users = []
    for side in (-1, 1):
        z = random.uniform(8, 20)
        while z < speed * 10 + 40:
            shape = random.choice([CAR, CAR, VAN])
            # Room of half a metre beside the own vehicle, and more.
            x = side * random.uniform(0.9 + shape.wide / 2 + 0.5, 3.4)
            users.append(RoadUser(f"parked{len(users)}", "car", shape, _even(x, z, speed)))
            z += random.uniform(6, 16)
    return tuple(users)


def _oncoming(random: Random, most: int) -> tuple[RoadUser, ...]:
    return tuple(
        RoadUser(
            f"oncoming{number}",
            *random.choice([("car", CAR), ("car", VAN), ("truck", TRUCK)]),
            _even(-random.uniform(3.0, 3.8), random.uniform(50, 140), random.uniform(18, 35)),
        )
        for number in range(most)
    )
