"""Conditions that hold for a while: where an object is, what it does, with whom."""

import pytest
from rig.ruled import CONFIG, Shown, somebody, stands, watch

THERE = stands(0.25, 0, 3) + stands(0.75, 3, 6)


@pytest.mark.parametrize(
    ("when", "begins", "ends"),
    [
        ({"label": "person"}, 0.0, None),
        ({"label": "car"}, None, None),
        ({"label": ["car", "person"], "inside": "left"}, 0.0, 2.9),
        ({"inside": "right"}, 3.0, None),
        ({"inside": ["left", "right"]}, 0.0, None),
        ({"outside": "left"}, 3.0, None),
        ({"outside": ["left", "right"]}, None, None),
        ({"label": "person", "score": 0.95}, None, None),
        ({"is": "still"}, 0.0, None),
        ({"is": "still", "where": "right"}, 3.0, None),
        ({"is": "moving"}, None, None),
    ],
)
def test_states_hold_from_when_to_when(
    when: dict[str, object], begins: float | None, ends: float | None
) -> None:
    """Each state begins with the frame that shows it and ends with the last one that did."""
    told = watch(when, THERE, hold=0.5)
    wanted = [] if begins is None else [("begins", begins)]
    assert told == wanted + ([] if ends is None else [("ends", ends)])


def test_loitering_is_a_state_while_one_stays() -> None:
    """Whoever has been about a zone for its time loiters until leaving it."""
    told = watch({"is": "loitering", "where": "left"}, stands(0.2, 0, 6) + stands(0.8, 6, 9))
    assert told == [("begins", 4.0), ("ends", 5.9)]


def test_a_relation_holds_with_anybody_of_the_label_and_the_zone() -> None:
    """Near a car is not near a bicycle; both can be asked to be in a zone."""
    for other, times in (("car", 1), ("bicycle", 0), ("any", 1), (["bicycle", "car"], 1)):
        shown = Shown({"label": "person", "near": other})
        for n in range(20):
            shown.show(n / 10, somebody(0.25), somebody(0.28, 2, "car"))
        assert len(shown.begun()) == times, other
    for zone, times in (("left", 1), ("right", 0)):
        shown = Shown({"label": "person", "near": {"label": "car", "inside": zone}})
        for n in range(20):
            shown.show(n / 10, somebody(0.25), somebody(0.28, 2, "car"))
        assert len(shown.begun()) == times, zone


def test_relations_can_be_asked_from_both_sides() -> None:
    """Who is left of somebody has them on the right; the firing is about both, subject first."""
    for number, predicate in ((1, "left_of"), (2, "right_of")):
        shown = Shown({predicate: "any"})
        for n in range(20):
            shown.show(n / 10, somebody(0.25), somebody(0.34, 2))
        (firing,) = [one for one in shown.firings if one.phase == "begins"]
        assert [thing.id for thing in firing.things] == [number, 3 - number]


def test_a_relation_with_somebody_gone_is_over() -> None:
    """When the other vanishes nothing is near it any more."""
    shown = Shown({"label": "person", "near": "car"}, hold=0.0)
    for n in range(60):
        cars = (somebody(0.28, 2, "car"),) if n < 20 else ()
        shown.show(n / 10, somebody(0.25), *cars)
    assert [phase for phase, _ in shown.told()] == ["begins", "ends"]


def test_grounds_say_where_and_how_long() -> None:
    """Zone, seconds inside and frame are told of who is inside."""
    shown = Shown({"inside": "left"}, per="camera")
    for n in range(15):
        shown.show(n / 10, somebody(0.25))
    (ground,) = shown.firings[-1].grounds
    assert (ground.place, ground.value, ground.unit, ground.index) == ("zone:left", 1.0, "s", 10)
    assert CONFIG.zones["left"].loiter == 4
