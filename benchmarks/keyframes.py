"""Which frames are sent: how many acts a model could see in them, at how many calls an hour.

An hour before one camera with visits, some of which hold an act that can be seen only for a moment:
while somebody stands still, while they are in a zone, when they come, or when they are near. The
provider answers from the pictures it is sent alone: an act is seen if one of them was taken while
it lasted, and shows the person large enough, not hidden and not cut off. Everybody may send the
same number of pictures a call. Tracks come from a detector that misses and jitters.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.plot import Curve, plot
from reasoners.event import EventObject
from reasoners.scene.zone import Zone, ZoneConfig
from reasoners.vlm.choosing import crop, picks
from reasoners.vlm.gallery import Gallery, Look

HOURS: Final = 12
FPS: Final = 5
SIZE: Final = (1280, 720)
SENT: Final = 1176
"""Pixels of the longer side of a whole scene as it is sent."""

TALL: Final = 80
"""Pixels a person must have from head to foot for an act to be seen."""

IMAGES: Final = 6
SETTLE: Final = 1.0
PATIENCE: Final = 8.0
"""Seconds after which a visit that goes on is asked about."""

PAUSE: Final = 2.0
"""Seconds it must have gone on after that to be asked about once more, at its end."""

CALLS: Final = 2
INTERVALS: Final = (2, 5, 10, 20, 60, 180)
STEP: Final = ZoneConfig(points=((0.45, 0.4), (0.62, 0.4), (0.62, 1.0), (0.45, 1.0)))
PLOT: Final = Path(__file__).resolve().parent.parent / "docs" / "images" / "keyframes.svg"


@dataclass(frozen=True, slots=True)
class Visit:
    """One person walks past; while the act lasts, it can be seen."""

    track: str
    steps: tuple[tuple[float, float, float], ...]
    """Time, x and depth of the feet: 0 far away, 1 at the camera."""

    act: tuple[float, float] | None
    kind: str
    hidden: tuple[float, float]

    @property
    def comes(self) -> float:
        """Seconds."""
        return self.steps[0][0]

    @property
    def goes(self) -> float:
        """Seconds."""
        return self.steps[-1][0]

    def place(self, at: float) -> tuple[float, float] | None:
        """Return x and depth; None when nobody is there."""
        for (t0, x0, z0), (t1, x1, z1) in zip(self.steps, self.steps[1:], strict=False):
            if t0 <= at <= t1:
                share = (at - t0) / max(t1 - t0, 1e-9)
                return x0 + share * (x1 - x0), z0 + share * (z1 - z0)
        return None

    def box(self, at: float) -> tuple[float, float, float, float] | None:
        """Return the whole box, which may reach over the picture's border."""
        place = self.place(at)
        if place is None:
            return None
        x, depth = place
        high = 0.12 + 0.55 * depth
        foot = 0.45 + 0.5 * depth
        return (x - 0.11 * high, foot - high, x + 0.11 * high, foot)


@dataclass(frozen=True, slots=True)
class Sent:
    """One picture as the provider sees it."""

    at: float
    tall: Callable[[Visit], float]
    """Pixels from head to foot of whoever visits."""


def measure() -> dict[str, Any]:
    """Play the hours once, and let everybody choose frames."""
    visits = hour(Random(21), HOURS * 3600)  # noqa: S311 (seeded chance makes visits)
    looks = watched(visits, Random(22))  # noqa: S311
    acts = [visit for visit in visits if visit.act is not None]
    ours = {
        f"{images} pictures, {calls} calls": figures(_ours(visits, looks, images, calls), acts)
        for images, calls in ((1, 1), (2, 1), (4, 1), (6, 1), (6, 2))
    }
    others = {
        "fixed_interval": {f"{t} s": figures(_fixed(looks, t), acts) for t in INTERVALS},
        "largest_change": {f"{t} s": figures(_changed(looks, t), acts) for t in INTERVALS},
        "track_end": {
            f"{n} pictures": figures(_ends(visits, looks, n), acts) for n in (1, 2, 4, 6)
        },
    }
    curves = [Curve("Lookout", _points(ours))]
    names = {
        "fixed_interval": "every so many seconds",
        "largest_change": "largest change",
        "track_end": "once at a track's end",
    }
    curves += [Curve(name, _points(others[key])) for key, name in names.items()]
    plot(
        PLOT,
        curves,
        title="Acts seen in the pictures that were sent",
        across="calls per camera and hour",
        up="share of acts seen",
    )
    return {
        "hours": HOURS,
        "visits": len(visits),
        "acts": len(acts),
        "pictures_per_call": IMAGES,
        "lookout": ours,
        **others,
    }


def hour(random: Random, seconds: float) -> list[Visit]:
    """Let people come one after the other, two of three with an act."""
    visits, at = list[Visit](), 20.0
    while at < seconds - 60:
        visits.append(_visit(f"t{len(visits) + 1}", at, random))
        at = visits[-1].goes + random.expovariate(1 / 40.0) + 4.0
    return visits


def _visit(track: str, at: float, random: Random) -> Visit:
    depth = random.uniform(0.15, 0.6)
    left = random.random() < 0.5
    start, end = (-0.05, 1.05) if left else (1.05, -0.05)
    speed = random.uniform(0.08, 0.16)
    kind = random.choice(("stops", "zone", "comes", "near", "passes", "passes"))
    middle = random.uniform(0.25, 0.75)
    steps = [(at, start, depth)]

    def walk(x: float, z: float) -> float:
        time = steps[-1][0] + max(abs(x - steps[-1][1]) / speed, abs(z - steps[-1][2]) / 0.25)
        steps.append((time, x, z))
        return time

    act: tuple[float, float] | None = None
    if kind == "stops":
        arrives = walk(middle, depth)
        steps.append((arrives + random.uniform(2.0, 8.0), middle, depth))
        act = (arrives, steps[-1][0])
    elif kind == "near":
        arrives = walk(middle, random.uniform(0.75, 0.9))
        act = (arrives - 0.6, arrives + 0.6)
    walk(end, depth)
    if kind == "zone":
        inside = [0.45, 0.62] if left else [0.62, 0.45]
        times = [at + abs(x - start) / speed for x in inside]
        act = (times[0], times[1])
    elif kind == "comes":
        # From when they are wholly in the picture.
        enters = at + (0.05 + 0.11 * (0.12 + 0.55 * depth)) / speed
        act = (enters, enters + 1.5)
    dark = random.uniform(at, steps[-1][0])
    return Visit(track, tuple(steps), act, kind, (dark, dark + random.uniform(0.0, 1.0)))


def watched(visits: Sequence[Visit], random: Random) -> list[Look]:
    """Let a detector see the visits, five frames a second while somebody is there, else one."""
    zone = Zone("step", STEP)
    looks, number = list[Look](), 0
    for visit in visits:
        before: tuple[float, float] | None = None
        since, moving, at = visit.comes, True, visit.comes - 3.0
        while at < visit.goes + 1.0:
            box, place, number = visit.box(at), visit.place(at), number + 1
            objects: tuple[EventObject, ...] = ()
            if place is not None and before is not None:
                still = abs(place[0] - before[0]) + abs(place[1] - before[1]) < 1e-6
                since = since if still else at
                moving = not still or at - since < 1.0
            before = place
            seen = None if box is None else _seen(visit, box, at, zone, moving, random)
            objects = () if seen is None else (seen,)
            looks.append(Look(number, at, objects))
            at += 1 / FPS
    return looks


def _seen(
    visit: Visit,
    box: tuple[float, float, float, float],
    at: float,
    zone: Zone,
    moving: bool,
    random: Random,
) -> EventObject | None:
    left, top, right, bottom = (min(1.0, max(0.0, side)) for side in box)
    hidden = visit.hidden[0] <= at <= visit.hidden[1]
    if right - left < 0.02 or random.random() < (0.9 if hidden else 0.05):
        return None
    jitter = random.gauss(0, 0.004)
    foot = ((left + right) / 2, bottom)
    return EventObject.model_validate(
        {
            "track": visit.track,
            "label": "person",
            "score": min(0.98, max(0.3, random.gauss(0.8, 0.08))),
            "box": (left, min(1.0, max(0.0, top + jitter)), right, bottom),
            "zones": ["step"] if zone.depth(foot, SIZE[0] / SIZE[1]) >= 0 else [],
            "motion": {
                "speed": 0.1 if moving else 0.0,
                "heading": 90 if moving else None,
                "state": "moving" if moving else "stationary",
            },
        }
    )


def _ours(
    visits: Sequence[Visit], looks: Sequence[Look], images: int, calls: int
) -> list[list[Sent]]:
    """Ask a moment after a visit showed something, a stop or a zone; the last time at its end."""
    by_visit = _by_visit(visits, looks)
    asked: list[list[Sent]] = []
    for visit in visits:
        gallery = Gallery({"step": STEP})
        made, until = 0, float("-inf")
        for look in by_visit[visit.track]:
            gallery.observe(look.index, look.at, SIZE, look.objects)
            course = gallery.course(visit.track)
            if course is None:
                continue
            due = course.first_seen + PATIENCE
            if not made and calls > 1 and look.at >= due:
                asked.append(pictures(gallery, (visit.track,), images, until))
                made, until = made + 1, look.at
        course = gallery.course(visit.track)
        if course is not None and course.latest.at - until >= PAUSE:
            asked.append(pictures(gallery, (visit.track,), images, until))
    return asked


def pictures(gallery: Gallery, tracks: tuple[str, ...], images: int, after: float) -> list[Sent]:
    """Take what the daemon takes: whole scenes, and a cut of the best view."""
    sent: list[Sent] = []
    for pick in picks(gallery, tracks, after):
        if len(sent) < images:
            sent.append(_whole(pick.look))
        cut = crop(pick.look, tracks) if pick.reason == "best_view" else None
        if cut is not None and len(sent) < images:
            sent.append(Sent(pick.look.at, _tall(pick.look.at, SIZE[1])))
    return sent


def _fixed(looks: Sequence[Look], interval: float) -> list[list[Sent]]:
    """Call every so many seconds, with the newest frames evenly over that time."""
    return [
        [_whole(_nearest(looks, end - interval * part / IMAGES)) for part in range(IMAGES)]
        for end in _ticks(interval)
    ]


def _changed(looks: Sequence[Look], interval: float) -> list[list[Sent]]:
    """Call every so many seconds, with the frames of that time that changed the most."""
    calls, place = list[list[Sent]](), 0
    for end in _ticks(interval):
        window: list[tuple[float, Look]] = []
        while place < len(looks) and looks[place].at <= end:
            former = looks[place - 1] if place else looks[0]
            window.append((_change(former, looks[place]), looks[place]))
            place += 1
        window.sort(key=lambda one: -one[0])
        calls.append([_whole(look) for _, look in window[:IMAGES]])
    return calls


def _ends(visits: Sequence[Visit], looks: Sequence[Look], images: int) -> list[list[Sent]]:
    """Call once at each track's end, with frames evenly over its life, its largest view first."""
    calls = []
    for seen in _by_visit(visits, looks).values():
        shown = [look for look in seen if look.objects]
        if not shown:
            continue
        best = max(shown, key=lambda look: look.objects[0].box[3] - look.objects[0].box[1])
        rest = [shown[round((len(shown) - 1) * n / max(images - 1, 1))] for n in range(images - 1)]
        calls.append([_whole(look) for look in (best, *rest)])
    return calls


def _change(former: Look, look: Look) -> float:
    """Return how much of the picture differs, as far as boxes tell."""
    one = former.objects[0].box if former.objects else None
    other = look.objects[0].box if look.objects else None
    if one is None or other is None:
        return 0.0 if one is other else 1.0
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def _whole(look: Look) -> Sent:
    return Sent(look.at, _tall(look.at, SENT * SIZE[1] / SIZE[0]))


def _tall(at: float, rows: float) -> Callable[[Visit], float]:
    def tall(visit: Visit) -> float:
        box = visit.box(at)
        if box is None or visit.hidden[0] <= at <= visit.hidden[1]:
            return 0.0
        inside = min(1.0, box[2]) - max(0.0, box[0])
        return 0.0 if inside < 0.6 * (box[2] - box[0]) else (box[3] - box[1]) * rows

    return tall


def figures(
    calls: Sequence[Iterable[Sent]], acts: Sequence[Visit], hours: float = HOURS
) -> dict[str, float]:
    """Let the provider answer, and count."""
    sent = sorted((one for call in calls for one in call), key=lambda one: one.at)
    seen = sum(shown(visit, sent) for visit in acts)
    return {
        "recall": round(seen / len(acts), 4),
        "calls_per_act": round(len(calls) / len(acts), 3),
        "calls_per_hour": round(len(calls) / hours, 1),
        "pictures_per_call_mean": round(len(sent) / max(len(calls), 1), 2),
    }


def shown(visit: Visit, sent: Iterable[Sent]) -> bool:
    """Tell whether the act of a visit can be seen on any of these pictures."""
    if visit.act is None:
        return False
    begins, ends = visit.act
    return any(begins <= one.at <= ends and one.tall(visit) >= TALL for one in sent)


def _points(figures: dict[str, dict[str, float]]) -> list[tuple[float, float]]:
    return sorted((one["calls_per_hour"], one["recall"]) for one in figures.values())


def _by_visit(visits: Sequence[Visit], looks: Sequence[Look]) -> dict[str, list[Look]]:
    found: dict[str, list[Look]] = {visit.track: [] for visit in visits}
    place = 0
    for visit in visits:
        while place < len(looks) and looks[place].at < visit.comes - 3.0:
            place += 1
        while place < len(looks) and looks[place].at <= visit.goes + 1.0:
            found[visit.track].append(looks[place])
            place += 1
    return found


def _ticks(interval: float) -> list[float]:
    return [interval * n for n in range(1, int(HOURS * 3600 / interval) + 1)]


def _nearest(looks: Sequence[Look], at: float) -> Look:
    """Return the frame at a time; where nobody was there, an empty one."""
    place = bisect_left(looks, at, key=lambda look: look.at)
    near = [look for look in looks[max(0, place - 1) : place + 1] if abs(look.at - at) <= 0.5 / FPS]
    return min(near, key=lambda look: abs(look.at - at)) if near else Look(0, at, ())
