"""What is dangerous of what is seen."""

from dataclasses import replace

import pytest

from reasoners.driving.config import DrivingConfig
from reasoners.driving.contact import Contact
from reasoners.driving.danger import Danger
from reasoners.driving.sighting import Sighting
from reasoners.driving.traffic import ROAD

BOX = (0.45, 0.5, 0.55, 0.7)


def ahead(
    label: str, ttc: float | None, *, far: float = 20.0, aside: float = 0.0, drift: float = 0.0
) -> Sighting:
    """Return something so many seconds and metres per picture height ahead."""
    growth = 0.0 if ttc is None else 1 / ttc
    contact = Contact(ttc, 0.05, ttc, growth, 0.02, aside, 0.05, drift, 0.05, 1.5, 1.3)
    return Sighting(1, 1, label, ROAD[label], BOX, far, contact)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (ahead("car", 2.0), "collision"),
        (ahead("car", 2.4, far=10.0), "closing_fast"),
        (ahead("car", 1.5, far=4.0), "collision"),
        (ahead("person", 2.4, far=4.0), "collision"),
        (ahead("car", 3.5, far=30.0), "closing_fast"),
        (ahead("car", 3.5, far=5.0), None),
        (ahead("car", 5.0), None),
        (ahead("car", None), None),
        (ahead("car", 2.0, aside=2.4), None),
        (ahead("car", 2.0, aside=2.4, drift=-0.3), None),
        (ahead("car", 2.0, aside=3.0, drift=-1.6), "collision"),
    ],
)
def test_what_would_be_hit(one: Sighting, kind: str | None) -> None:
    """Soon and in the way, unless gentle braking will do; what is beside is left alone."""
    assert Danger(DrivingConfig()).closes(one, 0.0, 16 / 9) == kind


def test_while_we_turn_what_is_aside_is_left_alone() -> None:
    """While everything passes by, what is not ahead now is not expected to be."""
    one = ahead("car", 2.0, aside=3.0, drift=-1.6)
    assert Danger(DrivingConfig()).closes(one, 0.2, 16 / 9) is None


def test_who_is_in_the_path_or_steps_into_it() -> None:
    """On the strip now, or soon and by own steps; not who sits in a car, or rides on ahead."""
    danger, strip = Danger(DrivingConfig()), DrivingConfig().strip
    walker = ahead("person", None)
    assert danger.in_path(walker, [walker], strip) is True
    beside = replace(ahead("person", None, aside=2.0, drift=-1.5), box=(0.7, 0.4, 0.75, 0.7))
    assert danger.in_path(beside, [beside], strip) is False
    still = replace(ahead("person", None, aside=2.0), box=(0.7, 0.4, 0.75, 0.7))
    assert danger.in_path(still, [still], strip) is None
    car = replace(ahead("car", None), box=(0.4, 0.45, 0.6, 0.75))
    assert danger.in_path(walker, [walker, car], strip) is None
    assert danger.in_path(car, [car], strip) is None
    assert danger.in_path(ahead("bicycle", None), [], strip) is None
