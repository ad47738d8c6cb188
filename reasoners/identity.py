"""Whether a new track shows an object that was there a moment ago."""

import math
from collections.abc import Iterable, Sequence

from detectors import Track
from reasoners.thing import Thing

NEAR, DRIFT = 0.6, 0.6
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


def _distance(track: Track, thing: Thing, now: float) -> float | None:
    """Return how far the track is from where the object should be; None if it is another."""
    # Two tracks that were seen in the same frame are two objects.
    if track.label != thing.label or track.first_seen <= thing.last_seen:
        return None
    left, top, right, bottom = thing.box
    a, b, c, d = track.xyxy
    before = max((right - left) * (bottom - top), 1e-8)
    after = max((c - a) * (d - b), 1e-8)
    if max(before / after, after / before) > SIMILAR:
        return None
    away = max(0.0, now - thing.last_seen)
    across = (a + c - left - right) / 2
    down = (b + d - top - bottom) / 2
    coasted = min(away, COASTS)
    # It may have gone on, or have stopped behind what hides it.
    distance = min(
        math.hypot((across - coasted * vx) * thing.aspect, down - coasted * vy)
        for vx, vy in (thing.velocity, (0.0, 0.0))
    ) / max((right - left) * thing.aspect, bottom - top, 1e-4)
    return distance if distance <= NEAR + DRIFT * coasted else None
