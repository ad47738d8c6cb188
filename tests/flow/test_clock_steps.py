"""F42: a wall clock that begins in 1970 and jumps changes labels, and nothing else."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.subscriber import Subscriber

from daemon.clock import Clock

SHIM = Path(__file__).resolve().parents[1] / "rig" / "wall_clock.c"
COMPILER = shutil.which("cc")
HOUR, DAY = 3600, 86400
JUMPS = (HOUR, -DAY - HOUR)

pytestmark = [
    pytest.mark.broker,
    pytest.mark.slow,
    pytest.mark.skipif(COMPILER is None, reason="no C compiler to make a clock with"),
]


def steps(subscriber: Subscriber) -> list[float]:
    """Return by how much we were told that the clock stepped."""
    notices = [m.json for m in subscriber.messages if m.topic.endswith("/notices")]
    return [notice["details"]["seconds"] for notice in notices if notice["kind"] == "clock_step"]


@pytest.mark.fault("F42")
def test_a_clock_that_jumps_restarts_nothing(
    tmp_path: Path, visits_clip: Path, broker: Mosquitto
) -> None:
    """From 1970 to today, an hour ahead, a day back: each step is told, no process replaced."""
    clock, shim = tmp_path / "clock", tmp_path / "wall_clock.so"
    make = [str(COMPILER), "-shared", "-fPIC", "-O2", "-o", str(shim), str(SHIM), "-ldl"]
    subprocess.run(make, check=True)
    ahead = -int(Clock().now()) + 60
    clock.write_text(str(ahead))
    env = {"LD_PRELOAD": str(shim), "WALL_CLOCK": str(clock)}
    one: dict[str, Any] = {
        "source": {"type": "file", "path": str(visits_clip), "pace": "clip", "loop": True},
        "detect": {"fps": 5},
        "presence": {"hold": 0.5},
    }
    config = {
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
        "cameras": {"yard": one},
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", config, env=env) as lookout,
    ):
        subscriber.wait(lambda s: len(s.events) >= 2, 60)
        assert subscriber.events[0]["started_at"] < DAY
        family = sorted(child.pid for child in lookout.children())
        for number, jump in enumerate((-ahead, *JUMPS), 1):
            ahead += jump
            clock.write_text(str(ahead))
            subscriber.wait(lambda s, number=number: len(steps(s)) == number, 60)  # type: ignore[misc]
            seen = len(subscriber.events)
            subscriber.wait(lambda s, seen=seen: len(s.events) > seen, 60)  # type: ignore[misc]
        assert sorted(child.pid for child in lookout.children()) == family
        assert lookout.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(lookout, subscriber)
    first, *later = steps(subscriber)
    assert first > 50 * 365 * DAY
    assert later == [pytest.approx(seconds, abs=5) for seconds in JUMPS]
    assert "stalled" not in lookout.text()
