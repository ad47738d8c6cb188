"""Ten times more pictures than the detector can look at, for as long as one likes."""

from pathlib import Path

import psutil
import pytest
from rig.accounts import check, last_accounts
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.subscriber import Subscriber

from daemon.timing import Timing

pytestmark = pytest.mark.broker

DELAY = 0.3
"""Seconds of a look."""

FPS = 25
CAMERAS = 2
MAX_AGE = Timing().max_age
ROOM = 8e6
"""Bytes that all processes together may grow by: less than ten pictures of 640 x 360."""


@pytest.mark.fault("F21")
def test_f21_far_too_slow_a_detector(tmp_path: Path, broker: Mosquitto) -> None:
    """The newest frame wins: what is decided on is fresh, cameras share alike, no byte piles up."""
    camera = {
        "source": {"type": "synthetic", "width": 640, "height": 360, "fps": FPS},
        "detect": {"fps": "every"},
    }
    config = {
        "detector": {"type": "detectors.testing:ScriptedDetector", "delay": DELAY},
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "frames": True}},
        "cameras": {f"yard{number}": camera for number in range(CAMERAS)},
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", config) as lookout,
    ):
        # Until then caches fill, and what malloc keeps at hand.
        subscriber.wait(lambda s: len(_ages(s)) >= 20, 40)
        before = _memory(lookout)
        subscriber.wait(lambda s: len(_ages(s)) >= 40, 60)
        grown = _memory(lookout) - before
        assert lookout.stop() == 0
        check(lookout, subscriber)
        ages = sorted(_ages(subscriber))
        accounts = last_accounts(lookout)
    counts = [accounts["cameras"][f"yard{number}"] for number in range(CAMERAS)]
    looks = [count["detected"] for count in counts]
    came = sum(count["child_decoded"] for count in counts)
    assert came >= 10 * sum(looks)
    assert ages[int(0.99 * len(ages))] <= MAX_AGE
    assert accounts["detectors"]["detector"]["age_p99_s"] <= MAX_AGE
    assert max(looks) - min(looks) <= 0.2 * max(looks)
    assert grown <= ROOM, f"grown by {grown / 1e6:.1f} MB"


def _ages(subscriber: Subscriber) -> list[float]:
    """Return how old each picture was that was decided on, in seconds."""
    reports = [m.json for m in subscriber.messages if m.topic.endswith("/frames")]
    return [report["published_at"] - report["captured_at"] for report in reports]


def _memory(lookout: Lookout) -> int:
    """Return what daemon, children and worker hold in memory of their own, in bytes."""
    family = [psutil.Process(lookout.pid), *lookout.children()]
    return sum(process.memory_info().rss - process.memory_info().shared for process in family)
