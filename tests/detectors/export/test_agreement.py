"""When a written model counts as its source."""

import numpy as np
import pytest
from rig.walkers import detections

from detectors import DetectorRejected
from detectors.export.agreement import compare_boxes, compare_outputs, judged, pictures
from detectors.export.message import Agreement

HERE, BESIDE = (0.1, 0.1, 0.3, 0.5), (0.11, 0.1, 0.31, 0.5)


def rows(*scores: float) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Make rows of a head without suppression."""
    return np.array([(1, 1, 2, 2, score, 0) for score in scores], np.float32)


def test_every_number_of_a_grid_is_compared() -> None:
    """One coordinate and one score that differ are found wherever they are."""
    source = np.random.default_rng(1).random((84, 50)).astype(np.float32)
    written = source.copy()
    written[2, 30] += 0.5
    written[60, 7] += 0.25
    assert compare_outputs(source, written) == pytest.approx((0.25, 0.5), abs=1e-6)
    assert compare_outputs(source, source) == (0.0, 0.0)


def test_rows_may_change_places_but_not_scores() -> None:
    """Equal scores are ordered by chance; a missing object is none of that."""
    assert compare_outputs(rows(0.9, 0.5, 0.1), rows(0.9, 0.1, 0.5)) == (0.0, 0.0)
    assert compare_outputs(rows(0.9, 0.5, 0.1), rows(0.9, 0.1, 0.1))[0] == pytest.approx(0.4)


@pytest.mark.parametrize("written", [np.zeros((84, 49)), np.full((84, 50), np.nan)])
def test_another_shape_or_no_numbers_are_refused(written: "np.ndarray[tuple[int, int]]") -> None:
    """What cannot be compared is not the source."""
    with pytest.raises(DetectorRejected, match="answers"):
        compare_outputs(np.zeros((84, 50), np.float32), written.astype(np.float32))


def test_each_box_needs_a_twin_of_its_label() -> None:
    """Overlap counts for the same label alone; borderline scores need no twin."""
    source = detections((HERE, 0.9, "cat"), (BESIDE, 0.015, "dog"))
    beside = detections((BESIDE, 0.9, "cat"))
    assert compare_boxes(source, beside, 0.98) == (1, 0)
    assert compare_boxes(source, beside, 0.9) == (1, 1)
    assert compare_boxes(source, detections((HERE, 0.9, "dog")), 0.9) == (1, 0)
    assert compare_boxes(source, detections(), 0.9) == (1, 0)
    assert compare_boxes(detections(), source, 0.9) == (0, 0)


def test_only_the_strongest_are_compared() -> None:
    """What a reader leaves out of a crowd, for it keeps so many, is not missed."""
    crowd = [((k / 400, 0.1, k / 400 + 0.002, 0.2), 1 - k / 400, "cat") for k in range(300)]
    assert compare_boxes(detections(*crowd), detections(*crowd[:150]), 0.98) == (100, 100)


def test_all_pictures_decide_together() -> None:
    """Boxes are counted together; one bad comparison is enough to refuse."""
    good = Agreement(boxes=60, twins=60, score=0.001, pixels=0.01)
    fair = Agreement(boxes=40, twins=38, score=0.01, pixels=0.0)
    assert judged([good, fair], half=False) == Agreement(
        boxes=100, twins=98, score=0.01, pixels=0.01
    )
    for bad in ({"twins": 30}, {"score": 0.03}, {"pixels": 0.5}):
        off = good.model_copy(update=bad)
        with pytest.raises(DetectorRejected, match="does not say what the source says"):
            judged([fair, off], half=False)
    assert judged([good.model_copy(update={"pixels": 0.5})], half=True).boxes == 60


def test_pictures_are_always_the_same_and_full_of_things() -> None:
    """Two calls give the same bytes; both pictures differ, and none is flat."""
    first, again = pictures((96, 64)), pictures((96, 64))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])
    assert all(picture.shape == (64, 96, 3) and picture.std() > 20 for picture in first)
