"""Draws marks on a picture and encodes it as JPEG.

The only file of the child that knows OpenCV. It is imported when the first picture is asked for: a
child that is never asked stays small.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sources.child.convert import WHOLE, Converter, Region, Size
from sources.child.likeness import Likeness, likeness
from sources.lettering import written
from sources.picture import Mark, PictureRequest, Point
from sources.source import Picture, Rgb

_DASH = 4
"""Length of a dash, in thicknesses of a whole line."""

_HEAD = 6
"""Length of an arrow's head, in thicknesses of a whole line, at most."""

_LINES_PER_THICKNESS = 360
"""Lines are one pixel thicker for each so many pixels of the shorter side."""


@dataclass(frozen=True, slots=True)
class Made:
    """A JPEG, and what was asked about it."""

    data: bytes
    size: Size
    likeness: Likeness | None


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
    return Made(encoded.tobytes(), Size(canvas.shape[1], canvas.shape[0]), seen)


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
    pen = Pen(cv2, canvas, request.crop or WHOLE)
    for mark in request.marks:
        pen.draw(mark)
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

    def draw(self, mark: Mark) -> None:
        """Draw one mark; a mark with too few points draws its text alone."""
        points = [self._pixel(point) for point in mark.points]
        match mark.shape:
            case "box" if len(points) >= 2 and mark.dashed:  # noqa: PLR2004 (two corners)
                self._dash(points[0], points[1], mark.color)
            case "box" if len(points) >= 2:  # noqa: PLR2004 (two corners)
                self._cv2.rectangle(self._canvas, points[0], points[1], mark.color, self._thickness)
            case "polygon" | "line" if len(points) >= 2:  # noqa: PLR2004 (two ends)
                line = np.asarray(points, np.int32).reshape(-1, 1, 2)
                closed = mark.shape == "polygon"
                thickness = 1 if mark.dashed else self._thickness
                self._cv2.polylines(
                    self._canvas, [line], closed, mark.color, thickness, self._cv2.LINE_AA
                )
            case "arrow" if len(points) >= 2:  # noqa: PLR2004 (tail and head)
                self._cv2.arrowedLine(
                    self._canvas, points[0], points[1], mark.color, self._thickness,
                    self._cv2.LINE_AA, 0, self._tip(points[0], points[1]),
                )  # fmt: skip
            case _:
                pass
        if mark.text:
            self._write(mark.text, points[0], mark.color, above=mark.shape != "text")

    def _tip(self, tail: tuple[int, int], head: tuple[int, int]) -> float:
        """Return how long an arrow's head is, as a share: that of a long arrow is no longer."""
        length = max(1.0, math.dist(tail, head))
        return float(min(0.2, _HEAD * self._thickness / length))

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

    def _write(
        self, text: str, at: tuple[int, int], color: tuple[int, int, int], *, above: bool
    ) -> None:
        """Write on a filled ground within the canvas, so that it can be read anywhere."""
        cv2 = self._cv2
        plain = written(text)
        thin = max(1, self._thickness - 1)
        (width, height), below = cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, self._font, thin)
        rows, columns = self._canvas.shape[:2]
        x = min(max(at[0], 0), max(0, columns - width))
        y = at[1] - (self._thickness + below if above else 0)
        y = min(max(y, height + below), rows - below)
        cv2.rectangle(
            self._canvas, (x, y - height - below // 2), (x + width, y + below), color, cv2.FILLED
        )
        dark = sum(color) > 3 * 110
        ink = (0, 0, 0) if dark else (255, 255, 255)
        cv2.putText(
            self._canvas, plain, (x, y), cv2.FONT_HERSHEY_SIMPLEX, self._font, ink, thin,
            cv2.LINE_AA,
        )  # fmt: skip
