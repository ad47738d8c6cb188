"""Clips of events, from the camera to the disk: whole, masked, and from before the event."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiomqtt
import av
import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import PATIENT, Lookout
from rig.model_server import ModelServer
from rig.red import MASK, Red, jpeg, pictures, red
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.subscriber import Subscriber

from reasoners.testing import Asked

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

BEFORE, AFTER = 1.5, 1.0
AWAY = 3.0
"""Seconds between visits: no clip reaches from one into another."""

CAMERAS = ("plain", "masked", "turned", "both", "lost")
LARGE = (640, 480)


@dataclass(frozen=True)
class Run:
    """What one run left behind."""

    media: Path
    events: list[dict[str, Any]]
    asked: list[Asked]
    snapshots: dict[str, bytes]
    """By camera, as the broker keeps them."""

    def last(self, camera: str) -> list[dict[str, Any]]:
        """Return the last revision of each of a camera's events."""
        found = {event["id"]: event for event in self.events if event["camera"] == camera}
        return list(found.values())

    def clip(self, event: dict[str, Any]) -> Path:
        """Return the file of an event's clip."""
        return self.media / str(event["media"]["clip"]).lstrip("/")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Watch a red block through four cameras, one of which is lost in the middle of a visit."""
    require_gstreamer()
    folder = tmp_path_factory.mktemp("clips")
    clip = Red(count=3, away=AWAY).write(folder / "red.mp4")
    (folder / "broker").mkdir()
    filmed: dict[str, dict[str, Any]] = {
        "clips": {"enabled": True, "before": BEFORE, "after": AFTER},
        "presence": {"hold": 0.5},
        "detect": {"fps": 5},
    }
    with (
        Mosquitto.shipped(folder / "broker") as broker,
        Subscriber(broker.port, folder / "got") as subscriber,
        ModelServer() as model,
        RtspServer(clip) as there,
        RtspServer(clip) as away,
        RtspServer(
            Red(count=3, away=AWAY, width=640, height=480).write(folder / "large.mp4")
        ) as large,
    ):
        source = {"type": "rtsp", "url": there.url}
        config = {
            "reasoner": {"type": "openai", "url": model.url, "model": "m", "deadline": "5s"},
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
            "timing": {**PATIENT, "camera_lost": 2.5},
            "cameras": {
                "plain": {"source": source, **filmed, "clips": {**filmed["clips"], "lock": "info"}},
                "masked": {"source": source, **filmed, "privacy": [MASK]},
                "turned": {"source": source, **filmed, "privacy": [MASK], "rotate": 90},
                "both": {
                    "source": source,
                    "main": {"type": "rtsp", "url": large.url},
                    **filmed,
                    "privacy": [MASK],
                },
                "lost": {
                    "source": {"type": "rtsp", "url": away.url, "read_timeout": 1.5},
                    **filmed,
                    "privacy": [MASK],
                },
            },
        }
        with Lookout(folder, config) as lookout:
            subscriber.wait(lambda s: any(e["camera"] == "lost" for e in s.events), 120)
            away.kill()
            subscriber.wait(lambda s: all(filmed_by(s, name) for name in CAMERAS), 120)
            subscriber.wait(lambda s: any(e["end_reason"] == "camera_lost" for e in s.events), 60)
            # The first may have come before the main stream was open.
            subscriber.wait(lambda s: len(filmed_by(s, "both")) > 1, 120)
            assert lookout.stop() == 0
            subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
            check(lookout, subscriber, lost_children=True)
        yield Run(
            lookout.state / "media",
            lookout.events(),
            model.requests,
            asyncio.run(retained(broker.port)),
        )


def filmed_by(subscriber: Subscriber, camera: str) -> set[str]:
    """Return the events of a camera that have their clip."""
    return {e["id"] for e in subscriber.events if e["camera"] == camera and e["media"]["clip"]}


async def retained(port: int) -> dict[str, bytes]:
    """Read the snapshots that the broker keeps."""
    found: dict[str, bytes] = {}
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("lookout/box1/cameras/+/snapshot")
        async with asyncio.timeout(10):
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                found[message.topic.value.split("/")[3]] = message.payload
                if len(found) == len(CAMERAS):
                    return found
    return found


@pytest.mark.parametrize("camera", ["plain", "masked", "turned"])
def test_a_clip_goes_from_before_the_event_until_after_it(run: Run, camera: str) -> None:
    """Its first picture came before the visitor, its last after; the record says when it began."""
    event = next(event for event in run.last(camera) if event["media"]["clip"])
    assert (event["type"], event["end_reason"]) == ("end", "left")
    begins = event["media"]["clip_started_at"]
    assert event["started_at"] - BEFORE - 1.2 <= begins <= event["started_at"] - BEFORE + 0.15
    with av.open(str(run.clip(event))) as container:
        frames = [
            (begins + (frame.time or 0.0), frame.to_ndarray(format="gray").max() > 240)
            for frame in container.decode(video=0)
        ]
    assert not frames[0][1]
    assert not frames[-1][1]
    seen = [at for at, bright in frames if bright]
    # Detection looks five times a second, and on a busy machine less often.
    assert abs(seen[0] - event["started_at"]) < BEFORE
    assert frames[-1][0] >= event["ended_at"]
    steps = [later - sooner for (sooner, _), (later, _) in pairwise(frames)]
    assert max(steps) <= 0.25


def test_clips_are_locked_where_that_is_asked(run: Run) -> None:
    """The mark lies beside the clip of that camera's events, and of no others."""
    for camera in CAMERAS:
        clips = [run.clip(event) for event in run.last(camera) if event["media"]["clip"]]
        marks = {(clip.parent / "locked").exists() for clip in clips}
        assert marks == {camera == "plain"}


def test_a_lost_camera_leaves_what_it_sent(run: Run) -> None:
    """Its clip ends with it, plays, and begins before the event; the event ends as ever."""
    (event,) = run.last("lost")
    assert (event["type"], event["end_reason"]) == ("end", "camera_lost")
    assert event["media"]["clip_started_at"] < event["started_at"]
    with av.open(str(run.clip(event))) as container:
        frames = list(container.decode(video=0))
    assert len(frames) > 5
    told = [e for e in run.events if e["id"] == event["id"] and e["media"]["clip"]]
    assert len({e["media"]["clip"] for e in told}) == 1


def test_pictures_and_clips_come_from_the_main_stream(run: Run) -> None:
    """Detection looks at the small one; what is kept is large."""
    events = {event["id"] for event in run.events if event["camera"] == "both"}
    sizes = {
        path.suffix: (picture.shape[1], picture.shape[0])
        for path, picture in pictures(run.media)
        if path.parent.name in events and picture.shape[1] == LARGE[0]
    }
    assert sizes == {".jpg": LARGE, ".mp4": LARGE}


@pytest.mark.fault("F56")
def test_f56_no_masked_pixel_leaves_the_child(run: Run) -> None:
    """The red block under the mask is in no file, no message and no question; without one it is."""
    leaked = shown = 0
    cameras = {event["id"]: event["camera"] for event in run.events}
    suffixes = set()
    for path, picture in pictures(run.media):
        found = red(picture)
        if cameras[path.parent.name] == "plain":
            shown += found > 100
        else:
            suffixes.add(path.suffix)
            leaked += found
    assert suffixes == {".jpg", ".mp4"}
    assert shown > 20
    for camera, data in run.snapshots.items():
        found = red(jpeg(data))
        assert (found > 100) == (camera == "plain")
    asked = Counter(
        ("camera plain" in json.dumps(request.body), red(jpeg(data)) > 0)
        for request in run.asked
        for data in images(request)
    )
    assert asked[True, True] >= 1
    assert asked[False, False] >= 1
    assert asked[False, True] == 0
    assert leaked == 0


def images(asked: Asked) -> Iterator[bytes]:
    """Return every picture that a model was asked about in one request."""
    for message in asked.body.get("messages", ()):
        parts = message["content"] if isinstance(message["content"], list) else ()
        for part in parts:
            if part["type"] == "image_url":
                yield base64.b64decode(part["image_url"]["url"].partition("base64,")[2])
