"""TLS and passwords towards Kafka, at a gate that checks them."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from rig.certificate import make_certificate, signed
from rig.kafka import KafkaCluster, records
from rig.kafka_gate import Gate
from rig.revisions import revision

from sinks import SinkRejected, SinkUnavailable
from sinks.kafka import KafkaSink

pytestmark = pytest.mark.usefixtures("clean_loop")
Make = Callable[..., KafkaSink]
USER = ("lookout", "canary-5up3r")


def doors(folder: Path, *, ask: bool = False) -> ssl.SSLContext:
    """Make an authority, a server's certificate and ours; return the server's side of TLS."""
    make_certificate(folder, "ca")
    for name in ("localhost", "box1"):
        signed(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "localhost.crt", folder / "localhost.key")
    if ask:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "ca.crt")
    return context


@asynccontextmanager
async def gated(
    cluster: KafkaCluster, context: ssl.SSLContext | None, user: tuple[str, str] | None
) -> AsyncIterator[list[Gate]]:
    """Put a gate before each broker, and let the brokers send clients there."""
    async with AsyncExitStack() as stack:
        gates = []
        for number, port in enumerate(cluster.ports, 1):
            gates.append(await stack.enter_async_context(Gate(port, context, user)))
            cluster.advertise(number, "localhost", gates[-1].port)
        try:
            yield gates
        finally:
            for number, port in enumerate(cluster.ports, 1):
                cluster.advertise(number, "127.0.0.1", port)


@pytest.mark.parametrize("sasl", ["PLAIN", "SCRAM-SHA-512"])
async def test_the_right_password_over_tls_lets_us_write(
    tmp_path: Path, make: Make, cluster: KafkaCluster, topic: str, sasl: str
) -> None:
    """Every connection, to each broker, is encrypted and proves who we are."""
    async with gated(cluster, doors(tmp_path), USER) as gates:
        servers = [f"localhost:{gate.port}" for gate in gates]
        more = {"tls": True, "ca": tmp_path / "ca.crt", "credential": "ours", "sasl": sasl}
        async with make(servers=servers, **more) as sink:
            for number in range(8):
                await sink.deliver(revision(number, camera=f"camera{number}"))
        assert {name for gate in gates for name in gate.greeted} == {sasl}
    assert len(await asyncio.to_thread(records, cluster, topic, 8)) == 8


@pytest.mark.parametrize("sasl", ["PLAIN", "SCRAM-SHA-512", "SCRAM-SHA-256"])
async def test_a_wrong_password_is_for_a_person(
    make: Make, cluster: KafkaCluster, caplog: pytest.LogCaptureFixture, sasl: str
) -> None:
    """Also a way to prove it that the brokers do not know; no word of the password anywhere."""
    caplog.set_level("DEBUG")
    async with gated(cluster, None, USER) as gates:
        servers = [f"localhost:{gate.port}" for gate in gates]
        with pytest.raises(SinkRejected, match="see to `credential` and `sasl`") as caught:
            async with make(servers=servers, credential="wrong", sasl=sasl):
                pass
    assert "canary" not in str(caught.value) + caplog.text


async def test_certificates_are_checked_on_both_sides(
    tmp_path: Path, make: Make, cluster: KafkaCluster
) -> None:
    """An authority we do not know is refused; brokers that want a certificate of ours get it."""
    async with gated(cluster, doors(tmp_path, ask=True), None) as gates:
        servers = [f"localhost:{gate.port}" for gate in gates]
        with pytest.raises(SinkRejected, match="see to `ca`"):
            async with make(servers=servers, tls=True):
                pass
        ours = {name: tmp_path / f"box1.{end}" for name, end in (("cert", "crt"), ("key", "key"))}
        async with make(servers=servers, tls=True, ca=tmp_path / "ca.crt", **ours) as sink:
            await sink.deliver(revision(1))
        with pytest.raises(SinkRejected, match="cannot use"):
            async with make(servers=servers, tls=True, ca=tmp_path / "none.crt"):
                pass


async def test_brokers_that_want_our_certificate_are_understood(tmp_path: Path, make: Make) -> None:
    """Their alert, which comes after a handshake that succeeded for us, becomes advice."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        door = doors(tmp_path, ask=True)

        def refuse() -> None:
            while True:
                try:
                    visitor, _ = listener.accept()
                except OSError:
                    return
                with visitor, suppress(OSError):
                    # OpenSSL says why not before it raises; asyncio's server would swallow that.
                    door.wrap_socket(visitor, server_side=True)

        thread = threading.Thread(target=refuse)
        thread.start()
        try:
            server = f"localhost:{listener.getsockname()[1]}"
            said = await refused(make(servers=[server], tls=True, ca=tmp_path / "ca.crt"))
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
    assert "see to `cert` and `key`" in said


async def refused(sink: KafkaSink) -> str:
    """Come until the broker says why not; who hangs up at once may take its last word along."""
    for _ in range(50):
        try:
            await sink.__aenter__()
        except SinkUnavailable:
            await asyncio.sleep(0.02)
        except SinkRejected as exc:
            return str(exc)
    return "let in, or never told why not"
