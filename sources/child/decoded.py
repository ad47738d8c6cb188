"""A decoded picture in libav's own buffers, and its conversion to what is asked for."""

from collections import OrderedDict
from dataclasses import dataclass

import av.error
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from sources.child.luma import Luma
from sources.child.planes import Planes
from sources.source import Box, DecodeFault, Rgb

_HIGH_DEFINITION = 720
"""Lines from which on a picture without a stated colour matrix is taken as BT.709."""

_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED."""

_HALF_CHROMA = ("yuv420p", "yuvj420p")
"""Formats that keep all their colour when they are scaled as `yuv420p`."""

_BYTE_LUMA = (*_HALF_CHROMA, "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray")
"""Formats whose first plane is brightness, one byte for each pixel."""

_SIZES = 6
"""Pairs of sizes for which scalers are kept: the detector's, parts of it, snapshots, and whole
pictures."""

_FULL_RANGE_FORMATS = ("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p")


class LibavPicture:
    """A decoded picture in the decoder's own buffers."""

    def __init__(
        self,
        frame: VideoFrame,
        when: float | None,
        scalers: "Scalers",
        *,
        corrupt: bool,
        captured: float | None = None,
        still: int | None = None,
        beside: str = "",
    ) -> None:
        self.still = still
        self.beside = beside
        self.width = frame.width
        self.height = frame.height
        self.time = when
        self.captured = captured
        self.corrupt = corrupt
        self.stamp = frame.pts
        self._frame = frame
        self._scalers = scalers

    def rgb(self, width: int, height: int) -> Rgb:
        """Convert and scale in one pass."""
        return self._scalers.convert(self._frame, width, height)

    def part(self, box: Box, width: int, height: int) -> Rgb | None:
        """Convert a part of it alone; see `sources.child.convert.Divisible`."""
        return self._scalers.convert_part(self._frame, box, width, height)

    def planes(self) -> Planes | None:
        """Copy brightness and colours as they are; see `sources.child.convert.Planar`."""
        frame = self._frame
        if frame.format.name not in _HALF_CHROMA or self.width % 2 or self.height % 2:
            return None
        bright, blue, red = (
            _lines(frame, number)[: self.height // half, : self.width // half].copy()
            for number, half in enumerate((1, 2, 2))
        )
        return Planes(bright, blue, red, _matrix(frame), _range(frame))

    def luma(self, step: int) -> Luma | None:
        """Sample its brightness; see `sources.child.luma.Bright`."""
        if self._frame.format.name not in _BYTE_LUMA:
            return None
        half = step // 2
        lines = _lines(self._frame, 0)[: self.height, : self.width]
        return lines[half::step, half::step].copy()


def frame_of(planes: Planes) -> VideoFrame:
    """Make a frame of planes, whose sides are even."""
    height, width = planes.bright.shape
    frame = VideoFrame(width, height, "yuv420p")
    for number, plane in enumerate((planes.bright, planes.blue, planes.red)):
        _lines(frame, number)[: plane.shape[0], : plane.shape[1]] = plane
    frame.colorspace, frame.color_range = planes.matrix, planes.span
    return frame


class Scalers:
    """Persistent scalers for the two sizes that are asked for again and again.

    Up to PyAV 18.1 `frame.reformat` makes a scaler per call; a `VideoReformatter` keeps its own,
    but sets it up again whenever the sizes change. Hence several: those for the detector's size,
    which is asked for most, stay apart from those for pictures.

    Colours are converted after scaling, in a pass of its own: swscale has a fast path for either,
    and none for both at once (half the time at 416 pixels across, a third at 640).
    """

    def __init__(self) -> None:
        self._scalers: OrderedDict[tuple[int, ...], _Scaler] = OrderedDict()

    def convert(self, frame: VideoFrame, width: int, height: int) -> Rgb:
        """Convert to RGB of a size; the array is fresh.

        Raises:
            DecodeFault: libav cannot convert this picture.
        """
        return self._convert(frame, width, height, _Colors(_matrix(frame), _range(frame)))

    def convert_part(self, frame: VideoFrame, box: Box, width: int, height: int) -> Rgb | None:
        """Convert a part alone; None where its planes cannot be cut.

        PyAV has no scaler that crops, so the part's bytes are copied into a small frame of its own:
        0.08 ms for 416 x 416.

        Raises:
            DecodeFault: libav cannot convert this picture.
        """
        if frame.format.name not in _HALF_CHROMA:
            return None
        left, top, right, bottom = box
        small = VideoFrame(right - left, bottom - top, frame.format.name)
        for number in range(3):
            half = 2 if number else 1
            rows = slice(top // half, top // half + -(-(bottom - top) // half))
            columns = slice(left // half, left // half + -(-(right - left) // half))
            piece = _lines(frame, number)[rows, columns]
            _lines(small, number)[: piece.shape[0], : piece.shape[1]] = piece
        return self._convert(small, width, height, _Colors(_matrix(frame), _range(frame)))

    def _convert(self, frame: VideoFrame, width: int, height: int, colors: "_Colors") -> Rgb:
        scaler = self._scaler(frame.width, frame.height, width, height)
        try:
            converted = scaler.convert(frame, width, height, colors)
        except av.error.FFmpegError as error:
            raise DecodeFault(f"no conversion: {type(error).__name__}") from None
        plane = converted.planes[0]
        lines: Rgb = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        rgb = lines[:height, : width * 3].reshape(height, width, 3)
        return rgb.copy() if converted is frame else rgb

    def _scaler(self, *sizes: int) -> "_Scaler":
        scaler = self._scalers.pop(sizes, None) or _Scaler()
        self._scalers[sizes] = scaler
        if len(self._scalers) > _SIZES:
            self._scalers.popitem(last=False)
        return scaler


@dataclass(frozen=True, slots=True)
class _Colors:
    """What the numbers of a picture mean; of a part: as in the picture it was cut from."""

    matrix: int
    span: int


class _Scaler:
    """Scales from one size to another and converts to RGB."""

    def __init__(self) -> None:
        self._scale = VideoReformatter()
        self._color = VideoReformatter()

    def convert(self, frame: VideoFrame, width: int, height: int, colors: _Colors) -> VideoFrame:
        matrix, span = colors.matrix, colors.span
        small = frame
        if frame.format.name in _HALF_CHROMA and (width, height) != (frame.width, frame.height):
            small = self._scale.reformat(
                frame,
                width,
                height,
                "yuv420p",
                src_colorspace=matrix,
                dst_colorspace=matrix,
                src_color_range=span,
                dst_color_range=span,
                interpolation=Interpolation.AREA,
                threads=1,
            )
        return self._color.reformat(
            small,
            width,
            height,
            "rgb24",
            src_colorspace=matrix,
            src_color_range=span,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )


def _lines(frame: VideoFrame, number: int) -> npt.NDArray[np.uint8]:
    """Return a plane as it lies in memory: lines x bytes, padding included."""
    plane = frame.planes[number]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)


def _matrix(frame: VideoFrame) -> int:
    if frame.colorspace != _UNSPECIFIED:
        return frame.colorspace
    return Colorspace.ITU709 if frame.height >= _HIGH_DEFINITION else Colorspace.ITU601


def _range(frame: VideoFrame) -> int:
    if frame.color_range:
        return frame.color_range
    return ColorRange.JPEG if frame.format.name in _FULL_RANGE_FORMATS else ColorRange.MPEG
