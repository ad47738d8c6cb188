"""Framed messages between the daemon and a process of its own: JSON plus bytes, no pickle.

A frame is two big-endian 32-bit lengths, a JSON object, and raw bytes (a JPEG, boxes). Lengths are
capped before anything is allocated, so a hijacked process cannot make the daemon swallow a
gigabyte. What the JSON may hold is up to the pydantic models of the two sides.
"""

import socket
import struct
from collections import deque
from dataclasses import dataclass

from pydantic import BaseModel

MAX_JSON = 256 * 1024
MAX_BLOB = 32 * 1024 * 1024
_LENGTHS = struct.Struct("!II")
_CHUNK = 16 * 1024
"""Bytes taken from the socket at a time: what is larger than `malloc` holds ready would be mapped
and unmapped for every message, and hardly any has a thousand bytes."""


class ChannelBroken(Exception):  # noqa: N818 (named after what it means: the process must go)
    """The other side sent what no honest process sends, or died within a frame."""


@dataclass(frozen=True, slots=True)
class Received:
    """One frame as it came: JSON still unparsed."""

    text: bytes
    blob: bytes


def pack(message: BaseModel, blob: bytes = b"") -> bytes:
    """Frame a message and its bytes."""
    text = message.model_dump_json().encode()
    return _LENGTHS.pack(len(text), len(blob)) + text + blob


class Unpacker:
    """Cuts a stream of bytes into frames; knows nothing of sockets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Received]:
        """Take what arrived and return every frame that is now whole.

        Raises:
            ChannelBroken: A length is above its cap.
        """
        self._buffer += data
        frames: list[Received] = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    @property
    def within_frame(self) -> bool:
        """Whether the stream would end in the middle of a frame."""
        return bool(self._buffer)

    def _next(self) -> Received | None:
        if len(self._buffer) < _LENGTHS.size:
            return None
        text, blob = _LENGTHS.unpack_from(self._buffer)
        if text > MAX_JSON or blob > MAX_BLOB:
            raise ChannelBroken(f"a frame of {text} + {blob} bytes is above the cap")
        end = _LENGTHS.size + text + blob
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view:
            cut = _LENGTHS.size + text
            received = Received(bytes(view[_LENGTHS.size : cut]), bytes(view[cut:end]))
        del self._buffer[:end]
        return received


class BlockingChannel:
    """The process's end of the socket: plain and blocking.

    Descriptors sent along (`SCM_RIGHTS`) are collected in order in `descriptors`.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._unpacker = Unpacker()
        self._ready: deque[Received] = deque()
        self.descriptors: deque[int] = deque()

    def fileno(self) -> int:
        """Give the descriptor to wait on. Ask `pending` first: a frame may be here already."""
        return self._socket.fileno()

    @property
    def pending(self) -> bool:
        """Whether `receive` would return without reading."""
        return bool(self._ready)

    def send(self, message: BaseModel, blob: bytes = b"") -> None:
        """Send one frame. Raises OSError when the daemon is gone. Not thread-safe."""
        self._socket.sendall(pack(message, blob))

    def receive(self) -> Received | None:
        """Wait for the next frame; None when the daemon closed its end.

        Raises:
            ChannelBroken: The stream is not one of frames.
            TimeoutError: The socket has a timeout and it passed.
        """
        while not self._ready:
            data, descriptors, _, _ = socket.recv_fds(self._socket, _CHUNK, 16)
            self.descriptors.extend(descriptors)
            if not data:
                return None
            self._ready.extend(self._unpacker.feed(data))
        return self._ready.popleft()
