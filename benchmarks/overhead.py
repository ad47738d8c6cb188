"""CPU time of the whole daemon over that of bare decoding and inference of the same clip.

Lookout is `lookout run` as shipped (daemon, decoder child, detector worker; journal on; MQTT 5 to
mosquitto): one 1080p camera at its own speed, five pictures per second to the detector. The floor
is `benchmarks.floor`: one process with the same packets, pace, conversion, thread settings and
model. Both run at the same time on the same cores, so whatever disturbs one disturbs the other;
CPU time (user and system, all processes) is compared window by window after a warm-up. The broker
is not counted. `path` is detection and tracking with nothing to report; `path_and_events` has an
event for every object, with revisions, snapshots, journal and media synced to disk, in a scene
that is never quiet.
"""

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from benchmarks import processes
from benchmarks.listening import Heard, subscriber
from benchmarks.running import ROOT, Running, file_camera, openvino
from benchmarks.scenery import Scenery, busy

FPS = 5.0
WARM_UP = 6.0
"""Seconds after which both have settled."""

PROCESSES = 3
WINDOW = 8.0
WINDOWS = 5
TRIES = 9
"""Windows at most; of those, `WINDOWS` in which the machine let both keep up."""

KEPT_UP = 0.96
"""Share of the pictures due that the floor must have inferred in a window."""

TARGET = 1.15


class Floor:
    """The floor's process, and how many pictures it has inferred."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        self.looks = 0
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise RuntimeError("the floor did not start")
        threading.Thread(target=self._count, args=(process.stdout,), daemon=True).start()

    def _count(self, lines: IO[bytes]) -> None:
        for _ in lines:
            self.looks += 1


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
            "stats_interval": 5,
            "sinks": {"broker": {"type": "mqtt", "url": url}},
            "cameras": {"yard": file_camera(scenery.clip, fps=FPS) | camera},
        }
        with Running(config) as lookout:
            lookout.wait(lambda: len(lookout.parts()) == PROCESSES, what="child and worker")
            lookout.wait(lambda: heard.about("/yard/objects"), what="the first counts")
            time.sleep(WARM_UP)
            windows, disturbed = _windows(lookout, floor, heard)
            lookout_looks = _looks(heard)
    ratios = [window["ratio"] for window in windows]
    medians = {key: round(statistics.median(row[key] for row in windows), 3) for key in windows[0]}
    return {
        **medians,
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
        "lookout_looks_per_s": lookout_looks,
        "windows_used": len(windows),
        "windows_disturbed": disturbed,
    }


def _windows(lookout: Running, floor: Floor, heard: Heard) -> tuple[list[dict[str, float]], int]:
    """Take windows until enough are good; one in which the floor fell behind is not."""
    good: list[dict[str, float]] = []
    bad: list[dict[str, float]] = []
    while len(good) < WINDOWS and len(good) + len(bad) < TRIES:
        window = _window(lookout, floor, heard)
        (good if window["floor_looks_per_s"] >= KEPT_UP * FPS else bad).append(window)
    return good or bad, len(bad)


def _looks(heard: Heard) -> float:
    """Return how many pictures per second Lookout has looked at, between first and last figures."""
    told = [message for _, message in heard.about("/stats") if "yard" in message["cameras"]]
    first, last = told[0], told[-1]
    looks = last["cameras"]["yard"]["detected"] - first["cameras"]["yard"]["detected"]
    return round(looks / max(1.0, last["at"] - first["at"]), 2)


def _window(lookout: Running, floor: Floor, heard: Heard) -> dict[str, float]:
    team = lookout.parts()
    revisions, looks = _revisions(heard), floor.looks
    pids = [*(part.pid for part in team), floor.pid]
    started, before = time.monotonic(), processes.cpu(pids)
    turns = {part.role: processes.switches(part.pid) for part in team}
    time.sleep(WINDOW)
    after = processes.cpu(pids)
    span = time.monotonic() - started
    used = {pid: 1000 * (after[pid] - before[pid]) / span for pid in pids}
    by_role = {
        f"{role}_ms_per_s": sum(used[part.pid] for part in team if part.role == role)
        for role in ("daemon", "child", "worker")
    }
    whole = sum(by_role.values())
    return {
        "ratio": whole / used[floor.pid],
        "lookout_ms_per_s": whole,
        "floor_ms_per_s": used[floor.pid],
        **by_role,
        **{
            f"{part.role}_switches_per_s": (processes.switches(part.pid) - turns[part.role]) / span
            for part in team
        },
        "revisions_per_s": (_revisions(heard) - revisions) / span,
        "floor_looks_per_s": (floor.looks - looks) / span,
    }


def _revisions(heard: Heard) -> int:
    return len(heard.about("/presence"))


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
