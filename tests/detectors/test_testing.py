"""The scripted detector, and the check that every detector must pass."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorRejected, DetectorUnavailable
from detectors.picture import Picture
from detectors.testing import ScriptedConfig, ScriptedDetector, check_detector
from sources.testing import burn


def scripted(**options: object) -> ScriptedDetector:
    """Build a scripted detector."""
    return ScriptedDetector("test", ScriptedConfig.model_validate(options))


def spot() -> Picture:
    """Show a white box on black."""
    rgb = np.zeros((50, 100, 3), np.uint8)
    rgb[10:20, 40:60] = 255
    return Picture("yard", 7, rgb)


def test_it_finds_the_bright_spot() -> None:
    """Box, label and score of the bright part; nothing where nothing is bright."""
    [found] = scripted(label="cat").detect([spot()])
    assert np.allclose(found.xyxy, [[0.4, 0.2, 0.6, 0.4]])
    assert found.label == ("cat",)
    assert len(scripted().detect([Picture("yard", 8, spot().rgb // 2)])[0]) == 0


def test_it_keeps_the_contract_of_detectors() -> None:
    """A well scripted detector is a detector."""
    assert check_detector(scripted(width=64, height=48)).labels == ("person",)


def test_it_fails_in_the_call_it_was_told() -> None:
    """The fault comes in that call and not before."""
    detector = scripted(fault="unavailable", fault_at=2)
    detector.detect([spot()])
    with pytest.raises(DetectorUnavailable):
        detector.detect([spot()])


def test_it_fails_to_load_as_told() -> None:
    """Each way of loading wrongly is the error it stands for."""
    for how, error in (("rejected", DetectorRejected), ("unavailable", DetectorUnavailable)):
        with pytest.raises(error):
            scripted(load=how).load()
    with pytest.raises(RuntimeError, match="a bug"):
        scripted(load="bug").load()


def test_it_records_what_it_saw(tmp_path: Path) -> None:
    """One line per picture, in order, added to what is there."""
    record, began = tmp_path / "seen.jsonl", time.monotonic()
    detector = scripted(record=record)
    detector.detect([spot()])
    detector.detect([spot(), spot()])
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [line["call"] for line in lines] == [1, 2, 2]
    assert began <= lines[0].pop("at") <= time.monotonic()
    assert lines[0] == {
        "pid": os.getpid(),
        "call": 1,
        "camera": "yard",
        "index": 7,
        "width": 100,
        "height": 50,
        "mean": 10.2,
        "truth": None,
    }


def test_it_reads_what_a_picture_says_of_itself(tmp_path: Path) -> None:
    """Truth in the pixels is recorded, and its blocks are not taken for the spot."""
    record = tmp_path / "seen.jsonl"
    picture = np.zeros((144, 240, 3), np.uint8)
    picture[36:72, 60:120] = 255
    burn(picture, 3, 70_000)
    [found] = scripted(record=record).detect([Picture("yard", 1, picture)])
    assert np.allclose(found.xyxy, [[0.25, 0.25, 0.5, 0.5]])
    assert json.loads(record.read_text())["truth"] == [3, 70_000]


class Unruly(ScriptedDetector):
    """Returns what it was given."""

    def __init__(self, result: Detections) -> None:
        super().__init__("unruly", ScriptedConfig())
        self.result = result

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Return the result for each picture."""
        return [self.result for _ in pictures]


def result(*boxes: list[float], scores: list[float], label: str = "person") -> Detections:
    """Make detections of one label."""
    return Detections(
        np.array(boxes, np.float32), np.array(scores, np.float32), (label,) * len(boxes)
    )


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (result([0, 0, 1.5, 1], scores=[0.5]), "within 0..1"),
        (result([0.5, 0, 0.2, 1], scores=[0.5]), "an area"),
        (result([0, 0, 1, 1], scores=[0.5], label="cat"), "those of the profile"),
        (result([0, 0, 1, 1], [0, 0, 0.5, 1], scores=[0.5, 0.6]), "strongest"),
        (result([0, 0, 1, 1], scores=[0.5, 0.4]), "one score per box"),
    ],
)
def test_broken_promises_are_found(broken: Detections, promise: str) -> None:
    """The check names the promise that does not hold."""
    with pytest.raises(AssertionError, match=promise):
        check_detector(Unruly(broken))


def test_a_silent_profile_is_found() -> None:
    """A detector without labels or a description is not ready to be used."""

    class Silent(ScriptedDetector):
        def load(self) -> Profile:
            return Profile(64, 48, (), "")

    with pytest.raises(AssertionError, match="name its labels"):
        check_detector(Silent("silent", ScriptedConfig()))
