"""Vehicles: true to size, with wheels that turn and lights that brake."""

import pytest

from sources.street.vehicle import Body, draw_vehicle


@pytest.mark.parametrize("kind", ["car", "van", "bicycle"])
def test_a_vehicle_is_as_long_as_said_and_stands_on_its_wheels(kind: str) -> None:
    """Within a tenth; its wheels turn and it can face both ways."""
    body = Body(kind, (180, 40, 40))  # type: ignore[arg-type]
    made = draw_vehicle(body, 0, False, False, 80)
    left, _, right, bottom = made.box(0, 0)
    assert abs((right - left) / 80 / body.long - 1) < 0.1
    assert abs(bottom) <= 6
    assert draw_vehicle(body, 2, False, False, 80).color.tobytes() != made.color.tobytes()
    assert (
        draw_vehicle(body, 0, False, True, 80).anchor[0] == made.color.shape[1] - 1 - made.anchor[0]
    )


def test_brake_lights_are_brighter() -> None:
    """Who brakes shows it."""
    off, on = (draw_vehicle(Body("car", (40, 40, 40)), 0, b, False, 80) for b in (False, True))
    assert int(on.color[:, :, 0].max()) > int(off.color[:, :40, 0].max())
    assert on.color.tobytes() != off.color.tobytes()
