"""A model in `transformers`, tiny and random, behind the whole daemon: pending, then an answer."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from rig import tiny_model
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.subscriber import Subscriber
from rig.visits import Visits

from reasoners.event import TERMINAL

pytestmark = [pytest.mark.torch, pytest.mark.broker]

WANTED = 4


def test_every_event_gets_an_answer_on_form(tmp_path: Path) -> None:
    """At once `pending`, by the deadline a verdict; the daemon itself never loads torch."""
    model = tmp_path / "tiny"
    subprocess.run([sys.executable, str(tiny_model.__file__), str(model)], check=True)
    clip = Visits(count=WANTED, there=1.5, away=4.0).write(tmp_path / "visits.mp4")
    (tmp_path / "broker").mkdir()
    reasoner = {
        "type": "transformers",
        "path": str(model),
        "device": "cpu",
        "threads": 1,
        "max_tokens": 4000,
        "deadline": "120s",
    }
    with (
        Mosquitto.shipped(tmp_path / "broker") as broker,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(
            tmp_path / "d",
            {
                "reasoner": reasoner,
                "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
                "cameras": {
                    "yard": {
                        "source": {"type": "file", "path": str(clip), "pace": "clip", "loop": True},
                        "presence": {"hold": 0.5},
                        "detect": {"fps": 5},
                    }
                },
            },
        ) as lookout,
    ):
        lookout.wait_for_log("reasoner reasoner ready", 120)
        daemon = psutil.Process(lookout.pid)
        loaded = {Path(part.path).name for part in daemon.memory_maps()}
        assert not any("torch" in name for name in loaded)

        def answered() -> dict[str, str]:
            states = {e["id"]: e["reasoning"]["state"] for e in subscriber.events}
            return {event: state for event, state in states.items() if state in TERMINAL}

        subscriber.wait(lambda _: len(answered()) >= WANTED, 150)
        states = set(answered().values())
        lookout.stop()
        check(lookout, subscriber)
        first = {e["id"]: e for e in reversed(subscriber.events)}
    assert {event["reasoning"]["state"] for event in first.values()} == {"pending"}
    assert states <= {"verified", "rejected", "uncertain"}
