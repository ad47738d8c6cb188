"""What is on a road."""

from detectors.families.coco import COCO
from reasoners.driving.traffic import ROAD


def test_labels_are_those_detectors_say() -> None:
    """All that COCO knows of roads is known here under the same word, at a sensible size."""
    assert {"car", "truck", "bus", "motorcycle", "bicycle", "person", "dog"} <= ROAD.keys()
    assert set(COCO) >= {"car", "truck", "bus", "motorcycle", "bicycle", "person", "dog"}
    assert all(0.3 < one.wide < 3 and 0.3 < one.high < 4.5 for one in ROAD.values())
