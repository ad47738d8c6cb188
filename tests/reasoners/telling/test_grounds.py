"""Why a rule fired, on the wire."""

from collections.abc import Callable

from detectors import Track
from reasoners.firing import Ground
from reasoners.scene.thing import Thing
from reasoners.telling.grounds import condition


def person(track: Callable[..., Track], number: int = 17) -> Thing:
    """Make an object."""
    return Thing.of(track(number), number, 0, 16 / 9, first=False)


def dwells(*things: Thing, until: float | None = None) -> Ground:
    """Make a condition with all that can be said of one."""
    return Ground(
        kind="dwells_in",
        condition="dwells_in step for 3 s",
        since=1.0,
        at=4.0,
        index=40,
        until=until,
        things=things,
        place="zone:step",
        value=3.04567,
        wanted=3.0,
        unit="s",
    )


def test_a_condition_names_whom_where_and_how_much(track: Callable[..., Track]) -> None:
    """Everything that was measured is there, rounded; it holds as long as its event."""
    written = condition(dwells(person(track)))
    assert written.model_dump() == {
        "condition": "dwells_in step for 3 s",
        "kind": "dwells_in",
        "subjects": ("t17",),
        "place": "zone:step",
        "since": 1.0,
        "until": None,
        "value": 3.046,
        "wanted": 3.0,
        "unit": "s",
        "frame": 40,
    }
    assert condition(dwells(), until=9.0).until == 9.0
    assert condition(dwells(until=5.0), until=9.0).until == 5.0


def test_no_condition_ends_before_it_began() -> None:
    """Whatever the end of the event, since is never later."""
    assert condition(dwells(), until=0.5).until == 1.0
