"""Demux and decode with PyAV; the only file that opens anything with it.

References: FFmpeg's option `timeout` instead of PyAV's argument, whose callback takes the GIL at
every poll (PyAV#1112); logging stays off (PyAV#751); the thread that reads also closes, since
closing under a reader crashes.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer
from av.stream import Discard
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sources.child.decoded import LibavPicture, Scalers
from sources.child.doubt import Doubt
from sources.child.fault import Attempt, explain
from sources.child.hardware import Decoding, choice
from sources.child.pace import LIVE, LONGEST, Pace
from sources.child.turned import TurnedPicture, turn
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import Details, Hwaccel, StreamInfo
from sources.source import DecodeFault, Packet, Picture

av.logging.set_level(None)
av.logging.set_libav_level(av.logging.PANIC)

UNKNOWN_SIDE = 1
"""Width and height of a stream that has not told its size yet."""

MOST_PIXELS = 40_000_000
"""Pixels of the largest picture that is decoded (8K has 33 million): hostile sizes end here."""

_LARGEST_SIDE = 16384

_STRICT = {"h264": "aggressive"}
"""What the decoders shall not let pass. H.264 conceals and flags what it concealed; without
concealment it would flag nothing. HEVC is left lenient: made to fail (`explode`) it notices a tenth
of the damage, and would fail on every unit a camera writes a little off as well. `slice_end`
notices the rest."""

NO_VIDEO = "there is no video in it"
_NO_TEXT = "it leads to an address that is no text"
_CODES = (b"\0\0\1", b"\0\0\0\1")


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
            except UnicodeDecodeError:
                raise SourceRejected(_NO_TEXT) from None
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
    except UnicodeDecodeError:
        raise SourceRejected(_NO_TEXT) from None
    if not container.streams.video:
        container.close()
        raise SourceRejected(NO_VIDEO)
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
    name = codec.codec.canonical_name
    if address.codecs is not None and name not in address.codecs:
        allowed = ", ".join(sorted(address.codecs))
        asked = ", and av1 with `av1: true`" if name == "av1" else ""
        raise SourceRejected(f"codec {name} is not allowed from the network, only {allowed}{asked}")
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
        codec=codec.codec.canonical_name[:40],
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
