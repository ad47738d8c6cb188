"""Cars, vans and bicycles seen from the side, drawn facing right."""

import math
from dataclasses import dataclass
from typing import Literal

from sources.street.brush import Brush, Color, Spot, shaded
from sources.street.sprite import Sprite, mirrored

TURNS = 6
"""Positions of a turning wheel that are told apart."""

_GLASS: Color = (58, 74, 88)
_TYRE: Color = (28, 28, 30)
_RIM: Color = (168, 172, 178)


@dataclass(frozen=True, slots=True)
class Body:
    """What stays the same about a vehicle."""

    kind: Literal["car", "van", "bicycle"]
    color: Color

    @property
    def long(self) -> float:
        """Metres from bumper to bumper."""
        return {"car": 4.3, "van": 5.2, "bicycle": 1.75}[self.kind]

    @property
    def wheel(self) -> float:
        """Radius of a wheel, metres."""
        return {"car": 0.32, "van": 0.34, "bicycle": 0.34}[self.kind]


def draw_vehicle(body: Body, turn: int, braking: bool, left: bool, scale: float) -> Sprite:
    """Draw a vehicle at `scale` pixels per metre; `turn` (0 to `TURNS`) is where its wheels are."""
    half = body.long / 2 + 0.12
    brush = Brush(scale, -half, half, 2.3)
    if body.kind == "bicycle":
        _bicycle(brush, body, turn)
        made = brush.done(0.2)
    else:
        _OUTLINES[body.kind](brush, body)
        for x in (-0.29 * body.long, 0.30 * body.long):
            _wheel(brush, (x, body.wheel), body.wheel, turn)
        _lights(brush, body, braking)
        made = brush.done(0.25)
    return mirrored(made) if left else made


def _car(brush: Brush, body: Body) -> None:
    hull: list[Spot] = [
        (-2.13, 0.34), (-2.15, 0.72), (-2.02, 0.92), (-1.45, 0.98), (-0.92, 1.40), (-0.70, 1.46),
        (0.30, 1.47), (0.52, 1.42), (1.12, 0.99), (1.86, 0.88), (2.10, 0.72), (2.15, 0.45),
        (2.10, 0.26), (-2.05, 0.24),
    ]  # fmt: skip
    brush.area(hull, body.color)
    brush.area([(-2.13, 0.34), (-2.14, 0.58), (2.14, 0.55), (2.10, 0.26), (-2.05, 0.24)],
               shaded(body.color, 0.66))  # fmt: skip
    brush.area([(-0.70, 1.46), (0.30, 1.47), (0.42, 1.43), (-0.80, 1.42)], shaded(body.color, 1.3))
    _pane(brush, [(-1.20, 1.0), (-0.80, 1.35), (-0.22, 1.38), (-0.22, 1.0)])
    _pane(brush, [(-0.14, 1.0), (-0.14, 1.38), (0.34, 1.38), (0.94, 1.0)])
    for x in (-0.95, -0.18, 0.86):
        brush.line([(x, 0.98), (x + 0.03, 0.42)], 0.022, shaded(body.color, 0.55))
    brush.line([(-2.05, 0.80), (2.0, 0.76)], 0.03, shaded(body.color, 1.22))
    for x in (-0.34, 0.6):
        brush.limb((x, 0.86), (x + 0.14, 0.86), (0.022, 0.022), shaded(body.color, 0.5))


def _van(brush: Brush, body: Body) -> None:
    hull: list[Spot] = [
        (-2.58, 0.36), (-2.60, 1.90), (-2.48, 2.10), (1.20, 2.12), (1.45, 2.02), (1.98, 1.22),
        (2.48, 1.06), (2.60, 0.80), (2.58, 0.30), (-2.50, 0.26),
    ]  # fmt: skip
    brush.area(hull, body.color)
    brush.area([(-2.58, 0.36), (-2.59, 0.66), (2.60, 0.62), (2.58, 0.30), (-2.50, 0.26)],
               shaded(body.color, 0.62))  # fmt: skip
    brush.area([(-2.48, 2.10), (1.20, 2.12), (1.35, 2.05), (-2.53, 2.03)], shaded(body.color, 1.25))
    _pane(brush, [(0.72, 1.22), (0.72, 1.86), (1.34, 1.86), (1.78, 1.22)])
    for x in (-1.35, 0.55, 1.72):
        brush.line([(x, 1.95 if x < 1 else 1.15), (x, 0.45)], 0.022, shaded(body.color, 0.6))
    brush.area([(-2.3, 1.28), (-2.3, 1.62), (0.3, 1.62), (0.3, 1.28)], (196, 90, 40))
    brush.limb((0.72, 0.98), (0.88, 0.98), (0.025, 0.025), shaded(body.color, 0.5))


_OUTLINES = {"car": _car, "van": _van}


def _pane(brush: Brush, spots: list[Spot]) -> None:
    brush.area(spots, _GLASS)
    (x0, y0), (x1, y1) = spots[0], spots[1]
    shine = [(x0 + 0.16, y0 + 0.02), (x1 + 0.16, y1 - 0.03), (x1 + 0.30, y1 - 0.03)]
    brush.area([*shine, (x0 + 0.34, y0 + 0.02)], (104, 124, 140))


def _wheel(brush: Brush, at: Spot, radius: float, turn: int) -> None:
    brush.disc((at[0], at[1] + 0.02), radius * 1.14, (24, 24, 26))
    brush.disc(at, radius, _TYRE)
    brush.disc(at, radius * 0.66, _RIM)
    for spoke in range(5):
        angle = 2 * math.pi * (spoke + turn / TURNS) / 5
        end = (at[0] + radius * 0.6 * math.cos(angle), at[1] - radius * 0.6 * math.sin(angle))
        brush.line([at, end], 0.05, (96, 98, 104))
    brush.disc(at, radius * 0.16, (70, 70, 76))


def _lights(brush: Brush, body: Body, braking: bool) -> None:
    half = body.long / 2
    brush.limb((half - 0.20, 0.74), (half - 0.06, 0.70), (0.05, 0.04), (250, 240, 206))
    rear = (255, 60, 40) if braking else (140, 24, 26)
    brush.limb((-half + 0.06, 0.82), (-half + 0.10, 0.70), (0.05, 0.05), rear)


def _bicycle(brush: Brush, body: Body, turn: int) -> None:
    back, front = (-0.52, body.wheel), (0.52, body.wheel)
    for x, y in (back, front):
        rim = [2 * math.pi * i / 32 for i in range(33)]
        circle = [(x + body.wheel * math.cos(a), y + body.wheel * math.sin(a)) for a in rim]
        brush.line(circle, 0.045, _TYRE)
        for spoke in range(4):
            a = math.pi * (spoke + turn / TURNS) / 4
            reach = (body.wheel * math.cos(a), -body.wheel * math.sin(a))
            ends = [(x - reach[0], y - reach[1]), (x + reach[0], y + reach[1])]
            brush.line(ends, 0.012, (120, 122, 126))
    crank, saddle, bar = (-0.06, 0.32), (-0.20, 0.86), (0.38, 0.94)
    for ends in ([back, crank], [crank, saddle], [saddle, back], [crank, (0.36, 0.80)],
                 [(-0.18, 0.78), (0.36, 0.80)], [front, bar]):  # fmt: skip
        brush.line(ends, 0.05, body.color)
    brush.line([(-0.32, 0.88), (-0.08, 0.88)], 0.06, (30, 28, 28))
    brush.line([bar, (0.30, 1.02)], 0.045, (40, 40, 44))
