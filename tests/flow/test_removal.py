"""What goes from the configuration file goes from the broker with the next start."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.subscriber import Subscriber

pytestmark = [pytest.mark.broker, pytest.mark.slow]

CAMERAS = "lookout/box1/cameras"
SMALL = {"type": "synthetic", "width": 160, "height": 90, "fps": 5, "seed": 3}
ZONE = {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}


def retained(subscriber: Subscriber) -> dict[str, str | None]:
    """Return what the broker would show to whoever comes now, of ours and for Home Assistant."""
    found: dict[str, str | None] = {}
    for message in subscriber.messages:
        if message.topic.startswith((CAMERAS, "homeassistant/device/")):
            found[message.topic] = message.payload
    return {topic: payload for topic, payload in found.items() if payload != ""}


def _tells(payload: str | None) -> bool:
    return any(word in (payload or "") for word in ("shed", "bench"))


@pytest.mark.fault("F36")
def test_what_goes_from_the_file_leaves_nothing(
    tmp_path: Path, broker: Mosquitto, visits_clip: Path
) -> None:
    """A camera, a zone, a rule, a forecast: no retained topic tells of them; the rest stays."""
    shed: dict[str, Any] = {
        "source": SMALL,
        "zones": {"step": ZONE, "bench": ZONE},
        "rules": {
            "gate": {"when": {"label": "person", "inside": "step"}},
            "seat": {"when": {"label": "person", "inside": "bench"}},
        },
    }
    sinks = {"mqtt": {"type": "mqtt", "url": broker.url, "discovery": "homeassistant"}}
    clip = {"type": "file", "path": str(visits_clip), "pace": "clip", "loop": True}
    yard = {**shed, "source": clip, "forecast": "1s"}
    config = {"sinks": sinks, "cameras": {"yard": yard, "shed": shed}}
    with (
        Subscriber(broker.port, tmp_path / "got", "#") as subscriber,
        Lookout(tmp_path / "d", config) as lookout,
    ):
        for name in ("yard", "shed"):
            subscriber.wait(lambda s, n=name: s.latest(f"{CAMERAS}/{n}/state") == "online", 40)  # type: ignore[misc]
        subscriber.wait(lambda s: f"{CAMERAS}/shed/zones/bench" in retained(s))
        subscriber.wait(lambda s: f"{CAMERAS}/yard/forecast" in retained(s), 40)
        assert lookout.stop() == 0
        whole = retained(subscriber)
        changed = yaml.safe_load(lookout.config.read_text())
        del changed["cameras"]["shed"]
        del changed["cameras"]["yard"]["zones"]["bench"]
        del changed["cameras"]["yard"]["rules"]["seat"]
        del changed["cameras"]["yard"]["forecast"]
        lookout.config.write_text(yaml.safe_dump(changed))
        lookout.start()
        lookout.wait_for_log("yard: online", 40, times=2)
        gone = {t for t in whole if "shed" in t or "/bench" in t or t.split("/")[-1] == "seat"}
        gone |= {t for t in whole if "/rule/seat/" in t or t.endswith("/forecast")}
        assert any("/shed/" in t for t in gone)
        subscriber.wait(lambda s: not gone & retained(s).keys(), 20)
        # The last event of a camera may have been about what went; it stands until the next one.
        subscriber.wait(lambda s: not any(_tells(told) for told in retained(s).values()), 30)
        left = retained(subscriber)
        assert {t for t in whole if t.startswith(f"{CAMERAS}/yard/")} - gone <= left.keys()
        assert lookout.stop() == 0
        check(lookout, reconnects=1)
