"""The lines of the guide for the command line, typed into a shell beside a real broker."""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rig.broker import Mosquitto
from rig.checkout import ROOT
from rig.revisions import revision
from rig.waiting import until

from reasoners import Event, Reasoning
from sinks import Command, Credential, Feedback, ObjectCounts, Site, Snapshot, Switch
from sinks.mqtt import MqttConfig, MqttSink

pytestmark = pytest.mark.broker
GUIDE = ROOT / "docs" / "integrations" / "command-line.md"
JPEG = b"\xff\xd8\xff\x00picture\n\xff\xd9"


def lines() -> list[str]:
    """Return what is to be typed, in the order of the page."""
    return re.findall(r"```sh\n(.*?)\n```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


WORDS, ALERTS, VERDICTS, COUNT, PICTURE, ALL, DURABLE, LOOK, JUDGE = range(9)


@contextmanager
def typed(line: str, folder: Path, port: int) -> Iterator[Path]:
    """Type a line into a shell, whose clients know another port; yield the file of its output."""
    for name in ("mosquitto_sub", "mosquitto_pub"):
        (folder / name).write_text(f"-h 127.0.0.1\n-p {port}\n")
    out = folder / "out"
    with out.open("wb") as file:
        process = subprocess.Popen(
            ["sh", "-c", line],
            cwd=folder,
            env=os.environ | {"XDG_CONFIG_HOME": str(folder)},
            stdout=file,
            process_group=0,
        )
        try:
            yield out
        finally:
            os.killpg(process.pid, 15)
            process.wait(10)


def no_credential(name: str) -> Credential:
    """Have none."""
    raise KeyError(name)


def sink(broker: Mosquitto, heard: list[Command]) -> MqttSink:
    """Build the sink of node `box1`."""
    site = Site("box1", "0", Path(), no_credential, lambda: 0.0, heed=heard.append)
    return MqttSink("mqtt", MqttConfig(url=broker.url), site)


VERDICT = Reasoning(state="verified", model="m")


def events() -> list[Event]:
    """Make a boring one, an alert, and its verdict."""
    alert = revision(7, camera="yard", severity="alert", explanation="Somebody came")
    judged = {"revision": 2, "type": "update", "reasoning": VERDICT}
    return [revision(1, severity="info"), alert, alert.model_copy(update=judged)]


SAID = {
    WORDS: ["porch new: person t1 came", "yard new: Somebody came", "yard update: Somebody came"],
    ALERTS: [events()[1].wire()],
    VERDICTS: ["e7 verified"],
}


async def heard_by(line: int, folder: Path) -> list[str]:
    """Type a line that listens, let events come, return what it said of them."""
    probe = revision(999, camera="probe", severity="alert", reasoning=VERDICT)
    with Mosquitto(folder) as broker, typed(lines()[line], folder, broker.port) as out:
        said = folder / "events.jsonl" if line == DURABLE else out
        async with sink(broker, []) as ours:
            # It may not have subscribed yet: what tells that it has is left out below.
            while not (said.exists() and said.stat().st_size):
                await ours.deliver(probe)
                await asyncio.sleep(0.1)
            await ours.show(Snapshot(camera="yard", event="e1", jpeg=JPEG))
            for event in events():
                await ours.deliver(event)
            last = {VERDICTS: "e7 verified", WORDS: "yard update", ALERTS: '"id":"e7"'}
            await until(lambda: last.get(line, '"revision":2') in said.read_text(errors="replace"))
        found = said.read_text(errors="replace").splitlines()
    return [text for text in found if "probe" not in text and "e999" not in text]


@pytest.mark.parametrize("line", SAID)
async def test_a_filter_lets_through_what_its_sentence_says(tmp_path: Path, line: int) -> None:
    """In words, alerts alone, verdicts alone."""
    async with asyncio.timeout(30):
        found = await heard_by(line, tmp_path)
    assert [_read(text) for text in found] == [_read(text) for text in SAID[line]]


def _read(text: str) -> object:
    """Read JSON for what it means: jq writes numbers in its own way."""
    return json.loads(text) if text.startswith("{") else text


async def test_everything_is_everything_but_pictures(tmp_path: Path) -> None:
    """Each line begins with its topic."""
    async with asyncio.timeout(30):
        topics = [text.split(" ")[0] for text in await heard_by(ALL, tmp_path)]
    assert not any(topic.endswith("/snapshot") for topic in topics)
    assert sum("/events/" in topic for topic in topics) == 3


async def test_a_durable_listener_gets_every_revision(tmp_path: Path) -> None:
    """One line of JSON each, in order."""
    async with asyncio.timeout(30):
        found = [json.loads(text) for text in await heard_by(DURABLE, tmp_path)]
    assert [(event["id"], event["revision"]) for event in found] == [
        ("e1", 1),
        ("e7", 1),
        ("e7", 2),
    ]


async def test_a_line_that_asks_is_answered_at_once(tmp_path: Path) -> None:
    """Counts and pictures are retained; the picture is the very same, byte for byte."""
    with Mosquitto(tmp_path) as broker:
        async with sink(broker, []) as ours:
            await ours.show(ObjectCounts(camera="yard", at=1, counts={"person": 3}))
            await ours.show(Snapshot(camera="yard", event="e1", jpeg=JPEG))
            with typed(lines()[COUNT], tmp_path, broker.port) as out:
                await until(lambda: out.read_text() == "3\n")
            with typed(lines()[PICTURE], tmp_path, broker.port):
                picture = tmp_path / "snapshot.jpg"
                await until(lambda: picture.exists() and picture.read_bytes() == JPEG)


async def test_a_line_that_tells_is_heeded(tmp_path: Path) -> None:
    """The switch is turned, the verdict of a person heard."""
    heard: list[Command] = []
    with Mosquitto(tmp_path) as broker:
        async with asyncio.TaskGroup() as group, sink(broker, heard) as ours:
            listening = group.create_task(ours.lost())
            for line in (LOOK, JUDGE):
                with typed(lines()[line], tmp_path, broker.port):
                    await until(lambda line=line: len(heard) == line - LOOK + 1)  # type: ignore[misc]
            listening.cancel()
    assert heard == [
        Switch(camera="yard", switch="detect", on=False),
        Feedback(event="e7", verdict="false_alarm"),
    ]
