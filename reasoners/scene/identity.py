"""Whether a new track shows an object that was there a moment ago."""

import math
from collections.abc import Iterable, Sequence

from detectors import Track
from reasoners.scene.thing import MOVES, Thing

NEAR, DRIFT = 0.4, 0.5
"""How far from the expected place it may be, in own sizes: at once, and more per second away."""

SIMILAR = 2.5
"""Ratio of areas up to which two boxes may show one object."""

COASTS = 1.0
"""Seconds for which an object out of sight is expected to go on as it did."""


def reunite(tracks: Sequence[Track], absent: Iterable[Thing], now: float) -> dict[int, Thing]:
    """Match new tracks with objects out of sight, the most plausible pairs first.

    Args:
        tracks: Tracks in this frame that belong to no object yet.
        absent: Objects that no track of this frame shows.
        now: Time of the frame.

    Returns:
        Object by track id; each object and each track at most once.
    """
    pairs = sorted(
        (distance, thing.id, track.id, thing)
        for thing in absent
        for track in tracks
        if (distance := _distance(track, thing, now)) is not None
    )
    found: dict[int, Thing] = {}
    taken: set[int] = set()
    for _, number, track_id, thing in pairs:
        if track_id not in found and number not in taken:
            found[track_id] = thing
            taken.add(number)
    return found


def _opposed(track: Track, thing: Thing) -> bool:
    """Tell whether both move, and not the same way: two people who pass each other."""
    (vx, vy), (wx, wy) = track.velocity, thing.velocity
    if math.hypot(wx * thing.aspect, wy) < MOVES * thing.size:
        return False
    if math.hypot(vx * thing.aspect, vy) < MOVES * thing.size:
        return False
    return vx * wx * thing.aspect**2 + vy * wy < 0


def _distance(track: Track, thing: Thing, now: float) -> float | None:
    """Return how far the track is from where the object should be; None if it is another."""
    # Two tracks that were seen in the same frame are two objects.
    if track.label != thing.label or track.first_seen <= thing.last_seen:
        return None
    left, top, right, bottom = thing.box
    a, b, c, d = track.xyxy
    before = max((right - left) * (bottom - top), 1e-8)
    after = max((c - a) * (d - b), 1e-8)
    if max(before / after, after / before) > SIMILAR or _opposed(track, thing):
        return None
    away = max(0.0, now - thing.last_seen)
    across = (a + c - left - right) / 2
    down = (b + d - top - bottom) / 2
    coasted = min(away, COASTS)
    # It may have gone on, or have stopped behind what hides it.
    distance = (
        min(
            math.hypot((across - coasted * vx) * thing.aspect, down - coasted * vy)
            for vx, vy in (thing.velocity, (0.0, 0.0))
        )
        / thing.size
    )
    return distance if distance <= NEAR + DRIFT * coasted else None
