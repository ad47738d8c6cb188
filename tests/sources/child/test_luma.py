"""Samples of brightness."""

import numpy as np
from rig.decoded import decoded

from sources.child.decoded import Scalers
from sources.child.luma import sampled
from sources.source import Rgb


class Plain:
    """A picture that cannot say its brightness: bright on its right half."""

    width, height = 640, 360
    time, captured, corrupt = 0.0, None, False

    def rgb(self, width: int, height: int) -> Rgb:
        """Draw it."""
        picture = np.zeros((height, width, 3), np.uint8)
        picture[:, width // 2 :] = 200
        return picture


def test_a_decoded_picture_is_sampled_without_conversion() -> None:
    """Samples come from the brightness plane, on a grid as fine as asked for."""
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[:, 320:] = 255
    samples = sampled(decoded(picture, Scalers()), 320)
    assert samples.shape == (180, 320)
    assert samples[:, :150].max() < 30
    assert samples[:, 170:].min() > 220


def test_any_other_picture_is_converted_small() -> None:
    """A picture that only knows its colours is sampled all the same."""
    samples = sampled(Plain(), 160)
    assert samples.shape == (90, 160)
    assert samples[:, :80].max() == 0
    assert samples[:, 80:].min() == 200
