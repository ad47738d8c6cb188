"""The flow of the guide hangs together, and runs in a real Node-RED."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from rig.broker import Mosquitto
from rig.checkout import ROOT
from rig.node_red import PROGRAM, NodeRed
from rig.receiver import Receiver
from rig.revisions import revision
from rig.waiting import until

from reasoners import Reasoning
from sinks import Credential, Site
from sinks.mqtt import MqttConfig, MqttSink

GUIDE = ROOT / "docs" / "integrations" / "node-red.md"


def flow() -> list[dict[str, Any]]:
    """Return the flow of the guide."""
    (text,) = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    found: list[dict[str, Any]] = json.loads(text)
    return found


def test_the_flow_is_wired_from_the_events_to_the_sender() -> None:
    """Every node has an id of its own, lies on the tab, and leads to one that is there."""
    nodes = {node["id"]: node for node in flow()}
    assert len(nodes) == len(flow()) == 6
    (tab,) = (name for name, node in nodes.items() if node["type"] == "tab")
    at, way = "lookout-in", []
    while True:
        way.append(nodes[at]["type"])
        assert nodes[at]["z"] == tab
        (wires,) = nodes[at]["wires"]
        if not wires:
            break
        (at,) = wires
    assert way == ["mqtt in", "switch", "function", "http request"]
    assert nodes[nodes["lookout-in"]["broker"]]["type"] == "mqtt-broker"
    assert nodes["lookout-in"]["topic"] == "lookout/+/events/#"


def no_credential(name: str) -> Credential:
    """Have none."""
    raise KeyError(name)


@pytest.mark.slow
@pytest.mark.broker
@pytest.mark.skipif(
    not PROGRAM.exists() or shutil.which("node") is None,
    reason="no Node-RED here; `make test-node-red` installs it",
)
async def test_the_flow_tells_of_alerts_once_and_of_their_verdict(tmp_path: Path) -> None:
    """Boring events, repetitions and mere updates say nothing; a verdict replaces the message."""
    alert = revision(7, camera="yard", severity="alert", explanation="Somebody came")
    update = alert.model_copy(update={"revision": 2, "type": "update"})
    judged = alert.model_copy(
        update={"revision": 3, "type": "end", "reasoning": Reasoning(state="rejected", model="m")}
    )
    (tmp_path / "broker").mkdir()
    with Mosquitto.shipped(tmp_path / "broker") as broker, Receiver() as receiver:
        nodes = flow()
        for node in nodes:
            if node["type"] == "mqtt-broker":
                node |= {"broker": "127.0.0.1", "port": str(broker.port)}
            if node["type"] == "http request":
                node["url"] = f"{receiver.url}/my-secret-topic"
        site = Site("box1", "0", Path(), no_credential, lambda: 0.0)
        sink = MqttSink("mqtt", MqttConfig(url=broker.url), site)
        with NodeRed(tmp_path / "red", nodes) as red:
            red.says("Connected to broker")
            async with sink:
                probe = revision(1, severity="alert")
                while not receiver.taken:
                    await sink.deliver(probe)
                    await asyncio.sleep(0.3)
                for event in (revision(2, severity="info"), alert, update, alert, judged, judged):
                    await sink.deliver(event)
                await until(lambda: len(receiver.taken) == 3)
            assert "error" not in red.log.lower(), red.log
    said = [(taken.headers["title"], taken.body.decode()) for taken in receiver.taken[1:]]
    assert said == [("yard", "Somebody came"), ("yard (false alarm)", "Somebody came")]
