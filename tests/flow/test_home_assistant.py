"""A real Home Assistant sees what we announce, follows it, and runs our guide's automations."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rig.accounts import check
from rig.broker import Mosquitto
from rig.home_assistant import PYTHON, ROOT, HomeAssistant
from rig.lookout import Lookout
from rig.revisions import revision

from reasoners import Event, Reasoning

pytestmark = [
    pytest.mark.broker,
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON.exists(), reason="no Home Assistant here; `make test-home-assistant` installs it"
    ),
]
GUIDE = ROOT / "docs" / "integrations" / "home-assistant.md"
YARD = "lookout-lookout-box1-yard"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Start a broker."""
    (tmp_path / "broker").mkdir()
    with Mosquitto.shipped(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def home(tmp_path: Path, broker: Mosquitto) -> Iterator[HomeAssistant]:
    """Start Home Assistant."""
    with HomeAssistant(tmp_path / "home", broker.port) as home:
        yield home


def config(broker: Mosquitto, **cameras: Any) -> dict[str, Any]:
    """Watch drawn streets."""
    camera = {"source": {"type": "synthetic", "people": 4}, "title": "Yard"}
    camera["zones"] = {"road": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]], "title": "Road"}}
    return {
        "detector": {"type": "embedded"},
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "discovery": "homeassistant"}},
        "cameras": {"yard": camera, **cameras},
    }


def automations() -> list[dict[str, Any]]:
    """Return every automation of the guide."""
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [found for block in blocks if block.startswith("- ") for found in yaml.safe_load(block)]


def test_entities_follow_us_through_every_restart(
    tmp_path: Path, broker: Mosquitto, home: HomeAssistant
) -> None:
    """They appear, follow states, switch us, come back after its restart, and go with a camera.

    Or with a zone of one that stays.
    """
    gate = {"source": {"type": "synthetic", "seed": 7, "people": 0, "vehicles": 0}, "title": "Gate"}

    def state(key: str) -> Any:
        return home.entities.get(f"{YARD}-{key}", {}).get("state")

    with Lookout(tmp_path / "lookout", config(broker, gate=gate)) as lookout:
        home.wait(lambda: home.ask("devices") == ["Gate", "Lookout box1", "Yard"], "three devices")
        home.wait(lambda: state("state") == "online", "the camera is online")
        home.wait(lambda: state("occupancy") == "on", "somebody is there")
        home.wait(lambda: state("zone-road") == "on", "in the zone too")
        home.wait(lambda: int(state("count-person") or 0) >= 1, "and is counted")
        home.wait(lambda: state("event") not in {None, "unknown"}, "an event came")
        home.wait(lambda: state("snapshot") not in {None, "unknown"}, "and its picture")
        found = home.entities[f"{YARD}-latest"]
        assert found["device"] == "Yard"
        assert found["attributes"]["rule"] == "presence"

        home.ask("call", domain="switch", service="turn_off", entity="switch.yard_detection")
        home.wait(lambda: state("switch-detect") == "off", "we said that we look no more")
        home.wait(lambda: state("occupancy") == "off", "and see nobody")

        home.stop()
        wiped = f"homeassistant/device/{YARD}/config"
        subprocess.run(
            ["mosquitto_pub", "-p", str(broker.port), "-t", wiped, "-r", "-n"], check=True
        )
        home.start()
        home.wait(lambda: state("switch-detect") == "off", "it asked, and was told again")
        home.ask("call", domain="switch", service="turn_on", entity="switch.yard_detection")
        home.wait(lambda: state("occupancy") == "on", "we look again")

        lookout.kill()
        home.wait(lambda: state("occupancy") == "unavailable", "the daemon is dead")
        assert state("state") == "unavailable"
        again = Lookout(tmp_path / "lookout", config(broker))
        with again:
            home.wait(lambda: home.ask("devices") == ["Lookout box1", "Yard"], "the gate is gone")
            home.wait(lambda: state("state") == "online", "the yard is back")
            home.wait(
                lambda: not [key for key in home.entities if "-gate-" in key], "its parts too"
            )
            home.wait(lambda: state("zone-road") == "on", "the zone is there")
            whole = yaml.safe_load(again.config.read_text())
            del whole["cameras"]["yard"]["zones"]
            again.config.write_text(yaml.safe_dump(whole))
            again.signal(signal.SIGHUP)
            home.wait(lambda: f"{YARD}-zone-road" not in home.entities, "the zone is gone")
            home.wait(lambda: state("state") == "online", "the yard is not")
            assert again.stop() == 0
    assert "Error" not in home.log, home.log
    assert "does not generate unique IDs" not in home.log
    check(again, lost_children=True)


def test_automations_of_the_guide_run(broker: Mosquitto, home: HomeAssistant) -> None:
    """An alert is told at once and told of again, under the same tag, with its verdict."""
    assert len(automations()) == 4
    assert home.ask("automate", notify="mobile_app_phone", automations=automations())
    first = revision(1, severity="alert", seq=1, explanation="Somebody came")
    verdict = Reasoning(state="verified", model="m")
    second = first.model_copy(
        update={"revision": 2, "type": "update", "seq": 2, "reasoning": verdict, "description": "A"}
    )
    boring = revision(2, severity="info", seq=3)

    def publish(event: Event) -> str:
        topic = f"lookout/box1/events/{event.camera}/{event.rule}"
        where = ["-p", str(broker.port), "-q", "1", "-t", topic]
        subprocess.run(["mosquitto_pub", *where, "-m", event.wire()], check=True)
        return event.id

    def heard() -> list[Any]:
        return [call for call in home.ask("calls") if call["data"]["tag"] != "e9"]

    # Automations are there before their subscriptions are.
    probe = revision(9, severity="alert")
    home.wait(lambda: (publish(probe), home.ask("calls"))[1], "a first one")
    for event in (boring, first, second):
        publish(event)
    home.wait(lambda: len(heard()) == 2, "two messages")
    told, later = heard()
    assert (told["title"], told["message"]) == ("porch", "Somebody came")
    assert (later["title"], later["message"]) == ("porch: seen", "A")
    assert told["data"] == later["data"] == {"tag": "e1", "group": "porch"}
    assert "Error" not in home.log, home.log
