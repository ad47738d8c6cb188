"""A family as a value."""

from dataclasses import FrozenInstanceError

import pytest

from detectors.families.choice import choose


def test_a_family_cannot_be_changed() -> None:
    """What was settled at load stays so while pictures are read."""
    family = choose([(1, 84, 8400)], (640, 640))
    with pytest.raises(FrozenInstanceError):
        family.divisor = 1  # type: ignore[misc]  # that is the point
    assert (family.rgb, family.divisor, family.fit, family.overlaps) == (True, 255, "centred", True)
