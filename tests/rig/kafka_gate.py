"""A door before a Kafka broker that has none: TLS, and passwords (SASL PLAIN and SCRAM-SHA-512).

The mock cluster knows neither. Whoever comes through the gate is heard by the broker behind it;
until somebody has said who he is, the gate answers itself.
https://kafka.apache.org/protocol, RFC 4616, RFC 5802
"""

import asyncio
import base64
import hashlib
import hmac
import os
import ssl
import struct
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

API_VERSIONS: Final = 18
HANDSHAKE: Final = 17
AUTHENTICATE: Final = 36
REFUSED: Final = 58
"""SASL_AUTHENTICATION_FAILED"""

_MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-512")
_ROUNDS: Final = 4096


class Gate:
    """Listens on a port of its own, with the broker's behind it.

    Args:
        target: The broker's port.
        context: TLS of the server's side; None: plain.
        user: Who may come in, and by which password; None: anybody.
    """

    def __init__(
        self,
        target: int,
        context: ssl.SSLContext | None = None,
        user: tuple[str, str] | None = None,
    ) -> None:
        self._target = target
        self._context = context
        self._user = user
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.greeted: list[str] = []
        """By which mechanism somebody proved who he is."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._come, "127.0.0.1", 0, ssl=self._context)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, broker = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            mechanism, known, server_first = "", self._user is None, b""
            while not known:
                frame = await _frame(reader)
                kind, _, number, name = struct.unpack(">hhih", frame[:10])
                body = frame[10 + max(0, name) :]
                if kind == API_VERSIONS:
                    broker.write(_framed(frame))
                    writer.write(_framed(_with_passwords(await _frame(behind))))
                elif kind == HANDSHAKE:
                    mechanism = body[2:].decode()
                    wrong = 0 if mechanism in _MECHANISMS else 33
                    names = b"".join(_text(one) for one in _MECHANISMS)
                    answer = struct.pack(">ihi", number, wrong, len(_MECHANISMS)) + names
                    writer.write(_framed(answer))
                elif kind == AUTHENTICATE:
                    said = body[4:]
                    if mechanism == "PLAIN":
                        known = said.decode().split("\0")[1:] == list(self._user or ())
                        reply: bytes | None = b"" if known else None
                    elif not server_first:
                        first, server_first = said, self._first(said)
                        reply = server_first
                    else:
                        reply = self._final(first, server_first, said)
                        known = reply is not None
                    writer.write(_framed(struct.pack(">i", number) + _verdict(reply)))
                    if reply is None:
                        await writer.drain()
                        return
                else:
                    return  # nobody may ask for anything else before
            if mechanism:
                self.greeted.append(mechanism)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pour(reader, broker))
                group.create_task(_pour(behind, writer))
        except* OSError:
            pass
        finally:
            broker.transport.abort()

    def _first(self, said: bytes) -> bytes:
        nonce = said.decode().rpartition("r=")[2] + base64.b64encode(os.urandom(9)).decode()
        salt = base64.b64encode(hashlib.sha256(nonce.encode()).digest()).decode()
        return f"r={nonce},s={salt},i={_ROUNDS}".encode()

    def _final(self, first: bytes, server_first: bytes, said: bytes) -> bytes | None:
        """Check the client's proof; return ours (RFC 5802, 3)."""
        user, password = self._user or ("", "")
        salt = base64.b64decode(server_first.split(b",")[1][2:])
        salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
        client_key = hmac.digest(salted, b"Client Key", "sha512")
        without_proof, _, proof = said.rpartition(b",p=")
        bare = first.partition(b",,")[2]
        message = b",".join((bare, server_first, without_proof))
        signature = hmac.digest(hashlib.sha512(client_key).digest(), message, "sha512")
        wanted = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        if base64.b64decode(proof) != wanted or not bare.startswith(f"n={user},".encode()):
            return None
        ours = hmac.digest(hmac.digest(salted, b"Server Key", "sha512"), message, "sha512")
        return b"v=" + base64.b64encode(ours)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (size,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(size)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError("one side has closed")


def _framed(frame: bytes) -> bytes:
    return struct.pack(">i", len(frame)) + frame


def _with_passwords(answer: bytes) -> bytes:
    """Add to the broker's list of requests (version 0) those by which passwords are told."""
    number, wrong, count = struct.unpack(">ihi", answer[:10])
    more = struct.pack(">hhh", HANDSHAKE, 0, 1) + struct.pack(">hhh", AUTHENTICATE, 0, 0)
    return struct.pack(">ihi", number, wrong, count + 2) + answer[10:] + more


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


def _verdict(reply: bytes | None) -> bytes:
    if reply is None:
        said = b"Authentication failed"
        return struct.pack(">hh", REFUSED, len(said)) + said + struct.pack(">i", 0)
    return struct.pack(">hhi", 0, -1, len(reply)) + reply
