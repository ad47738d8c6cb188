"""An embedded MQTT broker on loopback, for demonstrations: a process of its own around `amqtt`.

Speaks MQTT 3.1.1 and keeps nothing; people who stay use a real broker (`deploy/mosquitto.conf`).
Run as `python -m daemon.broker PORT`; ends when its standard input does.
"""

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

from daemon.process import environment

_START = 10.0
_POLL = 0.05


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.asynccontextmanager
async def embedded_broker() -> AsyncIterator[int]:
    """Run a broker for as long as the context lasts; yields its port.

    Raises:
        ConnectionError: It does not start.
    """
    port = free_port()
    process = subprocess.Popen(  # noqa: ASYNC220, S603 (vfork: does not wait)
        [sys.executable, "-P", "-W", "ignore", "-m", "daemon.broker", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        process_group=0,  # Ctrl-C is for the daemon, which still has to take its leave here
    )
    try:
        await _listening(port, process)
        yield port
    finally:
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


async def _listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _START
    while loop.time() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(_POLL)
    raise ConnectionError("the embedded broker did not start")


async def _serve(port: int) -> None:
    # Here, since nothing but this process needs it.
    from amqtt.broker import Broker  # noqa: PLC0415

    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(config)
    await broker.start()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    await reader.read()
    await broker.shutdown()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(_serve(int(sys.argv[1])))
