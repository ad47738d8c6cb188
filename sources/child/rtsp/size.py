"""How large the pictures will be: the head of a sequence parameter set. Pure.

References: ITU-T H.264, 7.3.2.1.1 (syntax) and 7.4.2.1.1 (cropping); ITU-T H.265, 7.3.2.2.1 and
7.3.3 (syntax), 7.4.3.2.1 (conformance window). What lies behind the size is not read.
"""

from collections.abc import Iterable

from sources.child.rtsp.description import Codec
from sources.child.rtsp.errors import Garbled

LARGEST_SIDE = 16384

_H264_SPS, _H265_SPS = 7, 33
_WITH_CHROMA = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244}
"""Profiles of H.264 whose sets tell the chroma format."""

_CHROMA = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}
"""Width and height of a luma area with one chroma sample, by `chroma_format_idc` (table 6-1)."""

_LONGEST_CODE = 32
_MOST_CYCLES = 255
_HEAD_PROFILE, _HEAD_LEVEL = 88, 8
"""Bits of a profile and of a level in H.265's `profile_tier_level`."""


def size(codec: Codec, sets: Iterable[bytes]) -> tuple[int, int] | None:
    """Return width and height in pixels as shown, cropping done.

    Args:
        codec: Whose parameter sets.
        sets: NAL units; the first sequence parameter set that makes sense counts.

    Returns:
        None if none does.
    """
    read = _h264 if codec == "h264" else _h265
    for nal in sets:
        try:
            width, height = read(nal)
        except Garbled:
            continue
        if 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE:
            return width, height
    return None


class _Bits:
    """Reads a payload bit by bit, emulation prevention taken out (H.264, 7.3.1)."""

    def __init__(self, payload: bytes) -> None:
        raw = payload.replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(raw, "big")
        self._left = 8 * len(raw)

    def take(self, count: int) -> int:
        """Read an unsigned number of so many bits."""
        if count > self._left:
            raise Garbled("a parameter set ends too early")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def code(self) -> int:
        """Read an Exp-Golomb code (H.264, 9.1), unsigned."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _LONGEST_CODE:
                raise Garbled("a code without end")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """Read a signed Exp-Golomb code (H.264, 9.1.1)."""
        number = self.code()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def _h264(nal: bytes) -> tuple[int, int]:
    if not nal or nal[0] & 31 != _H264_SPS:
        raise Garbled("no sequence parameter set")
    bits = _Bits(nal[1:])
    profile = bits.take(8)
    bits.take(16)
    bits.code()
    chroma = 1
    if profile in _WITH_CHROMA:
        chroma = _h264_chroma(bits)
    bits.code()
    _h264_order(bits)
    bits.code()
    bits.take(1)
    across, down = bits.code() + 1, bits.code() + 1
    fields = 1 if bits.take(1) else 2
    if fields == 2:  # noqa: PLR2004 (frames of two fields)
        bits.take(1)
    bits.take(1)
    step_x, step_y = _CHROMA[chroma]
    left, right, top, bottom = _crop(bits)
    width = 16 * across - step_x * (left + right)
    return width, 16 * down * fields - step_y * fields * (top + bottom)


def _h264_chroma(bits: _Bits) -> int:
    """Read what the better profiles add; return the chroma format."""
    chroma = bits.code()
    if chroma not in _CHROMA:
        raise Garbled("no such chroma format")
    apart = chroma == 3 and bits.take(1)  # noqa: PLR2004 (4:4:4)
    bits.code()
    bits.code()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == 3 else 8):  # noqa: PLR2004
            if bits.take(1):
                _scaling_list(bits, 16 if number < 6 else 64)  # noqa: PLR2004 (4x4, then 8x8)
    return 0 if apart else chroma


def _scaling_list(bits: _Bits, length: int) -> None:
    last = following = 8
    for _ in range(length):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _h264_order(bits: _Bits) -> None:
    """Read how the order of pictures is told."""
    kind = bits.code()
    if kind == 0:
        bits.code()
    elif kind == 1:
        bits.take(1)
        bits.code()
        bits.code()
        cycles = bits.code()
        if cycles > _MOST_CYCLES:
            raise Garbled("a cycle of too many pictures")
        for _ in range(cycles):
            bits.code()


def _h265(nal: bytes) -> tuple[int, int]:
    if len(nal) < 2 or nal[0] >> 1 & 63 != _H265_SPS:  # noqa: PLR2004 (its header)
        raise Garbled("no sequence parameter set")
    bits = _Bits(nal[2:])
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    bits.take(_HEAD_PROFILE + _HEAD_LEVEL)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(_HEAD_PROFILE * profile + _HEAD_LEVEL * level)
    bits.code()
    chroma = bits.code()
    if chroma not in _CHROMA:
        raise Garbled("no such chroma format")
    if chroma == 3 and bits.take(1):  # noqa: PLR2004 (4:4:4, planes apart)
        chroma = 0
    width, height = bits.code(), bits.code()
    step_x, step_y = _CHROMA[chroma]
    left, right, top, bottom = _crop(bits)
    return width - step_x * (left + right), height - step_y * (top + bottom)


def _crop(bits: _Bits) -> tuple[int, int, int, int]:
    """Read what is cut off: left, right, top, bottom."""
    if not bits.take(1):
        return 0, 0, 0, 0
    return bits.code(), bits.code(), bits.code(), bits.code()
