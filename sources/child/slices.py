"""Where the slices of an HEVC picture lie in its packet, and marks between them. Pure.

ITU-T H.265, 7.3.1.2 and annex B; ISO/IEC 14496-15, 8.3.3.1, where lengths stand before the units.
"""

from itertools import pairwise

_START = b"\0\0\1"
_LAST_OF_SLICES = 21
"""Types of units from 0 to here hold slices; some between are reserved, and nobody writes them."""

MARK = b"\x52\x01\x80"
"""A unit of the reserved type 41, which decoders shall ignore (7.4.2.2)."""

_RECORD = 22
"""Byte of an HEVCDecoderConfigurationRecord that holds the size of lengths, less one; from 1."""


def length_size(extradata: bytes | None) -> int:
    """Tell how many bytes of length stand before each unit; 0 where start codes do."""
    if not extradata or len(extradata) <= _RECORD or extradata.startswith((_START, b"\0" + _START)):
        return 0
    return (extradata[_RECORD - 1] & 3) + 1


def marked(data: bytes, size: int) -> tuple[bytes, int]:
    """Put a mark behind every slice but the last.

    Args:
        data: One packet, a whole access unit.
        size: Bytes of length before each unit; 0 where start codes stand.

    Returns:
        The packet, and how many marks are in it: none where it holds one slice, or cannot be read.
    """
    ends = (_ends_by_length(data, size) if size else _ends_by_code(data))[:-1]
    if not ends:
        return data, 0
    mark = (len(MARK).to_bytes(size, "big") if size else _START) + MARK
    pieces = [data[begin:end] for begin, end in pairwise((0, *ends, len(data)))]
    return mark.join(pieces), len(ends)


def _ends_by_code(data: bytes) -> list[int]:
    ends = []
    at = data.find(_START)
    while at >= 0:
        begin, at = at + len(_START), data.find(_START, at + len(_START))
        if _is_slice(data, begin):
            ends.append(at if at >= 0 else len(data))
    return ends


def _ends_by_length(data: bytes, size: int) -> list[int]:
    ends, at = [], 0
    while at < len(data):
        begin = at + size
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin >= len(data) or at > len(data):
            return []
        if _is_slice(data, begin):
            ends.append(at)
    return ends


def _is_slice(data: bytes, begin: int) -> bool:
    """Tell whether a unit of the base layer with a slice begins there."""
    head = data[begin : begin + 2]
    return len(head) > 1 and head[0] >> 1 <= _LAST_OF_SLICES and not head[0] & 1 and head[1] < 8  # noqa: PLR2004 (layer 0)
