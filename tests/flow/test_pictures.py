"""F64: pictures and clips are of the frames they are said to be, or there are none."""

import json
import signal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from rig.accounts import check
from rig.clip import Clip
from rig.lookout import PATIENT, SCRIPTED, Lookout
from rig.red import jpeg
from rig.rtsp_server import RtspServer, require_gstreamer

from sources.testing import read

pytestmark = pytest.mark.rtsp

KILLS = 2
FRAMES = 400


@pytest.mark.fault("F64")
def test_f64_no_picture_is_of_another_frame(tmp_path: Path) -> None:
    """With a slow detector, one decoded frame kept and children killed, none is wrong.

    Each event comes all the same, with the picture of its frame or with none. Clips show what came
    in order, from before the event on.
    """
    require_gstreamer()
    clip = Clip(frames=FRAMES, gop=25, crossing=20.0)
    record = tmp_path / "seen"
    config = {
        "detector": {**SCRIPTED, "record": str(record), "delay": 0.15, "brightness": 200},
        "timing": PATIENT,
        "cameras": {
            "yard": {
                "source": {"type": "rtsp", "url": ""},
                "detect": {"fps": 10},
                "presence": {"hold": 0.3},
                "kept": 1,
                "clips": {"enabled": True, "before": 0.5, "after": 0.2},
            }
        },
    }
    with RtspServer(clip.write(tmp_path / "clip.mp4")) as server:
        config["cameras"]["yard"]["source"]["url"] = server.url  # type: ignore[index]
        with Lookout(tmp_path / "run", config) as lookout:
            lookout.wait_for_log("yard: online", 120)
            for number in range(KILLS):
                lookout.wait(partial(later_than, lookout, number), 120, "a new event")
                lookout.children("sources.child")[0].send_signal(signal.SIGKILL)
            lookout.wait(lambda: begun(lookout) > KILLS and filmed(lookout) >= KILLS, 120, "clips")
            assert lookout.stop() == 0
            check(lookout, lost_children=True)
            events, media = lookout.events(), lookout.state / "media"
    seen = {row["index"]: row["truth"] for row in map(json.loads, record.read_text().splitlines())}
    shown = wrong = 0
    for event in events:
        frame = event["media"]["snapshot_frame"]
        if event["media"]["snapshot"]:
            shown += 1
            picture = jpeg((media / event["media"]["snapshot"].lstrip("/")).read_bytes())
            wrong += list(read(picture) or ()) != seen[frame]
    assert shown >= KILLS
    assert wrong == 0
    for event in {event["id"]: event for event in events if event["media"]["clip"]}.values():
        numbers = pictures(media / event["media"]["clip"].lstrip("/"))
        assert all(later == sooner + 1 for sooner, later in pairwise(numbers))
        assert event["media"]["clip_started_at"] <= event["started_at"]


def begun(lookout: Lookout) -> int:
    """Count the events so far."""
    return len({event["id"] for event in lookout.events()})


def later_than(lookout: Lookout, number: int) -> bool:
    """Tell whether there were more events than so many."""
    return begun(lookout) > number


def filmed(lookout: Lookout) -> int:
    """Count the events that have a clip."""
    return len({event["id"] for event in lookout.events() if event["media"]["clip"]})


def pictures(path: Path) -> list[Any]:
    """Read which pictures a clip shows."""
    with av.open(str(path)) as container:
        found = [
            read(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            for frame in container.decode(video=0)
        ]
    assert all(found)
    return [which[1] for which in found if which]
