"""The full-length run: real visits while everything is killed at random, again and again."""

import contextlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.rtsp_server import RtspServer
from rig.subscriber import Subscriber
from rig.visits import Visits

pytestmark = [pytest.mark.slow, pytest.mark.broker, pytest.mark.rtsp]

SEED = int(os.environ.get("LOOKOUT_SEED", "11"))
MINUTES = float(os.environ.get("LOOKOUT_MINUTES", "10"))
"""How long a long run is; raising it makes more rounds of everything."""


def daemon(
    folder: Path, camera: RtspServer, broker: Mosquitto, detector: dict[str, Any] | None = None
) -> Lookout:
    """Describe a daemon that watches one camera."""
    more = {"detector": detector} if detector else {}
    return Lookout(
        folder,
        {
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
            "cameras": {
                "hall": {
                    "source": {"type": "rtsp", "url": camera.url},
                    "detect": {"fps": 5},
                    "presence": {"labels": ["person"], "hold": 0.5},
                }
            },
            **more,
        },
    )


def kill(processes: list[psutil.Process]) -> None:
    """Kill whoever still lives."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.fault("F37")
@pytest.mark.material
def test_real_visits_while_everything_is_killed(
    tmp_path: Path, material: Path, broker: Mosquitto
) -> None:
    """Daemon, child, worker and broker die at random moments; no committed event is lost.

    At the end nothing is open at the durable subscriber, and every kill shows in the printed count.
    """
    chance = random.Random(SEED)
    kills = {"daemon": 0, "child": 0, "worker": 0, "broker": 0}
    clip = material / "media/intel_one-by-one-person.mp4"
    model = {"type": "openvino", "model": str(material / "models/yolox_nano.onnx")}
    with (
        RtspServer(clip) as camera,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        daemon(tmp_path / "d", camera, broker, model) as lookout,
    ):

        def restart_daemon() -> None:
            lookout.kill()
            lookout.start()

        def restart_broker() -> None:
            broker.kill()
            broker.start()

        ways: dict[str, Callable[[], None]] = {
            "daemon": restart_daemon,
            "broker": restart_broker,
            "child": lambda: kill(lookout.children("sources.child")),
            "worker": lambda: kill(lookout.children("detectors.worker")),
        }
        ends = time.monotonic() + 60 * MINUTES
        while time.monotonic() < ends:
            # People come 6 s into the clip, which starts anew with every connection.
            time.sleep(3 + chance.random() * 20)
            victim = chance.choice(list(ways))
            ways[victim]()
            kills[victim] += 1
        restart_daemon()
        kills["daemon"] += 1
        lookout.wait_for_log("hall: online", 60, times=_online(lookout) + 1)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        reconnects = kills["daemon"] + kills["broker"]
        check(lookout, subscriber, reconnects=reconnects, lost_children=True)
        events = subscriber.events
    told = {event["id"] for event in events}
    print(f"seed {SEED}: killed {kills}; {len(told)} events, none missing")  # noqa: T201 (a figure)
    assert told
    assert told == {event["id"] for event in events if event["type"] == "end"}


@pytest.mark.fault("F37")
def test_f37_as_many_kills_as_fit(tmp_path: Path, broker: Mosquitto) -> None:
    """`kill -9` at random moments, 1,000 times or as often as fits; the count is printed."""
    chance, rounds = random.Random(SEED), 0
    # Somebody comes as soon as a camera is opened: most of the rounds are to have an event.
    clip = Visits(count=20, there=1.0, away=0.3).write(tmp_path / "busy.mp4")
    with (
        RtspServer(clip) as camera,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        daemon(tmp_path / "d", camera, broker) as lookout,
    ):
        ends = time.monotonic() + 60 * MINUTES
        while rounds < 1000 and time.monotonic() < ends:
            # Half of the moments are in the start, half while the camera is watched.
            if chance.random() < 0.5:
                lookout.wait_for_log("hall: online", 30, times=_online(lookout) + 1)
            time.sleep(chance.random() * 2.0)  # a random moment is the fault
            lookout.kill()
            lookout.start()
            rounds += 1
        lookout.wait_for_log("hall: online", 30, times=_online(lookout) + 1)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline", 30)
        check(lookout, subscriber, reconnects=rounds)
        events = subscriber.events
    told = {event["id"] for event in events}
    print(f"seed {SEED}: {rounds} rounds; {len(told)} events, none missing")  # noqa: T201 (a figure)
    assert rounds >= 10
    assert told == {event["id"] for event in events if event["type"] == "end"}


def _online(lookout: Lookout) -> int:
    return lookout.text().count("hall: online")
