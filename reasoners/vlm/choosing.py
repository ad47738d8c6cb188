"""Which frames are worth a question, how urgently, and what is taken of each. Pure.

First sight, best view, latest, what changed, what was there before, and a spread over a long time;
each with its reason. A frame that shows the same as one that is already taken is refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from detectors import Box
from reasoners.keyframe import Keyframe, Part, Reason, Shot
from reasoners.scene.line import LineConfig
from reasoners.scene.zone import ZoneConfig
from reasoners.vlm.gallery import Course, Gallery, Look, quality
from reasoners.vlm.limits import Limits
from sources import Mark, PictureRequest

AHEAD: Final = 1.5
"""Seconds before first sight from which the scene without the object is taken."""

SOON: Final = 1.5
"""Seconds within which somebody who comes in from the side is awaited to be seen whole."""

LONG: Final = 3.0
"""Seconds between two keyframes from which on one more in between is worth it."""

SAME: Final = 0.92
"""Overlap of an object's boxes in two frames, from which on they may show the same."""

BITS: Final = 5
"""Bits in which the fingerprints of two pictures that show the same may differ, of 64."""

MARGIN: Final = 0.35
"""How much more than the objects a cut shows, in their own sizes."""

LEAST_CUT: Final = 0.15
"""Share of the picture's sides that a cut shows at least."""

LARGE: Final = 0.3
"""Height of an object from which on the whole scene shows it well enough."""

MOST_CUT: Final = 0.5
"""Share of the picture's area from which on a cut shows nothing that the whole does not."""

MARKED: Final = 40
"""Objects marked on one picture; more hide it."""

FAINT = (150, 150, 150)
OTHER = (0, 200, 255)
STRONG = (255, 196, 0)


@dataclass(frozen=True, slots=True)
class Pick:
    """A frame that is worth a question."""

    look: Look
    reason: Reason
    worth: float | None
    """How good a view of the event's object it is, without regard to sharpness; None without it."""


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """A picture as the camera's decoder made it, with what only pixels tell."""

    jpeg: bytes
    width: int
    height: int
    fingerprint: int | None = None
    """64 bits that differ little between pictures that look alike."""

    sharpness: float | None = None
    """0 (nothing but blur) to 1."""

    beside: str = ""
    """A text that came with the picture; data, never instruction."""

    area: Box | None = None
    """What of the frame it shows, relative; None: all of it."""


Taken = tuple[Pick, Sequence[tuple[Part, PictureTaken]]]
"""A frame with its pictures."""


def picks(
    gallery: Gallery, tracks: Sequence[str], after: float = float("-inf")
) -> tuple[Pick, ...]:
    """Return the frames worth a question about some tracks, the most wanted first.

    Args:
        gallery: What was seen.
        tracks: What the event is about, whom most first.
        after: Only frames later than this, seconds: for another look at what was asked about.
    """
    courses = [(track, course) for track in tracks if (course := gallery.course(track)) is not None]
    chosen: dict[int, Pick] = {}
    for track, course in courses:
        for reason, look in _wanted(gallery, track, course, tracks):
            thing = look.shows(track)
            if look.at <= after:
                continue
            pick = Pick(look, reason, None if thing is None else quality(thing))
            if not any(_same(look, other.look, tracks) for other in chosen.values()):
                chosen.setdefault(look.index, pick)
    return tuple(chosen.values())


def _wanted(
    gallery: Gallery, track: str, course: Course, tracks: Sequence[str]
) -> Iterator[tuple[Reason, Look]]:
    """Yield frames so that those that were yielded cover the time as well as so few can."""
    # Just at the border there is hardly anything to be seen of it.
    first = course.whole or course.first
    first = first if first.at - course.first.at <= SOON else course.first
    chosen: list[tuple[Reason, Look]] = [("first_sight", first)]
    if course.best:
        chosen.insert(0, ("best_view", course.best[0][1]))
    yield from chosen
    times = [look.at for _, look in chosen]
    rest = list(_candidates(gallery, track, course, tracks))
    while rest:
        reason, look = max(rest, key=lambda one: (_news(one[0], one[1].at, times), -one[1].at))
        rest.remove((reason, look))
        times.append(look.at)
        yield reason, look


def _candidates(
    gallery: Gallery, track: str, course: Course, tracks: Sequence[str]
) -> Iterator[tuple[Reason, Look]]:
    yield "latest", course.latest
    for look in course.changes:
        yield "change", look
    empty = gallery.before(course.first_seen, AHEAD, tracks)
    if empty is not None:
        yield "before", empty
    since, until = course.first_seen, course.latest.at
    parts = min(int((until - since) // SOON), 8)
    for part in range(1, parts + 1):
        midway = gallery.between(since + (until - since) * part / (parts + 1), since, until, track)
        if midway is not None:
            yield "spread", midway
    for _, look in course.best[1:]:
        yield "spread", look


def _news(reason: Reason, at: float, times: Sequence[float]) -> float:
    """Tell how much a frame adds: by how far in time it is from all that are taken."""
    return _WEIGHT.get(reason, 1.0) * min((abs(at - other) for other in times), default=LONG)


_WEIGHT: Final[dict[Reason, float]] = {"change": 2.0, "latest": 1.2, "before": 0.5}
"""A change says more than the time between, and the past less than the present."""


def crop(look: Look, tracks: Iterable[str]) -> tuple[float, float, float, float] | None:
    """Return what to cut out around some tracks; None where that shows no more than the whole."""
    boxes = [thing.box for track in tracks if (thing := look.shows(track)) is not None]
    if not boxes:
        return None
    left, top, right, bottom = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    across, left, right = _widened(left, right)
    down, top, bottom = _widened(top, bottom)
    if across * down > MOST_CUT or max(box[3] - box[1] for box in boxes) >= LARGE:
        return None
    return left, top, right, bottom


def requests(
    pick: Pick,
    tracks: Sequence[str],
    zones: Mapping[str, ZoneConfig],
    lines: Mapping[str, LineConfig],
    size: tuple[int, int],
    limits: Limits,
) -> tuple[tuple[Part, PictureRequest], ...]:
    """Say which pictures to take of a frame: the whole scene, and a cut of what it is about.

    Marks carry track ids and no labels: a model shall say what it sees, not what it reads.

    Args:
        pick: The frame.
        tracks: What the event is about.
        zones: Drawn faintly, with their names.
        lines: Likewise.
        size: Width and height of the camera's picture.
        limits: How large pictures may be.
    """
    width, height = size
    marks = (
        *(
            Mark(shape="polygon", points=zone.points, text=name, color=FAINT)
            for name, zone in zones.items()
        ),
        *(
            Mark(shape="line", points=line.points, text=name, color=FAINT)
            for name, line in lines.items()
        ),
        *(
            Mark(
                shape="box",
                points=(thing.box[:2], thing.box[2:]),
                text=thing.track,
                color=STRONG if thing.track in tracks else OTHER,
            )
            for thing in sorted(pick.look.objects, key=lambda thing: thing.track not in tracks)[
                :MARKED
            ]
        ),
    )
    whole = PictureRequest(
        index=pick.look.index,
        longest=limits.longest(width, height),
        multiple=limits.patch,
        measure=True,
        marks=marks,
    )
    cut = crop(pick.look, tracks) if pick.reason == "best_view" else None
    if cut is None:
        return (("whole", whole),)
    across, down = (cut[2] - cut[0]) * width, (cut[3] - cut[1]) * height
    longest = limits.longest(round(across), round(down))
    return (
        ("whole", whole),
        ("crop", whole.model_copy(update={"crop": cut, "longest": longest, "marks": marks})),
    )


def alike(
    one: PictureTaken, other: PictureTaken, first: Look, second: Look, tracks: Sequence[str]
) -> bool:
    """Tell whether two pictures show the same: alike to the eye, and nobody has moved."""
    if one.fingerprint is None or other.fingerprint is None:
        return False
    near = (one.fingerprint ^ other.fingerprint).bit_count() <= BITS
    return near and _same(first, second, tracks)


def repeats(one: Taken, other: Taken, tracks: Sequence[str]) -> bool:
    """Tell whether a frame shows what another one shows: cut beside cut, else whole beside whole.

    A cut tells more than the whole does, and nothing beside it.
    """
    pictures, others = dict(one[1]), dict(other[1])
    common: tuple[Part, ...] = ("crop", "whole")
    part = next((part for part in common if part in pictures and part in others), None)
    if part is None:
        return False
    return alike(pictures[part], others[part], one[0].look, other[0].look, tracks)


def keyframes(
    taken: Sequence[Taken],
    first: int = 1,
) -> tuple[Keyframe, ...]:
    """Name what was taken `k1`, `k2`, … in order of time, with its quality.

    Args:
        taken: Frames with their pictures.
        first: Number of the first name: an event may have others already.
    """
    ordered = sorted(taken, key=lambda one: one[0].look.at)
    return tuple(
        Keyframe(
            name=f"k{number}",
            index=pick.look.index,
            captured_at=round(pick.look.at, 3),
            reason=pick.reason,
            shots=tuple(
                Shot(part, one.jpeg, one.width, one.height, one.area) for part, one in shots
            ),
            objects=pick.look.objects,
            quality=_quality(pick, shots),
        )
        for number, (pick, shots) in enumerate(ordered, first)
    )


def sharpest(
    taken: Sequence[Taken],
) -> list[Taken]:
    """Call the best view the one that is best once the pixels had their say."""
    views = [place for place, (pick, _) in enumerate(taken) if pick.worth is not None]
    if not views:
        return list(taken)
    best = max(views, key=lambda place: (_quality(*taken[place]) or 0.0, -place))
    former = next((p for p, (pick, _) in enumerate(taken) if pick.reason == "best_view"), best)
    swapped = list(taken)
    # Only those that were tried for being good views change places: a first sight stays one.
    if best != former and taken[best][0].reason == "spread":
        swapped[best] = (replace(taken[best][0], reason="best_view"), taken[best][1])
        swapped[former] = (replace(taken[former][0], reason="spread"), taken[former][1])
    return swapped


def _quality(pick: Pick, shots: Sequence[tuple[Part, PictureTaken]]) -> float | None:
    if pick.worth is None:
        return None
    sharp = next((one.sharpness for _, one in reversed(shots) if one.sharpness is not None), 1.0)
    return round(pick.worth * sharp, 3)


def _widened(low: float, high: float) -> tuple[float, float, float]:
    """Add the margin to one side of a cut, within the picture; return its length and ends."""
    length = min(1.0, max((high - low) * (1 + 2 * MARGIN), LEAST_CUT))
    middle = min(max((low + high) / 2, length / 2), 1 - length / 2)
    return length, max(0.0, middle - length / 2), min(1.0, middle + length / 2)


def _same(first: Look, second: Look, tracks: Sequence[str]) -> bool:
    """Tell whether every track is at the same place in two frames, or in none of them."""
    for track in tracks:
        one, other = first.shows(track), second.shows(track)
        if (one is None) != (other is None):
            return False
        if one is None or other is None:
            continue
        if _overlap(one.box, other.box) < SAME or one.zones != other.zones:
            return False
    return True


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both)
