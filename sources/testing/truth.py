"""Truth in the picture: which camera's which picture is it?

Written into the pixels as blocks, and read back out of them also after compression and scaling. So
a test knows which picture it looks at.
"""

import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sources.source import Rgb

_COLUMNS = 24
_ROWS = 2
"""Rows of blocks at the top, and again at the bottom: 48 bits each."""

_BAND = 12
"""The blocks take one part in so many of the picture's height, above and below."""


def burn(picture: Rgb, camera: int, number: int) -> None:
    """Write camera (8 bit) and number (32 bit) into a picture, in place, as black and white blocks.

    They take a twelfth of the height at the top and again at the bottom and survive H.264 and
    scaling down to about 160 pixels across.
    """
    word = number.to_bytes(4, "big") + camera.to_bytes(1, "big")
    bits = np.unpackbits(np.frombuffer(word + _check(word), np.uint8)).reshape(_ROWS, _COLUMNS)
    height, width = picture.shape[:2]
    x = np.arange(width) * _COLUMNS // width
    band = max(_ROWS, round(height / _BAND))
    y = np.arange(band) * _ROWS // band
    blocks = (bits[y][:, x] * 255)[..., None]
    picture[:band] = blocks
    picture[height - band :] = blocks


def read(picture: Rgb) -> tuple[int, int] | None:
    """Return (camera, number) of a picture; None if it bears none, or is torn."""
    rows, columns = _samples(*picture.shape[:2])
    light = picture[rows, columns, 1].mean(axis=-1) > 127  # noqa: PLR2004 (half of white)
    top, bottom = (np.packbits(half).tobytes() for half in light)
    if top != bottom or _check(top[:5]) != top[5:]:
        return None
    return top[4], int.from_bytes(top[:4], "big")


def _check(word: bytes) -> bytes:
    return (zlib.crc32(word) & 0xFF).to_bytes(1, "big")


@lru_cache(maxsize=16)
def _samples(height: int, width: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Choose nine points around the middle of each block: (2, 48, 9) rows and columns."""
    band = max(_ROWS, round(height / _BAND))
    off = np.asarray((0.35, 0.5, 0.65))
    y = ((np.arange(_ROWS)[:, None] + off) * band / _ROWS).astype(np.intp)
    x = ((np.arange(_COLUMNS)[:, None] + off) * width / _COLUMNS).astype(np.intp)
    shape = (_ROWS, _COLUMNS, 3, 3)
    rows = np.broadcast_to(y[:, None, :, None], shape).reshape(_ROWS * _COLUMNS, 9)
    columns = np.broadcast_to(x[None, :, None, :], shape).reshape(_ROWS * _COLUMNS, 9)
    return np.stack((rows, rows + height - band)), np.stack((columns, columns))
