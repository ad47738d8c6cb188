"""What one viewer is sent: pictures as they are due, sender reports, and the sins between them."""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from rig.camera_b.payload import Footage, payloads, sei
from rig.camera_b.script import Jump, Script

CLOCK = 90_000
_SOURCE = 0x1234
_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


@dataclass(frozen=True, slots=True)
class Due:
    """One picture and what comes before it, framed for the connection."""

    number: int
    at: float
    """Seconds after the start."""

    garbage: bytes
    report: "Report | None"
    packets: bytes

    def data(self, late: float) -> bytes:
        """Return all of it; the report is dated when the picture was taken, so long ago.

        A busy machine sends late; a camera's stamps and reports agree all the same.
        """
        report = b"" if self.report is None else _framed(1, self.report.packet(late))
        return self.garbage + report + self.packets


def due(footage: Footage, script: Script) -> Iterator[Due]:
    """Yield pictures for ever, or until the script ends them."""
    number, sequence, reported = 0, 65_500, float("-inf")
    while script.ends is None or number < script.ends:
        media = number / footage.fps
        stamp = script.first_stamp + round((media + _jumped(script.stamps, number)) * CLOCK)
        at = media + sum(pause.seconds for pause in script.pauses if pause.at <= number)
        packets = list(_packets(footage, script, number, stamp, sequence))
        sequence += len(packets)
        kept = [
            _framed(0, packet)
            for place, packet in enumerate(packets)
            if (number, place) not in script.lost
        ]
        report = None
        if script.reports is not None and media - reported >= script.reports:
            reported = media
            ahead = script.clock + _jumped(script.clocks, number)
            report = Report(stamp, ahead)
        garbage = b"".join(extra for place, extra in script.garbage if place == number)
        yield Due(number, at, garbage, report, b"".join(kept))
        number += 1


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report (RFC 3550, 6.4.1)."""

    stamp: int
    ahead: float

    def packet(self, late: float) -> bytes:
        """Write it, dated so many seconds ago."""
        now = time.time() - late + self.ahead + _EPOCH  # noqa: TID251 (the camera's own clock)
        ntp = round(now * 2**32)
        words = (ntp >> 32, ntp & 0xFFFFFFFF, self.stamp & 0xFFFFFFFF, 0, 0)
        report = struct.pack("!BBHI5I", 0x80, 200, 6, _SOURCE, *words)
        return report + struct.pack("!BBHIBB2x", 0x81, 202, 2, _SOURCE, 0, 0)


def _packets(
    footage: Footage, script: Script, number: int, stamp: int, sequence: int
) -> Iterator[bytes]:
    place = (number + script.begins) % len(footage.units)
    nals = footage.units[place]
    if footage.idr[place] and script.sets_from is not None and number >= script.sets_from:
        nals = footage.sets + nals
    late: list[bytes] = []
    if script.markers == "early_sei":
        late = payloads(footage.codec, (sei(footage.codec),), aggregate=False)
    body = _sent(footage, script, nals)
    last = len(body) - 1
    for place, payload in enumerate(body + late):
        marked = place == last and script.markers != "none"
        marked = marked or (script.markers == "twice" and place == last // 2)
        count = (sequence + place) & 0xFFFF
        yield _rtp(payload, marked, count, stamp & 0xFFFFFFFF, odd=script.headers)


def _sent(footage: Footage, script: Script, nals: tuple[bytes, ...]) -> list[bytes]:
    """Pack units, as the camera thinks it is done."""
    code = b"\0\0\0\1"
    if script.units == "together" and len(nals) > 1:
        nals = (code.join(nals),)
    body = payloads(footage.codec, nals, aggregate=script.aggregate and script.units != "coded")
    joined = 24 if footage.codec == "h264" else 48
    kinds = [one[0] & 31 if footage.codec == "h264" else one[0] >> 1 & 63 for one in body]
    match script.units:
        case "coded":
            return [
                code + one if kind < joined else one for kind, one in zip(kinds, body, strict=True)
            ]
        case "padded":
            return [
                one + bytes(6) if kind == joined else one
                for kind, one in zip(kinds, body, strict=True)
            ]
        case "unknown":
            nobodys = b"\x3f" if footage.codec == "h264" else b"\x64"
            return [nobodys + one[1:] for one in body]
        case _:
            return body


def _rtp(payload: bytes, marked: bool, sequence: int, stamp: int, *, odd: bool) -> bytes:
    kind = marked << 7 | 96
    if not odd:
        return struct.pack("!BBHII", 0x80, kind, sequence, stamp, _SOURCE) + payload
    head = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, kind, sequence, stamp, _SOURCE)
    extension = struct.pack("!HHI", 0xBEDE, 1, 0x10FF0000)
    return head + struct.pack("!II", 1, 2) + extension + payload + b"\0\0\0\4"


def _framed(channel: int, packet: bytes) -> bytes:
    return struct.pack("!cBH", b"$", channel, len(packet)) + packet


def _jumped(jumps: tuple[Jump, ...], number: int) -> float:
    return sum(jump.seconds for jump in jumps if jump.at <= number)
