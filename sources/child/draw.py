"""Draws marks on a picture and encodes it as JPEG.

The only file of the child that knows OpenCV. It is imported when the first picture is asked for: a
child that is never asked stays small.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sources.child.convert import WHOLE, Converter, Region, Size
from sources.child.likeness import Likeness, likeness
from sources.child.placing import Area, Room, about_point, beside_box, from_point
from sources.lettering import written
from sources.picture import Mark, PictureRequest, Point
from sources.source import Picture, Rgb, Still

_DASH = 4
"""Length of a dash, in thicknesses of a whole line."""

_HEAD = 6
"""Length of an arrow's head, in thicknesses of a whole line, at most."""

_LINES_PER_THICKNESS = 360
"""Lines are one pixel thicker for each so many pixels of the shorter side."""


_DARK = (20, 20, 20)
"""Edge of lines."""


@dataclass(frozen=True, slots=True)
class Made:
    """A JPEG, and what was asked about it."""

    data: bytes
    size: Size
    likeness: Likeness | None
    beside: str = ""
    """What came with the picture in words."""


def drawn(converter: Converter, picture: Picture, request: PictureRequest) -> Rgb:
    """Make the picture that was asked for: cut, sized, marked; height x width x 3.

    Raises:
        ValueError: The crop is empty.
        DecodeFault: The picture cannot be converted.
    """
    return _marked(_canvas(converter, picture, request), request)


def jpeg(converter: Converter, picture: Picture, request: PictureRequest) -> Made:
    """Make the JPEG that was asked for, and tell its size.

    Raises:
        ValueError: The crop is empty, or the picture cannot be encoded.
        DecodeFault: The picture cannot be converted.
    """
    canvas = _canvas(converter, picture, request)
    import cv2  # noqa: PLC0415 (30 MB that a child which is never asked for a picture saves)

    seen = likeness(cv2, canvas) if request.measure else None
    canvas = _marked(canvas, request)
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, request.quality]
    )
    if not done:
        raise ValueError("the picture cannot be encoded")
    size = Size(canvas.shape[1], canvas.shape[0])
    beside = picture.beside if isinstance(picture, Still) else ""
    return Made(encoded.tobytes(), size, seen, beside)


def _canvas(converter: Converter, picture: Picture, request: PictureRequest) -> Rgb:
    region = request.crop or WHOLE
    if region[0] >= region[2] or region[1] >= region[3]:
        raise ValueError("the crop is empty")
    size = converter.size(picture).part(region)
    if request.longest is not None:
        size = size.fitted(request.longest, request.longest)
    size = size.in_steps(request.multiple)
    return np.ascontiguousarray(converter.cut(picture, region, size))


def _marked(canvas: Rgb, request: PictureRequest) -> Rgb:
    import cv2  # noqa: PLC0415 (30 MB that a child which is never asked for a picture saves)

    cv2.setNumThreads(1)
    Pen(cv2, canvas, request.crop or WHOLE).draw(request.marks)
    return canvas


class Pen:
    """Draws on one canvas; coordinates are those of the whole camera picture.

    Args:
        cv2: The module OpenCV.
        canvas: Height x width x 3, RGB.
        region: Which part of the camera's picture the canvas shows.
    """

    def __init__(self, cv2: Any, canvas: Rgb, region: Region) -> None:  # noqa: ANN401 (a module)
        self._cv2 = cv2
        self._canvas = canvas
        self._region = region
        height, width = canvas.shape[:2]
        self._thickness = max(1, round(min(width, height) / _LINES_PER_THICKNESS)) + 1
        self._font = max(0.4, min(width, height) / 900)
        self._thin = max(1, self._thickness - 1)

    def draw(self, marks: Sequence[Mark]) -> None:
        """Draw shapes in their order, then all texts over them, none over another.

        A mark with too few points draws its text alone. Where room is scarce, what comes last has
        the best place.
        """
        for mark in marks:
            self._shape(mark, [self._pixel(point) for point in mark.points])
        height, width = self._canvas.shape[:2]
        whole = (mark for mark in marks if mark.shape == "box" and not mark.dashed)
        room = Room(width, height, (self._area(mark) for mark in whole))
        for mark in reversed(marks):
            if mark.text:
                self._write(mark, room)

    def _shape(self, mark: Mark, points: list[tuple[int, int]]) -> None:
        match mark.shape:
            case "box" if len(points) >= 2 and mark.dashed:  # noqa: PLR2004 (two corners)
                self._dash(points[0], points[1], mark.color)
            case "box" if len(points) >= 2:  # noqa: PLR2004 (two corners)
                self._cv2.rectangle(self._canvas, points[0], points[1], mark.color, self._thickness)
            case "polygon" | "line" if len(points) >= 2:  # noqa: PLR2004 (two ends)
                line = np.asarray(points, np.int32).reshape(-1, 1, 2)
                closed = mark.shape == "polygon"
                for color, thickness in self._strokes(mark):
                    self._cv2.polylines(
                        self._canvas, [line], closed, color, thickness, self._cv2.LINE_AA
                    )
            case "arrow" if len(points) >= 2:  # noqa: PLR2004 (tail and head)
                tip = self._tip(points[0], points[1])
                for color, thickness in self._strokes(mark):
                    self._cv2.arrowedLine(
                        self._canvas, points[0], points[1], color, thickness,
                        self._cv2.LINE_AA, 0, tip,
                    )  # fmt: skip
            case _:
                pass

    def _strokes(self, mark: Mark) -> Iterator[tuple[tuple[int, int, int], int]]:
        """Yield colour and thickness: a dark edge, so that it is seen on any ground, and itself."""
        thickness = self._thin if mark.dashed else self._thickness
        if thickness > 1:
            # An edge around a hair would be all that is seen of it.
            yield _DARK, thickness + 2
        yield mark.color, thickness

    def _tip(self, tail: tuple[int, int], head: tuple[int, int]) -> float:
        """Return how long an arrow's head is, as a share: that of a long arrow is no longer."""
        length = max(1.0, math.dist(tail, head))
        return float(min(0.3, _HEAD * self._thickness / length))

    def _dash(
        self, near: tuple[int, int], far: tuple[int, int], color: tuple[int, int, int]
    ) -> None:
        """Draw a thin box whose sides have gaps as long as their dashes."""
        thin = max(1, self._thickness // 2)
        length = _DASH * self._thickness
        for x in range(near[0], far[0], 2 * length):
            for y in (near[1], far[1]):
                end = min(x + length, far[0]), y
                self._cv2.line(self._canvas, (x, y), end, color, thin)
        for y in range(near[1], far[1], 2 * length):
            for x in (near[0], far[0]):
                self._cv2.line(self._canvas, (x, y), (x, min(y + length, far[1])), color, thin)

    def _pixel(self, point: Point) -> tuple[int, int]:
        left, top, right, bottom = self._region
        height, width = self._canvas.shape[:2]
        x = (point[0] - left) / (right - left) * width
        y = (point[1] - top) / (bottom - top) * height
        return round(x), round(y)

    def _area(self, mark: Mark) -> Area:
        (left, top), (right, bottom) = self._pixel(mark.points[0]), self._pixel(mark.points[-1])
        return Area(left, top, right, bottom)

    def _write(self, mark: Mark, room: Room) -> None:
        """Write on a filled ground, where there is room, so that it can be read anywhere."""
        cv2, font = self._cv2, self._cv2.FONT_HERSHEY_SIMPLEX
        plain, color = written(mark.text), mark.color
        (width, height), below = cv2.getTextSize(plain, font, self._font, self._thin)
        edge = max(1, below // 3)
        wide, high = width + 2 * edge, height + below + edge
        area = room.place(wide, high, self._corners(mark, wide, high))
        corners = (area.left, area.top), (area.right - 1, area.bottom - 1)
        cv2.rectangle(self._canvas, *corners, color, cv2.FILLED)
        ink = (0, 0, 0) if sum(color) > 3 * 110 else (255, 255, 255)
        at = (area.left + edge, area.top + edge + height)
        cv2.putText(self._canvas, plain, at, font, self._font, ink, self._thin, cv2.LINE_AA)

    def _corners(self, mark: Mark, wide: int, high: int) -> Iterable[tuple[int, int]]:
        """Say where the text of a mark may stand."""
        x, y = self._pixel(mark.points[0])
        match mark.shape:
            case "box":
                return beside_box(self._area(mark), wide, high)
            case "arrow" | "line" if mark.dashed or mark.shape == "arrow":
                end = self._pixel(mark.points[-1])
                return about_point((x + end[0]) // 2, (y + end[1]) // 2, wide, high)
            case _:
                return from_point(x, y, wide, high)
