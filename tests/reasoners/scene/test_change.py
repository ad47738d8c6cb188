"""Changes as values."""

import dataclasses
from typing import get_args

import pytest

from reasoners.scene.change import (
    KINDS,
    Change,
    Counted,
    Entered,
    GroupFormed,
    Hidden,
    LeftBehind,
    MovedOff,
    Vanished,
)


def test_a_change_cannot_be_changed() -> None:
    """Changes are compared by value and stay as they are."""
    change = Entered(index=3, at=0.3, thing=1, track=17, zone="step")
    assert change == Entered(3, 0.3, 1, 17, "step")
    changes: set[Change] = {change, Vanished(3, 0.3, 1, 17), Entered(3, 0.3, 1, 17, "step")}
    assert len(changes) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        change.zone = "door"  # type: ignore[misc]  # that is the point


def test_every_kind_of_change_has_a_word() -> None:
    """Rules name kinds by words in lower case; each leads back to its class."""
    assert KINDS["left_behind"] is LeftBehind
    assert KINDS["moved_off"] is MovedOff
    assert len(KINDS) == len(get_args(Change))


def test_a_change_names_all_whom_it_is_about() -> None:
    """The one that changed first, then the other; a group its members; a count nobody."""
    assert LeftBehind(3, 0.3, 4, 20, 1, 17, since=0.1).things == (4, 1)
    assert GroupFormed(3, 0.3, 1, (2, 5)).things == (2, 5)
    assert Hidden(3, 0.3, 1, 17, 2, 18).things == (1, 2)
    assert Counted(3, 0.3, "person", None, 2, 1, since=0.0).things == ()
