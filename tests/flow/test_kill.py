"""What is committed survives whoever is killed: daemon, child, worker, broker."""

import os
import random
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.accounts import check, last_accounts
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.rtsp_server import RtspServer
from rig.subscriber import Subscriber

from sinks.journal import JournalReader

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

SEED = int(os.environ.get("LOOKOUT_SEED", "7"))


def watching(
    folder: Path, camera: RtspServer, broker: Mosquitto, *, cameras: int = 1, **more: Any
) -> Lookout:
    """Describe a daemon that watches one RTSP server and publishes to one broker."""
    one = {
        "source": {"type": "rtsp", "url": camera.url},
        "detect": {"fps": 5},
        "presence": {"hold": 0.5},
    }
    return Lookout(
        folder,
        {
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "frames": True}},
            "cameras": {f"yard{number}": one for number in range(cameras)},
            **more,
        },
    )


def ends(subscriber: Subscriber) -> int:
    """Count the events that have ended."""
    return len({event["id"] for event in subscriber.events if event["type"] == "end"})


def frames(subscriber: Subscriber, camera: str = "yard0") -> list[int]:
    """Return the indices of the frames reported for a camera, in order of arrival."""
    topic = f"lookout/box1/cameras/{camera}/frames"
    return [m.json["index"] for m in subscriber.messages if m.topic == topic]


def state(subscriber: Subscriber, camera: str = "yard0") -> str | None:
    """Return the retained state of a camera."""
    return subscriber.latest(f"lookout/box1/cameras/{camera}/state")


def open_events(subscriber: Subscriber) -> set[str]:
    """Return the ids of events that began and have not ended."""
    seen = {event["id"] for event in subscriber.events}
    return seen - {event["id"] for event in subscriber.events if event["type"] == "end"}


def test_every_visit_is_one_event(tmp_path: Path, camera: RtspServer, broker: Mosquitto) -> None:
    """Each visit before a real RTSP camera is one event, delivered while it lasts and ended."""
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker) as lookout,
    ):
        subscriber.wait(lambda s: ends(s) >= 3, 30)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: not open_events(s))
        check(lookout, subscriber)
        events = subscriber.events
    news = [event for event in events if event["type"] == "new"]
    assert len(news) == len({event["id"] for event in events})
    with JournalReader(lookout.state / "journal.sqlite") as reader:
        gone = list(reader.departures())
    stored = {sha256(path.read_bytes()).hexdigest() for path in lookout.state.rglob("*.jpg")}
    assert gone, "no picture is in the ledger"
    assert {one.sha256 for one in gone if one.kind == "picture"} <= stored
    assert {departure.host for departure in gone} == {f"127.0.0.1:{broker.port}"}
    told = [departure for departure in gone if departure.kind == "events"]
    assert sum(line.count for line in told) == len(events), "an event left without its line"
    for event in news:
        assert event["media"]["snapshot"], event
        assert (lookout.state / "media" / event["media"]["snapshot"].lstrip("/")).is_file()
        assert event["explanation"]


@pytest.mark.fault("F19")
@pytest.mark.parametrize("fault", ["hang", "hang_gil"])
def test_f19_inference_hangs(
    tmp_path: Path, camera: RtspServer, broker: Mosquitto, fault: str
) -> None:
    """A worker that hangs is killed at its deadline; its frames are counted, none is decided on."""
    trigger = tmp_path / "hang"
    detector = {
        "type": "detectors.testing:ScriptedDetector",
        "fault": fault,
        "fault_file": str(trigger),
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker, detector=detector) as lookout,
    ):
        subscriber.wait(lambda s: len(frames(s)) >= 5, 20)
        (worker,) = lookout.children("detectors.worker")
        trigger.touch()
        lookout.wait(lambda: not psutil.pid_exists(worker.pid), 10, "the hung worker is killed")
        seen = len(frames(subscriber))
        subscriber.wait(lambda s: len(frames(s)) > seen + 3, 15)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: not open_events(s))
        check(lookout, subscriber)
        accounts = last_accounts(lookout)
        reports = [m.json for m in subscriber.messages if m.topic.endswith("/frames")]
    assert accounts["detectors"]["detector"]["lost"] == 1
    assert accounts["cameras"]["yard0"]["dropped_lost_with_worker"] == 1
    # At most `max_age` at the detector, and what telling takes on a loaded machine.
    assert max(report["published_at"] - report["captured_at"] for report in reports) <= 3.0


@pytest.mark.fault("F61")
def test_f61_worker_killed_with_slots(
    tmp_path: Path, camera: RtspServer, broker: Mosquitto
) -> None:
    """A worker killed again and again gives its slots back; no camera gets stuck."""
    chance = random.Random(SEED)
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker, cameras=2) as lookout,
    ):
        for _ in range(4):
            seen = [len(frames(subscriber, f"yard{n}")) for n in (0, 1)]
            subscriber.wait(
                lambda s, seen=seen: all(  # type: ignore[misc]
                    len(frames(s, f"yard{n}")) > seen[n] + 2 for n in (0, 1)
                ),
                25,
            )
            time.sleep(chance.random() * 0.3)  # a random moment is the fault
            for worker in lookout.children("detectors.worker"):
                worker.kill()
        assert lookout.stop() == 0
        subscriber.wait(lambda s: not open_events(s))
        check(lookout, subscriber)


@pytest.mark.fault("F60")
def test_f60_daemon_killed_with_four_cameras(
    tmp_path: Path, camera: RtspServer, broker: Mosquitto
) -> None:
    """When the daemon is killed its processes leave by themselves, and the next start is clean."""
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker, cameras=4) as lookout,
    ):
        subscriber.wait(lambda s: all(frames(s, f"yard{n}") for n in range(4)), 30)
        family = lookout.children()
        assert len(family) == 5
        lookout.kill()
        _, alive = psutil.wait_procs(family, timeout=2)
        assert not alive
        seen = [len(frames(subscriber, f"yard{n}")) for n in range(4)]
        lookout.start()
        subscriber.wait(lambda s: all(len(frames(s, f"yard{n}")) > seen[n] for n in range(4)), 30)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: not open_events(s))
        check(lookout, subscriber, reconnects=1)


@pytest.mark.fault("F37")
def test_f37_daemon_killed_at_random(tmp_path: Path, camera: RtspServer, broker: Mosquitto) -> None:
    """Fifteen kills at random moments: nothing committed is missing, no event stays open."""
    rounds, chance = 15, random.Random(SEED)
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker) as lookout,
    ):
        for _ in range(rounds):
            lookout.wait_for_log("yard0: online", 25, times=lookout.starts)
            time.sleep(chance.random() * 2.5)  # a random moment is the fault
            lookout.kill()
            lookout.start()
        subscriber.wait(lambda s: ends(s) >= 1, 30)
        lookout.wait_for_log("yard0: online", 25, times=lookout.starts)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: not open_events(s), 20)
        check(lookout, subscriber, reconnects=rounds)
    reasons = {e["end_reason"] for e in subscriber.events if e["type"] == "end"}
    assert "restart" in reasons
    tracks = [
        (event["id"], event["objects"][0]["track"])
        for event in subscriber.events
        if event["type"] == "new"
    ]
    assert len({track for _, track in tracks}) == len({event for event, _ in tracks})


@pytest.mark.fault("F31")
def test_f31_broker_killed_under_load(
    tmp_path: Path, camera: RtspServer, broker: Mosquitto
) -> None:
    """A broker killed and restarted again and again gets every event and right states anew."""
    chance, kills = random.Random(SEED), 8
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker, cameras=3) as lookout,
    ):
        subscriber.wait(lambda s: len(s.events) >= 3, 30)
        for _ in range(kills):
            time.sleep(0.3 + chance.random())  # a random moment is the fault
            broker.kill()
            broker.start()
            told = len(subscriber.messages)
            subscriber.wait(
                lambda s, told=told: any(  # type: ignore[misc]
                    m.topic.endswith("/availability") and m.payload == "online"
                    for m in s.messages[told:]
                ),
                10,
            )
        subscriber.wait(lambda s: ends(s) >= 3, 30)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: not open_events(s), 20)
        check(lookout, subscriber, reconnects=kills)
