"""Drives by name: some in which something is reached, and some in which nothing ever is."""

import math
from collections.abc import Callable
from random import Random
from typing import Final

from reasoners.testing.roads import REACH, Drive, RoadUser, Way
from reasoners.testing.stage import Shape

CAR: Final = Shape(1.8, 1.5, 4.2)
VAN: Final = Shape(1.95, 2.0, 5.0)
TRUCK: Final = Shape(2.5, 3.4, 9.0)
WALKER: Final = Shape(0.5, 1.72, 0.4)
CYCLIST: Final = Shape(0.6, 1.1, 1.7)


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
    lead = RoadUser(
        "lead", "car", CAR, _even(random.uniform(-0.4, 0.4), random.uniform(6, 25), -faster)
    )
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
        users.append(
            RoadUser(f"walker{number}", "person", WALKER, _even(side, start, speed + pace))
        )
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
    users: list[RoadUser] = []
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
