"""The made-up place: projection, ways and what covers what."""

import pytest

from reasoners.testing import Actor, Camera, Step, look
from reasoners.testing.stage import LYING, PERSON


def test_what_is_farther_is_smaller_and_higher_on_the_picture() -> None:
    """The camera looks down on a plane."""
    boxes = [
        Camera().box(Actor("a", "person", PERSON, [Step(0, 0, z), Step(1, 0, z)]), 0.5)
        for z in (6.0, 8.0, 12.0)
    ]
    heights = [box[3] - box[1] for box in boxes if box is not None]
    feet = [box[3] for box in boxes if box is not None]
    assert heights == sorted(heights, reverse=True)
    assert feet == sorted(feet, reverse=True)
    assert boxes[0] is not None
    assert boxes[0][0] + boxes[0][2] == pytest.approx(1.0)


def test_an_actor_goes_evenly_from_step_to_step() -> None:
    """Place, velocity and shape follow its script; off stage there is nobody."""
    actor = Actor("a", "person", PERSON, [Step(1, 0, 8), Step(3, 4, 8), Step(5, 4, 8, LYING)])
    assert actor.place(2) == pytest.approx((2, 8, 0))
    assert actor.velocity(2) == pytest.approx((2, 0))
    assert actor.velocity(4) == pytest.approx((0, 0))
    assert actor.place(0.9) is None
    assert actor.form(4.9) == PERSON


def test_who_stands_behind_another_is_covered() -> None:
    """The share that is seen falls to a little where somebody stands right in front."""
    one, two = (
        Actor(name, "person", PERSON, [Step(0, 0, z), Step(1, 0, z)])
        for name, z in (("front", 7.0), ("behind", 7.5))
    )
    shares = {sight.actor.name: sight.visible for sight in look(Camera(), [one, two], 0.5)}
    assert shares["front"] == 1
    assert shares["behind"] < 0.5
