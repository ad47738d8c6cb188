"""What the journal takes and gives."""

from dataclasses import FrozenInstanceError

import pytest
from rig.revisions import revision

from sinks.journal import Entry, Limits


def test_the_limits_are_those_promised() -> None:
    """Seven days, a hundred thousand revisions, 256 MiB."""
    assert Limits() == Limits(age=604_800, count=100_000, size=268_435_456)


def test_an_entry_does_not_change() -> None:
    """What was committed stays as it was."""
    entry = Entry(1, revision(1))
    with pytest.raises(FrozenInstanceError):
        entry.position = 2  # type: ignore[misc]  # that it is refused is the point
