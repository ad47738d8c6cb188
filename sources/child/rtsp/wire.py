"""Cuts what a camera sends into answers, requests and interleaved packets (RFC 2326, 10.12). Pure.

Bounded: whatever comes, no more is held than one head, one body or one packet. Bytes outside any
frame are skipped and counted; only a flood of them, or a head without end, is an error.
"""

import struct
from dataclasses import dataclass

from sources.child.rtsp.errors import Garbled

MOST_HEAD = 16_384
"""Bytes of the longest head of an answer."""

MOST_BODY = 262_144
"""Bytes of the longest body."""

MOST_SKIPPED = 1 << 20
"""Bytes of garbage in a row after which this is no camera."""

_METHODS = (b"OPTIONS ", b"ANNOUNCE ", b"REDIRECT ", b"SET_PARAMETER ", b"GET_PARAMETER ",
            b"TEARDOWN ", b"PLAY_NOTIFY ", b"DESCRIBE ", b"PAUSE ")  # fmt: skip
_STARTS = (b"RTSP/1.", *_METHODS)
_INTERLEAVED = 0x24
_VERSION = 2
_CHANNELS = 16
_FRAMED = struct.Struct("!BBHB")
_HEAD = _FRAMED.size
"""Bytes by which an interleaved packet is recognised: `$`, channel, length, version."""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer, or a request of the camera's own."""

    status: int
    """Of an answer; 0 for a request."""

    first: str
    """The first line."""

    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""

    body: bytes = b""

    def get(self, name: str) -> str:
        """Return the first header of a name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def every(self, name: str) -> list[str]:
        """Return all headers of a name."""
        return [value for key, value in self.headers if key == name]


Piece = tuple[int, bytes] | Message
"""Channel and packet, or a message."""


class Wire:
    """Takes bytes in any portions and gives out whole pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skipping = 0
        self.skipped = 0
        """Bytes that belonged to nothing."""

        self.strange = b""
        """How the first of them began."""

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return len(self._buffer)

    def feed(self, data: bytes | memoryview) -> list[Piece]:
        """Take what arrived; return what is whole.

        Raises:
            Garbled: This does not speak RTSP.
        """
        self._buffer += data
        pieces: list[Piece] = []
        with memoryview(self._buffer) as view:
            taken = self._cut(view, pieces)
        del self._buffer[:taken]
        return pieces

    def _cut(self, view: memoryview, pieces: list[Piece]) -> int:
        """Cut off all whole pieces; return the bytes that are done with."""
        at, size = 0, len(view)
        while at < size:
            if view[at] == _INTERLEAVED:
                if size - at < _HEAD:
                    break
                _, channel, length, first = _FRAMED.unpack_from(view, at)
                if first >> 6 == _VERSION and channel < _CHANNELS and length:
                    end = at + 4 + length
                    if end > size:
                        break
                    pieces.append((channel, view[at + 4 : end].tobytes()))
                    at = end
                    self._skipping = 0
                    continue
            elif (end := self._message(at, pieces)) is not None:
                if end == at:
                    break
                at = end
                self._skipping = 0
                continue
            at = self._skip(at)
        return at

    def _message(self, at: int, pieces: list[Piece]) -> int | None:
        """Read a message; return where it ends, `at` if it is not whole, None if it is none."""
        start = bytes(self._buffer[at : at + 16])
        if not any(start.startswith(word[: len(start)]) for word in _STARTS):
            return None
        end = self._buffer.find(b"\r\n\r\n", at, at + MOST_HEAD)
        if end < 0:
            if len(self._buffer) - at >= MOST_HEAD:
                raise Garbled("a head without end")
            return at
        # In whatever encoding: a realm is part of a proof, and said back with the same bytes.
        lines = self._buffer[at:end].decode("utf-8", "surrogateescape").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:])
        headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
        message = Message(_status(lines[0]), lines[0], headers)
        length = _length(message.get("content-length"))
        body = end + 4
        if len(self._buffer) < body + length:
            return at
        if length:
            content = bytes(self._buffer[body : body + length])
            message = Message(message.status, message.first, headers, content)
        pieces.append(message)
        return body + length

    def _skip(self, at: int) -> int:
        """Find the next place at which a piece may begin."""
        self.strange = self.strange or bytes(self._buffer[at : at + 8])
        ends = [self._buffer.find(sign, at + 1) for sign in (b"$", b"RTSP/1.")]
        found = min((end for end in ends if end >= 0), default=len(self._buffer))
        self._skipping += found - at
        self.skipped += found - at
        if self._skipping > MOST_SKIPPED:
            raise Garbled("nothing but bytes that are no RTSP")
        return found


def _status(line: str) -> int:
    if not line.startswith("RTSP/"):
        return 0
    words = line.split(" ", 2)
    if len(words) < 2 or not (words[1].isascii() and words[1].isdigit() and len(words[1]) == 3):  # noqa: PLR2004 (a status has three digits)
        raise Garbled("an answer without a status")
    return int(words[1])


def _length(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > MOST_BODY:  # noqa: PLR2004 (no body has a gigabyte)
        raise Garbled("a body without measure")
    return int(text)
