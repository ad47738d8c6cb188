"""A walking, standing or stooping person, drawn from a look and a pose."""

import math
from dataclasses import dataclass

from sources.street.brush import Brush, Color, Spot, shaded
from sources.street.sprite import Sprite, mirrored

STRIDE = 0.80
"""Metres walked in one full step cycle, per metre of body height."""

POSES = 20
"""Phases of the step cycle that are told apart."""


@dataclass(frozen=True, slots=True)
class Look:
    """What stays the same about a person."""

    tall: float
    """Metres."""

    skin: Color
    hair: Color
    top: Color
    bottom: Color
    shoes: Color
    coat: bool = False
    """Whether the top reaches down to the knees."""

    hat: bool = False
    pack: Color | None = None
    """Colour of a backpack that is worn."""


@dataclass(frozen=True, slots=True)
class Pose:
    """What changes about a person."""

    phase: int = 0
    """Which of the `POSES` of the step cycle."""

    walking: bool = True
    stoop: int = 0
    """How far down to the ground, 0 to 6."""

    holds: Color | None = None
    """Colour of a bag in the hand."""

    riding: bool = False
    left: bool = False
    """Whether the person faces left."""


@dataclass(frozen=True, slots=True)
class _Limbs:
    hip: Spot
    shoulder: Spot
    legs: tuple[tuple[Spot, Spot, Spot], ...]
    """Per leg, far one first: hip, knee, ankle."""

    arms: tuple[tuple[Spot, Spot, Spot], ...]
    """Per arm, far one first: shoulder, elbow, hand."""

    lean: float


def draw_figure(look: Look, pose: Pose, scale: float) -> Sprite:
    """Draw a person at `scale` pixels per metre, standing on the middle between the feet."""
    tall = look.tall
    brush = Brush(scale, -0.55 * tall, 0.55 * tall, 1.08 * tall)
    limbs = _limbs(tall, pose)
    _draw_arm(brush, look, limbs.arms[0], 0.72)
    if pose.holds is not None:
        _draw_bag(brush, limbs.arms[0][2], pose.holds)
    _draw_leg(brush, look, limbs.legs[0], 0.74)
    _draw_leg(brush, look, limbs.legs[1], 1.0)
    _draw_trunk(brush, look, limbs)
    _draw_head(brush, look, limbs)
    _draw_arm(brush, look, limbs.arms[1], 1.06)
    made = brush.done(0.42)
    return mirrored(made) if pose.left else made


def _limbs(tall: float, pose: Pose) -> _Limbs:
    turn = 2 * math.pi * pose.phase / POSES
    down = pose.stoop / 6
    lean = 0.05 * pose.walking + 1.0 * down + (0.55 if pose.riding else 0.0)
    legs = [_leg_angles(turn + side, pose, down) for side in (0.0, math.pi)]
    thigh, shin = 0.245 * tall, 0.245 * tall
    hip_high = max(thigh * math.cos(a) + shin * math.cos(a - k) for a, k in legs) + 0.035 * tall
    if pose.riding:
        hip_high = 0.54 * tall
    hip = (-0.13 * tall * down - (0.12 if pose.riding else 0.0), hip_high)
    shoulder = (hip[0] + 0.30 * tall * math.sin(lean), hip[1] + 0.30 * tall * math.cos(lean))
    drawn_legs = tuple(
        _chain((hip[0] + off * tall, hip[1]), thigh, a, shin, a - k)
        for (a, k), off in zip(legs, (0.022, -0.022), strict=True)
    )
    arms = []
    for side, off in ((0.0, 0.05), (math.pi, -0.06)):
        swing, bend = _arm_angles(turn + side, pose, down)
        start = (shoulder[0] + off * tall, shoulder[1] - 0.015 * tall)
        arms.append(_chain(start, 0.165 * tall, swing, 0.155 * tall, swing + bend))
    return _Limbs(hip, shoulder, drawn_legs, tuple(arms), lean)


def _leg_angles(turn: float, pose: Pose, down: float) -> tuple[float, float]:
    """Give thigh angle (forward of straight down) and knee bend, radians."""
    if pose.riding:
        return 0.95 + 0.38 * math.sin(turn), 1.15 + 0.42 * math.cos(turn)
    if not pose.walking:
        spread = 0.07 * (1 if math.cos(turn) > 0 else -1)
        return spread + 0.75 * down, 0.04 + 1.25 * down
    return 0.40 * math.sin(turn) + 0.05, 0.10 + 0.85 * max(math.cos(turn), 0.0) ** 1.6


def _arm_angles(turn: float, pose: Pose, down: float) -> tuple[float, float]:
    """Give upper arm angle (forward of straight down) and elbow bend, radians."""
    if pose.riding:
        return 0.95, 0.25
    if down:
        return 0.15 * down, 0.1
    if not pose.walking:
        return 0.06 * math.cos(turn), 0.18
    loaded = pose.holds is not None and math.cos(turn) > 0
    return (0.08 if loaded else -0.46) * math.sin(turn), 0.08 if loaded else 0.32


def _chain(start: Spot, one: float, a: float, two: float, b: float) -> tuple[Spot, Spot, Spot]:
    middle = (start[0] + one * math.sin(a), start[1] - one * math.cos(a))
    return start, middle, (middle[0] + two * math.sin(b), middle[1] - two * math.cos(b))


def _draw_leg(brush: Brush, look: Look, leg: tuple[Spot, Spot, Spot], tone: float) -> None:
    tall = look.tall
    cloth, shoe = shaded(look.bottom, tone), shaded(look.shoes, tone)
    hip, knee, ankle = leg
    toe = (ankle[0] + 0.085 * tall, ankle[1] - 0.018 * tall)
    heel = (ankle[0] - 0.018 * tall, ankle[1] - 0.018 * tall)
    brush.limb(heel, toe, (0.022 * tall, 0.017 * tall), shoe)
    brush.limb(knee, ankle, (0.039 * tall, 0.027 * tall), cloth)
    brush.limb(hip, knee, (0.055 * tall, 0.041 * tall), cloth)


def _draw_arm(brush: Brush, look: Look, arm: tuple[Spot, Spot, Spot], tone: float) -> None:
    tall = look.tall
    sleeve = shaded(look.top, tone * 0.93)
    shoulder, elbow, hand = arm
    fold = shaded(look.top, tone * 0.62)
    brush.limb(shoulder, elbow, (0.043 * tall, 0.036 * tall), fold)
    brush.limb(elbow, hand, (0.035 * tall, 0.026 * tall), fold)
    brush.disc(hand, 0.024 * tall, shaded(look.skin, tone))
    brush.limb(elbow, hand, (0.030 * tall, 0.023 * tall), sleeve)
    brush.limb(shoulder, elbow, (0.038 * tall, 0.031 * tall), sleeve)


def _draw_trunk(brush: Brush, look: Look, limbs: _Limbs) -> None:
    tall = look.tall
    (hx, hy), (sx, sy) = limbs.hip, limbs.shoulder
    along = (math.sin(limbs.lean), math.cos(limbs.lean))
    across = (along[1], -along[0])

    def spot(base: Spot, out: float, up: float) -> Spot:
        return (
            base[0] + (out * across[0] + up * along[0]) * tall,
            base[1] + (out * across[1] + up * along[1]) * tall,
        )

    hip, neck = (hx, hy), (sx, sy)
    if look.pack is not None:
        middle = spot(neck, -0.115, -0.11)
        low = spot(neck, -0.105, -0.20)
        brush.limb(middle, low, (0.058 * tall, 0.060 * tall), look.pack)
        brush.limb(spot(middle, 0.0, 0.02), middle, (0.03 * tall,) * 2, shaded(look.pack, 1.25))
    outline = [
        spot(neck, -0.105, -0.005),
        spot(neck, -0.048, 0.045),
        spot(neck, 0.046, 0.045),
        spot(neck, 0.092, -0.01),
        spot(neck, 0.098, -0.10),
        spot(hip, 0.078, 0.08),
        spot(hip, 0.085, -0.02),
        spot(hip, -0.085, -0.02),
        spot(hip, -0.082, 0.08),
        spot(neck, -0.108, -0.10),
    ]
    if look.coat:
        outline[6:8] = [(hx + 0.12 * tall, hy - 0.19 * tall), (hx - 0.11 * tall, hy - 0.19 * tall)]
    brush.area(outline, look.top)
    seam = (spot(neck, 0.045, 0.02), spot(hip, 0.04, -0.01))
    brush.line(seam, 0.012, shaded(look.top, 0.72))
    brush.line((spot(hip, -0.082, 0.0), spot(hip, 0.082, 0.0)), 0.02, shaded(look.top, 0.66))


def _draw_head(brush: Brush, look: Look, limbs: _Limbs) -> None:
    tall = look.tall
    lean = limbs.lean * 0.8
    up = (math.sin(lean), math.cos(lean))
    x, y = limbs.shoulder
    neck = (x + 0.035 * tall * up[0], y + 0.035 * tall * up[1])
    head = (x + (0.105 * up[0] + 0.006) * tall, y + 0.105 * tall * up[1])
    brush.limb((x, y), neck, (0.034 * tall, 0.032 * tall), shaded(look.skin, 0.82))
    brush.disc(head, 0.052 * tall, look.hair, 0.068 * tall)
    face = (head[0] + 0.014 * tall, head[1] - 0.010 * tall)
    brush.disc(face, 0.040 * tall, look.skin, 0.054 * tall)
    brush.disc((head[0] + 0.047 * tall, head[1] - 0.012 * tall), 0.012 * tall, look.skin)
    fringe = (head[0] - 0.004 * tall, head[1] + 0.034 * tall)
    brush.disc(fringe, 0.047 * tall, look.hair, 0.034 * tall)
    if look.hat:
        brim = ((head[0] - 0.05 * tall, head[1] + 0.03 * tall),)
        brush.limb(brim[0], (head[0] + 0.095 * tall, brim[0][1]), (0.012 * tall,) * 2, look.bottom)
        brush.disc((head[0], head[1] + 0.035 * tall), 0.054 * tall, look.bottom, 0.040 * tall)


def _draw_bag(brush: Brush, hand: Spot, color: Color) -> None:
    x, y = hand
    draw_bag_shape(brush, (x, max(y - 0.46, 0.0)), color)


def draw_bag_shape(brush: Brush, foot: Spot, color: Color) -> None:
    """Draw a holdall whose bottom middle is at `foot`."""
    x, y = foot
    brush.line([(x - 0.1, y + 0.3), (x - 0.06, y + 0.44), (x + 0.06, y + 0.44), (x + 0.1, y + 0.3)],
               0.03, shaded(color, 0.6))  # fmt: skip
    brush.limb((x - 0.17, y + 0.17), (x + 0.17, y + 0.17), (0.165, 0.165), color)
    brush.limb((x - 0.17, y + 0.05), (x + 0.17, y + 0.05), (0.05, 0.05), shaded(color, 0.7))
    brush.line([(x - 0.26, y + 0.24), (x + 0.26, y + 0.24)], 0.022, shaded(color, 1.5))


def draw_bag(color: Color, scale: float) -> Sprite:
    """Draw a bag that stands on the ground."""
    brush = Brush(scale, -0.45, 0.45, 0.55)
    draw_bag_shape(brush, (0.0, 0.0), color)
    return brush.done(0.35)
