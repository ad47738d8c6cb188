"""One object of a scene, with an identity that outlives its track ids."""

import math
from dataclasses import dataclass, field

from detectors import Box, Track
from reasoners.scene.course import Course
from reasoners.scene.kind import depth_of, kind_of, metres_of
from reasoners.scene.posture import Posture

MOVES, RESTS = 0.3, 0.12
"""Own sizes per second above which an object moves and below which it rests. In between it goes on
doing what it did."""

MOVES_AFTER, RESTS_AFTER = 0.3, 1.0
"""Seconds for which that must hold."""

SMOOTHING = 0.4
"""Seconds over which velocity is smoothed."""

REMEMBERED = 8
"""Former track ids kept per object."""

CUT = 0.004
"""Distance to the picture's border at which a box counts as cut off by it."""

STAYS = 64
"""Past stays in zones kept per object."""


@dataclass(slots=True)
class Stay:
    """One stay of an object in a zone."""

    zone: str
    since: float
    until: float | None = None
    frames: int = 0
    certainty: float = 0.0
    """Sum over its frames."""

    blocks: float | None = None
    """Since when it stands in the way."""

    against: float | None = None
    """Since when it goes the wrong way."""

    warned: bool = False
    """That has been told."""

    told: int = 0
    """How many of the dwell times asked for have been reached."""

    def note(self, depth: float, size: float) -> None:
        """Take one frame: how deep inside, for an object of which size."""
        self.frames += 1
        self.certainty += min(max(0.5 + depth / max(size, 1e-6), 0.0), 1.0)

    @property
    def confidence(self) -> float:
        """How clearly it was inside, on average; 0.5 on the border."""
        return self.certainty / self.frames if self.frames else 0.5


@dataclass(slots=True)
class About:
    """How long an object has been about a zone, over several stays. Seconds."""

    since: float
    banked: float = 0.0
    """Of the stays that are over."""

    left_at: float | None = None
    told: bool = False


Row = tuple[
    int, float, float, float, float, float, float, float, float, float, float, int, float, "Thing"
]
"""One object of one frame, for arithmetic: its identity; in picture heights its foot (x, y), its
box (left, top, right, bottom) and how long a metre is; in metres a second its velocity across and
in depth, and its speed; its kind, its depth in metres, and the object itself."""


@dataclass(slots=True)
class Thing:
    """The present state of one object. Times in seconds; boxes and velocity relative."""

    id: int
    track: int
    label: str
    score: float
    box: Box
    velocity: tuple[float, float]
    aspect: float
    """Width of the picture divided by its height."""

    first_seen: float
    last_seen: float
    last_index: int
    entry: Box
    """Where it was at first sight."""

    since_start: bool
    """There already when watching began."""

    seen: bool = True
    """In the latest frame."""

    carried: bool = False
    """Nobody looked for it in the latest frame: its box is where it should be."""

    shown_at: float = 0.0
    """When a look last showed it; `last_seen` also counts frames over which it was carried."""

    moving: bool = False
    motion_since: float = 0.0
    former: tuple[int, ...] = ()
    """Track ids it had before, oldest first."""

    first_label: str = ""
    """What it was taken for at first."""

    best: float = 0.0
    """Highest score so far; on its way out of the picture an object is always doubtful."""

    away: float = 0.0
    """Seconds it was out of sight before it took its present track id."""

    zones: dict[str, Stay] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    """Zones it has been compared with; the first time there is nothing to stick to."""

    sides: dict[str, tuple[bool, tuple[float, float]]] = field(default_factory=dict)
    """Lines it is near: whether it is on the right-hand side, and where it last clearly was."""

    about: dict[str, About] = field(default_factory=dict)
    """Zones in which it might loiter."""

    kind: int = 0
    """What things with its label can do, see `reasoners.scene.kind`."""

    scale: float = 0.1
    """Picture heights per metre where it is, guessed from its size."""

    sized: bool = False
    """The scale was taken where no border cut it."""

    cut: bool = False
    """The border of the picture cuts it: size and place are not its own."""

    course: Course = field(default_factory=Course)
    posture: Posture = field(default_factory=Posture)
    hidden_at: float | None = None
    """Since when it is known to be hidden behind another."""

    ties: int = 0
    """Relations with other objects that are over."""

    past: list[Stay] = field(default_factory=list)
    forgotten: int = 0
    """Past stays no longer kept."""

    _turning: float | None = None

    @classmethod
    def of(cls, track: Track, number: int, index: int, aspect: float, *, first: bool) -> "Thing":
        """Meet a track for the first time."""
        thing = cls(
            id=number,
            track=track.id,
            label=track.label,
            first_label=track.label,
            score=track.score,
            best=track.score,
            box=clipped(track.xyxy),
            velocity=track.velocity,
            aspect=aspect,
            first_seen=track.first_seen,
            last_seen=track.last_seen,
            last_index=index,
            entry=clipped(track.xyxy),
            since_start=first,
            motion_since=track.first_seen,
        )
        thing.moving = thing.pace > MOVES
        thing.measure(track.first_seen)
        return thing

    @property
    def size(self) -> float:
        """Geometric mean of its sides, in picture heights."""
        left, top, right, bottom = self.box
        return math.sqrt(max((right - left) * self.aspect * (bottom - top), 1e-8))

    @property
    def pace(self) -> float:
        """Speed in own sizes per second: what is far away is not slow for that."""
        return math.hypot(self.velocity[0] * self.aspect, self.velocity[1]) / self.size

    @property
    def speed(self) -> float:
        """Speed in picture diagonals per second."""
        across, down = self.velocity
        return math.hypot(across * self.aspect, down) / math.hypot(self.aspect, 1.0)

    @property
    def heading(self) -> int | None:
        """Degrees on the picture, 0 up, 90 right, clockwise; None while it rests."""
        if not self.moving:
            return None
        across, down = self.velocity
        return round(math.degrees(math.atan2(across * self.aspect, -down))) % 360

    def follow(self, track: Track, index: int, now: float, aspect: float) -> None:
        """Take what a frame showed of it."""
        if track.id != self.track:
            self.former = (*self.former, self.track)[-REMEMBERED:]
            self.away = max(0.0, now - self.last_seen)
            self.track = track.id
        elapsed = max(0.0, now - self.last_seen)
        weight = 1.0 - math.exp(-elapsed / SMOOTHING)
        self.velocity = (
            self.velocity[0] + weight * (track.velocity[0] - self.velocity[0]),
            self.velocity[1] + weight * (track.velocity[1] - self.velocity[1]),
        )
        self.label = track.label
        self.score = track.score
        self.best = max(self.best, track.score)
        self.box = clipped(track.xyxy)
        self.aspect = aspect
        self.last_seen = now
        self.last_index = index
        self.seen, self.carried = True, track.carried
        if not track.carried:
            self.shown_at = now
        self.measure(now)

    def measure(self, now: float) -> None:
        """Find out where on the ground it is, and how it goes."""
        left, top, right, bottom = self.box
        aspect = self.aspect
        self.kind = kind_of(self.label)
        self.cut = left < CUT or right > 1 - CUT or top < CUT or bottom > 1 - CUT
        if not (self.cut and self.sized):
            self.scale = self.size / metres_of(self.label)
            self.sized = not self.cut
        vx, vy = self.velocity
        self.course.follow(
            now, ((left + right) * aspect / 2, bottom), self.scale, (vx * aspect, vy)
        )

    def row(self) -> Row:
        """Lay out what arithmetic needs."""
        left, top, right, bottom = self.box
        left, right = left * self.aspect, right * self.aspect
        course = self.course
        where = ((left + right) / 2, bottom, left, top, right, bottom, self.scale)
        how = (course.vx, course.vy, course.speed, self.kind, depth_of(self.kind), self)
        return (self.id, *where, *how)

    def settle(self, now: float) -> bool:
        """Decide between moving and resting; tell whether that changed."""
        pace = self.pace
        turns = pace < RESTS if self.moving else pace > MOVES
        if not turns:
            self._turning = None
            return False
        if self._turning is None:
            self._turning = now
        if now - self._turning < (RESTS_AFTER if self.moving else MOVES_AFTER):
            return False
        self.moving = not self.moving
        self.motion_since = self._turning
        self._turning = None
        return True

    def leave(self, zone: str, at: float) -> Stay:
        """End a stay and remember it among the clearest."""
        stay = self.zones.pop(zone)
        stay.until = at
        self.past.append(stay)
        if len(self.past) > STAYS:
            self.past.remove(min(self.past, key=lambda past: past.confidence))
            self.forgotten += 1
        return stay


def clipped(box: Box) -> Box:
    """Cut a box to the picture."""
    left, top, right, bottom = box
    left, top = min(max(float(left), 0.0), 1.0), min(max(float(top), 0.0), 1.0)
    return left, top, max(left, min(float(right), 1.0)), max(top, min(float(bottom), 1.0))
