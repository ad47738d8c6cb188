"""A paced RTSP camera that knows when it sent the last byte of which picture.

RTSP 1.0 (RFC 2326) over one TCP connection, H.264 as RTP (RFC 6184, FU-A) interleaved in it. Every
viewer sees the clip from its start, again and again. Nothing is transcoded: access units are read
once and cut into RTP packets as they are due.
"""

import socket
import struct
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import av

CLOCK = 90_000
_MOST = 1400
"""Bytes of payload in one RTP packet."""

_FU_A = 28
_START = 90_000
_SDP = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=benchmark
t=0 0
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}
a=control:video
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit: its NAL units without start codes."""

    nals: tuple[bytes, ...]


class Camera:
    """Serves one clip at `url`.

    Args:
        clip: H.264 in MP4, without B-frames.
    """

    def __init__(self, clip: Path) -> None:
        self._units, self.fps = _read(clip)
        self.pictures = len(self._units)
        """After so many the clip starts over."""

        self._sent: list[float] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        port = self._server.getsockname()[1]
        self.url = f"rtsp://127.0.0.1:{port}/video"
        self._stopped = threading.Event()
        threading.Thread(target=self._serve, name="camera", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._server.close()

    @property
    def sent(self) -> list[float]:
        """Monotonic seconds at which each picture had been handed to the last viewer's socket."""
        return list(self._sent)

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                viewer, _ = self._server.accept()
            except OSError:
                return
            viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._attend, args=(viewer,), daemon=True).start()

    def _attend(self, viewer: socket.socket) -> None:
        with viewer, viewer.makefile("rb") as requests:
            try:
                for method, number in _requests(requests):
                    viewer.sendall(self._answer(method, number))
                    if method == "PLAY":
                        self._play(viewer)
                        return
            except OSError:
                return

    def _answer(self, method: str, number: str) -> bytes:
        head, body = ["RTSP/1.0 200 OK", f"CSeq: {number}"], ""
        match method:
            case "OPTIONS":
                head.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
            case "DESCRIBE":
                sets = [nal for nal in self._units[0].nals if nal[0] & 31 in {7, 8}]
                body = _SDP.format(sets=",".join(b64encode(nal).decode() for nal in sets))
                body = body.replace("\n", "\r\n")
                head += [f"Content-Base: {self.url}/", "Content-Type: application/sdp"]
            case "SETUP":
                head += ["Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
            case _:
                head.append("Session: 1")
        head.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(head) + "\r\n\r\n" + body).encode()

    def _play(self, viewer: socket.socket) -> None:
        sent: list[float] = []
        self._sent = sent
        sequence, began = 0, time.monotonic()
        while not self._stopped.is_set():
            number = len(sent)
            unit = self._units[number % self.pictures]
            stamp = _START + round(number * CLOCK / self.fps)
            packets = list(_packets(unit, stamp, sequence))
            sequence += len(packets)
            time.sleep(max(0.0, began + number / self.fps - time.monotonic()))
            viewer.sendall(b"".join(packets))
            sent.append(time.monotonic())


def _requests(lines: object) -> Iterator[tuple[str, str]]:
    """Yield method and sequence number of each request; none of ours has a body."""
    method, number = "", "0"
    for raw in lines:  # type: ignore[attr-defined]  # a socket's file
        line = raw.decode("ascii", "replace").strip()
        if not line:
            yield method, number
            method, number = "", "0"
        elif not method:
            method = line.split(" ")[0]
        elif line.lower().startswith("cseq:"):
            number = line.split(":")[1].strip()


def _packets(unit: Unit, stamp: int, sequence: int) -> Iterator[bytes]:
    """Cut an access unit into RTP packets, framed for the RTSP connection (RFC 2326, 10.12)."""
    payloads = [payload for nal in unit.nals for payload in _payloads(nal)]
    for place, payload in enumerate(payloads):
        marker = 0x80 if place == len(payloads) - 1 else 0
        number = (sequence + place) & 0xFFFF
        rtp = struct.pack("!BBHII", 0x80, marker | 96, number, stamp & 0xFFFFFFFF, 1) + payload
        yield struct.pack("!cBH", b"$", 0, len(rtp)) + rtp


def _payloads(nal: bytes) -> Iterator[bytes]:
    if len(nal) <= _MOST:
        yield nal
        return
    indicator, kind = nal[0] & 0xE0 | _FU_A, nal[0] & 0x1F
    body = nal[1:]
    for at in range(0, len(body), _MOST):
        first, last = at == 0, at + _MOST >= len(body)
        yield bytes((indicator, first << 7 | last << 6 | kind)) + body[at : at + _MOST]


def _read(clip: Path) -> tuple[list[Unit], float]:
    """Read the access units; parameter sets come before every picture at which decoding starts."""
    with av.open(str(clip)) as container:
        video = container.streams.video[0]
        sets = _parameter_sets(bytes(video.codec_context.extradata or b""))
        units = []
        for packet in container.demux(video):
            if packet.size:
                nals = tuple(_lengths(bytes(packet)))
                units.append(Unit(sets + nals if packet.is_keyframe else nals))
        return units, float(video.average_rate or 25)


def _lengths(data: bytes) -> Iterator[bytes]:
    """Cut a sample of an MP4 file: 32-bit lengths before each NAL unit."""
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def _parameter_sets(record: bytes) -> tuple[bytes, ...]:
    """Read SPS and PPS out of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15)."""
    found, at = [], 6
    for count in (record[5] & 31, None):
        number = count if count is not None else record[at - 1]
        for _ in range(number):
            size = int.from_bytes(record[at : at + 2], "big")
            found.append(record[at + 2 : at + 2 + size])
            at += 2 + size
        at += 1
    return tuple(found)
