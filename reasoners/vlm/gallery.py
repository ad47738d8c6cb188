"""Remembers which frames showed what, so that keyframes can be chosen when a question comes. Pure.

It sees what tracker and scene make of every frame, never pixels: a frame is a number that the
camera's decoder finds again, as far back as it remembers. Everything it keeps is bounded.
"""

from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from reasoners.event import EventObject
from reasoners.keyframe import Sighting
from reasoners.scene.zone import Zone, ZoneConfig

EVERY: Final = 0.2
"""Seconds between two frames that are remembered without a reason."""

TRACKS: Final = 256
"""Tracks remembered; the one that was out of sight longest is forgotten first."""

CHANGES: Final = 6
"""Frames remembered of one track for what changed then; the newest stay."""

BEST: Final = 3
"""Best views remembered of one track."""

BETTER: Final = 1.05
"""How many times better a view must be to take the place of one before."""

CUT: Final = 0.01
"""Distance to the picture's border at which an object counts as cut off by it."""

FULL: Final = 0.25
"""Share of the picture from which on an object cannot be seen any better by being larger."""

CLEAR: Final = 0.7
"""Score from which on a detector's doubt says nothing of the view any more."""

SURE_SCORE: Final = 0.5
SURE_LOOKS: Final = 3
"""Looks with at least that score by which a track is sure."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame showed."""

    index: int
    at: float
    """Seconds."""

    objects: tuple[EventObject, ...]

    def shows(self, track: str) -> EventObject | None:
        """Return a track as this frame shows it."""
        return next((thing for thing in self.objects if thing.track == track), None)


@dataclass(slots=True)
class Course:
    """What was seen of one track."""

    first: Look
    latest: Look
    first_seen: float
    label: str
    whole: Look | None = None
    """The first that shows it not cut off by the picture's border."""

    labels: dict[str, None] = field(default_factory=dict)
    zones: dict[str, None] = field(default_factory=dict)
    near: dict[str, None] = field(default_factory=dict)
    best: list[tuple[float, Look]] = field(default_factory=list)
    """Best first."""

    changes: deque[Look] = field(default_factory=lambda: deque(maxlen=CHANGES))
    state: tuple[frozenset[str], str] = (frozenset(), "")
    moved: bool = False
    rested: bool = False
    sure_looks: int = 0
    looks: int = 0


class Gallery:
    """The recent past of one camera, frame by frame and track by track.

    Args:
        zones: As configured; an object at a zone's border is not held to be in or out.
        seconds: How far back frames are remembered.
    """

    def __init__(self, zones: Mapping[str, ZoneConfig], *, seconds: float = 10.0) -> None:
        self.zones = tuple(zones)
        self.width, self.height = 16, 9
        self._zones = [Zone(name, config) for name, config in zones.items()]
        self._seconds = seconds
        self._looks: deque[Look] = deque(maxlen=int(seconds / EVERY) + 2)
        self._courses: OrderedDict[str, Course] = OrderedDict()

    def __len__(self) -> int:
        return len(self._courses)

    def observe(
        self, index: int, at: float, size: tuple[int, int], objects: Sequence[EventObject]
    ) -> None:
        """Take note of a frame that a detector looked at.

        Args:
            index: Of the frame.
            at: When it was taken, seconds, rising.
            size: Width and height of the camera's picture.
            objects: Everything the frame shows.
        """
        self.width, self.height = size
        look = Look(index, at, tuple(thing for thing in objects if not thing.carried))
        if not self._looks or at - self._looks[-1].at >= EVERY:
            self._looks.append(look)
        while self._looks and at - self._looks[0].at > self._seconds:
            self._looks.popleft()
        for thing in look.objects:
            self._note(thing, look)
        while len(self._courses) > TRACKS:
            self._courses.popitem(last=False)

    def course(self, track: str) -> Course | None:
        """Return what was seen of a track; None if it is forgotten, or was never seen."""
        return self._courses.get(track)

    def before(self, at: float, ahead: float, without: Collection[str]) -> Look | None:
        """Return the frame nearest to so many seconds before a time that shows none of the tracks.

        Args:
            at: Seconds.
            ahead: Seconds.
            without: Names of tracks.
        """
        fitting = [
            look
            for look in self._looks
            if look.at < at and not any(look.shows(track) for track in without)
        ]
        return min(fitting, key=lambda look: abs(at - ahead - look.at), default=None)

    def between(self, at: float, since: float, until: float, track: str) -> Look | None:
        """Return the remembered frame nearest to a time that shows a track, within bounds."""
        fitting = [look for look in self._looks if since < look.at < until and look.shows(track)]
        return min(fitting, key=lambda look: abs(look.at - at), default=None)

    def sightings(self, looks: Iterable[Look], own: Collection[str] = ()) -> tuple[Sighting, ...]:
        """Tell of every track that was there from the first of the frames to the last."""
        times = [look.at for look in looks]
        if not times:
            return ()
        found = [
            self._sighting(track, course)
            for track, course in self._courses.items()
            if track in own or (course.first_seen <= max(times) and course.latest.at >= min(times))
        ]
        return tuple(sorted(found, key=lambda one: (one.first_seen, one.track)))

    def _note(self, thing: EventObject, look: Look) -> None:
        course = self._courses.get(thing.track)
        if course is None:
            course = Course(look, look, look.at, thing.label)
            self._courses[thing.track] = course
        self._courses.move_to_end(thing.track)
        state = (frozenset(thing.zones), thing.motion.state)
        if course.looks and state != course.state:
            course.changes.append(look)
        course.state, course.latest, course.label = state, look, thing.label
        course.labels[thing.label] = None
        course.looks += 1
        course.sure_looks += thing.score >= SURE_SCORE
        course.moved |= thing.motion.state == "moving"
        course.rested |= thing.motion.state == "stationary"
        for zone in thing.zones:
            course.zones.setdefault(zone)
        if course.whole is None and not cut_off(thing):
            course.whole = look
        self._border(thing, course)
        self._rank(quality(thing), look, course)

    def _border(self, thing: EventObject, course: Course) -> None:
        """Note the zones whose border the object's foot or middle is at."""
        aspect = self.width / self.height
        left, top, right, bottom = thing.box
        for zone in self._zones:
            middle = (left + right) / 2
            point = (middle, bottom if zone.point == "foot" else (top + bottom) / 2)
            # A third of its own width off, a person with the picture before them may say either.
            unclear = zone.margin(bottom - top) + (right - left) * aspect / 3
            if zone.name not in course.near and abs(zone.depth(point, aspect)) <= unclear:
                course.near.setdefault(zone.name)

    @staticmethod
    def _rank(worth: float, look: Look, course: Course) -> None:
        """Keep the best views; of those close in time only the best."""
        close = [one for one in course.best if abs(one[1].at - look.at) < EVERY * 2]
        if close and worth < close[0][0] * BETTER:
            return
        course.best = [one for one in course.best if one not in close]
        course.best.append((worth, look))
        course.best.sort(key=lambda one: (-one[0], one[1].at))
        del course.best[BEST:]

    @staticmethod
    def _sighting(track: str, course: Course) -> Sighting:
        return Sighting(
            track=track,
            label=course.label,
            first_seen=round(course.first_seen, 3),
            last_seen=round(course.latest.at, 3),
            zones=tuple(course.zones),
            near_zones=tuple(course.near),
            moved=course.moved,
            rested=course.rested,
            sure=course.sure_looks >= min(SURE_LOOKS, course.looks) > 0
            and 2 * course.sure_looks >= course.looks,
            other_labels=tuple(label for label in course.labels if label != course.label),
        )


def quality(thing: EventObject) -> float:
    """Tell how good a view of an object is, 0 to 1: size x score, half of it where it is cut off.

    How sharp it is only the pixels tell; see `reasoners.vlm.choosing`.
    """
    left, top, right, bottom = thing.box
    size: float = min(1.0, (right - left) * (bottom - top) / FULL) ** 0.5
    return size * min(1.0, thing.score / CLEAR) * (0.5 if cut_off(thing) else 1.0)


def cut_off(thing: EventObject) -> bool:
    """Tell whether the picture's border cuts an object off."""
    left, top, right, bottom = thing.box
    return left <= CUT or top <= CUT or right >= 1 - CUT or bottom >= 1 - CUT
