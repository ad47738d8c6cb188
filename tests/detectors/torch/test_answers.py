"""Rows that came back from the device, as detections."""

import numpy as np

from detectors.families.letterbox import Letterbox
from detectors.torch.answers import read


def test_each_picture_gets_its_own_rows() -> None:
    """Boxes are relative to the picture in its place, clipped; further rows are nobody's."""
    rows = np.zeros((3, 4, 6), np.float32)
    rows[0, 0, :2] = 2, 1
    rows[0, 1] = 10, 30, 60, 80, 0.9, 1
    rows[0, 2] = -5, 25, 20, 200, 0.5, 0
    rows[0, 3] = 10, 30, 60, 80, 0.4, 0
    rows[2, 0, :2] = 1, 1
    rows[2, 1] = 25, 0, 50, 100, 0.3, 0
    places = [Letterbox(0, 20, 100, 60), Letterbox(0, 0, 100, 100), Letterbox(0, 0, 100, 100)]
    first, second, third = read(rows, places, ("cat", "dog"))
    assert first.label == ("dog", "cat")
    assert np.allclose(first.xyxy, [[0.1, 1 / 6, 0.6, 1], [0, 5 / 60, 0.2, 1]])
    assert np.allclose(first.score, [0.9, 0.5])
    assert len(second) == 0
    assert (third.label, len(third)) == (("cat",), 1)


def test_boxes_in_the_padding_are_left_out() -> None:
    """A box that lies wholly beside the picture has no area in it and is not reported."""
    rows = np.zeros((1, 2, 6), np.float32)
    rows[0, 0, :2] = 1, 1
    rows[0, 1] = 10, 0, 60, 15, 0.9, 0
    [found] = read(rows, [Letterbox(0, 20, 100, 60)], ("cat",))
    assert len(found) == 0
    assert found.xyxy.shape == (0, 4)
