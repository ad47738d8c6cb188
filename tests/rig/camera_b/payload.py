"""From a clip to RTP payloads (RFC 6184, RFC 7798). Written apart from what it tests."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

MOST = 1200
"""Bytes of payload in one packet."""


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip as access units: NAL units without start codes, parameter sets apart."""

    codec: str
    fps: float
    units: tuple[tuple[bytes, ...], ...]
    idr: tuple[bool, ...]
    sets: tuple[bytes, ...]

    @property
    def format_parameters(self) -> str:
        """Return the sets as a session description writes them."""
        words = [b64encode(nal).decode() for nal in self.sets]
        if self.codec == "h264":
            return "packetization-mode=1;sprop-parameter-sets=" + ",".join(words)
        names = {32: "vps", 33: "sps", 34: "pps"}
        kinds = [names[nal[0] >> 1 & 63] for nal in self.sets]
        return ";".join(f"sprop-{kind}={word}" for kind, word in zip(kinds, words, strict=True))


def footage(clip: Path) -> Footage:
    """Read a clip."""
    with av.open(str(clip)) as container:
        video = container.streams.video[0]
        codec = video.codec_context.name
        name = f"{codec}_mp4toannexb"
        annexb = av.BitStreamFilterContext(name, video)
        units: list[tuple[bytes, ...]] = []
        idr: list[bool] = []
        sets: dict[bytes, None] = {}
        for packet in container.demux(video):
            # The filter empties the packet it is given.
            keyframe, last = packet.is_keyframe, not packet.size
            for cut in annexb.filter(None if last else packet):
                nals = tuple(split(bytes(cut)))
                sets.update(dict.fromkeys(nal for nal in nals if _is_set(codec, nal)))
                units.append(tuple(nal for nal in nals if not _is_set(codec, nal)))
                idr.append(keyframe)
            if last:
                break
        rate = float(video.average_rate or 25)
    return Footage(codec, rate, tuple(units), tuple(idr), tuple(sets))


def split(stream: bytes) -> Iterator[bytes]:
    """Cut Annex B at its start codes."""
    for piece in stream.split(b"\0\0\1"):
        nal = piece.rstrip(b"\0")
        if nal:
            yield nal


def sei(codec: str) -> bytes:
    """Make a message that says nothing: user data of an unknown kind."""
    head = b"\x06" if codec == "h264" else b"\x50\x01"
    return head + b"\x05\x11" + bytes(range(16)) + b"x\x80"


def payloads(codec: str, nals: tuple[bytes, ...], *, aggregate: bool) -> list[bytes]:
    """Cut or join the NAL units of an access unit into payloads."""
    done: list[bytes] = []
    small: list[bytes] = []
    for nal in nals:
        if aggregate and sum(map(len, small)) + len(nal) < MOST - 100:
            small.append(nal)
            continue
        done += _joined(codec, small)
        small = []
        done += [nal] if len(nal) <= MOST else _cut(codec, nal)
    return done + _joined(codec, small)


def _joined(codec: str, nals: list[bytes]) -> list[bytes]:
    if len(nals) < 2:
        return list(nals)
    body = b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)
    head = b"\x78" if codec == "h264" else bytes((48 << 1, 1))
    return [head + body]


def _cut(codec: str, nal: bytes) -> list[bytes]:
    if codec == "h264":
        head, kind, body = bytes((nal[0] & 0xE0 | 28,)), nal[0] & 31, nal[1:]
    else:
        head, kind, body = bytes((nal[0] & 0x81 | 49 << 1, nal[1])), nal[0] >> 1 & 63, nal[2:]
    pieces = [body[at : at + MOST] for at in range(0, len(body), MOST)]
    last = len(pieces) - 1
    return [
        head + bytes(((place == 0) << 7 | (place == last) << 6 | kind,)) + piece
        for place, piece in enumerate(pieces)
    ]


def _is_set(codec: str, nal: bytes) -> bool:
    return nal[0] & 31 in {7, 8} if codec == "h264" else nal[0] >> 1 & 63 in {32, 33, 34}
