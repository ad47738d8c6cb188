"""What holds between two objects in one frame."""

from collections.abc import Callable

import pytest

from reasoners.scene import judgement as flag
from reasoners.scene.judgement import judge
from reasoners.scene.thing import Thing

MakeThing = Callable[..., Thing]
Spot = dict[str, float | str]


@pytest.mark.parametrize(
    ("one", "two", "holds", "holds_not"),
    [
        ({"x": 0}, {"x": 1.2}, flag.NEAR | flag.LEFT, flag.RIGHT | flag.OVERLAPS),
        ({"x": 1.2}, {"x": 0}, flag.NEAR | flag.RIGHT, flag.LEFT),
        ({"x": 0}, {"x": 4}, flag.LEFT, flag.NEAR),
        ({"x": 0}, {"x": 14}, 0, flag.LEFT | flag.NEAR),
        ({"z": 7}, {"z": 8.5}, flag.FRONT | flag.OVERLAPS, flag.BACK),
        ({"z": 8.5}, {"z": 7}, flag.BACK, flag.FRONT),
        ({"z": 10.5}, {"z": 7}, flag.ABOVE, flag.BELOW | flag.FRONT | flag.BACK),
        ({"x": -2, "vx": 1.4}, {"x": 2}, flag.TO, flag.TO_IT | flag.FROM),
        ({"x": -2}, {"x": 2, "vx": -1.4}, flag.TO_IT, flag.TO),
        ({"x": -2, "vx": -1.4}, {"x": 2}, flag.FROM, flag.TO | flag.FROM_IT),
        ({"x": -1.5, "vx": 1.4}, {"x": 1.5, "vx": 1.4}, flag.FOLLOWS, flag.LEADS | flag.TO),
        ({"vx": 1.4}, {"z": 8.9, "vx": 1.4}, flag.ACCOMPANIES | flag.TOGETHER, flag.FOLLOWS),
        ({"vx": 1.4}, {"z": 8.9, "vx": -1.4}, flag.NEAR, flag.ACCOMPANIES | flag.TOGETHER),
        (
            {"vx": 1.4},
            {"label": "backpack", "x": 0.2, "up": 0.6, "vx": 1.4},
            flag.CARRIES | flag.NEAR,
            flag.BACK | flag.FRONT,
        ),
        ({}, {"label": "backpack", "x": 0.4}, flag.NEAR, flag.CARRIES),
    ],
)
def test_what_holds_and_what_does_not(
    thing: MakeThing, one: Spot, two: Spot, holds: int, holds_not: int
) -> None:
    """Each word holds where a person would use it, surely and not only by habit."""
    sure, maybe = judge(thing(1, **one).row(), thing(2, **two).row())
    assert sure & holds == holds
    assert maybe & holds_not == 0
    assert sure & maybe == sure


@pytest.mark.parametrize("x", [-3.0, -1.0, 0.3, 2.0])
@pytest.mark.parametrize("vx", [-1.4, 0.0, 1.4])
def test_the_order_of_the_two_does_not_matter(thing: MakeThing, x: float, vx: float) -> None:
    """Judged the other way round, the same holds with the roles exchanged."""
    swapped = {
        flag.LEFT: flag.RIGHT,
        flag.RIGHT: flag.LEFT,
        flag.FRONT: flag.BACK,
        flag.BACK: flag.FRONT,
        flag.ABOVE: flag.BELOW,
        flag.BELOW: flag.ABOVE,
        flag.TO: flag.TO_IT,
        flag.TO_IT: flag.TO,
        flag.FROM: flag.FROM_IT,
        flag.FROM_IT: flag.FROM,
        flag.FOLLOWS: flag.LEADS,
        flag.LEADS: flag.FOLLOWS,
        flag.CARRIES: flag.CARRIED,
        flag.CARRIED: flag.CARRIES,
        flag.ON: flag.UNDER,
        flag.UNDER: flag.ON,
    }
    one, two = thing(1, x=x, vx=vx), thing(2, x=0.5, z=9.0, vx=1.2)
    there, back = judge(one.row(), two.row())[0], judge(two.row(), one.row())[0]
    turned = sum(swapped.get(1 << bit, 1 << bit) for bit in range(20) if there >> bit & 1)
    assert turned == back
