"""Changes as values."""

import dataclasses

import pytest

from reasoners.scene.change import Change, Entered, Vanished


def test_a_change_cannot_be_changed() -> None:
    """Changes are compared by value and stay as they are."""
    change = Entered(index=3, at=0.3, thing=1, track=17, zone="step")
    assert change == Entered(3, 0.3, 1, 17, "step")
    changes: set[Change] = {change, Vanished(3, 0.3, 1, 17), Entered(3, 0.3, 1, 17, "step")}
    assert len(changes) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        change.zone = "door"  # type: ignore[misc]  # that is the point
