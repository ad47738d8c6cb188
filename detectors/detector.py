"""The first interface of this room: a model on a device."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from detectors.detection import Detections
from detectors.picture import Picture


@dataclass(frozen=True, slots=True)
class Profile:
    """What a loaded detector says of itself."""

    width: int
    """Pixels: the box into which pictures should be fitted before they are handed over."""

    height: int
    labels: tuple[str, ...]
    """Every class name it can say."""

    description: str
    """For people: model, runtime, device; why it was picked and what would be better."""

    max_batch: int = 1
    """How many pictures one call takes without waste."""

    window: float = 0.0
    """Seconds worth waiting for a fuller batch; 0 on CPUs."""

    under_way: int = 1
    """How many calls may be begun before the first is finished; more than one only of detectors
    that are `Overlapping`."""

    parts: bool = False
    """Whether a part of a picture may be looked at by itself: it remembers nothing between
    pictures and knows objects by their looks."""


class Detector(Protocol):
    """A model on a device; lives in the worker process. Plain and blocking.

    Pictures of a batch may come from different cameras and differ in size; where a camera has
    several detectors they may exceed the profile's. A `Config` with `device` may have `fallback`,
    the device to use when that one has no memory left.
    """

    Config: ClassVar[type[BaseModel]]

    def __init__(self, name: str, config: Any) -> None:  # noqa: ANN401 (its own Config)
        ...

    def load(self) -> Profile:
        """Load and warm up.

        Raises:
            DetectorRejected: The model or the device cannot work as configured.
            DetectorUnavailable: The device failed this once.
        """
        ...

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Return one result per picture, in order.

        Raises:
            DetectorExhausted: The device has no memory left, even for the smallest batch.
            DetectorUnavailable: The device failed; the worker is started anew.
        """
        ...

    def close(self) -> None:
        """Free the device."""
        ...


class Overlapping(Detector, Protocol):
    """A detector that takes the next pictures while it still looks at the last ones.

    At most `Profile.under_way` calls are begun at a time, and they are finished in order.
    """

    def begin(self, pictures: Sequence[Picture]) -> Any:  # noqa: ANN401 (its own ticket)
        """Start looking at up to `max_batch` pictures, which may go once this returns.

        Raises:
            DetectorExhausted: The device has no memory left, even for the smallest batch.
            DetectorUnavailable: The device failed; the worker is started anew.
        """
        ...

    def done(self, ticket: Any) -> bool:  # noqa: ANN401 (its own ticket)
        """Tell whether `finish` would return at once."""
        ...

    def finish(self, ticket: Any) -> Sequence[Detections]:  # noqa: ANN401 (its own ticket)
        """Wait for what was begun; return one result per picture, in order.

        Raises:
            DetectorExhausted: The device has no memory left, even for the smallest batch.
            DetectorUnavailable: The device failed; the worker is started anew.
        """
        ...

    def bell(self) -> int:
        """Return a descriptor that can be read whenever something begun is done; reset by reading.

        Only a hint: what failed may not ring.
        """
        ...
