"""CPU time of the whole daemon over that of bare decoding and inference of the same clip.

Lookout is `lookout run` as shipped (daemon, decoder child, detector worker; journal on; MQTT 5 to
mosquitto): one 1080p camera at its own speed, five pictures per second to the detector. The floor
is `benchmarks.floor`: one process with the same packets, pace, conversion, thread settings and
model. Both run at the same time on the same cores, so whatever disturbs one disturbs the other.

In each window after a warm-up the floor tells what one decoded picture and one look (conversion
and inference) cost it; the ratio is Lookout's CPU time (user and system, all its processes) over
what the pictures that *it* has decoded and looked at in that window would have cost the floor. So
a side that falls behind on a crowded machine gains nothing by it. The broker is not counted.

`path` is detection and tracking with nothing to report; `path_and_events` has an event for every
object, with revisions, snapshots, journal and media synced to disk, in a scene that is never quiet.
"""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks import processes
from benchmarks.listening import Heard, subscriber
from benchmarks.running import ROOT, Running, file_camera, openvino
from benchmarks.scenery import Scenery, busy

FPS = 5.0
WARM_UP = 6.0
"""Seconds after which both have settled."""

WINDOW = 8.0
WINDOWS = 5
TARGET = 1.15


class Floor:
    """The floor's process and what it last said."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._output = process.stdout
        self.done: dict[str, float] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._output or ():
            self.done = json.loads(line)


def measure() -> dict[str, Any]:
    """Run both side by side; return CPU milliseconds per second of video, and their ratio."""
    scenery = busy()
    # Nobody is a giraffe here: detected and tracked like everything else, but no event.
    rows = {
        "path": _row(scenery, {"presence": {"labels": ["giraffe"]}}),
        "path_and_events": _row(scenery, {}),
    }
    return {
        "scenery": scenery.describe(),
        "detections_per_s": FPS,
        "window_s": WINDOW,
        "windows": WINDOWS,
        **rows,
        "target_ratio": TARGET,
        "ok": rows["path"]["ratio"] <= TARGET,
        "ok_with_events": rows["path_and_events"]["ratio"] <= TARGET,
        "load_average": processes.load(),
    }


def _row(scenery: Scenery, camera: dict[str, Any]) -> dict[str, Any]:
    with subscriber() as (heard, url), _floor(scenery) as floor:
        config = {
            "detector": openvino(scenery.model),
            "stats_interval": 1,
            "sinks": {"broker": {"type": "mqtt", "url": url}},
            "cameras": {"yard": file_camera(scenery.clip, fps=FPS) | camera},
        }
        with Running(config) as lookout:
            lookout.wait(lambda: _figures(heard).get("detected"), what="the first look")
            lookout.wait(lambda: floor.done, what="the floor's first look")
            time.sleep(WARM_UP)
            marks = [mark(lookout, floor, heard)]
            for _ in range(WINDOWS):
                time.sleep(WINDOW)
                marks.append(mark(lookout, floor, heard))
    windows = [_compare(before, after) for before, after in pairwise(marks)]
    ratios = [window["ratio"] for window in windows]
    return {
        **{key: round(statistics.median(row[key] for row in windows), 3) for key in windows[0]},
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
    }


@dataclass(frozen=True, slots=True)
class Mark:
    """Both sides at one moment."""

    at: float
    used: dict[str, float]
    """CPU seconds by role."""

    camera: dict[str, float]
    revisions: int
    floor: dict[str, float]


def mark(lookout: Running, floor: Floor, heard: Heard) -> Mark:
    """Wait for the next figures and note what has been used until then."""
    count = len(heard.about("/stats"))
    lookout.wait(lambda: len(heard.about("/stats")) > count, what="figures")
    team = lookout.parts()
    used = processes.cpu(part.pid for part in team)
    by_role = {part.role: used[part.pid] for part in team}
    revisions = len(heard.about("/presence"))
    return Mark(time.monotonic(), by_role, _figures(heard), revisions, floor.done)


def _figures(heard: Heard) -> dict[str, float]:
    told = heard.about("/stats")
    found: dict[str, float] = told[-1][1]["cameras"].get("yard", {}) if told else {}
    return found


def _compare(before: Mark, after: Mark) -> dict[str, float]:
    span = after.at - before.at
    used = {role: 1000 * (after.used[role] - before.used[role]) / span for role in after.used}
    bare = {key: after.floor[key] - before.floor[key] for key in after.floor}
    decode = 1000 * bare["decode_s"] / bare["decoded"]
    look = 1000 * bare["look_s"] / bare["looks"]
    decoded = (after.camera["child_decoded"] - before.camera["child_decoded"]) / span
    looks = (after.camera["detected"] - before.camera["detected"]) / span
    floor = decoded * decode + looks * look
    whole = sum(used.values())
    return {
        "ratio": whole / floor,
        "lookout_ms_per_s": whole,
        "floor_ms_per_s": floor,
        **{f"{role}_ms_per_s": used[role] for role in ("daemon", "child", "worker")},
        "decoded_per_s": decoded,
        "looks_per_s": looks,
        "floor_decode_ms": decode,
        "floor_look_ms": look,
        "revisions_per_s": (after.revisions - before.revisions) / span,
    }


@contextmanager
def _floor(scenery: Scenery) -> Iterator[Floor]:
    command = [sys.executable, "-m", "benchmarks.floor"]
    process = subprocess.Popen(
        [*command, str(scenery.clip), str(scenery.model), str(FPS)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield Floor(process)
    finally:
        process.kill()
        process.wait()
