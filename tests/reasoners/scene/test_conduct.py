"""What one object does by itself."""

from collections.abc import Callable

import pytest

from reasoners.scene.change import GotUp, LooksFallen, StartedRunning, StoppedRunning
from reasoners.scene.change import StoppedSuddenly as Sudden
from reasoners.testing import Watching

Watch = Callable[[str], Watching]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("runner", [StartedRunning, StoppedRunning]),
        ("braking", [Sudden]),
        ("fall", [LooksFallen, GotUp]),
        ("passers", []),
        ("cyclist", []),
        ("queue", []),
    ],
)
def test_each_deed_is_told_once_and_nothing_else(
    watched: Watch, name: str, kinds: list[type]
) -> None:
    """Who walks, rides or brakes gently does nothing remarkable."""
    deeds = (StartedRunning, StoppedRunning, Sudden, LooksFallen, GotUp)
    assert [type(one) for one in watched(name).changes if isinstance(one, deeds)] == kinds


def test_a_fall_is_a_hint_that_says_how_unsure_it_is(watched: Watch) -> None:
    """Its confidence never reaches certainty."""
    (hint,) = [one for one in watched("fall").changes if isinstance(one, LooksFallen)]
    assert 0.5 <= hint.confidence <= 0.9
