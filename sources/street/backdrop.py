"""The street itself: houses, pavements, road and what stands on them, drawn once."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from sources.street.brush import Brush, Color, shaded
from sources.street.ground import FACADE, HORIZON, KERB_FAR, KERB_NEAR, Ground
from sources.street.sprite import Bytes, Sprite, shadow
from sources.street.vehicle import Body, draw_vehicle

_WALLS: tuple[Color, ...] = (
    (178, 164, 142),
    (160, 112, 92),
    (190, 182, 168),
    (142, 146, 150),
    (186, 160, 120),
)


_SLAB = 0.9
"""Metres across a slab of the pavement."""

_NEAREST = 7.0
"""Metres from the camera to the ground at the picture's lower edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Prop:
    """Something that stands in the street and may hide who passes behind it."""

    sprite: Sprite
    x: float
    """Metres, see `Ground`."""

    line: float


def draw_backdrop(ground: Ground, seed: int) -> Bytes:
    """Draw everything that never moves and hides nobody (height x width x 3, RGB)."""
    rng = np.random.default_rng([seed, 1])
    picture = np.zeros((ground.height, ground.width, 3), np.float32)
    _draw_houses(picture, ground, rng)
    _draw_pavement(picture, ground, rng, (FACADE, KERB_FAR), (164, 160, 152))
    _draw_road(picture, ground, rng)
    _draw_pavement(picture, ground, rng, (KERB_NEAR, 1.0), (170, 166, 158))
    _draw_contact(picture, ground)
    return np.clip(picture, 0, 255).astype(np.uint8)


def make_props(ground: Ground, seed: int) -> tuple[Prop, ...]:
    """Make what stands in the street, from far to near."""
    rng = np.random.default_rng([seed, 2])
    far, near = 0.612, 0.985
    color = _WALLS[int(rng.integers(len(_WALLS)))]
    car = draw_vehicle(Body("car", shaded(color, 0.7)), 0, False, True, ground.scale(0.645))
    return (
        Prop(_lamp(ground.scale(far)), -ground.edge(far) * 0.46, far),
        Prop(_tree(ground.scale(far), rng), ground.edge(far) * 0.56, far),
        Prop(car, ground.edge(0.645) * 0.93, 0.645),
        Prop(_bin(ground.scale(near)), -ground.edge(near) * 0.90, near),
    )


def lay_prop_shadows(picture: Bytes, ground: Ground, props: tuple[Prop, ...]) -> None:
    """Draw the shadows of the standing things on the backdrop, in place."""
    for prop in props:
        shadow(prop.sprite).lay(picture, *ground.pixel(prop.x, prop.line))


def grain(
    rng: np.random.Generator, height: int, width: int, size: float, depth: float
) -> npt.NDArray[np.float32]:
    """Make a random texture around 1: patches `size` pixels across, `depth` strong."""
    rows, columns = max(round(height / size), 2), max(round(width / size), 2)
    coarse = rng.normal(0, depth, (rows, columns)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return 1 + np.asarray(smooth, np.float32)


def _draw_houses(
    picture: npt.NDArray[np.float32], ground: Ground, rng: np.random.Generator
) -> None:
    base = round(FACADE * ground.height)
    metre = ground.scale(FACADE)
    _draw_garden(picture[:base], metre, rng)
    left = 2.6 * metre
    while left < ground.width:
        broad = float(rng.uniform(4.2, 5.6)) * metre
        wall = _WALLS[int(rng.integers(len(_WALLS)))]
        right = min(round(left + broad), ground.width)
        if right - round(left) > metre:
            _draw_house(picture[:base, round(left) : right], wall, metre, rng)
        left += broad


def _draw_garden(part: npt.NDArray[np.float32], metre: float, rng: np.random.Generator) -> None:
    height, width = part.shape[:2]
    sky = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    part[:] = (1 - sky) * np.array((122, 166, 214), np.float32) + sky * np.array(
        (214, 226, 236), np.float32
    )
    clouds = np.clip(grain(rng, height, width, metre * 1.1, 0.5) - 1.1, 0, 0.7)[:, :, None]
    part[:] = part * (1 - clouds) + 246 * clouds
    broad = min(width, round(3.2 * metre))
    for leaf in range(170):
        up = 3.3 - 1.9 * leaf / 170 + float(rng.normal(0, 0.22))
        at = (int(rng.uniform(-0.1, 1.05) * broad), int(height - metre * up))
        green = shaded((84, 116, 62), float(rng.uniform(0.62, 1.05)) * (0.72 + 0.13 * up))
        cv2.circle(part, at, round(metre * rng.uniform(0.13, 0.3)), green, -1, cv2.LINE_AA)
    top = round(height - 1.35 * metre)
    part[top:, :broad] = (150, 108, 90)
    _draw_bricks(part[top:, :broad], metre, 0.86)
    part[top : top + max(round(0.1 * metre), 1), :broad] = (186, 180, 170)
    wall = part[top:, :broad]
    wall *= grain(rng, height - top, broad, metre / 9, 0.05)[:, :, None]


def _draw_house(
    part: npt.NDArray[np.float32], wall: Color, metre: float, rng: np.random.Generator
) -> None:
    height, width = part.shape[:2]
    part[:] = wall
    if rng.random() < 0.5:  # noqa: PLR2004 (half of the houses)
        _draw_bricks(part, metre, 0.93)
    part *= grain(rng, height, width, metre / 2, 0.025)[:, :, None]
    part *= grain(rng, height, width, metre / 14, 0.02)[:, :, None]
    for upper in (False, True):
        base = height - round((3.15 if upper else 0.95) * metre)
        for middle in (0.20, 0.50, 0.80) if upper else (0.20, 0.80):
            _draw_window(part, round(middle * width), base, metre, 1.0 if upper else 1.2)
    _draw_door(part, round(0.50 * width), metre, rng)
    plinth = round(0.42 * metre)
    part[-plinth:] *= 0.72
    part[-round(2.75 * metre) : -round(2.62 * metre)] *= 1.12
    part[:, : max(round(0.05 * metre), 1)] *= 0.7


def _draw_bricks(part: npt.NDArray[np.float32], metre: float, tone: float) -> None:
    height, width = part.shape[:2]
    course = max(0.11 * metre, 3)
    for row in range(round(height / course) + 1):
        y = round(row * course)
        part[y : y + 1] *= tone
        step = 2.4 * course
        for column in range(round(width / step) + 2):
            x = round((column - (row % 2) / 2) * step)
            if 0 <= x < width:
                part[y : round(y + course), x : x + 1] *= tone


def _draw_window(
    part: npt.NDArray[np.float32], middle: int, base: int, metre: float, broad: float
) -> None:
    half, tall = round(broad * metre / 2), round(1.3 * metre)
    top, left, right = base - tall, middle - half, middle + half
    if left < 0 or right > part.shape[1] or base <= 0:
        return
    frame = max(round(0.07 * metre), 1)
    part[max(top - frame, 0) : base + frame, left - frame : right + frame] = (206, 202, 194)
    shown = part[max(top, 0) : base, left:right]
    rows = np.linspace(1.25, 0.8, shown.shape[0], dtype=np.float32)[:, None, None]
    shown[:] = np.array((92, 106, 118), np.float32) * rows
    corner = np.array([(0, 0), (half, 0), (0, tall)], np.int32)
    bright = shown.copy()
    cv2.fillPoly(bright, [corner], (140, 152, 162), cv2.LINE_AA)
    shown[:] = 0.65 * shown + 0.35 * bright
    part[max(top, 0) : base, middle - 1 : middle + 1] = (206, 202, 194)
    cross = base - tall // 2
    if cross > 0:
        part[cross : cross + 2, left:right] = (206, 202, 194)
    part[base + frame : base + 2 * frame, left - frame : right + frame] *= 0.72


def _draw_door(
    part: npt.NDArray[np.float32], middle: int, metre: float, rng: np.random.Generator
) -> None:
    height, width = part.shape[:2]
    half, top = round(0.46 * metre), height - round(2.1 * metre)
    if middle - 2 * half < 0 or middle + 2 * half > width:
        return
    color = ((112, 84, 66), (88, 104, 96), (96, 88, 110))[int(rng.integers(3))]
    part[top - 3 :, middle - half - 3 : middle + half + 3] *= 0.82
    part[top:, middle - half : middle + half] = color
    for y in (0.25, 1.15):
        box = part[top + round(y * metre) : top + round((y + 0.7) * metre),
                   middle - round(0.3 * metre) : middle + round(0.3 * metre)]  # fmt: skip
        box *= 0.84


def _draw_pavement(
    picture: npt.NDArray[np.float32],
    ground: Ground,
    rng: np.random.Generator,
    lines: tuple[float, float],
    color: Color,
) -> None:
    top, bottom = (round(line * ground.height) for line in lines)
    strip = picture[top:bottom]
    strip[:] = color
    strip *= grain(rng, bottom - top, ground.width, ground.height / 13, 0.03)[:, :, None]
    strip *= grain(rng, bottom - top, ground.width, ground.height / 245, 0.035)[:, :, None]
    joints = np.zeros(strip.shape[:2], np.uint8)
    for metres in np.arange(_NEAREST, 4 * _NEAREST, _SLAB):
        y = round((HORIZON + (1 - HORIZON) * _NEAREST / float(metres)) * ground.height) - top
        cv2.line(joints, (0, y), (ground.width, y), (255,), 1, cv2.LINE_AA)
    reach = ground.edge(lines[0]) + _SLAB
    for x in np.arange(-reach, reach, _SLAB):
        upper, lower = (round(ground.pixel(float(x), line)[0]) for line in lines)
        cv2.line(joints, (upper, 0), (lower, bottom - top), (255,), 1, cv2.LINE_AA)
    strip *= 1 - 0.13 * (joints.astype(np.float32) / 255)[:, :, None]


def _draw_road(picture: npt.NDArray[np.float32], ground: Ground, rng: np.random.Generator) -> None:
    top, bottom = round(KERB_FAR * ground.height), round(KERB_NEAR * ground.height)
    strip = picture[top:bottom]
    strip[:] = (98, 100, 104)
    strip *= grain(rng, bottom - top, ground.width, 70, 0.04)[:, :, None]
    strip *= grain(rng, bottom - top, ground.width, 1.8, 0.05)[:, :, None]
    middle = 0.70
    y = round(middle * ground.height)
    thick = max(round(0.12 * ground.scale(middle) * 0.5), 2)
    dash = ground.scale(middle) * 1.6
    for x in np.arange(-0.3 * dash, ground.width, 1.9 * dash):
        picture[y : y + thick, max(round(x), 0) : max(round(x + dash), 0)] = (206, 204, 196)
    for line, tone in ((KERB_FAR, 1.0), (KERB_NEAR, 1.05)):
        kerb = max(round(0.11 * ground.scale(line)), 2)
        edge = round(line * ground.height)
        picture[edge - kerb // 2 : edge + kerb // 2] = shaded((188, 186, 180), tone)
        picture[edge + kerb // 2 : edge + kerb // 2 + 2] *= 0.7
    for lane in (0.66, 0.76):
        at = round(lane * ground.height)
        band = picture[at - 4 : at + 5]
        band *= 0.95


def _draw_contact(picture: npt.NDArray[np.float32], ground: Ground) -> None:
    """Darken the ground where it meets the houses."""
    top = round(FACADE * ground.height)
    deep = max(round(0.03 * ground.height), 2)
    picture[top : top + deep] *= np.linspace(0.72, 1, deep, dtype=np.float32)[:, None, None]


def _lamp(scale: float) -> Sprite:
    brush = Brush(scale, -0.4, 1.1, 4.9)
    brush.limb((0, 0), (0, 4.6), (0.08, 0.045), (74, 80, 84))
    brush.limb((0, 0), (0, 0.5), (0.12, 0.11), (62, 68, 72))
    brush.limb((0, 4.6), (0.7, 4.75), (0.04, 0.03), (74, 80, 84))
    brush.limb((0.6, 4.74), (0.95, 4.74), (0.07, 0.05), (206, 206, 196))
    return brush.done(0.5)


def _tree(scale: float, rng: np.random.Generator) -> Sprite:
    brush = Brush(scale, -1.7, 1.7, 5.2)
    brush.limb((0, 0), (0.05, 2.6), (0.13, 0.09), (92, 74, 58))
    brush.limb((0.04, 2.1), (-0.6, 3.1), (0.06, 0.04), (92, 74, 58))
    brush.limb((0.04, 2.2), (0.6, 3.0), (0.06, 0.04), (92, 74, 58))
    for _ in range(150):
        x, y = rng.normal(0, 0.62), 3.7 + rng.normal(0, 0.55)
        green = shaded((84, 122, 58), float(rng.uniform(0.6, 1.3)) + 0.08 * (y - 3.7))
        brush.disc((float(x), float(y)), float(rng.uniform(0.1, 0.26)), green)
    return brush.done(0.2)


def _bin(scale: float) -> Sprite:
    brush = Brush(scale, -0.4, 0.4, 1.1)
    brush.area([(-0.24, 0), (-0.28, 0.85), (0.28, 0.85), (0.24, 0)], (58, 84, 66))
    brush.area([(-0.3, 0.85), (-0.26, 0.98), (0.26, 0.98), (0.3, 0.85)], (44, 62, 50))
    brush.line([(-0.2, 0.62), (0.2, 0.62)], 0.05, (190, 194, 186))
    return brush.done(0.4)
