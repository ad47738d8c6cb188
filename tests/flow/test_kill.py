"""What is committed survives whoever is killed: daemon, child, worker, broker."""

import random
import time
from pathlib import Path

import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.rtsp_server import RtspServer
from rig.subscriber import Subscriber

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]


def watching(folder: Path, camera: RtspServer, broker: Mosquitto) -> Lookout:
    """Describe a daemon that watches one camera and publishes to one broker."""
    return Lookout(
        folder,
        {
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
            "cameras": {
                "yard": {
                    "source": {"type": "rtsp", "url": camera.url},
                    "detect": {"fps": 5},
                    "presence": {"hold": 0.5},
                }
            },
        },
    )


def test_every_visit_is_one_event(tmp_path: Path, camera: RtspServer, broker: Mosquitto) -> None:
    """Each visit before a real RTSP camera is one event, delivered while it lasts and ended."""
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        watching(tmp_path / "d", camera, broker) as lookout,
    ):
        subscriber.wait(lambda s: sum(e["type"] == "end" for e in s.events) >= 3, 30)
        assert lookout.stop() == 0
        check(lookout, subscriber)
        events = subscriber.events
    news = [event for event in events if event["type"] == "new"]
    assert len(news) == len({event["id"] for event in events})
    for event in news:
        assert event["media"]["snapshot"], event
        assert event["explanation"]
