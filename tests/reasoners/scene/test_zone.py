"""Zones: what is inside, how deep, and when that counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reasoners import ZoneConfig
from reasoners.scene.zone import Zone

SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
unit = st.floats(0, 1, allow_nan=False)


def depth(zone: Zone, x: float, y: float, aspect: float = 1.0) -> float:
    """Measure one point."""
    return zone.depth((x, y), aspect)


def test_depth_is_the_signed_distance_to_the_border() -> None:
    """Inside it is positive, outside negative, at corners the straight line."""
    zone = Zone("step", ZoneConfig(points=SQUARE))
    assert depth(zone, 0.5, 0.5) == pytest.approx(0.25)
    assert depth(zone, 0.3, 0.5) == pytest.approx(0.05)
    assert depth(zone, 0.1, 0.5) == pytest.approx(-0.15)
    assert depth(zone, 0.15, 0.15) == pytest.approx(-math.hypot(0.1, 0.1))


def test_depth_counts_in_picture_heights() -> None:
    """On a picture twice as wide as high, the same share across is twice as deep."""
    zone = Zone("step", ZoneConfig(points=SQUARE))
    assert depth(zone, 0.3, 0.5, aspect=2.0) == pytest.approx(0.1)


def test_a_notch_is_outside() -> None:
    """A concave zone does not contain what lies in its notch."""
    notched = ((0.0, 0.2), (0.5, 0.6), (1.0, 0.2), (1.0, 0.9), (0.0, 0.9))
    zone = Zone("step", ZoneConfig(points=notched))
    assert depth(zone, 0.5, 0.4) < 0
    assert depth(zone, 0.5, 0.8) > 0
    assert depth(zone, 0.1, 0.4) > 0


def test_the_border_of_the_picture_is_no_border_of_a_zone_that_reaches_it() -> None:
    """A foot at the very bottom of the picture is as deep inside as the zone is wide."""
    zone = Zone("step", ZoneConfig(points=((0.3, 0.5), (0.7, 0.5), (0.7, 1.0), (0.3, 1.0))))
    assert depth(zone, 0.5, 1.0) == pytest.approx(0.2, abs=1e-3)
    whole = Zone("all", ZoneConfig(points=((0, 0), (1, 0), (1, 1), (0, 1))))
    assert depth(whole, 0.0, 1.0) == math.inf


def test_jitter_at_the_border_changes_nothing() -> None:
    """Only a clear step over the border counts, in either direction."""
    zone = Zone("step", ZoneConfig(points=SQUARE))
    inside = zone.admits(-0.01, 0.2, inside=None)
    assert not inside
    for wobble in (0.01, -0.01, 0.012, -0.012):
        assert not zone.admits(wobble, 0.2, inside=inside)
    assert zone.admits(0.02, 0.2, inside=False)
    assert zone.admits(-0.012, 0.2, inside=True)
    assert not zone.admits(-0.02, 0.2, inside=True)


def test_a_narrow_zone_can_be_entered_by_a_large_object() -> None:
    """The margin never exceeds what the zone has room for."""
    narrow = ((0.1, 0.50), (0.9, 0.50), (0.9, 0.52), (0.1, 0.52))
    zone = Zone("line", ZoneConfig(points=narrow))
    assert zone.admits(depth(zone, 0.5, 0.51), 0.9, inside=False)


@given(st.lists(st.tuples(unit, unit), min_size=3, max_size=12), unit, unit)
def test_any_polygon_gives_finite_answers(
    points: list[tuple[float, float]], x: float, y: float
) -> None:
    """Whatever polygon is accepted: no NaN, and the quick look agrees with the exact one."""
    try:
        zone = Zone("step", ZoneConfig(points=tuple(points)))
    except ValidationError as error:
        assert "enclose nothing" in str(error)  # noqa: PT017  the only way it may be refused
        return
    assert not math.isnan(depth(zone, x, y))
    assert depth(zone, x, y) <= 0 or not zone.misses((x, y))


@given(unit, unit, st.integers(3, 20))
def test_depth_agrees_with_a_circle(x: float, y: float, sides: int) -> None:
    """A regular polygon contains its inner circle and nothing beyond its outer one."""
    turns = [2 * math.pi * k / sides for k in range(sides)]
    points = tuple((0.5 + 0.4 * math.cos(a), 0.5 + 0.4 * math.sin(a)) for a in turns)
    zone = Zone("ring", ZoneConfig(points=points))
    away = math.hypot(x - 0.5, y - 0.5)
    if away < 0.4 * math.cos(math.pi / sides) - 1e-3:
        assert depth(zone, x, y) > 0
    elif away > 0.4 + 1e-3:
        assert depth(zone, x, y) < 0


@pytest.mark.parametrize(
    ("points", "says"),
    [
        (((0.1, 0.1), (0.2, 0.2)), "at least 3"),
        (((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)), "enclose nothing"),
        (((0.1, 0.1), (0.1, 0.1), (0.1, 0.1)), "enclose nothing"),
        (((0.1, 0.1), (1.2, 0.1), (0.5, 0.5)), "less than or equal to 1"),
    ],
)
def test_a_zone_that_encloses_nothing_is_refused(
    points: tuple[tuple[float, float], ...], says: str
) -> None:
    """Too few corners, corners on one line and corners off the picture are named as such."""
    with pytest.raises(ValidationError, match=says):
        ZoneConfig(points=points)
