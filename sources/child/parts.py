"""Cuts a body of `multipart/x-mixed-replace` into its parts. Pure; knows nothing of sockets.

Cameras disagree about the details (RFC 2046 is hardly followed): the boundary may carry its dashes
already, be another than the one that was named, or be named nowhere; lengths may be missing or
wrong, and line ends between parts vary.
"""

import re

_LONGEST_HEAD = 16 * 1024
_KIND = re.compile(rb"^content-type\s*:\s*([\w.+-]+/)", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length\s*:\s*(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]+)\"|([^\s;]+))", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_MARK = 200
_FOREIGN = frozenset({b"audio/", b"text/", b"message/"})


class NotMultipart(ValueError):  # noqa: N818 (named after what is wrong)
    """It is not what it says it is, or larger than allowed."""


class Parts:
    """Takes bytes as they come and gives the bodies of whole parts.

    Args:
        content_type: The answer's header; names the boundary, if it does.
        largest: Bytes of one part.
    """

    def __init__(self, content_type: str, largest: int) -> None:
        found = _BOUNDARY.search(content_type)
        named = (found.group(1) or found.group(2)) if found else ""
        self._named = named.encode("latin-1", "replace").removeprefix(b"--")
        self._mark = b""
        """How parts are told apart; empty until the first line is here, which shows it."""

        self._largest = largest
        self._buffer = bytearray()
        self._looked = 0
        """Bytes of the buffer in which no boundary begins."""

        self._length: int | None = None
        self._inside = False
        self._between = False
        """Whether a part has just been cut off by the length it stated."""

        self._foreign = False
        """Whether the part says that it is no picture, as sound between pictures does."""

        self._honest = True
        """Whether lengths are believed: until one is found out."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived and return the bodies that are now whole.

        Raises:
            NotMultipart: A part or its head is too long, or there is no boundary at all.
        """
        self._buffer += data
        bodies: list[bytes] = []
        if not self._mark and not self._begin():
            return bodies
        while (body := self._step()) is not None:
            if body:
                bodies.append(body)
        return bodies

    def _begin(self) -> bool:
        """Learn the boundary from the first line, which counts more than what was named."""
        start = self._buffer.lstrip(b"\r\n")
        line, end, _ = start.partition(b"\n")
        if not end and len(start) < _LONGEST_MARK:
            return False
        line, named = line.strip()[:_LONGEST_MARK], self._named
        at = line.find(named)
        if named and at >= 0:
            self._mark = bytes(line[: at + len(named)])
        elif end and line.startswith(b"--") and line.strip(b"-"):
            self._mark = bytes(line)
        elif named:
            self._mark = b"--" + named
        else:
            raise NotMultipart("names no boundary between its pictures")
        return True

    def _step(self) -> bytes | None:
        """Go one step on: past a head (empty), past a body, or None when more is needed."""
        return self._body() if self._inside else self._head()

    def _head(self) -> bytes | None:
        at = self._find()
        if at is None:
            return None
        if self._between and self._buffer[:at].strip():
            # The part before went on behind the length it stated.
            self._honest = False
        self._between = False
        end = _HEAD_END.search(self._buffer, at)
        if end is None:
            if len(self._buffer) - at > _LONGEST_HEAD:
                raise NotMultipart("has a picture whose head is too long")
            return None
        stated = _LENGTH.search(self._buffer, at, end.end()) if self._honest else None
        self._length = int(stated.group(1)) if stated else None
        if (self._length or 0) > self._largest:
            raise NotMultipart(f"has a picture of more than {self._largest >> 20} MB")
        kind = _KIND.search(self._buffer, at, end.end())
        self._foreign = kind is not None and kind.group(1).lower() in _FOREIGN
        self._cut(end.end())
        self._inside = True
        return b""

    def _body(self) -> bytes | None:
        length = self._length
        if length is not None:
            at = self._buffer.find(self._mark, self._looked, length)
            if at < 0 and len(self._buffer) < length:
                self._looked = max(0, len(self._buffer) - len(self._mark))
                return None
            if at < 0:
                self._between = True
                return self._leave(length)
            # It ends before the length it stated.
            self._honest, self._length = False, None
        found = self._find()
        return None if found is None else self._leave(found)

    def _leave(self, length: int) -> bytes:
        body = b"" if self._foreign else bytes(self._buffer[:length])
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
