"""What the tests of the scene share: things on the ground, and plays as the scene tells them."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners.scene.thing import Thing
from reasoners.testing import Actor, Camera, Shape, Step, Watching, clip, play, watch_exactly
from reasoners.testing.stage import BAG, CAR, PERSON

MakeThing = Callable[..., Thing]
Watch = Callable[[str], Watching]

SHAPES: dict[str, Shape] = {"person": PERSON, "car": CAR, "backpack": BAG}


@pytest.fixture
def thing() -> MakeThing:
    """Make a thing that goes evenly over the ground, as the scene knows it after a second."""

    def make(
        number: int = 1,
        label: str = "person",
        *,
        x: float = 0.0,
        z: float = 8.0,
        vx: float = 0.0,
        vz: float = 0.0,
        up: float = 0.0,
    ) -> Thing:
        shape = SHAPES.get(label, PERSON)
        way = (Step(0, x - vx, z - vz, up=up), Step(1, x, z, up=up))
        actor = Actor(label, label, shape, way)
        made: Thing | None = None
        for tenth in range(11):
            box = Camera().box(actor, tenth / 10)
            assert box is not None
            track = Track(number, label, 0.9, clip(box), (0.0, 0.0), 0.0, tenth / 10, 3)
            if made is None:
                made = Thing.of(track, number, tenth, 16 / 9, first=False)
            else:
                made.follow(track, tenth, tenth / 10, 16 / 9)
        assert made is not None
        return made

    return make


@pytest.fixture(scope="session")
def watched() -> Watch:
    """Watch a play once and remember what the scene told."""
    seen: dict[str, Watching] = {}

    def watch(name: str) -> Watching:
        if name not in seen:
            seen[name] = watch_exactly(play(name, seed=0), 10)
        return seen[name]

    return watch
