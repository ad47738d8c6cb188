"""Memory of daemon, decoder children and worker, with one to four 1080p cameras.

PSS (proportional set size) in MB, after a settled while, of `lookout run` as shipped: journal on,
MQTT, OpenVINO in the worker, five detections per second and camera, snapshots being made. The slope
is what one more camera adds to all processes together. `busy` are cameras with events and
pictures; in `quiet`, one camera whose objects are nobody's business: no event, no picture made.
"""

import statistics
import time
from typing import Any

import numpy as np

from benchmarks import processes
from benchmarks.listening import Heard, subscriber
from benchmarks.running import Running, file_camera, openvino
from benchmarks.scenery import busy

CAMERAS = (1, 2, 4)
SETTLE = 12.0
"""Seconds after the first counts of every camera."""

TARGETS = {"daemon": 150.0, "child": 70.0}


def measure() -> dict[str, Any]:
    """Return PSS by role and number of cameras, and the slope."""
    scenery = busy()
    rows = {count: _row(count, {}) for count in CAMERAS}
    quiet = _row(1, {"presence": {"labels": ["giraffe"]}})
    slope = np.polyfit(CAMERAS, [rows[count]["all_mb"] for count in CAMERAS], 1)[0]
    daemon = np.polyfit(CAMERAS, [rows[count]["daemon_mb"] for count in CAMERAS], 1)[0]
    first = rows[CAMERAS[0]]
    return {
        "scenery": scenery.describe(),
        "malloc": "as shipped: two arenas; mmap and trim thresholds of 768 KiB and 1 MiB in "
        "children, 128 KiB in the worker; glibc's defaults in the daemon",
        "quiet": quiet,
        "cameras": {str(count): row for count, row in rows.items()},
        "slope_all_mb_per_camera": round(float(slope), 1),
        "slope_daemon_mb_per_camera": round(float(daemon), 2),
        "target_daemon_mb": TARGETS["daemon"],
        "target_child_mb": TARGETS["child"],
        "ok": all(first[f"{role}_mb"] <= target for role, target in TARGETS.items()),
        "ok_quiet": all(quiet[f"{role}_mb"] <= target for role, target in TARGETS.items()),
    }


def _row(count: int, more: dict[str, Any]) -> dict[str, Any]:
    scenery = busy()
    names = [f"camera{number}" for number in range(count)]
    with subscriber() as (heard, url):
        config = {
            "detector": openvino(scenery.model),
            "stats_interval": 1,
            "sinks": {"broker": {"type": "mqtt", "url": url}},
            "cameras": {name: file_camera(scenery.clip) | more for name in names},
        }
        with Running(config) as lookout:
            lookout.wait(lambda: _all_look(heard, names), 120, what="looks at every camera")
            before = lookout.parts()
            time.sleep(SETTLE)
            disturbed = lookout.parts() != before
            held = [(part.role, processes.pss(part.pid)) for part in lookout.parts()]
            private = [processes.private(part.pid) for part in lookout.parts("child")]
    by_role = {
        role: [size for known, size in held if known == role]
        for role in ("daemon", "child", "worker")
    }
    return {
        **{f"{role}_mb": round(statistics.mean(sizes), 1) for role, sizes in by_role.items()},
        "child_private_mb": round(statistics.mean(private), 1),
        "all_mb": round(sum(size for _, size in held), 1),
        "restarts_meanwhile": disturbed,
    }


def _all_look(heard: Heard, names: list[str]) -> bool:
    told = heard.about("/stats")
    return bool(told) and all(told[-1][1]["cameras"][name]["detected"] for name in names)
