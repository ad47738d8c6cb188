"""What the scene is shown of one frame: no pixels, only what detector and tracker made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from detectors import Track
from sources import Road


@dataclass(frozen=True, slots=True)
class View:
    """One frame as the reasoning room sees it. All times in seconds."""

    index: int
    captured_at: float
    received_at: float
    width: int
    """Pixels of the camera's picture; only their ratio matters here."""

    height: int
    tracks: Sequence[Track]
    """Confirmed tracks, seen and lost ones."""

    looked: bool = True
    """Whether a detector looked at this frame; if not, its tracks are carried."""

    age_s: float | None = None
    """Monotonic age of the frame; None in a replay."""

    road: Road | None = None
    """What was seen of the road itself, where a camera looks ahead out of a vehicle."""
