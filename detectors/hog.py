"""Finds people by the shape of their outline; needs no model file."""

from collections.abc import Sequence
from typing import ClassVar

import cv2
from pydantic import BaseModel, ConfigDict, Field

from detectors.boxes import relative
from detectors.detection import Detections
from detectors.detector import Profile
from detectors.outline import People, PeopleSearch
from detectors.picture import Picture

PERSON = "person"


class HogConfig(BaseModel):
    """Options of the outline detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    smallest: float = Field(default=0.26, ge=0.05, le=1)
    """Height of the smallest person sought, in picture heights; default 0.26. Lowering it finds
    people further away; the time rises with its inverse square."""

    min_score: float = Field(default=0.5, ge=0, le=1)
    """Score below which nothing is reported; default 0.5. Raising it misses more people and takes
    fewer posts and doors for people."""

    step: float = Field(default=1.08, gt=1, le=1.5)
    """Ratio of the sizes that are tried one after the other; default 1.08. Raising it is faster
    and misses people of the sizes between."""

    overlap: float = Field(default=0.45, gt=0, le=1)
    """Intersection over union above which two boxes are the same person; default 0.45. Raising it
    keeps people apart who walk closely together, and more doubles."""

    threads: int = Field(default=2, ge=1, le=64)
    """Threads that OpenCV may use; default 2. Raising it shortens the wait, not the work."""


class HogDetector:
    """Histograms of gradients and a linear classifier (Dalal and Triggs 2005), OpenCV's weights.

    It knows upright people who are seen whole. Stateless.
    """

    Config: ClassVar[type[BaseModel]] = HogConfig

    def __init__(self, name: str, config: HogConfig) -> None:
        self.name = name
        self._config = config
        self._search = PeopleSearch(config.step, config.overlap)

    def load(self) -> Profile:
        """Limit OpenCV's threads (for the whole process); nothing else is to be loaded."""
        cv2.setNumThreads(self._config.threads)
        return Profile(
            width=640,
            height=640,
            labels=(PERSON,),
            description="hog: upright people by their outline, OpenCV on the CPU; no model file. "
            "A detector with weights finds more, and other things than people.",
        )

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Search each picture from edge to edge."""
        return [self._detect_one(picture) for picture in pictures]

    def close(self) -> None:
        """Nothing to free."""

    def _detect_one(self, picture: Picture) -> Detections:
        height, width = picture.rgb.shape[:2]
        smallest = self._config.smallest * height
        people: People = self._search.everywhere(picture.rgb, smallest, self._config.min_score)
        return relative(people.boxes, people.score, [PERSON] * len(people.boxes), width, height)
