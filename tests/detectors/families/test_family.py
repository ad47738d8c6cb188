"""A family as a value, and outputs that one can be read from."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from detectors.families.choice import choose
from detectors.families.family import is_sound


def test_a_family_cannot_be_changed() -> None:
    """What was settled at load stays so while pictures are read."""
    family = choose([(1, 84, 8400)], (640, 640))
    with pytest.raises(FrozenInstanceError):
        family.divisor = 1  # type: ignore[misc]  # that is the point
    assert (family.rgb, family.divisor, family.fit, family.overlaps) == (True, 255, "centred", True)


def test_finite_floats_and_whole_numbers_are_sound() -> None:
    """Sixteen bits, and what is no number, are not."""
    assert is_sound(np.zeros(3, np.float32))
    assert is_sound(np.zeros(3, np.int64))
    assert not is_sound(np.zeros(3, np.float16))
    assert not is_sound(np.array([1, np.nan], np.float32))
