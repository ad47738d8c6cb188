"""An RTSP camera as a stream: what the child demuxes and decodes."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction

import av
import av.error
from av.video.codeccontext import VideoCodecContext

from sources.child.authorization import Authorization
from sources.child.decoded import LibavPicture, Scalers
from sources.child.doubt import Doubt
from sources.child.hardware import Decoding, choice
from sources.child.libav import UNKNOWN_SIDE, LibavDecoder, decoded_by, settle
from sources.child.rtsp.access import AccessUnit
from sources.child.rtsp.assembly import Assembly, Unit
from sources.child.rtsp.connection import Connection, Target
from sources.child.rtsp.datagrams import Datagrams
from sources.child.rtsp.errors import NotUnderstood
from sources.child.rtsp.nal import cutter
from sources.child.rtsp.packet import rtp, says_goodbye, sender_report
from sources.child.rtsp.session import Session
from sources.child.rtsp.size import LARGEST_SIDE, size
from sources.child.rtsp.timeline import Timeline, apart_by
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import ClockReport, Details, Hwaccel, StreamInfo
from sources.source import DecodeFault, Mishaps, Packet, Picture

_ENDED = "the camera ended the stream"
_STRANGE = 5
"""Pictures that do not fit together, though nothing is missing, after which another reader may."""


class _Enough(Exception):  # noqa: N818 (the end of a search, not a fault)
    """There is no use in looking for a start any longer."""


class RtspStream:
    """An open session, its assembly and a decoder.

    Args:
        target: Whom to connect to.
        url: What to ask for, without user and password.
        authorization: None offers no password.
        patience: Seconds without a packet after which the camera counts as gone.
        udp: Whether its packets come by themselves, and not over the connection.
        hwaccel: Which device shall decode.

    Raises:
        SourceUnavailable: It may work later.
        SourceRejected: A person must act.
        NotUnderstood: Another reader may get on better.
    """

    def __init__(
        self,
        target: Target,
        url: str,
        authorization: Authorization | None,
        patience: float,
        *,
        udp: bool = False,
        hwaccel: Hwaccel = "off",
    ) -> None:
        self.mishaps = Mishaps()
        self._patience = patience
        self._encrypted = target.tls is not None
        self._connection = Connection(target)
        self._datagrams: Datagrams | None = None
        try:
            if udp:
                self._datagrams = Datagrams(self._connection.host)
            ports = self._datagrams.ports if self._datagrams is not None else None
            self._session = Session(self._connection, url, authorization, ports)
            track = self._session.open()
        except (NotUnderstood, SourceRejected, SourceUnavailable):
            self._hang_up()
            raise
        if self._datagrams is not None:
            self._datagrams.watch(self._connection.fileno())
            if self._session.theirs is not None:
                self._datagrams.greet(self._session.theirs)
        self._track = track
        self._assembly = Assembly(cutter(track.codec), track.sets, self.mishaps)
        self._timeline = Timeline(track.rate, self.mishaps)
        self._base = Fraction(1, track.rate)
        self._scalers = Scalers()
        self._codec = _decoder(track.codec)
        self._decoding = Decoding(self._codec, choice(hwaccel, track.codec), settle)
        self._doubt = Doubt(self._codec)
        self._waits = False
        self._first: int | None = None
        self._noted: Details = {}
        self._heard_at = 0.0
        """Monotonic seconds of the last packet of a picture."""

        self._looking_until = float("inf")
        """Monotonic seconds until which it is looked for a start."""

        self._reading = self._read()
        self._early: deque[Packet] = deque()
        """What was read while it was looked for a start; seconds at most."""

        self.info = self._describe()

    @property
    def lull(self) -> float:
        """Seconds for which packets may collect; see `sources.source.Collecting`."""
        return self._connection.lull

    @lull.setter
    def lull(self, seconds: float) -> None:
        # Over UDP nothing could hold a camera back that sends more than the kernel takes.
        if self._datagrams is None:
            self._connection.lull = seconds

    def align(self, wall: float) -> None:
        """Learn what Unix time was at monotonic 0."""
        self._timeline.align(wall)

    def note(self, details: Details) -> None:
        """Tell more of the stream than it knows itself."""
        self._noted = {**self._noted, **details}
        self.info = self._describe()

    def clock(self) -> ClockReport:
        """Say what the camera's clock is worth."""
        return self._timeline.verdict()

    def begin(self, within: float) -> None:
        """Read until decoding could start, for so many seconds; what came waits for `packets`.

        Raises:
            NotUnderstood: It never will: no picture of this camera stands alone, or its packets
                hold what we make none of.
            SourceUnavailable: The camera fell silent, or left.
        """
        self._looking_until = time.monotonic() + within
        assembly, idr = self._assembly, False
        try:
            for packet in self._reading:
                self._early.append(packet)
                idr = packet.idr
                if idr or assembly.gradual:
                    break
        except _Enough:
            self._reading = self._read()
        except SourceUnavailable:
            self.close()
            raise
        self._looking_until = float("inf")
        if assembly.gradual:
            self.close()
            raise NotUnderstood("its pictures are refreshed bit by bit")
        if not idr and assembly.strange >= _STRANGE:
            self.close()
            raise NotUnderstood("its packets are put together in a way of their own")

    def packets(self) -> Iterator[Packet]:
        """Yield access units as their last packet comes; damaged ones with size 0."""
        while self._early:
            yield self._early.popleft()
        yield from self._reading

    def _read(self) -> Iterator[Packet]:
        self._heard_at = time.monotonic()
        while True:
            due = self._session.keep_alive()
            since = self._heard_at
            left = since + self._patience - time.monotonic()
            if left <= 0:
                raise SourceUnavailable(self._silent())
            try:
                received = self._receive(min(due, left))
            except NotUnderstood as error:
                raise SourceUnavailable(str(error)) from None
            units: list[Unit] = []
            ended = self._sort(received, units)
            for unit, arrival in self._dated(units, since):
                yield self._packet(unit, arrival)
            if ended:
                raise SourceUnavailable(_ENDED)
            if self._looked():
                raise _Enough
            for message in self._connection.messages():
                self._session.hear(message)

    def _looked(self) -> bool:
        """Tell whether it was looked for a start for long enough, or in vain."""
        looking = self._looking_until < float("inf")
        return looking and (
            time.monotonic() > self._looking_until or self._assembly.strange >= _STRANGE
        )

    def decode(self, packet: Packet | None) -> list[Picture]:
        """Decode one packet; None flushes. The first of a row of damaged ones is a fault."""
        arrival = time.monotonic() if packet is None else packet.arrival
        payload = None if packet is None else packet.payload
        if packet is not None and payload is None:
            if self._waits:
                return []
            self._waits = True
            raise DecodeFault("it, or what it builds on, came incomplete")
        self._waits = False
        frames = self._doubt.decode(self._decoding.decode, payload)
        pictures: list[Picture] = []
        for frame in frames:
            doubted = self._doubt.about(frame)
            ticks = frame.pts if frame.pts is not None else 0
            captured = self._timeline.captured(ticks, arrival)
            when = ticks / self._track.rate
            pictures.append(
                LibavPicture(frame, when, self._scalers, corrupt=doubted, captured=captured)
            )
        self._review()
        return pictures

    def restart(self) -> None:
        """Forget what the decoder holds; the next packet is one at which decoding can start."""
        self._decoding.flush_buffers()
        self._doubt.restart()

    def taken(self, packet: Packet) -> float | None:
        """Return when the picture of a packet was taken; see `sources.source.Punctual`."""
        ticks = packet.stamp if isinstance(packet, AccessUnit) else None
        return None if ticks is None else self._timeline.captured(ticks, packet.arrival)

    def decoder(self) -> LibavDecoder:
        """Make a second decoder; see `sources.source.Rereadable`."""
        return LibavDecoder(self._codec)

    def close(self) -> None:
        """Say goodbye (TEARDOWN) and hang up."""
        with suppress(SourceUnavailable):
            self._session.close()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._datagrams is not None:
            self._datagrams.close()
        self._connection.close()

    def _receive(self, patience: float) -> list[tuple[int, bytes, float]]:
        """Return the packets that came; what the camera says goes to the connection's messages."""
        if self._datagrams is None:
            return self._connection.receive(patience)
        received = self._datagrams.receive(patience)
        if self._datagrams.spoken:
            self._connection.receive(0.0)
        return received

    def _silent(self) -> str:
        silent = f"the camera was silent for {self._patience:g} s"
        if self._datagrams is None or self._codec.width:
            return silent
        return f"{silent}: what it sends over UDP may not get through; try `transport: tcp`"

    def _sort(self, received: list[tuple[int, bytes, float]], units: list[Unit]) -> bool:
        """Put pictures together; tell whether a report among them says that this is the end."""
        assembly, pictures, ended = self._assembly, self._session.channel, False
        for channel, data, arrival in received:
            if channel == pictures:
                self._heard_at = arrival
                if assembly.follow(data, arrival):
                    continue
                packet = rtp(data)
                if packet is not None and packet.kind == self._track.payload:
                    units += assembly.feed(packet, arrival)
            elif channel == pictures + 1:
                ended = self._hear(data) or ended
        return ended

    def _dated(self, units: list[Unit], since: float) -> Iterable[tuple[Unit, float]]:
        """Say when units came that were read together: their stamps tell how far apart."""
        if len(units) < 2 or not self._connection.lull:  # noqa: PLR2004 (two came together)
            return [(unit, unit.arrival) for unit in units]
        last, dated = units[-1], []
        arrival = last.arrival
        for unit in reversed(units):
            apart = apart_by(last.stamp, unit.stamp) / self._track.rate
            arrival = min(arrival, max(since, last.arrival - max(0.0, apart)))
            dated.append((unit, arrival))
        return reversed(dated)

    def _packet(self, unit: Unit, arrival: float) -> AccessUnit:
        ticks = self._timeline.place(unit.stamp, arrival)
        return AccessUnit(
            unit.data,
            idr=unit.idr,
            ticks=ticks,
            base=self._base,
            time=ticks / self._track.rate,
            arrival=arrival,
        )

    def _hear(self, data: bytes) -> bool:
        """Take a report; tell whether the camera ends the stream with it."""
        report = sender_report(data)
        if report is None:
            return says_goodbye(data)
        self._timeline.report(report.stamp, report.unix)
        return False

    def _review(self) -> None:
        """Describe the stream anew when what is known of it changes."""
        details, codec = self.info.details, self._codec
        if (
            details["clock"] != self._timeline.trust
            or details["decoder"] != self._decoding.used
            or details["ends_at"] != self._ends_at
            or (details["pixels"] is None and codec.pix_fmt is not None)
        ):
            self.info = self._describe()

    @property
    def _ends_at(self) -> str:
        return "marker" if self._assembly.trusting else "next picture"

    @property
    def _transport(self) -> str:
        if self._datagrams is not None:
            return "udp"
        return "tls" if self._encrypted else "tcp"

    def _describe(self) -> StreamInfo:
        codec, track = self._codec, self._track
        width, height = codec.width, codec.height
        if not 0 < max(width, height) <= LARGEST_SIDE:
            # Nothing is decoded yet; what the camera announces says it before it comes.
            width, height = size(track.codec, track.sets) or (UNKNOWN_SIDE, UNKNOWN_SIDE)
        return StreamInfo(
            codec=track.codec,
            width=width,
            height=height,
            fps=track.fps,
            details={
                "reader": "own",
                "transport": self._transport,
                "tracks": "; ".join(track.media)[:300],
                "format": "rtsp",
                "profile": str(codec.profile)[:40] if codec.profile else None,
                "pixels": codec.pix_fmt,
                "b_frames": bool(codec.has_b_frames),
                "clock": self._timeline.trust,
                "ends_at": self._ends_at,
                **decoded_by(self._decoding),
                **self._noted,
            },
        )


def _decoder(name: str) -> VideoCodecContext:
    codec = av.CodecContext.create(name, "r")
    if not isinstance(codec, VideoCodecContext):
        raise SourceRejected(f"no decoder for {name} in this build of FFmpeg")
    settle(codec)
    return codec
