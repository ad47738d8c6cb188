"""What geometry says of two actors: how far apart in metres, how their exact boxes lie.

Nothing of it is taken from the scene, which knows no metres and sees no exact boxes.
"""

import math
from collections.abc import Iterator

from reasoners.testing.stage import Actor, Sight


def between(one: Sight, two: Sight, at: float) -> Iterator[tuple[str, bool | None]]:
    """Yield what geometry says of two; each border is a space in which either is right."""
    a, b = one.actor.place(at), two.actor.place(at)
    if a is None or b is None:
        return
    form, other = one.actor.form(at), two.actor.form(at)
    aside = max(0.0, abs(a[0] - b[0]) - (form.wide + other.wide) / 2)
    beyond = max(0.0, abs(a[1] - b[1]) - (form.deep + other.deep) / 2)
    gap = math.hypot(aside, beyond)
    yield "near", _sharp(gap, 1.0, 2.0)
    left, top, right, bottom = one.box
    left2, top2, right2, bottom2 = two.box
    over, tall = min(right, right2) - max(left, left2), min(bottom, bottom2) - max(top, top2)
    narrow, low = min(right - left, right2 - left2), min(bottom - top, bottom2 - top2)
    close = _sharp(gap, 5.0, 8.0)
    yield (
        "left_of",
        _and(
            close,
            left + right < left2 + right2,
            _sharp(over, -0.02 * narrow, 0.18 * narrow),
            _sharp(-tall, -0.3 * low, 0.0),
        ),
    )
    yield (
        "above",
        _and(
            close,
            top + bottom < top2 + bottom2,
            _sharp(tall, -0.02 * low, 0.18 * low),
            _sharp(-over, -0.3 * narrow, 0.0),
        ),
    )
    share = (
        max(0.0, over)
        * max(0.0, tall)
        / min((right - left) * (bottom - top), (right2 - left2) * (bottom2 - top2))
    )
    yield "overlaps", _sharp(-share, -0.2, -0.04)
    front, front2 = a[1] - form.deep / 2, b[1] - other.deep / 2
    yield (
        "in_front_of",
        _and(
            _sharp(front - front2, -1.1, -0.25),
            _sharp(-over, -0.35 * narrow, -0.15 * narrow),
            _sharp(-tall, -0.05 * low, 0.0),
        ),
    )
    yield from _going(one.actor, two.actor, at, (b[0] - a[0], b[1] - a[1]), gap)


def _going(
    one: Actor, two: Actor, at: float, way: tuple[float, float], gap: float
) -> Iterator[tuple[str, bool | None]]:
    """Yield whether one comes closer to another by its own motion, or goes away from it."""
    (vx, vz), (wx, wz) = one.velocity(at), two.velocity(at)
    far, speed = math.hypot(*way), math.hypot(vx, vz)
    if far < 0.01:  # noqa: PLR2004
        return
    towards = (vx * way[0] + vz * way[1]) / far
    rate = towards - (wx * way[0] + wz * way[1]) / far
    straight = towards / speed if speed > 0.01 else 0.0  # noqa: PLR2004
    near = _sharp(gap, 7.0, 9.0)
    room = _sharp(-gap, -0.8, -0.1)
    yield (
        "approaches",
        _and(
            near,
            room,
            _sharp(-rate, -0.75, -0.15),
            _sharp(-towards, -0.65, -0.25),
            _sharp(-straight, -0.87, -0.5),
        ),
    )
    yield (
        "moves_away",
        _and(
            near,
            room,
            _sharp(rate, -0.75, -0.15),
            _sharp(towards, -0.65, -0.25),
            _sharp(straight, -0.87, -0.5),
        ),
    )


def _sharp(value: float, true: float, false: float) -> bool | None:
    """Tell whether a value is small enough: surely up to `true`, surely not from `false` on."""
    if value <= true:
        return True
    return False if value >= false else None


def _and(*parts: bool | None) -> bool | None:
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True
