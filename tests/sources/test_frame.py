"""The frame."""

from dataclasses import FrozenInstanceError

import pytest

from sources import Frame, Pixels


def test_frame_cannot_change() -> None:
    """Identity and times of a frame are fixed, so it can be passed on without a copy."""
    frame = Frame("yard", 1, 2.0, 2.1, 3.0, 640, 360, Pixels(0, 2, 416, 234))
    with pytest.raises(FrozenInstanceError):
        frame.index = 2  # type: ignore[misc]
    assert frame == Frame("yard", 1, 2.0, 2.1, 3.0, 640, 360, Pixels(0, 2, 416, 234))
