"""One object followed over time."""

from dataclasses import dataclass

from detectors.detection import Box


@dataclass(frozen=True, slots=True)
class Track:
    """The present state of one followed object."""

    id: int
    """Unique per camera and run."""

    label: str
    """By vote over its detections."""

    score: float
    """Of its last detection."""

    xyxy: Box
    """Filtered box at `last_seen`, or predicted where the object is `lost`."""

    velocity: tuple[float, float]
    """Of the box's centre: relative picture widths and heights per second, right and down."""

    first_seen: float
    """Time of the first frame that showed it."""

    last_seen: float
    """Time of the last frame that showed it."""

    hits: int
    """Frames that showed it."""

    lost: bool = False
    """Not in this frame, but not given up yet."""
