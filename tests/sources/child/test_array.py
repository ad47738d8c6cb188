"""Pictures in memory."""

import numpy as np

from sources.child.array import ArrayPicture


def test_picture_is_scaled_and_the_callers_own() -> None:
    """What is given out may be written to; the picture stays as it is."""
    pixels = np.full((40, 60, 3), 100, np.uint8)
    picture = ArrayPicture(pixels, 2.0)
    assert (picture.width, picture.height, picture.time) == (60, 40, 2.0)
    for size in ((60, 40), (30, 20), (90, 60)):
        rgb = picture.rgb(*size)
        assert rgb.shape == (size[1], size[0], 3)
        assert (rgb == 100).all()
        rgb[:] = 0
    assert (pixels == 100).all()
