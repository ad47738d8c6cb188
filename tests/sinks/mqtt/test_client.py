"""What we rely on below aiomqtt's surface."""

import asyncio
import inspect
import time
from pathlib import Path

import aiomqtt
import pytest
from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode
from rig.broker import Mosquitto

from sinks import SinkUnavailable
from sinks.mqtt.client import NOT_AUTHORIZED, PACKET_TOO_LARGE, Connection, Receipt


def test_the_private_names_we_override_are_there() -> None:
    """A new aiomqtt that renames them fails here and not in the field."""
    for name in ("_on_publish", "_on_connect", "_on_disconnect", "_client_connect"):
        ours = inspect.signature(getattr(Connection, name))
        theirs = inspect.signature(getattr(aiomqtt.Client, name))
        assert list(ours.parameters) == list(theirs.parameters), name
    assert callable(paho.Client._sock_close)  # noqa: SLF001  that it exists is the point


def test_a_receipt_tells_refusal() -> None:
    """Codes from 0x80 on are failures; `no matching subscribers` is none."""
    assert not Receipt(0x00, "Success").refused
    assert not Receipt(0x10, "No matching subscribers").refused
    assert Receipt(NOT_AUTHORIZED, "Not authorized").refused


def test_mosquittos_receipt_for_what_is_too_large_can_be_read() -> None:
    """Paho knows the code in receipts too, and not only where the standard has it."""
    receipt = ReasonCode(PacketTypes.PUBACK, identifier=PACKET_TOO_LARGE)
    assert str(receipt) == "Packet too large"
    goodbye = ReasonCode(PacketTypes.DISCONNECT, identifier=PACKET_TOO_LARGE)
    assert str(goodbye) == "Packet too large"


@pytest.mark.parametrize("call", ["listen", "ignore"])
async def test_an_answer_that_cannot_come_any_more_is_not_waited_for(
    tmp_path: Path, call: str
) -> None:
    """A broker that dies while we subscribe is known to be gone at once, not after the timeout."""
    with Mosquitto(tmp_path) as broker:
        async with Connection("127.0.0.1", broker.port, timeout=30) as connection:
            broker.freeze()
            begun = time.monotonic()
            killing = asyncio.get_running_loop().run_in_executor(None, kill_soon, broker)
            with pytest.raises(SinkUnavailable, match="connection lost"):
                await getattr(connection, call)("any")
            await killing
            assert time.monotonic() - begun < 10


def kill_soon(broker: Mosquitto) -> None:
    """Kill a broker when something waits for its answer."""
    time.sleep(0.2)
    broker.kill()
