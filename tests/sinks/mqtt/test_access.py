"""Ways to a broker other than plain TCP: certificates of our own, and a web server in between."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiomqtt
import pytest
from rig.broker import Mosquitto, free_port
from rig.certificate import make_certificate, signed
from rig.revisions import revision
from rig.subscriber import Subscriber
from rig.waiting import running, until

from sinks import Command, SinkRejected, SinkUnavailable, Switch
from sinks.mqtt import MqttSink

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("clean_loop")]
Make = Callable[..., MqttSink]
MANY = 200


class Strict(Mosquitto):
    """A broker that wants a certificate of whoever comes, and takes its name for the user's."""

    def __init__(self, folder: Path) -> None:
        make_certificate(folder, "ca")
        for name in ("localhost", "box1"):
            signed(folder, name)
        acl = folder / "acl"
        acl.write_text("user box1\ntopic readwrite lookout/box1/#\n")
        acl.chmod(0o600)
        super().__init__(
            folder,
            [
                *(f"cafile {folder / 'ca.crt'}", f"certfile {folder / 'localhost.crt'}"),
                *(f"keyfile {folder / 'localhost.key'}", "require_certificate true"),
                *("use_identity_as_username true", f"acl_file {acl}"),
            ],
        )

    @property
    def url(self) -> str:
        """What a sink is configured with."""
        return f"mqtts://localhost:{self.port}"


async def test_our_own_certificate_lets_us_in_and_says_who_we_are(
    tmp_path: Path, make: Make
) -> None:
    """With it we may write below our name; without it, or with another's, a person is told."""
    with Strict(tmp_path) as broker:
        ours = {name: tmp_path / f"box1.{end}" for name, end in (("cert", "crt"), ("key", "key"))}
        async with make(broker, ca=tmp_path / "ca.crt", **ours) as sink:
            await sink.deliver(revision(1))
        other = tmp_path / "other"
        other.mkdir()
        make_certificate(other, "ca")
        signed(other, "box1")
        theirs = {"cert": other / "box1.crt", "key": other / "box1.key"}
        for wrong in ({}, theirs):
            error = await refused(make(broker, ca=tmp_path / "ca.crt", **wrong))
            assert "see to `cert` and `key`" in error


async def refused(sink: MqttSink) -> str:
    """Come until the broker says why not; who hangs up at once may take its last word along."""
    for _ in range(50):
        try:
            await sink.__aenter__()
        except SinkUnavailable:
            await asyncio.sleep(0.02)
        except SinkRejected as exc:
            return str(exc)
    return "let in, or never told why not"


class Web(Mosquitto):
    """A broker that speaks MQTT through a web server, and beside it plainly."""

    def __init__(self, folder: Path) -> None:
        self.plain = free_port()
        web = ["protocol websockets", "allow_anonymous true"]
        super().__init__(folder, [*web, f"listener {self.plain} 127.0.0.1", "allow_anonymous true"])

    @property
    def url(self) -> str:
        """What a sink is configured with."""
        return f"ws://127.0.0.1:{self.port}/mqtt"


async def test_many_events_through_a_web_server(tmp_path: Path, make: Make) -> None:
    """Each has its receipt, 20 at a time, in order; what the broker says reaches us too."""
    with Web(tmp_path) as broker, Subscriber(broker.plain, tmp_path / "got") as subscriber:
        async with make(broker) as sink:
            assert sink.version == 5
            events = iter([revision(number) for number in range(MANY)])

            async def send() -> None:
                for event in events:
                    await sink.deliver(event)

            async with asyncio.timeout(30), asyncio.TaskGroup() as group:
                for _ in range(sink.ahead):
                    group.create_task(send())
        subscriber.wait(lambda s: len(s.events) >= MANY)
        assert [event["id"] for event in subscriber.events] == [f"e{n}" for n in range(MANY)]
        assert subscriber.latest("lookout/box1/availability") == "offline"


class SecureWeb(Web):
    """The same, with a certificate that signs itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        make_certificate(folder)
        files = (f"certfile {folder / 'localhost.crt'}", f"keyfile {folder / 'localhost.key'}")
        self._settings[1:1] = files

    @property
    def url(self) -> str:
        """What a sink is configured with."""
        return f"wss://localhost:{self.port}/mqtt"


async def test_events_and_commands_through_a_web_server_with_tls(
    tmp_path: Path, make: Make
) -> None:
    """Both ways, in order, with whoever is trusted; whoever is not is for a person."""
    heard: list[Command] = []
    with SecureWeb(tmp_path) as broker, Subscriber(broker.plain, tmp_path / "got") as subscriber:
        trusted = make(broker, ca=tmp_path / "localhost.crt", heed=heard.append)
        async with trusted as sink, running(sink.lost()):
            for number in range(20):
                await sink.deliver(revision(number, size=5000))
            async with aiomqtt.Client("127.0.0.1", broker.plain) as client:
                await client.publish("lookout/box1/cameras/porch/detect/set", "OFF", qos=1)
            await until(lambda: heard, "a command came")
        subscriber.wait(lambda s: len(s.events) >= 20)
        assert [event["id"] for event in subscriber.events] == [f"e{n}" for n in range(20)]
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        assert heard == [Switch(camera="porch", switch="detect", on=False)]
        with pytest.raises(SinkRejected, match="certificate is not trusted"):
            await make(broker).__aenter__()
        broker.kill()
        with pytest.raises(SinkUnavailable, match="nothing listens"):
            await make(broker, ca=tmp_path / "localhost.crt").__aenter__()


async def test_a_web_server_that_has_no_broker_is_unavailable(tmp_path: Path, make: Make) -> None:
    """An answer that is no handshake, or none at all, is tried again later."""

    class Nothing:
        url = f"ws://127.0.0.1:{free_port()}/mqtt"

    with pytest.raises(SinkUnavailable, match="nothing listens"):
        await make(Nothing()).__aenter__()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        broker = type("Broker", (), {"url": f"ws://127.0.0.1:{port}/mqtt"})()
        with pytest.raises(SinkUnavailable):
            await make(broker).__aenter__()
