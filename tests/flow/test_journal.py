"""What is committed arrives: after outages, after a crash at the worst moment, at other brokers."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from rig.accounts import check
from rig.broker import Amqtt, Mosquitto, free_port, shipped_settings
from rig.faulty_sinks import PATH
from rig.lookout import Lookout
from rig.subscriber import Subscriber
from rig.visits import Visits

pytestmark = pytest.mark.broker

WINDOW = 20
"""Deliveries on their way at a time; so many may come twice after a crash."""

OUTAGE = 300
"""Revisions committed while the broker is away."""


@pytest.fixture(scope="module")
def busy_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small clip of many visits."""
    busy = Visits(count=30, away=0.8, width=160, height=120, fps=5)
    return busy.write(tmp_path_factory.mktemp("busy") / "busy.mp4")


def recording(clip: Path) -> dict[str, Any]:
    """Describe a camera that plays a clip as fast as it can, again and again."""
    return {
        "source": {"type": "file", "path": str(clip), "pace": "fast", "loop": True},
        "detect": {"fps": 5},
        "presence": {"hold": 0},
    }


def played(clip: Path) -> dict[str, Any]:
    """Describe a camera that plays a clip at its own speed, again and again."""
    return {
        "source": {"type": "file", "path": str(clip), "pace": "clip", "loop": True},
        "detect": {"fps": 5},
        "presence": {"hold": 0.5},
    }


@pytest.mark.fault("F30")
def test_f30_events_of_an_outage_drain_in_order(
    tmp_path: Path, busy_clip: Path, broker: Mosquitto
) -> None:
    """300 revisions and more of three cameras, committed without a broker: none lost, in order."""
    config = {
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
        "cameras": {f"busy{number}": recording(busy_clip) for number in range(3)},
        "media": {"megabytes": 64},
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", config) as lookout,
    ):
        subscriber.wait(lambda s: bool(s.events), 20)
        broker.kill()
        before = lookout.figures()["last"]
        lookout.wait(lambda: lookout.figures()["last"] >= before + OUTAGE, 60, "an outage of 300")
        assert lookout.figures()["sinks"]["mqtt"]["waiting"] >= OUTAGE - WINDOW
        broker.start()
        began, due = time.monotonic(), lookout.figures()["last"]
        lookout.wait(lambda: delivered(lookout) >= due, 30, "the outage drains")
        rate = OUTAGE / (time.monotonic() - began)
        # The cameras go on at full speed: a cursor may be behind when time is up.
        assert lookout.stop() in {0, 3}
        left = lookout.figures()["sinks"]["mqtt"]["waiting"]
        subscriber.wait(lambda s: len(s.events) >= lookout.figures()["last"] - left, 20)
        check(lookout, subscriber, reconnects=1)
    # Back-off included, and while new events are made on the same two cores.
    print(f"{rate:.0f} revisions/s")  # noqa: T201 (shown with -s)
    assert rate >= 20, f"{rate:.0f} revisions/s"


def described(subscriber: Subscriber, broker: Mosquitto) -> bool:
    """Ask for the live scene of a camera; tell whether it was described."""
    camera = "lookout/box1/cameras/yard0"
    ask = ["mosquitto_pub", "-p", str(broker.port), "-t", f"{camera}/scene/get", "-n"]
    subprocess.run(ask, check=True, timeout=10)
    told = [json.loads(text) for text in subscriber.all(f"{camera}/scene") if text]
    assert all(scene["schema"] == "lookout.scene/1" for scene in told)
    # Who asks often enough meets somebody who is there.
    return any(scene["objects"] and scene["counts"] for scene in told)


@pytest.mark.fault("F67")
def test_f67_crash_between_delivery_and_cursor(
    tmp_path: Path, visits_clip: Path, broker: Mosquitto
) -> None:
    """What the broker had when the daemon died comes again, the same; nothing is lost."""
    trigger, crashes = tmp_path / "die", 3
    sink = {"type": "rig.faulty_sinks:FatalSink", "url": broker.url, "trigger": str(trigger)}
    config = {
        "sinks": {"mqtt": sink},
        "cameras": {f"yard{number}": played(visits_clip) for number in range(2)},
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", config, env=PATH) as lookout,
    ):
        for _ in range(crashes):
            arrived = len(subscriber.events)
            subscriber.wait(lambda s, arrived=arrived: len(s.events) > arrived, 30)  # type: ignore[misc]
            trigger.touch()
            lookout.wait_end(30)
            assert not trigger.exists()
            waiting = lookout.figures()["sinks"]["mqtt"]["waiting"]
            assert waiting >= 1  # the cursor had not moved over what killed the daemon
            # One that dies of what it delivers anew does so before its cameras are online.
            online = lookout.text().count("yard0: online")
            lookout.start()
        lookout.wait_for_log("yard0: online", times=online + 1)
        subscriber.wait(lambda s: described(s, broker), 30)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(lookout, subscriber, reconnects=crashes)
        events = subscriber.events
    arrivals = [(event["id"], event["revision"]) for event in events]
    again = len(arrivals) - len(set(arrivals))
    assert crashes <= again <= crashes * WINDOW
    bodies: dict[tuple[str, int], set[str]] = {}
    for message in subscriber.messages:
        if "/events/" in message.topic:
            found = message.json
            key = found["id"], found["revision"]
            bodies.setdefault(key, set()).add(message.payload or "")
    assert all(len(body) == 1 for body in bodies.values())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder for a broker."""
    found = tmp_path / "broker"
    found.mkdir()
    return found


@pytest.mark.fault("F69")
def test_f69_broker_of_old_then_of_new_protocol(
    tmp_path: Path, visits_clip: Path, folder: Path
) -> None:
    """A broker of 3.1.1 is spoken to in 3.1.1; the one after it on the same port in MQTT 5."""
    port = free_port()
    config = {
        "sinks": {"mqtt": {"type": "mqtt", "url": f"mqtt://127.0.0.1:{port}"}},
        "cameras": {"yard": played(visits_clip)},
    }
    log = folder / "log"
    settings = [*shipped_settings(), f"persistence_location {folder}/", f"log_dest file {log}"]
    with Lookout(tmp_path / "d", config) as lookout:
        with Amqtt(port) as old, Subscriber(port, tmp_path / "old") as before:
            before.wait(lambda s: bool(s.events), 40)
            lookout.wait(lambda: delivered(lookout) > 0, what="the old broker has events")
            old.kill()
            got_by_old = before.events
        with (
            Mosquitto(folder, settings, port=port),
            Subscriber(port, tmp_path / "new") as after,
        ):
            after.wait(lambda s: len(s.events) >= 2, 40)
            assert lookout.stop() == 0
            after.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
            got_by_new = after.events
        check(lookout)
    keys = [[(e["id"], e["revision"]) for e in events] for events in (got_by_old, got_by_new)]
    committed = {(event["id"], event["revision"]) for event in lookout.events()}
    assert committed == set(keys[0]) | set(keys[1])
    assert len(set(keys[0]) & set(keys[1])) <= WINDOW
    said = [line for line in log.read_text().splitlines() if "New client connected" in line]
    assert any(" as lookout-" in line and "(p5," in line for line in said), said
    assert "Traceback" not in lookout.text()


def test_start_removes_what_a_crash_left_behind(tmp_path: Path, visits_clip: Path) -> None:
    """Half-written and unreferenced pictures are gone after a start, referenced ones are not."""
    config = {"sinks": {}, "cameras": {"yard": played(visits_clip)}}
    with Lookout(tmp_path / "d", config) as lookout:
        lookout.wait_for_log("yard: online")
        lookout.wait(
            lambda: any(e["media"]["snapshot"] for e in lookout.events()), what="a picture"
        )
        lookout.kill()
        media = lookout.state / "media"
        kept = {e["media"]["snapshot"] for e in lookout.events()} - {None}
        known = media / "events" / lookout.events()[0]["id"]
        orphan = media / "events" / "01K0000000000000000000000A" / "snapshot.jpg"
        orphan.parent.mkdir()
        half = known / "snapshot-9.jpg.part"
        for file in (orphan, half):
            file.write_bytes(b"\xff\xd8\xff")
        lookout.start()
        lookout.wait_for_log("yard: online", times=2)
        assert not orphan.parent.exists()
        assert not half.exists()
        assert all((media / reference.lstrip("/")).is_file() for reference in kept)
        assert lookout.stop() == 0
        check(lookout)
    for event in lookout.events():
        reference = event["media"]["snapshot"]
        assert reference is None or (media / reference.lstrip("/")).is_file()


def delivered(lookout: Lookout) -> int:
    """Return how many revisions the broker has taken."""
    return lookout.figures()["sinks"]["mqtt"]["delivered"]
