"""A detector with the usual faults watches a yard: it misses, jitters, doubts, confuses labels."""

from collections.abc import Sequence
from random import Random
from typing import Final

from detectors import Box
from reasoners.event import Event, EventObject
from reasoners.keyframe import Keyframe, Shot
from reasoners.question import Question
from reasoners.scene.zone import Zone
from reasoners.testing.yard import ASPECT, HIDDEN, SIZE, ZONES, Player, chance, hidden
from reasoners.verdict import Job
from reasoners.vlm.choosing import picks
from reasoners.vlm.gallery import Gallery

FPS: Final = 5
JPEG: Final = b"\xff\xd8\xff\xe0 nothing is looked at here \xff\xd9"


def watched(players: Sequence[Player], random: Random) -> Job | None:
    """Let a detector watch, choose keyframes, and ask about the first player.

    None where it never saw that one.
    """
    gallery = Gallery(ZONES)
    zones = [Zone(name, config) for name, config in ZONES.items()]
    last: tuple[EventObject, ...] = ()
    for number in range(9 * FPS):
        at = number / FPS
        last = tuple(
            _seen(player, box, at, zones, random)
            for player in players
            if (box := player.box(at)) is not None
            and hidden(player, at, players) < HIDDEN
            and chance(random, 0.7 if player.doubtful else 0.96)
        )
        gallery.observe(number, at, SIZE, last)
    chosen = picks(gallery, ("t1",))[:4]
    course = gallery.course("t1")
    if not chosen or course is None:
        return None
    frames = sorted(chosen, key=lambda pick: pick.look.at)
    about = course.latest.shows("t1")
    event = Event.model_validate(
        {
            "id": "e1",
            "node": "box1",
            "camera": "yard",
            "revision": 1,
            "type": "new",
            "rule": "presence",
            "started_at": course.first_seen,
            "updated_at": course.first_seen,
            "objects": [about],
            "explanation": "Somebody came.",
            "frame": {"index": 1, "captured_at": course.first_seen, "received_at": 9.0},
        }
    )
    return Job(
        event=event,
        question="",
        images=(),
        deadline=5.0,
        questions=(Question("presence", "Is somebody there?"),),
        keyframes=tuple(
            Keyframe(
                f"k{number}",
                pick.look.index,
                pick.look.at,
                pick.reason,
                (Shot("whole", JPEG),),
                pick.look.objects,
            )
            for number, pick in enumerate(frames, 1)
        ),
        sightings=gallery.sightings([pick.look for pick in chosen], ("t1",)),
        zones=gallery.zones,
    )


def _seen(
    player: Player, box: Box, at: float, zones: Sequence[Zone], random: Random
) -> EventObject:
    wide, high = box[2] - box[0], box[3] - box[1]
    jittered = tuple(
        min(1.0, max(0.0, side + random.gauss(0, 0.03) * span))
        for side, span in zip(box, (wide, high, wide, high), strict=True)
    )
    left, top, right, bottom = jittered
    foot = ((left + right) / 2, bottom)
    label = player.label
    # Vans and pickups are now one, now the other.
    if label == "truck" and chance(random, 0.1):
        label = "car"
    moving = player.moving and player.comes + 0.4 < at
    return EventObject.model_validate(
        {
            "track": player.track,
            "label": label,
            "score": min(0.99, max(0.2, random.gauss(0.42 if player.doubtful else 0.82, 0.07))),
            "box": (min(left, right), min(top, bottom), max(left, right), max(top, bottom)),
            "zones": [zone.name for zone in zones if zone.depth(foot, ASPECT) >= 0],
            "motion": {
                "speed": 0.05 if moving else 0.0,
                "heading": 90 if moving else None,
                "state": "moving" if moving else "stationary",
            },
        }
    )
