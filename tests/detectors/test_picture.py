"""What a detector looks at."""

import numpy as np

from detectors.picture import Picture


def test_pictures_are_never_compared_by_pixels() -> None:
    """Two pictures are equal only if they are the same: comparing arrays would be ambiguous."""
    rgb = np.zeros((2, 2, 3), np.uint8)
    first, second = Picture("yard", 1, rgb), Picture("yard", 1, rgb)
    assert first == first  # noqa: PLR0124 (identity is what is tested)
    assert first != second
