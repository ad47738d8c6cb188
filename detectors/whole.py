"""Takes every picture as a whole for one object: for stills of things that no detector knows."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.picture import Picture


class WholeConfig(BaseModel):
    """Options of the detector that looks for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(default="picture", min_length=1, max_length=80)
    """What a picture is called; default `picture`. It must stand in `presence.labels`, or in a
    rule, to make an event."""


class WholeDetector:
    """Finds one object in every picture: all of it.

    With a source of stills each becomes an event, and a model can be asked about it. On a stream
    there would be a single event without end.
    """

    Config: ClassVar[type[BaseModel]] = WholeConfig

    def __init__(self, name: str, config: WholeConfig) -> None:
        self.name = name
        self._label = config.label

    def load(self) -> Profile:
        """Nothing is to be loaded."""
        return Profile(
            width=320,
            height=320,
            labels=(self._label,),
            description=f"whole: every picture as a whole is one {self._label}; for stills",
            max_batch=64,
        )

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Return one box from edge to edge for each."""
        edges = np.array([[0, 0, 1, 1]], np.float32)
        return [Detections(edges, np.ones(1, np.float32), (self._label,)) for _ in pictures]

    def close(self) -> None:
        """Nothing to free."""
