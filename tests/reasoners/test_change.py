"""Changes as values."""

import dataclasses

import pytest

from reasoners.change import Entered, Vanished


def test_a_change_cannot_be_changed() -> None:
    """Changes are compared by value and stay as they are."""
    change = Entered(index=3, at=0.3, thing=1, track=17, zone="step")
    assert change == Entered(3, 0.3, 1, 17, "step")
    assert change != Vanished(3, 0.3, 1, 17)
    with pytest.raises(dataclasses.FrozenInstanceError):
        change.zone = "door"  # type: ignore[misc]  # that is the point
