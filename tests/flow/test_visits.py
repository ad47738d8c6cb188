"""The acceptance test: people come and go before a real camera, one event each, in time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
import yaml
from rig.accounts import check
from rig.broker import Mosquitto
from rig.command import lookout as command
from rig.lookout import AS_SHIPPED, SCRIPTED, Lookout
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.sight import best
from rig.subscriber import Received, Subscriber
from rig.valid import faults
from rig.visits import Visits

from detectors import Picture
from detectors.openvino import OpenvinoConfig, OpenvinoDetector

CLIP = "media/intel_one-by-one-person.mp4"
MODEL = "models/yolox_nano.onnx"
PRESENT = ((6, 19), (23, 44), (51, 69), (75, 86), (92, 119), (123, 134))
"""Seconds at which people are in the clip, read by eye: about 1 s either way."""

FPS = 10
BY_EYE = 1.5
HOLD = 2.0
FRAME = "lookout/box1/cameras/hall/frames"

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Watched:
    """What a run over the real clip left behind."""

    lookout: Lookout
    messages: list[Received]
    events: list[dict[str, Any]]
    zero: float
    """Unix time of the clip's first picture."""

    def arrived_at(self, event: dict[str, Any]) -> float:
        """Return the second of the clip that was last reported when a revision arrived.

        Frames are reported in order and at once, so they tell the time on the subscriber's side.
        """
        told = self.zero
        for message in self.messages:
            if message.topic == FRAME:
                told = message.json["captured_at"]
            elif "/events/" in message.topic:
                found = message.json
                if (found["id"], found["revision"]) == (event["id"], event["revision"]):
                    return told - self.zero
        raise AssertionError(f"{event['id']} never arrived")


@pytest.fixture(scope="module")
def watched(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Watch the real clip once, served in real time by a real RTSP server: 140 s."""
    require_gstreamer()
    folder = tmp_path_factory.mktemp("visits")
    (folder / "broker").mkdir()
    with (
        RtspServer(material / CLIP) as camera,
        Mosquitto.shipped(folder / "broker") as broker,
        Subscriber(broker.port, folder / "got") as subscriber,
        Lookout(
            folder / "d",
            {
                "detector": {"type": "openvino", "model": str(material / MODEL)},
                "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "frames": True}},
                "cameras": {
                    "hall": {
                        "source": {"type": "rtsp", "url": camera.url},
                        "detect": {"fps": 5},
                        "presence": {"labels": ["person"]},
                    }
                },
                # As shipped: a worker killed for a slow first look would miss the first visit.
                "timing": {**AS_SHIPPED, "retry_first": 2},
            },
        ) as daemon,
    ):
        state = "lookout/box1/cameras/hall/state"
        subscriber.wait(lambda s: s.latest(state) == "online", 30)
        subscriber.wait(lambda s: "stalled" in s.all(state), 180)
        camera.kill()  # before it shows the clip again
        assert daemon.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(daemon, subscriber)
        messages = subscriber.messages
        frames = [message.json for message in messages if message.topic == FRAME]
        # The first pictures pass while the model loads; their indices tell how many.
        zero = frames[0]["captured_at"] - frames[0]["index"] / FPS
        yield Watched(daemon, messages, subscriber.events, zero)


@pytest.mark.material
@pytest.mark.broker
@pytest.mark.rtsp
def test_every_person_is_one_event(watched: Watched) -> None:
    """Six people come one after the other: six events, each new once and ended once."""
    assert_six_visits(watched.events, watched.zero)
    for event in watched.events:
        assert {thing["label"] for thing in event["objects"]} == {"person"}


@pytest.mark.material
@pytest.mark.broker
@pytest.mark.rtsp
def test_events_arrive_while_the_person_is_there(watched: Watched) -> None:
    """A subscriber hears of a person within seconds, with a picture, and decided on new frames."""
    news = [event for event in watched.events if event["type"] == "new"]
    for event, (come, gone) in zip(news, PRESENT, strict=True):
        assert event["media"]["snapshot"]
        assert come - BY_EYE <= watched.arrived_at(event) <= come + BY_EYE + 2 < gone
    ages = [event["frame"]["age_s"] for event in watched.events]
    assert all(age is not None and 0 <= age <= 2.0 for age in ages)
    assert float(np.median(ages)) < 0.5


@pytest.mark.material
@pytest.mark.broker
@pytest.mark.rtsp
def test_snapshots_show_the_person(watched: Watched, material: Path) -> None:
    """In the last snapshot of every event a detector finds a person where the event's box is.

    Only what lies inside the drawn box is shown to it, so that no annotation helps.
    """
    detector = OpenvinoDetector("check", OpenvinoConfig(model=material / MODEL))
    detector.load()
    shown: dict[str, dict[str, Any]] = {}
    for event in watched.events:
        if event["media"]["snapshot_frame"] == event["frame"]["index"]:
            shown[event["id"]] = event
    assert len(shown) == len(PRESENT)
    for event in shown.values():
        file = watched.lookout.state / "media" / event["media"]["snapshot"].lstrip("/")
        rgb = decoded(file)
        box = event["objects"][0]["box"]
        (found,) = detector.detect([Picture("hall", 0, inside(rgb, box, border=4))])
        people = [one for one in found if one.label == "person" and one.score >= 0.3]
        assert best(tuple(box), people) >= 0.5, file
    detector.close()


@pytest.mark.material
@pytest.mark.broker
@pytest.mark.rtsp
def test_every_message_keeps_its_schema(watched: Watched) -> None:
    """Whatever is published is valid by the schema it names, or one of the few plain words."""
    plain = {"availability": {"online", "offline"}, "state": {"connecting", "online", "stalled"}}
    named = set()
    for message in watched.messages:
        last = message.topic.rpartition("/")[2]
        if message.topic.endswith(("/detect/state", "/reason/state", "/rule/presence/state")):
            assert message.payload == "ON"
        elif message.topic == "lookout/box1/profile/state":
            assert message.payload == "home"
        elif last in plain:
            assert message.payload in plain[last] | {"disabled"}
        elif last == "snapshot":
            assert message.payload is None  # a JPEG is no text
        elif last != "selftest" and message.payload:
            assert faults(message.payload) == []
            named.add(message.json["schema"])
    assert named >= {f"lookout.{n}/1" for n in ("event", "frame", "camera", "objects", "stats")}
    topics = {message.topic for message in watched.messages}
    assert "lookout/box1/cameras/hall/snapshot" in topics
    assert "lookout/box1/events/hall/presence" in topics


@pytest.mark.material
def test_replay_of_the_real_clip_is_the_same_twice(material: Path, tmp_path: Path) -> None:
    """A recording replayed gives the six visits too, and the same bytes each time."""
    texts = []
    for run in ("first", "second"):
        out = tmp_path / f"{run}.jsonl"
        done = command(
            *("replay", str(material / CLIP), "--model", str(material / MODEL)),
            *("--fps", "5", "--jsonl", str(out), "--quiet"),
            within=300,
        )
        assert done.code == 0, done.err
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]
    assert_six_visits([json.loads(line) for line in texts[0].splitlines()], 0.0)


def test_replay_of_a_generated_clip_is_the_same_twice(
    visits: Visits, visits_clip: Path, tmp_path: Path
) -> None:
    """One event per visit, when the square comes and when it has gone; the same bytes twice."""
    config = cameras(tmp_path, {"yard": {"presence": {"hold": 0.5}}})
    media = tmp_path / "media"
    first = replayed(visits_clip, config, tmp_path / "a.jsonl", "--media", str(media))
    second = replayed(visits_clip, config, tmp_path / "b.jsonl", "--media", str(media))
    assert first == second
    events = read(first)
    news = [event for event in events if event["type"] == "new"]
    ends = [event for event in events if event["type"] == "end"]
    assert len(news) == len(ends) == visits.count
    for number, (new, end) in enumerate(zip(news, ends, strict=True)):
        come = visits.away + number * (visits.away + visits.there)
        assert new["id"] == end["id"] == f"box1-yard-{number + 1:06d}"
        assert new["started_at"] == pytest.approx(come, abs=0.3)
        assert end["ended_at"] == pytest.approx(come + visits.there, abs=0.3)
        assert end["end_reason"] == "left"
        assert new["clock"] == "media"
        assert (media / new["media"]["snapshot"].lstrip("/")).read_bytes()[:3] == b"\xff\xd8\xff"


def test_replay_starts_when_it_is_told_to(visits_clip: Path, tmp_path: Path) -> None:
    """`--start` moves every time by just that much, and changes nothing else."""
    config = cameras(tmp_path, {"yard": {"presence": {"hold": 0.5}}})
    start = 1_795_400_000
    plain = read(replayed(visits_clip, config, tmp_path / "a.jsonl"))
    moved = read(replayed(visits_clip, config, tmp_path / "b.jsonl", "--start", str(start)))
    assert len(plain) == len(moved)
    for one, other in zip(plain, moved, strict=True):
        for key in ("started_at", "updated_at", "ended_at"):
            if one[key] is None:
                assert other[key] is None
            else:
                assert other[key] - start == pytest.approx(one[key], abs=0.002)
        for key in ("id", "camera", "seq", "revision", "type", "objects", "reasoning"):
            assert one[key] == other[key]


def test_zones_are_entered_dwelt_in_and_left(
    visits: Visits, visits_clip: Path, tmp_path: Path
) -> None:
    """The second camera's zone shows in relations and updates of each event, the first has none."""
    right = [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]
    config = cameras(
        tmp_path,
        {
            "yard": {"presence": {"hold": 0.5}},
            "gate": {"presence": {"hold": 0.5}, "zones": {"drive": {"points": right}}},
        },
    )
    out = tmp_path / "gate.jsonl"
    first = replayed(visits_clip, config, out, "--camera", "gate")
    again = replayed(visits_clip, config, tmp_path / "again.jsonl", "--camera", "gate")
    assert first == again
    by_id: dict[str, list[dict[str, Any]]] = {}
    for event in read(first):
        by_id.setdefault(event["id"], []).append(event)
    assert len(by_id) == visits.count
    for number, revisions in enumerate(by_id.values()):
        come = visits.away + number * (visits.away + visits.there)
        zones = [event["objects"][0]["zones"] for event in revisions]
        assert zones[0] == []
        assert ["drive"] in zones
        (inside_,) = [r for r in revisions[-1]["relations"] if r["predicate"] == "inside"]
        assert inside_["object"] == "zone:drive"
        assert inside_["source"] == "geometry"
        assert inside_["since"] == pytest.approx(come + visits.there / 2, abs=0.5)
        assert inside_["until"] == pytest.approx(come + visits.there, abs=0.5)
        assert "drive" in revisions[-1]["explanation"]
    plain = read(replayed(visits_clip, config, tmp_path / "yard.jsonl", "--camera", "yard"))
    assert not any(r["predicate"] == "inside" for event in plain for r in event["relations"])


def assert_six_visits(events: list[dict[str, Any]], zero: float) -> None:
    """Assert that events tell of the six visits to the real clip, and of nothing else."""
    news = [event for event in events if event["type"] == "new"]
    ends = {event["id"]: event for event in events if event["type"] == "end"}
    told = [
        (round(new["started_at"] - zero, 1), round(ends[new["id"]]["ended_at"] - zero, 1))
        for new in news
        if new["id"] in ends
    ]
    assert len(news) == len(ends) == len(told) == len(PRESENT), told
    for (started, ended), (come, gone) in zip(told, PRESENT, strict=True):
        assert started == pytest.approx(come, abs=BY_EYE + 0.5), told
        assert ended == pytest.approx(gone, abs=BY_EYE + HOLD), told
    assert {end["end_reason"] for end in ends.values()} == {"left"}


def cameras(folder: Path, described: dict[str, dict[str, Any]]) -> Path:
    """Write a configuration whose cameras are replaced by a recording."""
    config = {
        "node": "box1",
        "detector": SCRIPTED,
        "cameras": {
            name: {"source": {"type": "rtsp", "url": "rtsp://10.0.0.7/stream"}, **camera}
            for name, camera in described.items()
        },
    }
    file = folder / "lookout.yaml"
    file.write_text(yaml.safe_dump(config))
    return file


def replayed(clip: Path, config: Path, out: Path, *more: str) -> bytes:
    """Replay a clip and return what was written."""
    done = command(
        "replay", str(clip), "-c", str(config), "--fps", "5", "--jsonl", str(out), "-q", *more
    )
    assert done.code == 0, done.err
    return out.read_bytes()


def read(text: bytes) -> list[dict[str, Any]]:
    """Read events."""
    return [json.loads(line) for line in text.splitlines()]


def decoded(file: Path) -> Rgb:
    """Decode a JPEG, with the decoder that the daemon's children use too."""
    with av.open(str(file)) as container:
        (frame,) = container.decode(video=0)
        return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def inside(rgb: Rgb, box: list[float], *, border: int) -> Rgb:
    """Keep only what lies inside a box, without its drawn border, and fit it for the model."""
    height, width = rgb.shape[:2]
    left, top = round(box[0] * width) + border, round(box[1] * height) + border
    right, bottom = round(box[2] * width) - border, round(box[3] * height) - border
    kept = np.full_like(rgb, 114)
    kept[top:bottom, left:right] = rgb[top:bottom, left:right]
    factor = min(416 / width, 416 / height, 1.0)
    size = (round(width * factor), round(height * factor))
    made = np.asarray(cv2.resize(kept, size, interpolation=cv2.INTER_AREA), np.uint8)
    made.setflags(write=False)
    return made
