"""RTP packets and sender reports (RFC 3550). Pure; what is no packet is None."""

import struct
from typing import NamedTuple

_FIXED = struct.Struct("!BBHII")
_REPORT = struct.Struct("!BBHIIII")
_SENDER_REPORT = 200
_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP counts from, to 1970."""


class Packet(NamedTuple):
    """One RTP packet."""

    marker: bool
    kind: int
    """Payload type."""

    sequence: int
    stamp: int
    source: int
    payload: bytes


class Report(NamedTuple):
    """When the camera says that a stamp was."""

    stamp: int
    unix: float


def rtp(data: bytes) -> Packet | None:
    """Read a packet."""
    size = len(data)
    if size < 12:  # noqa: PLR2004 (the fixed header)
        return None
    first, second, sequence, stamp, source = _FIXED.unpack_from(data)
    start, end = 12, size
    if first != 0x80:  # noqa: PLR2004 (version 2, nothing else)
        if first >> 6 != 2:  # noqa: PLR2004
            return None
        start += 4 * (first & 15)
        if first & 0x10:
            if start + 4 > size:
                return None
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
        if first & 0x20:
            end -= data[-1]
        if start > end:
            return None
    return Packet(second > 127, second & 127, sequence, stamp, source, data[start:end])  # noqa: PLR2004 (the top bit)


def sender_report(data: bytes) -> Report | None:
    """Find a sender report in a compound packet."""
    at = 0
    while at + 8 <= len(data):
        kind = data[at + 1]
        length = 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == _SENDER_REPORT and at + _REPORT.size <= len(data):
            _, _, _, _, seconds, fraction, stamp = _REPORT.unpack_from(data, at)
            if seconds:
                return Report(stamp, seconds - _EPOCH + fraction / 2**32)
        at += length
    return None


def says_goodbye(data: bytes) -> bool:
    """Tell whether the camera ends the stream with this (BYE)."""
    at = 0
    while at + 4 <= len(data):
        if data[at + 1] == 203:  # noqa: PLR2004 (BYE)
            return True
        at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
    return False
