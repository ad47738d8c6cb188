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
    """Of its last detection; of a carried one, that times how likely its box still fits."""

    xyxy: Box
    """Filtered box at `last_seen`, or predicted where the object is `lost` or `carried`."""

    velocity: tuple[float, float]
    """Of the box's centre: relative picture widths and heights per second, right and down."""

    first_seen: float
    """Time of the first frame that showed it."""

    last_seen: float
    """Time of the last frame that showed it."""

    hits: int
    """Frames that showed it."""

    lost: bool = False
    """Looked for and not found in this frame, but not given up yet."""

    carried: bool = False
    """Nobody looked for it in this frame: its box is what is believed, not what was seen."""

    moving: bool = True
    """Whether it moves, or else rests."""

    found: Box | None = None
    """The box as the detector gave it for this frame, which no filter made late; None where there
    was none, or the tracker does not tell."""
