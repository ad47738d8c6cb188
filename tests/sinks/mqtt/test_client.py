"""What we rely on below aiomqtt's surface."""

import inspect

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

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
