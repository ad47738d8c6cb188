"""Requests for pictures."""

import pytest
from pydantic import ValidationError

from sources.picture import Mark, PictureRequest


def test_marks_stay_within_the_picture() -> None:
    """Coordinates beyond the picture, and too many marks, are refused."""
    with pytest.raises(ValidationError):
        Mark(shape="box", points=((0, 0), (1.1, 1)))
    mark = Mark(shape="text", points=((0, 0),), text="x")
    with pytest.raises(ValidationError):
        PictureRequest(index=0, marks=(mark,) * 257)


def test_request_refuses_absurd_sizes() -> None:
    """Sizes no picture has are refused before anything is allocated."""
    for longest in (0, 100_000):
        with pytest.raises(ValidationError):
            PictureRequest(index=0, longest=longest)
