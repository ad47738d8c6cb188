"""A made-up place seen by a made-up camera: actors in metres, boxes on the picture. No pixels.

The ground is a plane: x metres to the right, z metres away from the camera. The camera hangs at
some height and looks down; its projection is that of a pinhole, which knows nothing of the rules by
which the scene guesses metres.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from detectors import Box

ASPECT = 16 / 9
HIDDEN = 0.65
"""Share of a box from which on no detector finds what is behind."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large something is, in metres."""

    wide: float
    high: float
    deep: float


PERSON = Shape(0.55, 1.75, 0.4)
LYING = Shape(1.7, 0.5, 0.5)
CAR = Shape(4.2, 1.5, 1.8)
BAG = Shape(0.45, 0.45, 0.3)
BICYCLE = Shape(1.7, 1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Step:
    """Where an actor is at one time; in between it goes straight and evenly."""

    at: float
    x: float
    z: float
    shape: Shape | None = None
    """From here on it changes to this shape; None keeps the one it has."""

    up: float = 0.0
    """Metres above the ground."""


class Actor:
    """Somebody or something on stage from its first step to its last."""

    def __init__(self, name: str, label: str, shape: Shape, steps: Sequence[Step]) -> None:
        self.name, self.label, self.shape = name, label, shape
        self.steps = tuple(steps)
        self._times = [step.at for step in steps]

    @property
    def begins(self) -> float:
        """Seconds."""
        return self._times[0]

    @property
    def ends(self) -> float:
        """Seconds."""
        return self._times[-1]

    def place(self, at: float) -> tuple[float, float, float] | None:
        """Return x, z and height above the ground; None when it is not on stage."""
        if not self.begins <= at <= self.ends:
            return None
        number = min(bisect_right(self._times, at), len(self.steps) - 1)
        one, two = self.steps[number - 1], self.steps[number]
        share = (at - one.at) / (two.at - one.at) if two.at > one.at else 1.0
        return (
            one.x + share * (two.x - one.x),
            one.z + share * (two.z - one.z),
            one.up + share * (two.up - one.up),
        )

    def velocity(self, at: float) -> tuple[float, float]:
        """Return its speed to the right and away, metres per second, over a third of a second."""
        before = self.place(max(self.begins, at - 0.15))
        after = self.place(min(self.ends, at + 0.15))
        span = min(self.ends, at + 0.15) - max(self.begins, at - 0.15)
        if before is None or after is None or span <= 0:
            return 0.0, 0.0
        return (after[0] - before[0]) / span, (after[1] - before[1]) / span

    def form(self, at: float) -> Shape:
        """Return its shape; it changes evenly over half a second."""
        shape, since, before = self.shape, -math.inf, self.shape
        for step in self.steps:
            if step.at <= at and step.shape is not None:
                before, shape, since = shape, step.shape, step.at
        share = min(1.0, (at - since) / 0.5)
        return Shape(
            before.wide + share * (shape.wide - before.wide),
            before.high + share * (shape.high - before.high),
            before.deep + share * (shape.deep - before.deep),
        )


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera above the ground. Its picture is `ASPECT` times as wide as high."""

    height: float = 6.0
    """Metres."""

    tilt: float = 35.0
    """Degrees below the horizon."""

    focal: float = 1.0
    """Picture heights."""

    def project(self, x: float, up: float, z: float) -> tuple[float, float]:
        """Return where a point is on the picture, relative."""
        tilt = math.radians(self.tilt)
        down = self.height - up
        depth = z * math.cos(tilt) + down * math.sin(tilt)
        y = (down * math.cos(tilt) - z * math.sin(tilt)) / depth
        return 0.5 + self.focal * x / depth / ASPECT, 0.5 + self.focal * y

    def box(self, actor: Actor, at: float) -> Box | None:
        """Return an actor's box, which may reach over the picture's border."""
        place = actor.place(at)
        if place is None:
            return None
        x, z, up = place
        shape = actor.form(at)
        near, far = z - shape.deep / 2, z + shape.deep / 2
        left, bottom = self.project(x - shape.wide / 2, up, near)
        right, _ = self.project(x + shape.wide / 2, up, near)
        _, top = self.project(x, up + shape.high, far if shape.deep > 1 else z)
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen of one actor in one frame."""

    actor: Actor
    box: Box
    """Clipped to the picture."""

    visible: float
    """Share of the clipped box that nothing covers."""

    cut: float
    """Share of the whole box that is on the picture."""


def look(camera: Camera, actors: Sequence[Actor], at: float) -> list[Sight]:
    """Show who is on the picture at a time (seconds), in the order of the actors."""
    boxes = [(actor, box) for actor in actors if (box := camera.box(actor, at)) is not None]
    sights = []
    for actor, whole in boxes:
        box = clip(whole)
        area = _area(box)
        if area <= 0 or area < 0.3 * _area(whole):
            continue
        covered = max(
            (
                _area(_common(box, other)) / area
                for cover, other in boxes
                if cover is not actor and other[3] > whole[3] and not _worn(actor, cover)
            ),
            default=0.0,
        )
        sights.append(Sight(actor, box, 1 - covered, area / _area(whole)))
    return sights


def clip(box: Box) -> Box:
    """Cut a box to the picture."""
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    return left, top, right, bottom


def _worn(one: Actor, two: Actor) -> bool:
    """Tell whether two are carried by one another: what is worn is not hidden."""
    return "bag" in {one.name.partition("_")[0], two.name.partition("_")[0]} or (
        "bicycle" in {one.label, two.label} and "person" in {one.label, two.label}
    )


def _common(one: Box, two: Box) -> Box:
    return max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
