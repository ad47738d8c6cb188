"""People by their outline, without a model file."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rig.sight import Rgb, best, clip, fitted, watch_street

from detectors import Detections, Detector, Picture
from detectors.hog import HogConfig, HogDetector
from detectors.outline import margin_score
from sources.street import Street


def look(detector: Detector, rgb: Rgb) -> Detections:
    """Show one picture, fitted as a child would."""
    return detector.detect([Picture("c", 0, fitted(rgb, detector.load()))])[0]


def test_people_of_the_street_are_found_when_they_are_large_enough() -> None:
    """Whole people at least 0.28 picture heights tall: nine of ten, in pictures of their own."""
    detector = HogDetector("hog", HogConfig())
    sights = watch_street(detector, Street(960, 540, 5, seed=0), range(0, 300, 4))
    hits = [
        best(one.box, s.found) > 0.35
        for s in sights
        for one in s.truth
        if one.label == "person"
        and one.state == "walking"
        and one.visible > 0.9
        and one.box[3] - one.box[1] >= 0.28
    ]
    assert len(hits) >= 15
    assert sum(hits) / len(hits) >= 0.9
    assert {one.label for s in sights for one in s.found} == {"person"}


def test_smaller_people_are_found_when_smallest_is_lower() -> None:
    """`smallest` decides how far away people may be."""
    street = Street(960, 540, 10, seed=0)
    picture = street.draw(30)
    (box,) = (t.box for t in street.truth(30) if t.label == "person")
    near = look(HogDetector("hog", HogConfig(smallest=0.5)), picture)
    far = look(HogDetector("hog", HogConfig(smallest=0.19)), picture)
    assert best(box, list(near)) < 0.3
    assert best(box, list(far)) > 0.35


def test_scores_rise_with_the_margin() -> None:
    """The map from margin to score keeps the order and stays within 0 to 1."""
    margin = np.linspace(-3, 6, 200, dtype=np.float32)
    score = margin_score(margin)
    assert (np.diff(score) > 0).all()
    assert score.min() >= 0
    assert score.max() <= 1
    assert margin_score(np.array([0.5], np.float32))[0] == pytest.approx(0.5)


def test_raising_the_least_score_only_leaves_out() -> None:
    """What is found at a higher `min_score` is what scored as much at a lower one."""
    picture = Street(960, 540, 10, seed=2).draw(110)
    low = {
        (one.xyxy, one.score) for one in look(HogDetector("h", HogConfig(min_score=0.2)), picture)
    }
    high = {
        (one.xyxy, one.score) for one in look(HogDetector("h", HogConfig(min_score=0.7)), picture)
    }
    assert high
    assert high <= low
    assert {one for one in low if one[1] >= 0.7} == high


def test_two_looks_say_the_same_also_with_several_threads() -> None:
    """The order in which threads finish does not show."""
    picture = Street(960, 540, 10, seed=2).draw(110)
    detector = HogDetector("hog", HogConfig(min_score=0.2, threads=4))
    looks = [list(look(detector, picture)) for _ in range(4)]
    assert looks[0]
    assert all(one == looks[0] for one in looks)


def test_results_are_strongest_first_and_within_the_picture() -> None:
    """The contract of `Detections`."""
    found = look(HogDetector("h", HogConfig(min_score=0.05)), Street(960, 540, 10).draw(110))
    assert len(found) > 3
    assert (np.diff(found.score) <= 0).all()
    assert found.xyxy.min() >= 0
    assert found.xyxy.max() <= 1


@given(height=st.integers(1, 140), width=st.integers(1, 140))
def test_pictures_without_room_for_a_person_are_survived(height: int, width: int) -> None:
    """Any small shape gives an answer."""
    rgb = np.full((height, width, 3), 90, np.uint8)
    detector = HogDetector("hog", HogConfig())
    assert len(detector.detect([Picture("c", 0, rgb)])[0]) == 0


def test_pedestrians_on_a_photograph_are_found(material: Path) -> None:
    """A crowded shopping street: several people, each once."""
    read = cv2.imread(str(material / "images/dls_pedestrians.jpg"))
    assert read is not None
    rgb = np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
    found = list(look(HogDetector("hog", HogConfig(smallest=0.3)), rgb))
    assert len(found) >= 3
    for i, one in enumerate(found):
        assert best(one.xyxy, found[:i]) <= 0.45


def test_pedestrians_of_a_clip_are_found(material: Path) -> None:
    """A courtyard: people in at least three of four pictures while they cross."""
    detector = HogDetector("hog", HogConfig())
    profile = detector.load()
    pictures = list(clip(material / "media/courtyard_pedestrians_626.mp4", profile, 30))[:18]
    found = [len(detector.detect([picture])[0]) for picture in pictures]
    assert sum(count > 0 for count in found) >= 0.75 * len(found)


def test_a_room_without_people_is_empty(material: Path) -> None:
    """A desk with screens is nobody."""
    read = cv2.imread(str(material / "images/coco_000000301421.jpg"))
    assert read is not None
    rgb = np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
    assert len(look(HogDetector("hog", HogConfig(min_score=0.7)), rgb)) == 0


def test_unknown_options_are_refused() -> None:
    """A typing mistake does not pass as a default."""
    with pytest.raises(ValidationError):
        HogConfig.model_validate({"scale": 1.05})
