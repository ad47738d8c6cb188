"""A street scene whose every picture follows from the seed and its number alone."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ParamSpec

import cv2
import numpy as np

from sources.street.backdrop import draw_backdrop, lay_prop_shadows, make_props
from sources.street.figure import POSES, STRIDE, Look, Pose, draw_bag, draw_figure
from sources.street.ground import Ground
from sources.street.sprite import Bytes, Sprite, shadow
from sources.street.story import Actor, Chapter, Label, Moment, State, chapters_at
from sources.street.vehicle import TURNS, Body, draw_vehicle

_What = ParamSpec("_What")

SPRITES = 160
"""Drawings kept; each is some 0.1 MB in a picture of 960 x 540."""

_NOISE = 2.2
_SPARE = 64
_GREY = 128


@dataclass(frozen=True, slots=True)
class Seen:
    """What is really there: one actor in one picture."""

    id: int
    """Unique within the street, the same from its first picture to its last."""

    label: Label
    box: tuple[float, float, float, float]
    """Left, top, right, bottom of the outline within the picture; relative, 0 to 1. What is
    hidden behind others counts as if it were seen."""

    visible: float
    """Share of its outline (also beyond the picture's edge) that can be seen, 0 to 1."""

    state: State


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    actor: Actor | None
    moment: Moment | None
    sprite: Sprite
    shade: Sprite | None
    at: tuple[float, float]
    line: float


class Street:
    """People walk, wait and leave things, cars pass and stop; the sun comes and goes a little.

    Any picture can be drawn without those before it. Not for use by several threads at once.
    """

    def __init__(
        self,
        width: int,
        height: int,
        fps: float = 10.0,
        *,
        seed: int = 0,
        people: float = 1.0,
        vehicles: float = 1.0,
    ) -> None:
        """Draw the backdrop; takes some tenths of a second.

        Args:
            width: Pixels across.
            height: Pixels down.
            fps: Pictures per second of the scene's time.
            seed: Other seeds are other streets with other people.
            people: How much is going on: 0 nobody, 1 all stories, above: passers-by are added.
            vehicles: Likewise.
        """
        self._ground = Ground(width, height)
        self._fps = fps
        self._props = make_props(self._ground, seed)
        self._backdrop = draw_backdrop(self._ground, seed)
        lay_prop_shadows(self._backdrop, self._ground, self._props)
        self._noise = _make_noise(self._ground, seed)
        self._seed = seed
        self._phases = np.random.default_rng([seed, 4]).uniform(0, 2 * math.pi, 2)
        self._chapter = lru_cache(4)(
            lambda number: Chapter(self._ground, seed, number, people, vehicles)
        )
        self._figure = lru_cache(SPRITES)(_with_shadow(draw_figure))
        self._vehicle = lru_cache(SPRITES)(_with_shadow(draw_vehicle))
        self._bag = lru_cache(16)(_with_shadow(draw_bag))

    def draw(self, number: int) -> Bytes:
        """Draw the picture with this number, 0 and up (height x width x 3, RGB). A new array."""
        picture = self._backdrop.copy()
        placed = self._place(number)
        for one in placed:
            if one.shade is not None:
                one.shade.lay(picture, *one.at)
        for one in self._with_props(placed):
            one.sprite.lay(picture, *one.at)
        return self._expose(picture, number)

    def truth(self, number: int) -> list[Seen]:
        """Tell who and what is in the picture with this number, the farthest first."""
        width, height = self._ground.width, self._ground.height
        hidden = np.zeros((height, width), np.bool_)
        seen: list[Seen] = []
        for one in reversed(self._with_props(self._place(number))):
            cut = one.sprite.cut(hidden.shape, *one.at)
            if cut is None:
                continue
            outline = one.sprite.covered()
            within = outline[cut[1]]
            if one.actor is not None and one.moment is not None and within.any():
                bare = np.count_nonzero(within & ~hidden[cut[0]])
                share = bare / int(np.count_nonzero(outline))
                box = _outline_box(within, cut[0][1].start, cut[0][0].start, width, height)
                seen.append(Seen(one.actor.id, one.actor.label, box, share, one.moment.state))
            hidden[cut[0]] |= within
        return seen[::-1]

    def _place(self, number: int) -> list[_Placed]:
        time = number / self._fps
        placed: list[_Placed] = []
        for chapter in chapters_at(time):
            for actor in self._chapter(chapter).actors:
                moment = actor.at(time)
                if moment is not None:
                    placed.append(self._dress(actor, moment))
        return sorted(placed, key=lambda one: one.line)

    def _dress(self, actor: Actor, moment: Moment) -> _Placed:
        scale = round(self._ground.scale(moment.line), 1)
        if isinstance(actor.role, Look):
            sprite, shade = self._figure(actor.role, _pose(actor.role, moment), scale)
        elif isinstance(actor.role, Body):
            turn = moment.walked / (2 * math.pi * actor.role.wheel) * 5 * TURNS
            step = round(turn) % TURNS
            sprite, shade = self._vehicle(actor.role, step, moment.braking, moment.left, scale)
        else:
            sprite, shade = self._bag(actor.role, scale)
        at = self._ground.pixel(moment.x, moment.line)
        return _Placed(actor, moment, sprite, shade, at, moment.line)

    def _with_props(self, placed: list[_Placed]) -> list[_Placed]:
        """Add the standing things, in the order of drawing."""
        props = [
            _Placed(None, None, p.sprite, None, self._ground.pixel(p.x, p.line), p.line)
            for p in self._props
        ]
        return sorted(placed + props, key=lambda one: one.line)

    def _expose(self, picture: Bytes, number: int) -> Bytes:
        """Let the light drift and add the sensor's noise."""
        time = number / self._fps
        slow, slower = self._phases
        gain = 1 + 0.02 * math.sin(time / 7.1 + slow) + 0.03 * math.sin(time / 23.0 + slower)
        x, y = np.random.default_rng([self._seed, 5, number]).integers(0, _SPARE, 2)
        noise = self._noise[y : y + self._ground.height, x : x + self._ground.width]
        exposed = cv2.addWeighted(picture, gain, noise, 1.0, -_GREY)
        return np.asarray(exposed, np.uint8)


def _pose(look: Look, moment: Moment) -> Pose:
    turns = moment.walked / (STRIDE * look.tall)
    phase = round(turns * POSES) % POSES
    if moment.state == "riding":
        phase = round(moment.walked / 5.0 * POSES) % POSES
        return Pose(phase, walking=False, riding=True, left=moment.left)
    if moment.state == "stooping":
        deep = moment.share if moment.holds is not None else 1 - moment.share
        return Pose(0, False, round(6 * deep), moment.holds, left=moment.left)
    walking = moment.state == "walking"
    return Pose(phase if walking else 0, walking, 0, moment.holds, left=moment.left)


def _with_shadow(draw: Callable[_What, Sprite]) -> Callable[_What, tuple[Sprite, Sprite]]:
    def both(*args: _What.args, **kwargs: _What.kwargs) -> tuple[Sprite, Sprite]:
        made = draw(*args, **kwargs)
        return made, shadow(made)

    return both


def _make_noise(ground: Ground, seed: int) -> Bytes:
    rng = np.random.default_rng([seed, 6])
    height, width = ground.height + _SPARE, ground.width + _SPARE
    light = rng.standard_normal((height, width, 1), np.float32) * _NOISE
    tint = rng.standard_normal((height, width, 3), np.float32) * (_NOISE / 2)
    noise: Bytes = np.clip(light + tint + _GREY, 0, 255).round().astype(np.uint8)
    return noise


def _outline_box(
    outline: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    left: int,
    top: int,
    width: int,
    height: int,
) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(outline.any(axis=1)), np.flatnonzero(outline.any(axis=0))
    return (
        float(left + columns[0]) / width,
        float(top + rows[0]) / height,
        float(left + columns[-1] + 1) / width,
        float(top + rows[-1] + 1) / height,
    )
