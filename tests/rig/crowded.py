"""A scripted detector that finds a crowd where there is a bright spot.

For tests that run the daemon with this folder's parent on the path: `rig.crowded:CrowdedDetector`.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field

from detectors.detection import Detections
from detectors.picture import Picture
from detectors.testing import ScriptedConfig, ScriptedDetector


class CrowdedConfig(ScriptedConfig):
    """Options of the crowded detector."""

    columns: int = Field(default=8, ge=1, le=16)
    rows: int = Field(default=6, ge=1, le=16)


class CrowdedDetector(ScriptedDetector):
    """Finds so many columns and rows of things, all over the picture."""

    Config: ClassVar[type[BaseModel]] = CrowdedConfig

    def __init__(self, name: str, config: CrowdedConfig) -> None:
        super().__init__(name, config)
        across, down = np.meshgrid(np.arange(config.columns), np.arange(config.rows))
        left, top = across.ravel() / config.columns, down.ravel() / config.rows
        wide, high = 0.7 / config.columns, 0.7 / config.rows
        self._boxes = np.stack([left, top, left + wide, top + high], 1).astype(np.float32)
        self._label = config.label

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Find all of them, or none."""
        return [self._crowd() if len(one) else one for one in super().detect(pictures)]

    def _crowd(self) -> Detections:
        count = len(self._boxes)
        score = np.full(count, 0.9, np.float32)
        return Detections(self._boxes, score, (self._label,) * count)
