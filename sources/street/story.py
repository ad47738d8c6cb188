"""Who is in the street at which time: every chapter of a minute is told from the seed alone."""

import math
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from sources.street.brush import Color
from sources.street.figure import Look
from sources.street.ground import Ground
from sources.street.vehicle import Body

_Any = TypeVar("_Any")

CHAPTER = 60.0
"""Seconds."""

LONGEST = 30.0
"""Seconds past the end of its chapter after which no actor is left."""

State = Literal["walking", "standing", "stooping", "riding", "driving", "stopped", "left_behind"]
Pace = Literal["even", "braking", "starting"]
Label = Literal["person", "car", "truck", "bicycle", "backpack"]

_FAR, _NEAR = 0.575, 0.915
_LANE_FAR, _LANE_NEAR = 0.685, 0.775
_SKIN: tuple[Color, ...] = ((232, 190, 164), (206, 158, 126), (150, 108, 80), (110, 76, 56))
_HAIR: tuple[Color, ...] = ((40, 28, 22), (92, 62, 38), (170, 130, 76), (24, 22, 24))
_TOPS: tuple[Color, ...] = (
    (30, 48, 104), (160, 40, 42), (36, 38, 42), (228, 224, 214), (30, 84, 66), (212, 168, 48),
    (92, 44, 96),
)  # fmt: skip
_BOTTOMS: tuple[Color, ...] = ((44, 46, 56), (30, 40, 70), (66, 54, 42), (24, 24, 28))
_PAINT: tuple[Color, ...] = (
    (178, 34, 36), (36, 72, 140), (206, 208, 210), (40, 42, 46), (40, 104, 88), (222, 178, 60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of an actor's way, straight and in one manner."""

    seconds: float
    begin: tuple[float, float]
    """Place, see `Ground`."""

    end: tuple[float, float]
    state: State
    pace: Pace = "even"
    holds: Color | None = None
    """Colour of the bag in the hand."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where an actor is and what it does at one time."""

    x: float
    line: float
    state: State
    share: float
    """How much of the present part is over, 0 to 1."""

    walked: float
    """Metres since the actor appeared."""

    left: bool
    """Whether it faces left."""

    holds: Color | None
    braking: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that comes and goes."""

    id: int
    label: Label
    role: Look | Body | Color
    """What it looks like; a bag is only a colour."""

    appears: float
    """Seconds."""

    parts: tuple[Part, ...]

    def at(self, time: float) -> Moment | None:
        """Tell where the actor is at a time (seconds), or None when it is not there."""
        since = time - self.appears
        if since < 0:
            return None
        walked, left = 0.0, False
        for part in self.parts:
            way = part.end[0] - part.begin[0]
            left = way < 0 if way else left
            if since < part.seconds:
                return _within(part, since / part.seconds, walked, left)
            since -= part.seconds
            walked += abs(way)
        return None


def _within(part: Part, share: float, walked: float, left: bool) -> Moment:
    far = {"even": share, "braking": share * (2 - share), "starting": share * share}[part.pace]
    (x, line), (to_x, to_line) = part.begin, part.end
    return Moment(
        x + far * (to_x - x),
        line + far * (to_line - line),
        part.state,
        share,
        walked + abs(to_x - x) * far,
        left,
        part.holds,
        part.pace == "braking" or part.state == "stopped",
    )


class Chapter:
    """One minute of street life.

    Minutes are independent: any may be told without those before. At `people` and `vehicles` of
    1 each story is told; below, some are left out; above, passers-by are added.
    """

    def __init__(
        self, ground: Ground, seed: int, number: int, people: float, vehicles: float
    ) -> None:
        self._ground = ground
        self._rng = np.random.default_rng([seed, 3, number])
        self._begin = number * CHAPTER
        self._next_id = number * 100 + 1
        self.actors: list[Actor] = []
        rate = {True: people, False: vehicles}
        for is_people, begin, tell in (
            (True, 0.1, self._first_walker),
            (False, 4.5, self._passing_car),
            (True, 7.6, self._second_walker),
            (False, 19.0, self._stopping_car),
            (True, 30.0, self._left_bag),
            (False, 37.5, self._van),
            (True, 42.5, self._loiterer),
            (True, 25.5, self._cyclist),
        ):
            late = self._uniform(0.0, 0.4)
            if self._rng.random() < rate[is_people]:
                tell(self._begin + begin + late)
        self._add_passers(people, vehicles)

    def _add_passers(self, people: float, vehicles: float) -> None:
        for _ in range(round(max(people - 1, 0) * 7)):
            line = self._pick((_FAR, _FAR + 0.022, _NEAR, _NEAR + 0.04))
            right = self._rng.random() < 0.5  # noqa: PLR2004 (half of them)
            self._walk(self._begin + self._uniform(0, 55), line, right)
        for _ in range(round(max(vehicles - 1, 0) * 4)):
            right = self._rng.random() < 0.5  # noqa: PLR2004 (half of them)
            self._drive(self._begin + self._uniform(0, 55), right, self._car())

    def _first_walker(self, at: float) -> None:
        self._walk(at, _FAR + 0.006, right=True)

    def _second_walker(self, at: float) -> None:
        self._walk(at, _NEAR - 0.015, right=False)

    def _passing_car(self, at: float) -> None:
        self._drive(at, right=True, body=self._car())

    def _van(self, at: float) -> None:
        self._drive(at, right=True, body=Body("van", (226, 226, 222)))

    def _cyclist(self, at: float) -> None:
        line = _LANE_NEAR - 0.008
        far = self._ground.edge(line) + 1.6
        speed = self._uniform(4.0, 5.0)
        way = (Part(2 * far / speed, (far, line), (-far, line), "riding"),)
        self._add("bicycle", Body("bicycle", self._pick(_PAINT)), at, way)
        self._add("person", self._look(), at, way)

    def _stopping_car(self, at: float) -> None:
        line, speed = _LANE_NEAR, self._uniform(5.5, 6.5)
        far = self._ground.edge(line) + 2.7
        stop, slow = self._uniform(-0.6, 0.6), 3.0
        waits = self._uniform(4.0, 5.0)
        parts = (
            Part((far - stop - slow) / speed, (far, line), (stop + slow, line), "driving"),
            Part(2 * slow / speed, (stop + slow, line), (stop, line), "driving", "braking"),
            Part(waits, (stop, line), (stop, line), "stopped"),
            Part(2 * slow / speed, (stop, line), (stop - slow, line), "driving", "starting"),
            Part((far + stop - slow) / speed, (stop - slow, line), (-far, line), "driving"),
        )
        self._add("car", self._car(), at, parts)

    def _left_bag(self, at: float) -> None:
        """Tell of one who puts a bag down and goes, and of another who takes it."""
        line, color = _NEAR, self._pick(_PAINT[:2] + _PAINT[3:])
        far = self._ground.edge(line) + 0.9
        spot = self._uniform(0.2, 0.9)
        speed, stoops = self._uniform(1.25, 1.45), 1.6
        here, bag = (spot - 0.38, line), (spot, line + 0.006)
        comes = (here[0] + far) / speed
        owner = (
            Part(comes, (-far, line), here, "walking", holds=color),
            Part(stoops / 2, here, here, "stooping", holds=color),
            Part(stoops / 2, here, here, "stooping"),
            Part((here[0] + far) / 1.7, here, (-far, line), "walking"),
        )
        self._add("person", self._look(), at, owner)
        put_at = at + comes + stoops / 2
        lies = self._uniform(15.0, 17.0)
        self._add("backpack", color, put_at, (Part(lies, bag, bag, "left_behind"),))
        there = (spot + 0.38, line)
        returns = (far - there[0]) / 1.5
        taker = (
            Part(returns, (far, line), there, "walking"),
            Part(stoops / 2, there, (there[0] - 0.001, line), "stooping"),
            Part(stoops / 2, there, there, "stooping", holds=color),
            Part((far - there[0]) / 1.9, there, (far, line), "walking", holds=color),
        )
        self._add("person", self._look(), put_at + lies - returns - stoops / 2, taker)

    def _loiterer(self, at: float) -> None:
        line, speed = _FAR + 0.012, self._uniform(1.3, 1.5)
        far = self._ground.edge(line) + 0.8
        spot = -0.12 * far
        waits = self._uniform(3.2, 4.2)
        parts = (
            Part((far - spot) / speed, (far, line), (spot, line), "walking"),
            Part(waits, (spot, line), (spot, line), "standing"),
            Part(1.0, (spot, line), (spot + 1.2, line), "walking"),
            Part(waits, (spot + 1.2, line), (spot + 1.2, line), "standing"),
            Part((spot + 1.2 + far) / 2.0, (spot + 1.2, line), (-far, line), "walking"),
        )
        self._add("person", self._look(), at, parts)

    def _walk(self, at: float, line: float, right: bool) -> None:
        far = (self._ground.edge(line) + 0.75) * (1 if right else -1)
        speed = self._uniform(1.25, 1.6)
        parts = (Part(abs(2 * far) / speed, (-far, line), (far, line), "walking"),)
        self._add("person", self._look(), at, parts)

    def _drive(self, at: float, right: bool, body: Body) -> None:
        line = _LANE_FAR if right else _LANE_NEAR
        far = (self._ground.edge(line) + body.long / 2 + 0.3) * (1 if right else -1)
        speed = self._uniform(5.0, 7.5)
        parts = (Part(abs(2 * far) / speed, (-far, line), (far, line), "driving"),)
        self._add("truck" if body.kind == "van" else "car", body, at, parts)

    def _add(
        self, label: Label, role: Look | Body | Color, at: float, parts: tuple[Part, ...]
    ) -> None:
        self.actors.append(Actor(self._next_id, label, role, at, parts))
        self._next_id += 1

    def _look(self) -> Look:
        rng = self._rng
        return Look(
            tall=self._uniform(1.62, 1.86),
            skin=self._pick(_SKIN),
            hair=self._pick(_HAIR),
            top=self._pick(_TOPS),
            bottom=self._pick(_BOTTOMS),
            shoes=self._pick(((30, 28, 28), (226, 224, 220), (84, 56, 40))),
            coat=bool(rng.random() < 0.3),  # noqa: PLR2004 (a third wears a coat)
            hat=bool(rng.random() < 0.25),  # noqa: PLR2004 (a quarter wears a hat)
            pack=self._pick((None, None, (44, 84, 62), (96, 58, 36))),
        )

    def _car(self) -> Body:
        return Body("car", self._pick(_PAINT))

    def _uniform(self, low: float, high: float) -> float:
        return float(self._rng.uniform(low, high))

    def _pick(self, choices: tuple[_Any, ...]) -> _Any:
        return choices[int(self._rng.integers(len(choices)))]


def chapters_at(time: float) -> tuple[int, ...]:
    """Name the chapters whose actors may be in the street at a time."""
    now = math.floor(time / CHAPTER)
    first = math.floor((time - LONGEST) / CHAPTER)
    return tuple(range(max(first, 0), now + 1))
