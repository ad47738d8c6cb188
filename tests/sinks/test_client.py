"""Programs of one's own get every event once, whatever happens to the broker."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from rig.broker import Mosquitto, free_port
from rig.checkout import ROOT
from rig.revisions import revision
from rig.waiting import until

from reasoners import Event
from sinks.client import events

pytestmark = pytest.mark.broker
GUIDE = ROOT / "docs" / "integrations" / "python.md"


async def publish(port: int, *found: Event | bytes, camera: str = "porch") -> None:
    """Publish as the daemon does."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for event in found:
            body = event.wire() if isinstance(event, Event) else event
            await client.publish(f"lookout/box1/events/{camera}/presence", body, qos=1)


async def gather(into: list[str], source: AsyncIterator[Event]) -> None:
    """Note what comes."""
    async for event in source:
        into.append(f"{event.id}.{event.revision}")  # noqa: PERF401 (each as it comes)


async def subscribed(port: int, into: list[str]) -> None:
    """Wait until what is published arrives."""
    while not into:
        await publish(port, revision(0))
        await asyncio.sleep(0.05)


async def test_each_revision_comes_once_and_what_is_none_does_not_come(tmp_path: Path) -> None:
    """Repetitions, other cameras, other versions and plain nonsense are left out."""
    got: list[str] = []
    with Mosquitto(tmp_path) as broker:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(gather(got, events(broker.url, camera="porch")))
            await subscribed(broker.port, got)
            first, second = revision(1), revision(1, revision=2, type="update")
            other = revision(2).wire().replace("lookout.event/1", "lookout.event/2").encode()
            await publish(broker.port, revision(3, camera="yard"), camera="yard")
            await publish(broker.port, first, first, other, b"\xff", b"{}", second, first)
            await until(lambda: got[-1] == "e1.2")
            task.cancel()
    assert got == ["e0.1", "e1.1", "e1.2"]


async def test_a_program_with_a_name_misses_nothing(tmp_path: Path) -> None:
    """Neither what comes while it is away, nor over a broker that is killed."""
    got: list[str] = []
    with Mosquitto.shipped(tmp_path) as broker:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(gather(got, events(broker.url, name="mine")))
            await subscribed(broker.port, got)
            task.cancel()
        await publish(broker.port, revision(1))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(gather(got, events(broker.url, name="mine")))
            await until(lambda: got[-1] == "e1.1")
            broker.stop()
            broker.start()
            await publish(broker.port, revision(2))
            await until(lambda: got[-1] == "e2.1", within=20)
            task.cancel()
    assert list(dict.fromkeys(got)) == ["e0.1", "e1.1", "e2.1"]


async def test_a_broker_that_was_never_there_is_an_error() -> None:
    """Somebody waits for an answer; only a lost one is waited for."""
    with pytest.raises(aiomqtt.MqttError):
        await anext(events(f"mqtt://127.0.0.1:{free_port()}"))
    with pytest.raises(ValueError, match="must look like"):
        await anext(events("http://broker"))


@pytest.mark.parametrize("number", [0, 1])
async def test_the_programs_of_the_guide_run(
    tmp_path: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one with our package, and the one to copy, tell of an alert."""
    code = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[number]
    with Mosquitto(tmp_path) as broker:
        code = code.replace("localhost", f"127.0.0.1:{broker.port}" if number == 0 else "127.0.0.1")
        code = code.replace("1883", str(broker.port)).replace("asyncio.run(main())", "")
        scope: dict[str, Any] = {}
        exec(code, scope)  # noqa: S102 (our own page)
        said = ""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(scope["main"]())
            while "came" not in said:
                await publish(
                    broker.port, revision(1, severity="alert", explanation="Somebody came")
                )
                await asyncio.sleep(0.05)
                said += capsys.readouterr().out
            task.cancel()
    assert "porch: Somebody came" in said
