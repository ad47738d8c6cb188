"""A door before a broker that lets nobody in who speaks MQTT 5, as an older broker would say it."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

REFUSAL: Final = bytes((0x20, 3, 0, 0x84, 0))
"""CONNACK of MQTT 5: unsupported protocol version, no properties (MQTT 5, 3.2)."""

FIVE: Final = 5


class OldDoor:
    """Listens on a port of its own; who greets with MQTT 3.1.1 comes through to the broker.

    Args:
        target: The broker's port.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """What a sink is configured with."""
        return f"mqtt://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._come, "127.0.0.1", 0)
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
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = await reader.readexactly(2)
        while greeting[-1] & 0x80:  # the packet's length goes on
            greeting += await reader.readexactly(1)
        greeting += await reader.readexactly(7)  # length and name of the protocol, its version
        if greeting[-1] == FIVE:
            writer.write(REFUSAL)
            await writer.drain()
            return
        behind, broker = await asyncio.open_connection("127.0.0.1", self._target)
        broker.write(greeting)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pour(reader, broker))
                group.create_task(_pour(behind, writer))
        except* ConnectionError:
            pass
        finally:
            broker.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError("one side has closed")
