"""Shows plays to a scene: as exact tracks, or as a detector's boxes through a real tracker."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from detectors import Detections, Track
from reasoners.scene.scene import Scene
from reasoners.scene.view import View
from reasoners.testing.marks import Watching
from reasoners.testing.plays import CAMERA, CONFIG, Play
from reasoners.testing.stage import ASPECT, HIDDEN, Sight, clip, look
from reasoners.testing.truth import Truth

WIDTH, HEIGHT = round(ASPECT * 900), 900


@dataclass(frozen=True, slots=True)
class Errors:
    """What a detector does wrong."""

    missed: float = 0.0
    """Share of the boxes that it misses, each frame anew."""

    false: float = 0.0
    """False boxes for each true one."""

    noise: float = 0.0
    """Standard deviation of each side, in box sizes."""


Follow = Callable[[float, Detections], Sequence[Track]]
"""A tracker's `update`."""


def frames(play: Play, fps: float) -> Iterator[tuple[float, list[Sight]]]:
    """Yield the times of the frames, in seconds, and what a perfect detector finds."""
    for number in range(round(play.seconds * fps)):
        at = number / fps
        yield at, [sight for sight in look(CAMERA, play.actors, at) if sight.visible > 1 - HIDDEN]


def detections(sights: Sequence[Sight], random: Random, errors: Errors) -> Detections:
    """Turn what is there into what a detector says."""
    found: list[tuple[tuple[float, ...], float, str]] = []
    for sight in sights:
        if random.random() >= errors.missed:
            found.append((_shaken(sight, random, errors.noise), 0.9, sight.actor.label))
        if random.random() < errors.false:
            x, y = random.uniform(0.1, 0.9), random.uniform(0.2, 0.9)
            high = random.uniform(0.05, 0.2)
            box = (x - high / 5, y - high / 2, x + high / 5, y + high / 2)
            found.append((box, random.uniform(0.3, 0.9), sight.actor.label))
    if not found:
        return Detections.none()
    found.sort(key=lambda one: -one[1])
    return Detections(
        np.array([box for box, _, _ in found], np.float32),
        np.array([score for _, score, _ in found], np.float32),
        tuple(label for _, _, label in found),
    )


def exact(play: Play, fps: float) -> Iterator[View]:
    """Yield a play as views with exact tracks; who is hidden for a moment is lost meanwhile."""
    first: dict[str, float] = {}
    last: dict[str, Track] = {}
    ids = {actor.name: number for number, actor in enumerate(play.actors, 1)}
    for number, (at, sights) in enumerate(frames(play, fps)):
        shown: list[Track] = []
        for sight in sights:
            name = sight.actor.name
            first.setdefault(name, at)
            track = Track(
                ids[name],
                sight.actor.label,
                0.9,
                sight.box,
                _velocity(sight, at),
                first[name],
                at,
                3,
            )
            last[name] = track
            shown.append(track)
        yield View(number, at, at, WIDTH, HEIGHT, shown)


def watch(play: Play, fps: float, follow: Follow, seed: int, errors: Errors) -> Watching:
    """Show a whole play to a new scene, through a tracker."""
    truth = Truth(play)
    random = Random(f"{play.name} {seed}")  # noqa: S311  chance that is seeded
    watching = Watching(truth, Scene(CONFIG))
    for number, (at, sights) in enumerate(frames(play, fps)):
        tracks = follow(at, detections(sights, random, errors))
        watching.show(View(number, at, at, WIDTH, HEIGHT, tracks), sights)
    return watching


def watch_exactly(play: Play, fps: float) -> Watching:
    """Show a whole play to a new scene, as exact tracks."""
    watching = Watching(Truth(play), Scene(CONFIG))
    for view, (_, sights) in zip(exact(play, fps), frames(play, fps), strict=True):
        watching.show(view, sights)
    return watching


def _velocity(sight: Sight, at: float) -> tuple[float, float]:
    before, after = CAMERA.box(sight.actor, at - 0.1), CAMERA.box(sight.actor, at + 0.1)
    if before is None or after is None:
        before, after = (before or sight.box), (after or sight.box)
        before, after = clip(before), clip(after)
    return (
        (after[0] + after[2] - before[0] - before[2]) / 0.4,
        (after[1] + after[3] - before[1] - before[3]) / 0.4,
    )


def _shaken(sight: Sight, random: Random, noise: float) -> tuple[float, ...]:
    left, top, right, bottom = sight.box
    wide, high = right - left, bottom - top
    box = (
        left + random.gauss(0, noise) * wide,
        top + random.gauss(0, noise) * high,
        right + random.gauss(0, noise) * wide,
        bottom + random.gauss(0, noise) * high,
    )
    return clip(box)
