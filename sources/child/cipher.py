"""Deciphers segments of a playlist: AES-128 in CBC mode, padded (RFC 8216, 4.3.2.4 and 5.2)."""

from collections.abc import Iterable, Iterator

from sources.errors import SourceRejected

_BLOCK = 16


def deciphered(chunks: Iterable[bytes], key: bytes, vector: bytes) -> Iterator[bytes]:
    """Return what a segment holds, piece by piece as it comes.

    What was cut off in the middle of a block ends before it.

    Args:
        chunks: The segment, enciphered as a whole.
        key: 16 bytes.
        vector: The initialisation vector, 16 bytes.

    Raises:
        SourceRejected: The library is not installed, or the key is none.
    """
    try:
        from cryptography.hazmat.primitives.ciphers import (  # noqa: PLC0415 (an extra)
            Cipher,
            algorithms,
            modes,
        )
    except ImportError:
        raise SourceRejected(
            'an encrypted playlist needs the extra `hls`: pip install "lookout-daemon[hls]"'
        ) from None
    if len(key) != _BLOCK or len(vector) != _BLOCK:
        raise SourceRejected("the playlist names a key that is none of AES-128")
    decipher = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return _unpadded(decipher.update(chunk) for chunk in chunks)


def _unpadded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Hold the last block back until the end, where its padding is taken off."""
    held = b""
    for piece in pieces:
        held += piece
        if len(held) > _BLOCK:
            yield held[:-_BLOCK]
            held = held[-_BLOCK:]
    count = held[-1] if held else 0
    padded = 0 < count <= _BLOCK and held.endswith(bytes([count]) * count)
    yield held[:-count] if padded else held
