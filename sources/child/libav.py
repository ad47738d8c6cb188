"""Demux and decode with PyAV; the only file that opens anything with it.

References: FFmpeg's option `timeout` instead of PyAV's argument, whose callback takes the GIL at
every poll (PyAV#1112); logging stays off (PyAV#751); the thread that reads also closes, since
closing under a reader crashes.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import av.error
import av.logging
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.stream import Discard
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from sources.child.doubt import Doubt
from sources.child.fault import Attempt, explain
from sources.child.hardware import Decoding, choice
from sources.child.luma import Luma
from sources.child.pace import LIVE, LONGEST, Pace
from sources.child.planes import Planes
from sources.child.turned import TurnedPicture, turn
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import Details, Hwaccel, StreamInfo
from sources.source import Box, DecodeFault, Packet, Picture, Rgb

av.logging.set_level(None)
av.logging.set_libav_level(av.logging.PANIC)

UNKNOWN_SIDE = 1
"""Width and height of a stream that has not told its size yet."""

_HIGH_DEFINITION = 720
"""Lines from which on a picture without a stated colour matrix is taken as BT.709."""

_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED."""

MOST_PIXELS = 40_000_000
"""Pixels of the largest picture that is decoded (8K has 33 million): hostile sizes end here."""

_LARGEST_SIDE = 16384

_STRICT = {"h264": "aggressive"}
"""What the decoders shall not let pass. H.264 conceals and flags what it concealed; without
concealment it would flag nothing. HEVC is left lenient: made to fail (`explode`) it notices a tenth
of the damage, and would fail on every unit a camera writes a little off as well. `slice_end`
notices the rest."""

_HALF_CHROMA = ("yuv420p", "yuvj420p")
"""Formats that keep all their colour when they are scaled as `yuv420p`."""

_BYTE_LUMA = (*_HALF_CHROMA, "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray")
"""Formats whose first plane is brightness, one byte for each pixel."""

_CODES = (b"\0\0\1", b"\0\0\0\1")

_SIZES = 6
"""Pairs of sizes for which scalers are kept: the detector's, parts of it, snapshots, and whole
pictures."""

_FULL_RANGE_FORMATS = ("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p")


@dataclass(frozen=True, slots=True)
class Address:
    """What to open and how."""

    url: str = field(repr=False)
    """May hold user and password."""

    options: dict[str, str]
    attempt: Attempt
    """How a failure is explained; knows the URL without secrets."""

    format: str | None = None
    codecs: frozenset[str] | None = None
    """Codecs that may be decoded; None allows all that this build knows."""

    low_delay: bool = False
    live: bool = True
    """Whether the end of the stream is a failure."""

    loop: bool = False
    """Whether a recording starts over at its end, its time going on."""

    paced: bool = False
    """Whether a recording comes at its own speed."""

    hwaccel: Hwaccel = "off"
    """Which device shall decode."""

    opener: Callable[[str, int, dict[str, str]], Any] | None = None
    """Opens what libav wants to open, in its place; None lets it."""


@dataclass(frozen=True, slots=True)
class LibavPacket:
    """One access unit as libav cut it; size 0 flushes the decoder."""

    size: int
    idr: bool
    time: float | None
    arrival: float
    payload: object

    @property
    def stamp(self) -> int | None:
        """Ticks at which its picture is shown; see `sources.source.Stamped`."""
        return self.payload.pts if isinstance(self.payload, av.Packet) else None


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


class LibavDecoder:
    """Decodes packets once more, for clips and pictures of the past.

    Args:
        codec: The stream's own decoder, whose settings it takes over.
    """

    def __init__(self, codec: VideoCodecContext) -> None:
        again = av.CodecContext.create(codec.name, "r")
        if not isinstance(again, VideoCodecContext):
            raise DecodeFault(f"no second decoder for {codec.name}")
        settle(again)
        if codec.extradata:
            again.extradata = codec.extradata
        if codec.width and codec.height:
            again.width, again.height = codec.width, codec.height
        if codec.name == "rawvideo" and codec.pix_fmt:
            again.pix_fmt = codec.pix_fmt
        given = bytes(codec.extradata or b"")
        self.sets = given if given.startswith(_CODES) else b""
        """Parameter sets that packets may lack; empty where their units follow lengths."""

        self._codec = again
        self._doubt = Doubt(again)
        self._scalers = Scalers()

    def decode(self, packet: Packet | None) -> list[Picture]:
        """Decode one packet; None flushes."""
        payload = packet.payload if packet is not None else None
        frames = self._doubt.decode(self._codec.decode, payload)
        return [
            LibavPicture(frame, None, self._scalers, corrupt=self._doubt.about(frame))
            for frame in frames
        ]


class LibavStream:
    """An open container, its first video stream and that one's decoder.

    Raises:
        SourceUnavailable: See `sources.child.fault`.
        SourceRejected: See `sources.child.fault`.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._scalers = Scalers()
        self._offset = 0.0
        self._first: float | None = None
        self._latest = 0.0
        self._turn = 0
        """Degrees clockwise by which its pictures are to be turned, since the last keyframe."""

        self._begin()
        self.info = _info(self._video, self._container)
        self.note(decoded_by(self._decoding))
        self._interval = 1 / self.info.fps if self.info.fps else 0.04

    def note(self, details: Details) -> None:
        """Tell more of the stream than it knows itself."""
        self.info = self.info.model_copy(update={"details": {**self.info.details, **details}})

    def packets(self) -> Iterator[Packet]:
        """Yield packets as they come."""
        while True:
            count = 0
            for packet in self._demuxed():
                count += packet.size > 0
                yield packet
            if not count:
                raise SourceRejected("the recording holds no pictures")
            if not self._address.loop:
                return
            self._again()

    def decode(self, packet: Packet | None) -> list[Picture]:
        """Decode one packet; None, or one of size 0, flushes."""
        payload = packet.payload if packet is not None and packet.size else None
        frames = self._doubt.decode(self._decoding.decode, payload)
        if self.info.details["decoder"] != self._decoding.used:
            self.note(decoded_by(self._decoding))
        return [self._picture(frame) for frame in frames]

    def restart(self) -> None:
        """Forget what the decoder holds; see `sources.source.Resumable`."""
        self._decoding.flush_buffers()
        self._doubt.restart()

    def decoder(self) -> LibavDecoder:
        """Make a second decoder; see `sources.source.Rereadable`."""
        return LibavDecoder(self._codec)

    def close(self) -> None:
        """Say goodbye (TEARDOWN) and release everything. Only the reading thread may."""
        self._container.close()

    def _begin(self) -> None:
        self._container, self._video = _open(self._address)
        self._codec = _decoder(self._video, self._address)
        self._decoding = Decoding(
            self._codec, choice(self._address.hwaccel, self._codec.name), settle
        )
        self._doubt = Doubt(self._codec)
        base = self._video.time_base
        # As a float: fractions cost more than all else that is done to a packet here.
        self._tick = None if base is None else float(base)

    def _again(self) -> None:
        self._container.close()
        self._offset = self._latest + self._interval
        self._first = None
        self._begin()

    def _demuxed(self) -> Iterator[LibavPacket]:
        demuxed = self._container.demux(self._video)
        longest = LIVE if self._address.live else LONGEST
        pace = Pace(longest) if self._address.paced else None
        while True:
            started = time.monotonic()
            try:
                packet = next(demuxed, None)
            except av.error.FFmpegError as error:
                attempt = self._address.attempt
                elapsed = time.monotonic() - started
                raise explain(error, _after(attempt, elapsed)) from None
            if packet is None or packet.size == 0:
                break
            decoded_at = self._seconds(packet.dts)
            if pace is not None and decoded_at is not None:
                pace.wait(decoded_at)
            yield LibavPacket(
                size=packet.size,
                idr=packet.is_keyframe,
                time=self._seconds(packet.pts if packet.pts is not None else packet.dts),
                arrival=time.monotonic(),
                payload=packet,
            )
        if self._address.live:
            raise SourceUnavailable("the camera ended the stream")
        yield LibavPacket(size=0, idr=False, time=None, arrival=time.monotonic(), payload=None)

    def _seconds(self, stamp: int | None) -> float | None:
        return None if stamp is None or self._tick is None else stamp * self._tick

    def _picture(self, frame: VideoFrame) -> Picture:
        doubted = self._doubt.about(frame)
        when = self._media_time(self._seconds(frame.pts))
        if frame.key_frame and not self._address.live:
            # Phones write down how a recording is to be held.
            self._turn = turn(frame.rotation)
        picture = LibavPicture(frame, when, self._scalers, corrupt=doubted)
        return TurnedPicture(picture, self._turn) if self._turn else picture

    def _media_time(self, stamp: float | None) -> float | None:
        """Count from the first picture that is shown, through all repetitions."""
        if stamp is None:
            return None
        if self._first is None:
            self._first = stamp
        when = self._offset + stamp - self._first
        self._latest = max(self._latest, when)
        return when


def _open(address: Address) -> tuple[InputContainer, VideoStream]:
    started = time.monotonic()
    try:
        container = av.open(
            address.url,
            mode="r",
            format=address.format,
            options={**address.options, "max_pixels": str(MOST_PIXELS)},
            metadata_errors="replace",
            io_open=address.opener,
        )
    except av.error.FFmpegError as error:
        elapsed = time.monotonic() - started
        raise explain(error, _after(address.attempt, elapsed)) from None
    if not container.streams.video:
        container.close()
        raise SourceRejected("there is no video in it")
    # Of a recording not its cover picture; of a playlist what its maker put first.
    best = None if address.live else container.streams.best("video")
    video = best if isinstance(best, VideoStream) else container.streams.video[0]
    for other in container.streams:
        if other is not video:
            # Sound is not read, nor are the other sizes of a playlist fetched.
            other.discard = Discard.all
    return container, video


def _after(attempt: Attempt, elapsed: float) -> Attempt:
    return Attempt(
        attempt.url, attempt.patience, elapsed, attempt.authenticated, network=attempt.network
    )


def _decoder(video: VideoStream, address: Address) -> VideoCodecContext:
    codec = video.codec_context
    # PyAV has no decoder for what libav does not know.
    if codec is None:
        raise SourceRejected("it is encoded in a way that cannot be decoded here")
    if address.codecs is not None and codec.name not in address.codecs:
        allowed = ", ".join(sorted(address.codecs))
        raise SourceRejected(f"codec {codec.name} is not allowed from the network, only {allowed}")
    settle(codec)
    if address.low_delay and not codec.has_b_frames:
        codec.flags |= av.codec.context.Flags.low_delay
    return codec


def decoded_by(decoding: Decoding) -> Details:
    """Say where a stream is decoded, and why not where it was to be."""
    return {"decoder": decoding.used, "decoder_reason": decoding.reason or None}


def settle(codec: VideoCodecContext) -> None:
    """Let a decoder use one thread, no more memory than a picture may need, and pass no damage."""
    strict = _STRICT.get(codec.name, "crccheck")
    codec.options = {"max_pixels": str(MOST_PIXELS), "err_detect": strict}
    codec.thread_count = 1
    codec.thread_type = "NONE"


def _info(video: VideoStream, container: InputContainer) -> StreamInfo:
    codec = video.codec_context
    if max(codec.width, codec.height) > _LARGEST_SIDE:
        raise SourceRejected(f"a picture of {codec.width}x{codec.height} is too large")
    rate = video.average_rate or video.guessed_rate
    duration = container.duration
    return StreamInfo(
        codec=codec.name[:40],
        width=codec.width or UNKNOWN_SIDE,
        height=codec.height or UNKNOWN_SIDE,
        fps=float(rate) if rate else None,
        duration=duration / av.time_base if duration and duration > 0 else None,
        details={
            "reader": "libav",
            "format": container.format.name[:80],
            "profile": str(codec.profile)[:40] if codec.profile else None,
            "pixels": codec.pix_fmt,
            "b_frames": bool(codec.has_b_frames),
            "bit_rate": codec.bit_rate,
        },
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
