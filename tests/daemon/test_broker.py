"""The embedded broker of the demonstration: a process of its own on loopback."""

import psutil
import pytest
from aiomqtt import Client

from daemon.broker import embedded_broker, free_port


def test_free_port_is_one_that_can_be_used() -> None:
    """Ports are above those of the system, and differ from each other more often than not."""
    ports = {free_port() for _ in range(5)}
    assert min(ports) > 1023
    assert len(ports) > 1


async def test_messages_pass_and_the_process_ends_with_the_context() -> None:
    """A subscriber gets what a publisher says; afterwards nothing listens and nothing runs."""
    before = set(psutil.Process().children())
    async with embedded_broker() as port:
        (process,) = set(psutil.Process().children()) - before
        assert {one.laddr.ip for one in process.net_connections() if one.status == "LISTEN"} == {
            "127.0.0.1"
        }
        async with Client("127.0.0.1", port) as client:
            await client.subscribe("lookout/#", qos=1)
            await client.publish("lookout/box1/availability", "online", qos=1)
            message = await anext(aiter(client.messages))
            assert (str(message.topic), message.payload) == ("lookout/box1/availability", b"online")
    assert not process.is_running()


async def test_broker_ends_when_its_owner_fails() -> None:
    """Whatever happens inside, the process is gone afterwards."""
    before = set(psutil.Process().children())
    with pytest.raises(RuntimeError, match="inside"):
        async with embedded_broker():
            raise RuntimeError("inside")
    assert set(psutil.Process().children()) <= before
