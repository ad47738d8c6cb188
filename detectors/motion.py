"""Finds what moves or is new in front of a fixed camera; needs no model."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from detectors.background import Background, Sensitivity
from detectors.boxes import relative
from detectors.detection import Detections
from detectors.detector import Profile
from detectors.picture import Picture

OBJECT = "object"
"""The label of what moves, whatever it is."""


class MotionConfig(BaseModel):
    """Options of the motion detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(default=320, ge=64, le=1280)
    """Pixels across at which pictures are compared; default 320. Raising it finds smaller things
    and costs time in proportion to its square."""

    threshold: float = Field(default=22.0, ge=4, le=400)
    """How different a pixel must be, in squared deviations of its usual noise; default 22.
    Raising it finds less, and fewer false things in noise and foliage."""

    smallest: float = Field(default=0.0006, ge=0.00005, le=0.5)
    """Share of the picture that must have changed for a box; default 0.0006, which is a bag on the
    far pavement. Raising it passes over small things."""

    absorb: int = Field(default=150, ge=10, le=5000)
    """Pictures after which a thing that stays still belongs to the background; default 150, which
    is 30 s at 5 pictures per second. Raising it keeps things that were left in sight longer."""

    warm_up: int = Field(default=8, ge=1, le=500)
    """Pictures at the start, and after the light has changed at once, during which nothing is
    reported; default 8. Raising it makes a restless picture safer to start with."""

    too_much: float = Field(default=0.2, gt=0, le=1)
    """Share of the picture whose change from one picture to the next means that the light or the
    camera changed and the background is learnt anew; default 0.2. What comes in slowly may be
    larger. Raising it lets faster and nearer things through."""

    min_score: float = Field(default=0.5, ge=0, le=1)
    """Score below which nothing is reported; default 0.5: what is just large enough."""

    cameras: int = Field(default=64, ge=1, le=1024)
    """Backgrounds kept; default 64, each some 3 MB. The camera that was quiet longest is
    forgotten first."""

    threads: int = Field(default=2, ge=1, le=64)
    """Threads that OpenCV may use; default 2. Raising it shortens the wait, not the work."""


class MotionDetector:
    """Background subtraction, one background per camera. For cameras that do not move."""

    Config: ClassVar[type[BaseModel]] = MotionConfig

    def __init__(self, name: str, config: MotionConfig) -> None:
        self.name = name
        self._config = config
        self._backgrounds: OrderedDict[str, Background] = OrderedDict()

    def load(self) -> Profile:
        """Limit OpenCV's threads (for the whole process); nothing else is to be loaded."""
        cv2.setNumThreads(self._config.threads)
        return Profile(
            width=640,
            height=640,
            labels=(OBJECT,),
            description="motion: what changes before a still background, OpenCV on the CPU; no "
            "model, so it cannot say what a thing is. A detector with weights can.",
        )

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Compare each picture with its camera's background, which learns from it."""
        return [self._detect_one(picture) for picture in pictures]

    def close(self) -> None:
        """Forget all backgrounds."""
        self._backgrounds.clear()

    def _detect_one(self, picture: Picture) -> Detections:
        change = self._background(picture.camera).look(picture.rgb)
        score = size_score(change.area, self._config.smallest)
        enough = score >= self._config.min_score
        height, width = picture.rgb.shape[:2]
        boxes, score = change.boxes[enough], score[enough]
        return relative(boxes, score, [OBJECT] * len(boxes), width, height)

    def _background(self, camera: str) -> Background:
        background = self._backgrounds.pop(camera, None) or Background(sensitivity(self._config))
        self._backgrounds[camera] = background
        while len(self._backgrounds) > self._config.cameras:
            self._backgrounds.popitem(last=False)
        return background


def sensitivity(config: MotionConfig) -> Sensitivity:
    """Pick out of the options what a background needs."""
    return Sensitivity(
        width=config.width,
        threshold=config.threshold,
        absorb=config.absorb,
        warm_up=config.warm_up,
        too_much=config.too_much,
        smallest=config.smallest,
    )


def size_score(
    area: np.ndarray[tuple[int], np.dtype[np.float32]], smallest: float
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Give a score that rises with the changed area: 0.5 at the smallest, 0.75 at twice that."""
    return np.asarray(1 - 0.5 ** (area / smallest), np.float32)
