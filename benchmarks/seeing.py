"""A detector on OpenVINO that also writes down which picture it was: for ages under a real model.

Reading the number takes some 50 us per picture.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from detectors.openvino import OpenvinoConfig, OpenvinoDetector, Ticket
from detectors.picture import Picture
from sources.testing import read


class SeeingConfig(OpenvinoConfig):
    """Options of OpenVINO's detector and one more."""

    record: Path
    """A file to which index and truth of each picture are added, as JSON lines."""


class SeeingDetector(OpenvinoDetector):
    """Looks as OpenVINO's detector does, and takes notes."""

    Config = SeeingConfig

    def __init__(self, name: str, config: SeeingConfig) -> None:
        super().__init__(name, config)
        self._notes = config.record

    def begin(self, pictures: Sequence[Picture]) -> Ticket:
        """Take notes, then begin to look."""
        with self._notes.open("a", encoding="utf-8") as notes:
            for picture in pictures:
                said = {"index": picture.index, "truth": read(picture.rgb)}
                notes.write(json.dumps(said) + "\n")
        return super().begin(pictures)
