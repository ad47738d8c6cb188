"""One connection: what goes wrong with it has our own words."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rig.answering import Answering
from rig.certificate import make_certificate
from rig.rtsp_server import free_port

from sources.child.rtsp.connection import Connection, HungUp, Target
from sources.child.rtsp.errors import NotUnderstood
from sources.errors import SourceUnavailable

ASK = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"


def connected(camera: Answering, patience: float = 5.0) -> Connection:
    """Connect and ask."""
    connection = Connection(Target(("127.0.0.1",), camera.port, patience))
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
        Connection(Target(("127.0.0.1",), free_port(), 1.0))


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
        connection = Connection(Target(("127.0.0.1",), listener.getsockname()[1], 5.0))
        listener.accept()[0].close()
    with pytest.raises(HungUp):
        connection.answer()
    connection.close()


def test_plain_camera_at_an_encrypted_address() -> None:
    """It is said that it does not speak TLS."""
    with Answering("200 OK", raw=b"no TLS at all, sorry\r\n") as camera:
        target = Target(("127.0.0.1",), camera.port, 1.0, "camera", ssl.create_default_context())
        with pytest.raises(SourceUnavailable):
            Connection(target)


def interleaved(size: int) -> bytes:
    """Frame a packet of so many bytes for channel 0."""
    return b"$\0" + size.to_bytes(2, "big") + b"\x80" + bytes(size - 1)


@pytest.mark.parametrize("secured", [False, True])
def test_packets_collect_while_nobody_is_in_a_hurry(secured: bool, tmp_path: Path) -> None:
    """In a lull what comes is handed on together; without one, each as it comes."""
    with served(tmp_path if secured else None) as (connection, camera):
        connection.lull = 0.4
        camera.sendall(interleaved(100))
        time.sleep(0.1)
        camera.sendall(interleaved(200) + interleaved(300))
        found = [len(data) for _, data, _ in connection.receive(5.0)]
        assert found == [100, 200, 300]
        connection.lull = 0.0
        camera.sendall(interleaved(100))
        assert len(connection.receive(5.0)) == 1


@pytest.mark.parametrize("secured", [False, True])
def test_much_ends_a_lull(secured: bool, tmp_path: Path) -> None:
    """More than the kernel should hold is taken at once, and nothing of it is lost."""
    with served(tmp_path if secured else None) as (connection, camera):
        connection.lull = 60.0
        sending = threading.Thread(target=camera.sendall, args=(interleaved(50_000) * 40,))
        sending.start()
        got = 0
        while got < 38:
            got += len(connection.receive(30.0))
        sending.join()
        connection.lull = 0.0
        while got < 40:
            got += len(connection.receive(5.0))


@contextmanager
def served(folder: Path | None) -> Iterator[tuple[Connection, socket.socket]]:
    """Connect to a listener of our own; with a folder for its certificate, over TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        accepted: list[socket.socket] = []
        context, server = None, None
        if folder is not None:
            both = make_certificate(folder)
            context = ssl.create_default_context(cafile=str(both))
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(both)

        def accept() -> None:
            peer = listener.accept()[0]
            accepted.append(peer if server is None else server.wrap_socket(peer, server_side=True))

        accepting = threading.Thread(target=accept)
        accepting.start()
        connection = Connection(Target(("127.0.0.1",), port, 5.0, "localhost", context))
        accepting.join()
        with accepted[0]:
            yield connection, accepted[0]
        connection.close()
