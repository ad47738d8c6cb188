"""The second interface of this room: identities over time."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from detectors.detection import Detections
from detectors.track import Track


class Tracker(Protocol):
    """Carries identities from frame to frame; one instance per camera. Pure: time comes in."""

    Config: ClassVar[type[BaseModel]]

    def __init__(self, name: str, config: Any, first_id: int = 1) -> None:  # noqa: ANN401
        """Start numbering at `first_id`, so that ids stay unique across a reset."""
        ...

    @property
    def next_id(self) -> int:
        """The id the next new track will get."""
        ...

    def update(self, at: float, detections: Detections) -> Sequence[Track]:
        """Take the detections of the frame captured at `at` (seconds, never decreasing).

        Returns the confirmed tracks, seen and lost ones, by id. A track that is not returned any
        more is gone for good.
        """
        ...

    def carry(self, at: float) -> Sequence[Track]:
        """Say where the tracks should be in a frame that nobody looked at; changes nothing.

        Those seen at the last look are `carried`, with a score that falls the longer ago that was;
        the others are `lost` as before. `at` is no earlier than the last `update`.
        """
        ...

    def reset(self) -> None:
        """Forget all tracks, keep numbering."""
        ...
