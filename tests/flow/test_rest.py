"""A camera at rest before a real server: it wakes for who comes, misses nobody, and rests again."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import psutil
import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import AS_SHIPPED, Lookout
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.subscriber import Subscriber
from rig.visits import Visits

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

CAMERA = "lookout/box1/cameras/yard"
IN_TIME = 1.0
"""Seconds by which an event may begin late: a lull, a look, and a busy machine."""


class Story:
    """The daemon before one camera, and what a subscriber got to know of its gate.

    Args:
        folder: Of the daemon.
        broker: Where it publishes.
        visits: What is to be seen.
        gate: Of the camera.
    """

    def __init__(self, folder: Path, broker: Mosquitto, visits: Visits, gate: str) -> None:
        require_gstreamer()
        self._server = RtspServer(visits.write(folder / "visits.mp4"))
        self.visits = visits
        self.subscriber = Subscriber(broker.port, folder / "got")
        with_gate = {
            "source": {"type": "rtsp", "url": self._server.url},
            "detect": {"fps": 5},
            "presence": {"hold": 0.5},
            "gate": gate,
        }
        self.lookout = Lookout(
            folder / "d",
            {
                "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "frames": True}},
                "cameras": {"yard": with_gate},
                "timing": {**AS_SHIPPED, "camera_lost": 10.0},
            },
        )

    def __enter__(self) -> Self:
        with ExitStack() as running:
            for part in (self._server, self.subscriber, self.lookout):
                running.enter_context(part)
            self._running = running.pop_all()
        return self

    def __exit__(self, *failure: object) -> None:
        self._running.close()

    def figures(self) -> list[dict[str, Any]]:
        """Return the camera's figures, as often as they were published."""
        told = [m.json for m in self.subscriber.messages if m.topic == "lookout/box1/stats"]
        return [stats["cameras"]["yard"] for stats in told if "yard" in stats["cameras"]]

    def wait_for(self, state: str, since: int = 0, within: float = 40.0) -> int:
        """Wait until the gate is in a state; return how many figures there were by then.

        Args:
            state: Of the gate.
            since: Figures before this one do not count.
            within: Seconds.
        """

        def there(_: Subscriber) -> bool:
            return any(one.get("gate_state") == state for one in self.figures()[since:])

        self.subscriber.wait(there, within)
        return len(self.figures())

    def finish(self) -> list[dict[str, Any]]:
        """Stop the daemon in order, let everything be checked, and return all revisions."""
        assert self.lookout.stop() == 0
        self.subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(self.lookout, self.subscriber)
        return self.subscriber.events

    def seen(self) -> Iterator[tuple[float, int]]:
        """Yield when each picture was taken, in seconds of the clip, and how much was seen in it.

        Of the first child alone: another one sees the clip from its start.
        """
        frames = [m.json for m in self.subscriber.messages if m.topic == f"{CAMERA}/frames"]
        # The first pictures pass while the detector loads; their indices tell how many.
        zero = frames[0]["captured_at"] - frames[0]["index"] / self.visits.fps
        for frame in frames:
            yield frame["captured_at"] - zero, len(frame["objects"])


def test_camera_at_rest_wakes_for_who_comes(tmp_path: Path, broker: Mosquitto) -> None:
    """Idle, live for the whole of a visit, idle again; the event is complete, the accounts too."""
    visits = Visits(count=2, there=2.0, away=7.0)
    with Story(tmp_path, broker, visits, "on") as story:
        rested = story.wait_for("idle")
        woken = story.wait_for("live", rested)
        story.wait_for("idle", woken)
        events = story.finish()
        last = story.figures()[-1]
        assert last["gate_wakes"] >= 1
        assert last["child_held"] > 20
        assert {"gate_audits", "gate_audit_moving", "gate_audit_missed"} <= last.keys()
        seen = list(story.seen())
    begins = [visits.away + number * (visits.there + visits.away) for number in range(visits.count)]
    ended = {event["id"]: event for event in events if event["type"] == "end"}
    assert ended
    assert {event["id"] for event in events} == ended.keys()
    for event in ended.values():
        assert event["end_reason"] == "left"
        assert event["ended_at"] - event["started_at"] >= visits.there - 2 * IN_TIME
    there = [at for at, objects in seen if objects]
    begin = next(
        begin for begin in begins if any(begin <= at < begin + visits.there for at in there)
    )
    during = [at for at in there if begin <= at < begin + visits.there]
    assert during[0] - begin <= IN_TIME
    assert begin + visits.there - during[-1] <= IN_TIME
    assert max(b - a for a, b in pairwise(during)) <= IN_TIME


@pytest.mark.slow
def test_what_was_learnt_outlives_the_child(tmp_path: Path, broker: Mosquitto) -> None:
    """After the calibration its child is killed; the next one rests after its audit, not later.

    A hundred pictures a second, so that the two thousand of a calibration take twenty seconds.
    """
    visits = Visits(count=8, there=1.0, away=9.0, width=160, height=120, fps=100)
    with Story(tmp_path, broker, visits, "auto") as story:
        rested = story.wait_for("idle", within=60.0)
        assert story.figures()[-1]["gate_reliable"] == 1
        story.wait_for("live", rested, within=30.0)
        before = story.wait_for("idle", story.wait_for("live", rested), within=30.0)
        packets = story.figures()[-1]["child_packets"]
        (child,) = [
            process
            for process in psutil.Process(story.lookout.pid).children(recursive=True)
            if "sources.child" in process.cmdline()
        ]
        child.send_signal(signal.SIGKILL)
        story.subscriber.wait(lambda _: story.figures()[-1]["spawns"] == 2, 30)
        again = len(story.figures())
        assert again > before
        story.wait_for("idle", again, within=40.0)
        last = story.figures()[-1]
        assert last["gate_reliable"] == 1
        assert last["gate_audits"] >= 1
        assert last["child_packets"] - packets < 2000
        story.finish()
