"""A frame picked for reasoning, with the reason why, and what the tracker knows beside it."""

from dataclasses import dataclass
from typing import Literal

from detectors import Box
from reasoners.event import EventObject

Reason = Literal["before", "first_sight", "best_view", "change", "spread", "latest", "still"]
"""Why a frame was chosen:

* `before`: the scene before the event began, from what the camera's decoder still remembers;
* `first_sight`: the first frame that shows the event's object;
* `best_view`: where it is largest, sharpest, surest, and not cut off;
* `change`: where it entered a zone, stopped, or changed otherwise the most;
* `spread`: to cover a long time evenly;
* `latest`: the newest;
* `still`: there is only this one picture.
"""

Part = Literal["whole", "crop"]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a keyframe as it goes to a model."""

    part: Part
    """The whole scene, or cut around the event's objects."""

    jpeg: bytes
    width: int = 0
    """Pixels; 0 where nobody said."""

    height: int = 0
    area: Box | None = None
    """What of the frame it shows, relative; None: all of it."""


@dataclass(frozen=True, slots=True)
class Keyframe:
    """One frame worth a question. The marks on its pictures are the track ids of `objects`."""

    name: str
    """`k1`, `k2`, … in order of time within its event; evidence names it."""

    index: int
    captured_at: float
    reason: Reason
    shots: tuple[Shot, ...]
    """The whole scene first, where both are there."""

    objects: tuple[EventObject, ...] = ()
    """What the detector saw on it, whatever the event is about."""

    quality: float | None = None
    """How good a view of the event's object it is, 0 to 1; None where it does not show it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the tracker knows of one object over the time of a job. Times in seconds."""

    track: str
    label: str
    """By vote over its detections."""

    first_seen: float
    last_seen: float
    zones: tuple[str, ...] = ()
    """Every zone it was in, in order of its first visit."""

    near_zones: tuple[str, ...] = ()
    """Zones whose border it touched: nobody can say whether it was inside."""

    moved: bool = False
    """Whether it moved at any time."""

    rested: bool = False
    """Whether it stood still at any time."""

    sure: bool = True
    """Whether its score was good enough, for long enough, to contradict anybody."""

    other_labels: tuple[str, ...] = ()
    """What single frames took it for besides."""
