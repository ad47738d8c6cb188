"""People by their outline, everything else by its motion: what works without any model file."""

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
from detectors.outline import PeopleSearch
from detectors.picture import Picture
from detectors.watch import Caution, Watch

PERSON, OBJECT = "person", "object"


class EmbeddedConfig(BaseModel):
    """Options of the embedded detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: tuple[str, ...] = (PERSON, OBJECT)
    """What to report, of `person` and `object`; default both."""

    smallest_person: float = Field(default=0.19, ge=0.05, le=1)
    """Height of the smallest person sought, in picture heights; default 0.19. Lowering it finds
    people further away; the time rises with its inverse square."""

    min_score: float = Field(default=0.5, ge=0, le=1)
    """Score that a new person needs; default 0.5. Raising it misses more people and takes fewer
    other things for people."""

    keep_score: float = Field(default=0.25, ge=0, le=1)
    """Score that suffices where a person is known to be; default 0.25. Raising it loses people
    earlier in unusual poses."""

    still_score: float = Field(default=0.9, ge=0, le=1)
    """Score that a person needs where nothing has moved; default 0.9. Lowering it finds people who
    stood still from the beginning, and takes posts and trees for such."""

    sweep: int = Field(default=25, ge=1, le=10000)
    """Every how many pictures all of the picture is searched instead of where something moves;
    default 25. Lowering it costs time and finds still people sooner."""

    hold: int = Field(default=6, ge=0, le=100)
    """Pictures during which a person whose outline is lost is followed by motion alone; default 6.
    Raising it bridges longer stoops and hidings, and keeps wrong people longer."""

    smallest: float = Field(default=0.0006, ge=0.00005, le=0.5)
    """Share of the picture that must have changed for an object; default 0.0006. Raising it passes
    over small things."""

    threshold: float = Field(default=22.0, ge=4, le=400)
    """How different a pixel must be from the background, in squared deviations; default 22.
    Raising it finds less, and fewer false things in noise and foliage."""

    absorb: int = Field(default=150, ge=10, le=5000)
    """Pictures after which a thing that stays still belongs to the background; default 150, which
    is 30 s at 5 pictures per second. Raising it keeps things that were left in sight longer."""

    cameras: int = Field(default=64, ge=1, le=1024)
    """Cameras remembered; default 64, each some 3 MB. The one that was quiet longest is forgotten
    first."""

    threads: int = Field(default=2, ge=1, le=64)
    """Threads that OpenCV may use; default 2. Raising it shortens the wait, not the work."""


class EmbeddedDetector:
    """The default when no weights are at hand. For cameras that do not move.

    The outline is searched where something moves or a person is known to be, which keeps a quiet
    camera cheap; all of the picture is searched now and then.
    """

    Config: ClassVar[type[BaseModel]] = EmbeddedConfig

    def __init__(self, name: str, config: EmbeddedConfig) -> None:
        self.name = name
        self._config = config
        self._search = PeopleSearch(step=1.08, overlap=0.45)
        self._watches: OrderedDict[str, Watch] = OrderedDict()

    def load(self) -> Profile:
        """Limit OpenCV's threads (for the whole process); nothing else is to be loaded."""
        cv2.setNumThreads(self._config.threads)
        return Profile(
            width=768,
            height=768,
            labels=tuple(one for one in (PERSON, OBJECT) if one in self._config.labels),
            description="embedded: people by their outline (HOG), other things by their motion, "
            "OpenCV on the CPU; no model file. It cannot tell a car from a dog and misses people "
            "who are small or half hidden: a detector with weights is better.",
        )

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look at each picture with what is known of its camera."""
        return [self._detect_one(picture) for picture in pictures]

    def close(self) -> None:
        """Forget all cameras."""
        self._watches.clear()

    def _detect_one(self, picture: Picture) -> Detections:
        people, objects = self._watch(picture.camera).look(picture.rgb)
        height, width = picture.rgb.shape[:2]
        rows = [(one, PERSON) for one in people if PERSON in self._config.labels]
        rows += [(one, OBJECT) for one in objects if OBJECT in self._config.labels]
        boxes = np.array([box for (box, _), _ in rows], np.float32).reshape(-1, 4)
        score = np.array([score for (_, score), _ in rows], np.float32)
        return relative(boxes, score, [label for _, label in rows], width, height)

    def _watch(self, camera: str) -> Watch:
        watch = self._watches.pop(camera, None) or self._new_watch()
        self._watches[camera] = watch
        while len(self._watches) > self._config.cameras:
            self._watches.popitem(last=False)
        return watch

    def _new_watch(self) -> Watch:
        config = self._config
        background = Background(
            Sensitivity(
                width=320,
                threshold=config.threshold,
                absorb=config.absorb,
                warm_up=4,
                too_much=0.2,
                smallest=config.smallest,
            )
        )
        caution = Caution(
            smallest_person=config.smallest_person,
            min_score=config.min_score,
            keep_score=config.keep_score,
            still_score=config.still_score,
            sweep=config.sweep,
            hold=config.hold,
            absorb=config.absorb,
            smallest=config.smallest,
        )
        return Watch(self._search, background, caution)
