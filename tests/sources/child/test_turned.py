"""Pictures that are to be seen turned."""

import numpy as np
import pytest

from sources.child.array import ArrayPicture
from sources.child.turned import TurnedPicture


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_picture_is_turned_clockwise(turn: int) -> None:
    """Size, pixels and time are those of the turned picture."""
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    turned = TurnedPicture(ArrayPicture(pixels, 1.5), turn)
    wanted = np.rot90(pixels, -turn // 90)
    assert (turned.height, turned.width) == wanted.shape[:2]
    assert (turned.rgb(turned.width, turned.height) == wanted).all()
    assert (turned.time, turned.corrupt) == (1.5, False)
