"""Cuts a body of `multipart/x-mixed-replace` into its parts. Pure; knows nothing of sockets.

Cameras disagree about the details (RFC 2046 is hardly followed): the boundary may carry its dashes
already, lengths may be missing, and line ends between parts vary.
"""

import re

_LONGEST_HEAD = 16 * 1024
_LENGTH = re.compile(rb"^content-length\s*:\s*(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]+)\"|([^\s;]+))", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class NotMultipart(ValueError):  # noqa: N818 (named after what is wrong)
    """It is not what it says it is, or larger than allowed."""


class Parts:
    """Takes bytes as they come and gives the bodies of whole parts.

    Args:
        content_type: The answer's header; names the boundary.
        largest: Bytes of one part.
    """

    def __init__(self, content_type: str, largest: int) -> None:
        found = _BOUNDARY.search(content_type)
        if found is None:
            raise NotMultipart("names no boundary between its pictures")
        named = (found.group(1) or found.group(2)).encode("latin-1", "replace")
        self._mark = b"--" + named.removeprefix(b"--")
        self._largest = largest
        self._buffer = bytearray()
        self._looked = 0
        """Bytes of the buffer in which no boundary begins."""

        self._length: int | None = None
        self._inside = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived and return the bodies that are now whole.

        Raises:
            NotMultipart: A part or its head is too long.
        """
        self._buffer += data
        bodies = []
        while (body := self._step()) is not None:
            if body:
                bodies.append(body)
        return bodies

    def _step(self) -> bytes | None:
        """Go one step on: past a head (empty), past a body, or None when more is needed."""
        return self._body() if self._inside else self._head()

    def _head(self) -> bytes | None:
        at = self._find()
        if at is None:
            return None
        end = _HEAD_END.search(self._buffer, at)
        if end is None:
            if len(self._buffer) - at > _LONGEST_HEAD:
                raise NotMultipart("has a picture whose head is too long")
            return None
        stated = _LENGTH.search(self._buffer, at, end.end())
        self._length = int(stated.group(1)) if stated else None
        if (self._length or 0) > self._largest:
            raise NotMultipart(f"has a picture of more than {self._largest >> 20} MB")
        self._cut(end.end())
        self._inside = True
        return b""

    def _body(self) -> bytes | None:
        if self._length is not None:
            if len(self._buffer) < self._length:
                return None
            return self._leave(self._length)
        at = self._find()
        return None if at is None else self._leave(at)

    def _leave(self, length: int) -> bytes:
        body = bytes(self._buffer[:length])
        self._cut(length)
        self._inside = False
        return body

    def _find(self) -> int | None:
        """Return where the next boundary begins, looking at each byte once."""
        at = self._buffer.find(self._mark, self._looked)
        if at >= 0:
            self._looked = at
            return at
        self._looked = max(0, len(self._buffer) - len(self._mark))
        if len(self._buffer) > self._largest:
            raise NotMultipart(f"has a picture of more than {self._largest >> 20} MB")
        return None

    def _cut(self, length: int) -> None:
        del self._buffer[:length]
        self._looked = 0
