"""Numbers and objects as they leave: rounded, so that a replay gives the same bytes."""

from detectors import Box
from reasoners.event import EventObject, FrameReference, Motion
from reasoners.scene.thing import Thing
from reasoners.scene.view import View

LABEL = 80
"""Characters of a label; a detector's class names are its own."""


def moment(at: float) -> float:
    """Round a time to milliseconds."""
    return round(at, 3)


def track_name(track: int) -> str:
    """Name a track as events do: `t17`."""
    return f"t{track}"


def frame_reference(view: View) -> FrameReference:
    """Name the frame of a view."""
    return FrameReference(
        index=view.index,
        captured_at=moment(view.captured_at),
        received_at=moment(view.received_at),
        age_s=None if view.age_s is None else round(view.age_s, 3),
    )


def event_object(thing: Thing) -> EventObject:
    """Show an object as it is now."""
    return EventObject(
        track=track_name(thing.track),
        label=thing.label[:LABEL],
        score=unit(thing.score),
        box=rounded(thing.box),
        carried=thing.carried,
        zones=tuple(sorted(thing.zones)),
        motion=Motion(
            speed=round(thing.speed, 4),
            heading=thing.heading,
            state="moving" if thing.moving else "stationary",
        ),
    )


def unit(share: float) -> float:
    """Round a score or confidence to 3 digits, within 0 to 1."""
    return round(min(max(share, 0.0), 1.0), 3)


def rounded(box: Box) -> Box:
    """Round a box to 4 digits: a tenth of a pixel of Full HD and finer."""
    left, top, right, bottom = box
    return round(left, 4), round(top, 4), round(right, 4), round(bottom, 4)
