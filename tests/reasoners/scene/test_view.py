"""What the scene is shown."""

import dataclasses

import pytest

from reasoners import View


def test_a_view_stays_as_it_is() -> None:
    """A view is a value: the age is unknown unless given, nothing can be set later."""
    view = View(3, 1.0, 1.0, 1600, 900, ())
    assert view.age_s is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.index = 4  # type: ignore[misc]  # that is the point
