"""The configuration is read anew while the daemon runs: real cameras, a real broker, SIGHUP."""

import json
import signal
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.service_manager import ServiceManager
from rig.subscriber import Subscriber
from rig.visits import Visits

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

NODE = "lookout/box1"
ZONE = {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}
GAP = 2.0
"""Seconds between two frames of a camera that is left alone, at most; five come in one. A camera
that is opened anew is away for longer on a busy machine, and begins another event in any case."""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[RtspServer]:
    """Serve somebody who crosses for longer than the test takes, from the start to every client."""
    require_gstreamer()
    clip = Visits(count=1, there=90.0, away=0.5).write(tmp_path / "long.mp4")
    with RtspServer(clip) as server:
        yield server


def state(subscriber: Subscriber) -> dict[str, Any]:
    """Return which configuration is said to be at work."""
    found: dict[str, Any] = json.loads(subscriber.latest(f"{NODE}/configuration") or "{}")
    return found


def frames(subscriber: Subscriber, camera: str) -> list[tuple[int, float]]:
    """Return index and capture time of each frame reported for a camera."""
    topic = f"{NODE}/cameras/{camera}/frames"
    found = [m.json for m in subscriber.messages if m.topic == topic]
    return [(frame["index"], frame["captured_at"]) for frame in found]


def ended(subscriber: Subscriber, camera: str) -> list[str]:
    """Return why events of a camera ended."""
    told = [event for event in subscriber.events if event["camera"] == camera]
    return [event["end_reason"] for event in told if event["type"] == "end"]


def retained(subscriber: Subscriber, camera: str) -> set[str]:
    """Return the topics of a camera, and Home Assistant's of it, that the broker still has."""
    found: dict[str, str | None] = {}
    for message in subscriber.messages:
        ours = message.topic.startswith(f"{NODE}/cameras/{camera}/")
        if ours or message.topic.endswith(f"-{camera}/config"):
            found[message.topic] = message.payload
    live = {f"{NODE}/cameras/{camera}/frames"}
    return {topic for topic, payload in found.items() if payload != ""} - live


def refused(lookout: Lookout, subscriber: Subscriber, wrong: dict[str, Any]) -> None:
    """Let a file with two mistakes be read: both are told, and nothing else happens."""
    lookout.config.write_text(yaml.safe_dump(wrong))
    lookout.signal(signal.SIGHUP)
    subscriber.wait(lambda s: state(s)["state"] == "refused", 30)
    told = state(subscriber)
    assert [line.partition(": ")[2].partition(":")[0] for line in told["problems"]] == [
        "cameras.keep.fsp",
        "cameras.shed.source",
    ]
    assert told["since"] < told["at"]
    at = {name: len(frames(subscriber, name)) for name in ("keep", "shed")}
    for name, seen in at.items():
        subscriber.wait(lambda s, n=name, m=seen: len(frames(s, n)) >= m + 5, 20)  # type: ignore[misc]
    assert ended(subscriber, "keep") == ended(subscriber, "shed") == []


def exchanged(lookout: Lookout, subscriber: Subscriber, right: dict[str, Any]) -> None:
    """Let a camera go and another come."""
    lookout.config.write_text(yaml.safe_dump(right))
    assert retained(subscriber, "shed")
    lookout.signal(signal.SIGHUP)
    subscriber.wait(lambda s: state(s)["state"] == "applied", 30)
    subscriber.wait(lambda s: len(frames(s, "gate")) >= 5, 60)
    subscriber.wait(lambda s: not retained(s, "shed"), 20)
    subscriber.wait(lambda s: ended(s, "shed") == ["reconfigured"], 20)
    subscriber.wait(lambda s: any(e["camera"] == "gate" for e in s.events), 20)


def in_part(lookout: Lookout, subscriber: Subscriber, more: dict[str, Any]) -> None:
    """Change the rules of a camera, and what a running daemon cannot change."""
    lookout.config.write_text(yaml.safe_dump(more))
    asked = subprocess.run(
        lookout.command("reload", "--config", str(lookout.config)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (asked.returncode, asked.stderr) == (5, "")
    assert asked.stdout == (
        "configuration applied: changed gate; restart to apply node, stats_interval\n"
    )
    subscriber.wait(lambda s: state(s)["waiting"] == ["node", "stats_interval"], 20)
    subscriber.wait(lambda s: any(e["rule"] == "stands" for e in s.events), 60)
    assert ended(subscriber, "gate") == ["reconfigured"]
    assert ended(subscriber, "keep") == []


@pytest.mark.fault("F36")
@pytest.mark.fault("F49")
def test_a_reload_changes_what_changed_and_nothing_else(
    tmp_path: Path, street: RtspServer, broker: Mosquitto
) -> None:
    """One camera keeps its frames, process and open event, whatever becomes of the others.

    A file that is wrong changes nothing and is told. A camera that goes leaves no retained topic,
    its event ends; one that comes is watched; one whose rules change gets them. What takes a
    restart is named.
    """
    one: dict[str, Any] = {
        "source": {"type": "rtsp", "url": street.url},
        "detect": {"fps": 5},
        "gate": "off",
        "zones": {"step": ZONE},
    }
    rule = {"when": {"label": "person", "inside": "step"}}
    sink = {"type": "mqtt", "url": broker.url, "frames": True, "discovery": "homeassistant"}
    config = {"sinks": {"mqtt": sink}, "cameras": {"keep": one, "shed": one}}
    with (
        ServiceManager(tmp_path, watchdog=30) as manager,
        Subscriber(broker.port, tmp_path / "got", "#") as subscriber,
        Lookout(tmp_path / "d", config, env=manager.env) as lookout,
    ):
        for name in ("keep", "shed"):
            subscriber.wait(lambda s, n=name: len(frames(s, n)) >= 5, 60)  # type: ignore[misc]
        subscriber.wait(lambda s: {e["camera"] for e in s.events} == {"keep", "shed"}, 20)
        assert state(subscriber)["state"] == "applied"
        whole = yaml.safe_load(lookout.config.read_text())
        wrong = {"keep": {**one, "fsp": 3}, "shed": {"zones": {}}}
        refused(lookout, subscriber, {**whole, "cameras": wrong})
        exchanged(lookout, subscriber, {**whole, "cameras": {"keep": one, "gate": one}})
        ruled = {"keep": one, "gate": {**one, "rules": {"stands": rule}}}
        more = {"cameras": ruled, "node": "box2", "stats_interval": 0.4}
        in_part(lookout, subscriber, {**whole, **more})
        assert lookout.stop() == 0
        subscriber.wait(lambda s: s.latest(f"{NODE}/availability") == "offline")
        subscriber.wait(lambda s: ended(s, "keep") == ["restart"])
        check(lookout, subscriber)
    assert retained(subscriber, "shed") == set()
    kept = frames(subscriber, "keep")
    assert [index for index, _ in kept] == sorted({index for index, _ in kept})
    assert max(after - before for (_, before), (_, after) in pairwise(kept)) < GAP
    assert len({e["id"] for e in subscriber.events if e["camera"] == "keep"}) == 1
    assert "keep: ended" not in lookout.text()
    again = [index for index, _ in frames(subscriber, "gate")]
    assert again == sorted(set(again)), "an index names two pictures"
    begun, over = (manager.times(word) for word in ("RELOADING=1", "READY=1"))
    assert (len(begun), len(over)) == (3, 4)
    assert all(before <= after for before, after in zip(begun, over[1:], strict=True))
