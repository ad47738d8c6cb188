"""Conditions on what happens."""

import pytest
from rig.ruled import stands, watch

ACROSS = [
    *stands(0.25, 0, 2),
    (2.0, 0.4),
    (2.1, 0.48),
    (2.2, 0.56),
    (2.3, 0.7),
    *stands(0.75, 2.4, 5),
]
BACK = [*ACROSS, (5.0, 0.6), (5.1, 0.52), (5.2, 0.44), (5.3, 0.3), *stands(0.25, 5.4, 8)]


@pytest.mark.parametrize(
    ("when", "times"),
    [
        ({"enters": "right"}, [2.2]),
        ({"enters": ["left", "right"]}, [0.0, 2.2, 5.2]),
        ({"label": "car", "enters": "right"}, []),
        ({"leaves": "right"}, [5.2]),
        ({"crosses": "gate"}, [2.2, 5.2]),
        ({"crosses": "gate", "way": "forward"}, [5.2]),
        ({"crosses": "gate", "way": "backward"}, [2.2]),
        ({"change": "appeared"}, [0.0]),
        ({"change": "entered", "where": "right"}, [2.2]),
        ({"change": "left_behind"}, []),
        ({"change": "counted", "where": "right"}, [2.8, 5.8]),
        ({"label": "car", "change": "counted"}, []),
    ],
)
def test_what_happens_begins_an_event_at_its_moment(
    when: dict[str, object], times: list[float]
) -> None:
    """It begins and ends at once, and its event is over when nothing more happens."""
    told = watch(when, BACK, hold=1.0)
    assert [at for phase, at in told if phase == "begins"] == times
    assert [at for phase, at in told if phase == "ends"] == times


def test_who_vanishes_is_still_told_of() -> None:
    """An object that is given up is what its vanishing is about."""
    told = watch({"label": "person", "change": "vanished"}, stands(0.3, 0, 1) + stands(None, 1, 6))
    assert [phase for phase, _ in told] == ["begins", "ends"]
