"""CPU time of the whole daemon over that of bare decoding and inference of the same clip.

Lookout is `lookout run` as shipped (daemon, decoder child, detector worker; journal on; MQTT 5 to
mosquitto): one 1080p camera at its own speed, five pictures per second to the detector. The floor
is `benchmarks.floor`: one process with the same packets, pace, thread settings and model. Both run
at the same time on the same cores, so whatever disturbs one disturbs the other; CPU time (user and
system, all processes) is compared window by window after a warm-up. The broker is not counted.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import processes
from benchmarks.listening import Heard, subscriber
from benchmarks.running import ROOT, Running, file_camera, openvino
from benchmarks.scenery import Scenery, busy

FPS = 5.0
WARM_UP = 6.0
"""Seconds after which both have settled."""

WINDOW = 10.0
WINDOWS = 5
TARGET = 1.15


def measure() -> dict[str, Any]:
    """Run both side by side; return CPU milliseconds per second of video, and their ratio."""
    scenery = busy()
    with subscriber() as (heard, url), _floor(scenery) as floor:
        config = {
            "detector": openvino(scenery.model),
            "sinks": {"broker": {"type": "mqtt", "url": url}},
            "cameras": {"yard": file_camera(scenery.clip, fps=FPS)},
        }
        with Running(config) as lookout:
            lookout.wait(lambda: heard.about("/objects"), what="the first counts")
            time.sleep(WARM_UP)
            rows = [_window(lookout, floor.pid, heard) for _ in range(WINDOWS)]
    ratios = [row["ratio"] for row in rows]
    result: dict[str, Any] = {
        key: round(statistics.median(row[key] for row in rows), 3) for key in rows[0]
    }
    return {
        "scenery": scenery.describe(),
        "detections_per_s": FPS,
        "window_s": WINDOW,
        "windows": WINDOWS,
        **result,
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
        "target_ratio": TARGET,
        "ok": result["ratio"] <= TARGET,
        "load_average": processes.load(),
    }


def _window(lookout: Running, floor: int, heard: Heard) -> dict[str, float]:
    team = lookout.parts()
    revisions = len(heard.about(""))
    pids = [*(part.pid for part in team), floor]
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
        "ratio": whole / used[floor],
        "lookout_ms_per_s": whole,
        "floor_ms_per_s": used[floor],
        **by_role,
        **{
            f"{part.role}_switches_per_s": (processes.switches(part.pid) - turns[part.role]) / span
            for part in team
        },
        "messages_per_s": (len(heard.about("")) - revisions) / span,
    }


@contextmanager
def _floor(scenery: Scenery) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "benchmarks.floor"]
    process = subprocess.Popen(
        [*command, str(scenery.clip), str(scenery.model), str(FPS)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise RuntimeError("the floor did not start")
        yield process
    finally:
        process.kill()
        process.wait()
