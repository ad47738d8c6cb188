"""Calls under way at detectors of both kinds."""

from pathlib import Path

import numpy as np
import pytest
from rig.models import bright_model

from detectors.detection import Detections
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture
from detectors.testing import ScriptedConfig, ScriptedDetector
from detectors.worker.engine import Engine


def picture(left: int) -> Picture:
    """Show a white box at a place, 128 x 96."""
    rgb = np.zeros((96, 128, 3), np.uint8)
    rgb[10:40, left : left + 20] = 255
    return Picture("yard", left, rgb)


def test_overlapping_detector_takes_the_next_while_it_looks(tmp_path: Path) -> None:
    """Two calls are begun, then there is no room; they are finished in order."""
    path = bright_model(tmp_path / "m.xml", "yolov8")
    detector = OpenvinoDetector("test", OpenvinoConfig(model=path, threads=1))
    engine = Engine(detector, detector.load())
    engine.begin([picture(0)])
    assert engine.room
    engine.begin([picture(64)])
    assert (engine.room, len(engine)) == (False, 2)
    lefts = [round(float(one.xyxy[0, 0]), 2) for _ in range(2) for one in engine.finish()]
    engine.hush()
    assert lefts == [0, 0.5]
    assert (engine.room, engine.done, len(engine)) == (True, False, 0)
    detector.close()


def test_other_detectors_are_done_once_begun() -> None:
    """One call at a time, and nothing to wait for."""
    detector = ScriptedDetector("test", ScriptedConfig())
    engine = Engine(detector, detector.load())
    engine.begin([picture(0)])
    assert (engine.room, engine.done, engine.bell) == (False, True, None)
    [found] = engine.finish()
    assert len(found) == 1


class _Forgetful(ScriptedDetector):
    def detect(self, _: object) -> list[Detections]:
        return []


def test_missing_results_are_a_bug() -> None:
    """A detector that answers for fewer pictures than it was given is not believed."""
    detector = _Forgetful("test", ScriptedConfig())
    engine = Engine(detector, detector.load())
    engine.begin([picture(0)])
    with pytest.raises(RuntimeError, match="0 results for 1 pictures"):
        engine.finish()
