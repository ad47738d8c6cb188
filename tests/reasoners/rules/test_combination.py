"""Conditions made of others."""

import pytest
from rig.ruled import Shown, somebody

PERSON, CAR = somebody(0.25), somebody(0.75, 2, "car")
IN, OUT = {"label": "person", "inside": "left"}, {"label": "person", "inside": "right"}
PARKED = {"label": "car", "inside": "right"}


@pytest.mark.parametrize(
    ("when", "about"),
    [
        ({"all": [IN, {"is": "still"}]}, [1]),
        ({"all": [IN, OUT]}, None),
        ({"all": [IN, {"some": PARKED}]}, [1, 2]),
        ({"all": [{"label": "car"}, {"none": OUT}]}, [2]),
        ({"any": [OUT, IN]}, [1]),
        ({"any": [OUT, {"label": "dog"}]}, None),
        ({"not": IN}, None),
        ({"not": OUT}, [1]),
        ({"label": "person", "all": [{"is": "still"}, {"not": {"inside": "right"}}]}, [1]),
        ({"of": [IN, OUT, {"is": "still"}], "at_least": 2}, [1]),
        ({"of": [IN, OUT, {"is": "moving"}], "at_least": 2}, None),
        ({"of": [IN, {"some": PARKED}, OUT], "at_least": 2}, [1, 2]),
        ({"some": PARKED}, [2]),
        ({"none": OUT}, []),
        ({"none": PARKED}, None),
        ({"all": [{"some": IN}, {"some": PARKED}]}, [1, 2]),
        ({"any": [{"count": "person", "at_least": 9}, PARKED]}, [2]),
        ({"not": {"count": "person", "at_least": 2}}, []),
    ],
)
def test_combinations_are_about_whom_they_hold_for(
    when: dict[str, object], about: list[int] | None
) -> None:
    """One event for one object and whoever the conditions name beside it; None: no event."""
    shown = Shown(when)
    fired = shown.show(0.0, PERSON, CAR)
    told = [[thing.id for thing in firing.things] for firing in fired]
    assert told == ([] if about is None else [about])


def test_each_object_has_its_own_event_or_the_camera_has_one() -> None:
    """Two people in a zone are two events, or one about both."""
    two = somebody(0.2), somebody(0.35, 2)
    assert len(Shown(IN).show(0.0, *two)) == 2
    (both,) = Shown(IN, per="camera").show(0.0, *two)
    assert [thing.id for thing in both.things] == [1, 2]
    assert len(both.grounds) == 2


def test_only_what_holds_is_told_as_a_ground() -> None:
    """Of alternatives the one that holds is named; of `not`, that it does not hold."""
    (firing,) = Shown({"any": [OUT, IN]}).show(0.0, PERSON)
    assert [ground.kind for ground in firing.grounds] == ["inside"]
    (firing,) = Shown({"not": OUT}).show(0.0, PERSON)
    assert [ground.kind for ground in firing.grounds] == ["not"]
