"""What geometry says of two actors."""

import pytest

from reasoners.testing import Actor, Camera, Step, look
from reasoners.testing.between import between
from reasoners.testing.stage import PERSON


@pytest.mark.parametrize(
    ("x", "z", "says"),
    [
        (1.2, 8.0, {"near": True, "left_of": True, "overlaps": False}),
        (2.5, 8.0, {"near": None, "left_of": True}),
        (7.5, 8.0, {"near": False, "left_of": None}),
        (0.0, 10.0, {"in_front_of": True, "near": None}),
        (0.0, 5.9, {"in_front_of": False, "near": None}),
    ],
)
def test_borders_are_spaces(x: float, z: float, says: dict[str, bool | None]) -> None:
    """What is plain is true or false; in between either is right."""
    actors = [
        Actor("one", "person", PERSON, [Step(0, 0, 8), Step(1, 0, 8)]),
        Actor("two", "person", PERSON, [Step(0, x, z), Step(1, x, z)]),
    ]
    one, two = look(Camera(), actors, 0.5)
    told = dict(between(one, two, 0.5))
    assert {word: told[word] for word in says} == says
