"""Small things far away: hidden from the whole picture, found by looking closely."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rig.accounts import check, last_accounts
from rig.broker import Mosquitto
from rig.command import lookout as command
from rig.far import Far
from rig.lookout import Lookout
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.subscriber import Subscriber

FAR = Far()
DETECTOR = {
    "type": "detectors.testing:ScriptedDetector",
    "width": 320,
    "height": 320,
    "parts": True,
    # In the whole picture, a quarter as large as the camera's, a square is 6 pixels across.
    "smallest": 12,
}
RIGHT_HALF = [[[0.5, 0], [1, 0], [1, 1], [0.5, 1]]]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the clip once."""
    return FAR.write(tmp_path_factory.mktemp("far") / "far.mp4")


def replayed(clip: Path, folder: Path, name: str, camera: dict[str, Any]) -> bytes:
    """Replay the clip with a camera's settings and return what was written."""
    config = folder / f"{name}.yaml"
    source = {"type": "rtsp", "url": "rtsp://10.0.0.7/stream"}
    cameras = {"yard": {"source": source, "presence": {"hold": 0.5}, **camera}}
    described = {"node": "box1", "detector": DETECTOR, "cameras": cameras}
    config.write_text(yaml.safe_dump(described))
    out = folder / f"{name}.jsonl"
    done = command(
        *("replay", str(clip), "-c", str(config), "--fps", "5", "--jsonl", str(out), "-q"),
        within=120,
    )
    assert done.code == 0, done.err
    return out.read_bytes()


def test_far_things_are_found_closely_and_only_so(clip: Path, tmp_path: Path) -> None:
    """Whole pictures show nothing; parts give each square one event, in its place and time."""
    assert replayed(clip, tmp_path, "whole", {"detect": {"regions": "off"}}) == b""
    first = replayed(clip, tmp_path, "close", {"detect": {"regions": "auto"}})
    again = replayed(clip, tmp_path, "again", {"detect": {"regions": "auto"}})
    assert first == again
    events = [json.loads(line) for line in first.splitlines()]
    news = [event for event in events if event["type"] == "new"]
    ends = [event for event in events if event["type"] == "end"]
    assert len(news) == len(ends) == 2
    assert len({event["id"] for event in events}) == 2
    for event in news:
        assert event["started_at"] == pytest.approx(FAR.away, abs=0.5)
        box = event["objects"][0]["box"]
        truths = FAR.boxes(event["frame"]["index"])
        apart = [max(abs(a - b) for a, b in zip(box, truth, strict=True)) for truth in truths]
        assert min(apart) < 0.02
    for event in ends:
        assert event["ended_at"] == pytest.approx(FAR.away + FAR.there, abs=0.5)


def test_a_masked_thing_is_not_found_closely_either(clip: Path, tmp_path: Path) -> None:
    """Under a privacy polygon nothing moves and nothing is shown: one square, one event."""
    camera = {"detect": {"regions": "auto"}, "privacy": RIGHT_HALF}
    events = [json.loads(line) for line in replayed(clip, tmp_path, "masked", camera).splitlines()]
    assert len({event["id"] for event in events}) == 1
    assert all(thing["box"][2] < 0.5 for event in events for thing in event["objects"])


@pytest.mark.broker
@pytest.mark.rtsp
def test_a_live_camera_looked_at_closely_balances(tmp_path: Path, broker: Mosquitto) -> None:
    """Before a real camera far things are told of too, and parts and quiet looks add up."""
    require_gstreamer()
    clip = Far(there=30.0).write(tmp_path / "far.mp4")
    with (
        RtspServer(clip) as camera,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(
            tmp_path / "d",
            {
                "detector": DETECTOR,
                "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
                "cameras": {
                    "yard": {
                        "source": {"type": "rtsp", "url": camera.url},
                        "detect": {"fps": 5, "regions": "auto"},
                    }
                },
            },
        ) as daemon,
    ):
        subscriber.wait(lambda s: len({event["id"] for event in s.events}) >= 2, 30)
        assert daemon.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(daemon, subscriber)
        figures = last_accounts(daemon)["cameras"]["yard"]
        assert 0 < figures["detected"] - figures["quiet"] <= figures["parts"]
        assert figures["parts"] <= 4 * (figures["detected"] - figures["quiet"])
