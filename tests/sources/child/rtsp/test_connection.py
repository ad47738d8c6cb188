"""One connection: what goes wrong with it has our own words."""

import socket
import ssl
import time

import pytest
from rig.answering import Answering
from rig.rtsp_server import free_port

from sources.child.rtsp.connection import Connection, HungUp, Target
from sources.child.rtsp.errors import NotUnderstood
from sources.errors import SourceUnavailable

ASK = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"


def connected(camera: Answering, patience: float = 5.0) -> Connection:
    """Connect and ask."""
    connection = Connection(Target("127.0.0.1", camera.port, patience))
    connection.send(ASK)
    return connection


def test_answer_comes_back() -> None:
    """What was asked for is answered, and nothing came before it."""
    with Answering("200 OK", ("Public: OPTIONS",)) as camera:
        connection = connected(camera)
        assert connection.answer().get("public") == "OPTIONS"
        assert connection.receive(0.01) == []
        connection.close()


def test_silence_ends_at_the_deadline() -> None:
    """No answer is waited for longer than agreed."""
    with Answering() as camera:
        connection = connected(camera, 0.3)
        started = time.monotonic()
        with pytest.raises(SourceUnavailable, match=r"silent for 0\.3 s"):
            connection.answer()
        assert time.monotonic() - started >= 0.29
        connection.close()


def test_nobody_there() -> None:
    """A closed port is named."""
    with pytest.raises(SourceUnavailable, match="connection refused"):
        Connection(Target("127.0.0.1", free_port(), 1.0))


def test_babble_is_no_rtsp() -> None:
    """Another reader may try, but what answers there is something else."""
    with Answering(raw=b"RTSP/1.0 whatever\r\n\r\n") as camera:
        connection = connected(camera)
        with pytest.raises(NotUnderstood):
            connection.answer()
        connection.close()


def test_end_of_the_connection_is_told_apart() -> None:
    """A camera that hangs up is not one that is silent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = Connection(Target("127.0.0.1", listener.getsockname()[1], 5.0))
        listener.accept()[0].close()
    with pytest.raises(HungUp):
        connection.answer()
    connection.close()


def test_plain_camera_at_an_encrypted_address() -> None:
    """It is said that it does not speak TLS."""
    with Answering("200 OK", raw=b"no TLS at all, sorry\r\n") as camera:
        target = Target("127.0.0.1", camera.port, 1.0, "camera", ssl.create_default_context())
        with pytest.raises(SourceUnavailable):
            Connection(target)
