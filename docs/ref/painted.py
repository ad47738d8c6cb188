# ruff: noqa: INP001 - beside the script that uses it, in no package
"""Paints plays as films, and finds again what is painted: each actor has a colour of its own."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from detectors import Detections, Picture
from detectors.detector import Profile
from reasoners.testing import Play
from reasoners.testing.plays import CAMERA, GATE, LANE, YARD
from reasoners.testing.stage import Actor, look

Rgb = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

WIDE, HIGH = 960, 540
FPS = 10
GROUND, FAR = (150, 158, 150), (196, 202, 208)
ASPHALT, PAVING = (118, 120, 124), (186, 176, 150)
COLOURS: dict[str, tuple[Colour, ...]] = {
    "person": (
        (206, 34, 34),
        (28, 84, 208),
        (236, 140, 20),
        (128, 40, 168),
        (0, 132, 132),
        (232, 64, 172),
    ),
    "car": ((250, 214, 40), (56, 176, 56)),
    "truck": ((104, 66, 28),),
    "backpack": ((8, 8, 8),),
    "bicycle": ((112, 208, 250),),
}
CLOSE = 30
"""How far a colour may be off after encoding, of 255."""

LEAST = 60
"""Pixels of a colour that are somebody."""


def film(play: Play, path: Path) -> None:
    """Paint a play, ten pictures a second."""
    colours = dict(zip(play.actors, _dressed(play.actors), strict=True))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv444p"
        stream.gop_size, stream.max_b_frames = FPS, 0
        stream.codec_context.thread_count = 1
        stream.time_base = Fraction(1, FPS)
        for number in range(round(play.seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(_picture(play, number / FPS, colours), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


class PaintedConfig(BaseModel):
    """Options of the detector: none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PaintedDetector:
    """Finds what is painted, by colour; see `detectors.Detector`."""

    Config: ClassVar[type[BaseModel]] = PaintedConfig

    def __init__(self, name: str, config: PaintedConfig) -> None:
        del name, config

    def load(self) -> Profile:
        """Have nothing to load."""
        return Profile(WIDE, HIGH, tuple(COLOURS), "finds painted actors by their colours")

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Find everybody."""
        return [_found(picture.rgb) for picture in pictures]

    def close(self) -> None:
        """Have nothing to give back."""


def _found(rgb: Rgb) -> Detections:
    high, wide = rgb.shape[:2]
    boxes, labels = list[tuple[float, ...]](), list[str]()
    coarse = rgb.astype(np.uint16) >> 3
    painted = _TABLE[(coarse[..., 0] << 10) | (coarse[..., 1] << 5) | coarse[..., 2]]
    for number, label in enumerate(_LABELS, start=1):
        down, across = np.nonzero(painted == number)
        if down.size >= LEAST:
            left, right, top, bottom = across.min(), across.max(), down.min(), down.max()
            boxes.append((left / wide, top / high, (right + 1) / wide, (bottom + 1) / high))
            labels.append(label)
    if not boxes:
        return Detections.none()
    return Detections(
        np.array(boxes, np.float32), np.full(len(boxes), 0.9, np.float32), tuple(labels)
    )


def _table() -> npt.NDArray[np.uint8]:
    """Tell for every colour, in eighths, which of ours it is close to; 0: none."""
    levels = np.arange(32, dtype=np.int16) * 8 + 4
    every = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    table = np.zeros(32**3, np.uint8)
    ours = [colour for colours in COLOURS.values() for colour in colours]
    for number, colour in enumerate(ours, start=1):
        table[np.abs(every - np.array(colour, np.int16)).max(axis=1) < CLOSE] = number
    return table


_TABLE = _table()
_LABELS = [label for label, colours in COLOURS.items() for _ in colours]


def _dressed(actors: Sequence[Actor]) -> list[Colour]:
    given: dict[str, int] = {}
    colours = []
    for actor in actors:
        number = given[actor.label] = given.get(actor.label, -1) + 1
        colours.append(COLOURS[actor.label][number % len(COLOURS[actor.label])])
    return colours


def _picture(play: Play, at: float, colours: dict[Actor, Colour]) -> Rgb:
    picture = np.full((HIGH, WIDE, 3), GROUND, np.uint8)
    _, horizon = CAMERA.project(0, 0, 60.0)
    picture[: max(0, round(horizon * HIGH))] = FAR
    for z in range(4, 40, 2):
        _, y = CAMERA.project(0, 0, float(z))
        cv2.line(picture, (0, round(y * HIGH)), (WIDE, round(y * HIGH)), (142, 150, 142), 1)
    for x in range(-30, 31, 3):
        near, far = CAMERA.project(x, 0, 3.0), CAMERA.project(x, 0, 60.0)
        ends = [(round(a * WIDE), round(b * HIGH)) for a, b in (near, far)]
        cv2.line(picture, ends[0], ends[1], (142, 150, 142), 1)
    for corners, colour in ((LANE, ASPHALT), (YARD, PAVING)):
        outline = [CAMERA.project(x, 0, z) for x, z in corners]
        points = np.array([[round(x * WIDE), round(y * HIGH)] for x, y in outline], np.int32)
        cv2.fillPoly(picture, [points], colour)
    near, far = (CAMERA.project(x, 0, z) for x, z in GATE)
    ends = [(round(x * WIDE), round(y * HIGH)) for x, y in (near, far)]
    cv2.line(picture, ends[0], ends[1], (250, 250, 250), 9)
    z = (LANE[0][1] + LANE[2][1]) / 2
    for x in (-5.0, 0.0, 5.0):
        tail, tip = (CAMERA.project(x + reach, 0, z) for reach in (-0.9, 0.9))
        ends = [(round(a * WIDE), round(b * HIGH)) for a, b in (tail, tip)]
        cv2.arrowedLine(picture, ends[0], ends[1], (240, 240, 240), 4, tipLength=0.4)
    boxes = [
        (sight.actor, box)
        for sight in look(CAMERA, play.actors, at)
        if (box := CAMERA.box(sight.actor, at)) is not None
    ]
    # Far ones first; what is carried is nearer than who carries it.
    boxes.sort(key=lambda one: one[1][3] + (0.2 if one[0].label == "backpack" else 0.0))
    for actor, (left, top, right, bottom) in boxes:
        sides = (left * WIDE, top * HIGH, right * WIDE, bottom * HIGH)
        _paint(picture, actor.label, sides, colours[actor])
    return picture


def _paint(
    picture: Rgb, label: str, box: tuple[float, float, float, float], colour: Colour
) -> None:
    left, top, right, bottom = (round(side) for side in box)
    wide, high = right - left, bottom - top
    middle = (left + right) // 2
    match label:
        case "person" if wide > high:
            cv2.rectangle(picture, (left, top + high // 3), (right, bottom), colour, -1)
            cv2.circle(picture, (left + high // 2, top + high // 2), high // 2, colour, -1)
        case "person":
            head = max(2, min(wide // 3, high // 8))
            cv2.circle(picture, (middle, top + head), head, colour, -1)
            cv2.rectangle(picture, (left, top + 2 * head), (right, top + high * 3 // 5), colour, -1)
            for inner, outer in ((middle - 1, left + 1), (middle + 1, right - 1)):
                ends = (min(inner, outer), top + high // 2), (max(inner, outer) - 1, bottom)
                cv2.rectangle(picture, *ends, colour, -1)
            cv2.line(picture, (middle, top + high * 3 // 5), (middle, bottom), GROUND, 2)
        case "car" | "truck":
            roof = high // 2 if label == "car" else high // 8
            cv2.rectangle(picture, (left, top + roof), (right, bottom - high // 8), colour, -1)
            cabin = (left + wide // 5, top), (right - wide // 5, top + roof + 1)
            cv2.rectangle(picture, *cabin, colour, -1)
            glass = (left + wide // 4, top + high // 8), (right - wide // 4, top + high // 2)
            cv2.rectangle(picture, *glass, (60, 70, 80), -1)
            wheel = max(3, high // 6)
            for x in (left + wide // 4, right - wide // 4):
                cv2.circle(picture, (x, bottom - wheel), wheel, colour, -1)
                cv2.circle(picture, (x, bottom - wheel), wheel - 2, (60, 60, 60), -1)
        case "bicycle":
            wheel = high // 2
            for x in (left + wheel, right - wheel):
                cv2.circle(picture, (x, bottom - wheel), wheel - 1, colour, 4)
            cv2.line(picture, (left + wheel, bottom - wheel), (right - wheel, top), colour, 4)
            cv2.line(picture, (left + wheel, top), (right - wheel, bottom - wheel), colour, 4)
        case _:
            cv2.rectangle(picture, (left, top), (right, bottom), colour, -1)
