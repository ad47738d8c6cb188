"""Age of the newest picture when a reader hands it over: our own, libavformat, GStreamer.

The same sender (`benchmarks.camera`, 1080p H.264 at 25 pictures per second, RTSP over TCP on this
machine) serves each reader in turn, several rounds of it, each in a process of its own. The age is
from the last byte sent of a picture to the access unit in hand, before decoding, which costs the
same in all of them. Pictures are counted from the first one sent; every reader sees them all.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import processes
from benchmarks.camera import Camera
from benchmarks.scenery import numbered

COUNT = 200
WARM_UP = 60
"""Pictures that are not counted: our reader believes the marker after some of them."""

ROUNDS = 3
_HERE = Path(__file__).parent
READERS: Mapping[str, tuple[str, ...]] = {
    "own": (sys.executable, "-m", "benchmarks.reading", "own"),
    "libavformat": (sys.executable, "-m", "benchmarks.reading", "libav"),
    "gstreamer": ("/usr/bin/python3", str(_HERE / "gst_reading.py")),
}


def measure() -> dict[str, Any]:
    """Return ages in milliseconds by reader, and ours against GStreamer's."""
    ages: dict[str, list[float]] = {name: [] for name in READERS}
    with Camera(numbered()) as camera:
        for _ in range(ROUNDS):
            for name, command in READERS.items():
                ages[name] += _ages(camera, command)
        interval = 1000 / camera.fps
    rows = {name: _row(found, interval) for name, found in ages.items()}
    own, other = rows["own"]["age_p50_ms"], rows["gstreamer"]["age_p50_ms"]
    return {
        "stream": "1920x1080 H.264, 25/s, RTSP over TCP, sender on this machine",
        "rounds": ROUNDS,
        **rows,
        "allowed_p50_ms": round(1.05 * other + 1, 3),
        "within": own <= 1.05 * other + 1,
        "load_average": processes.load(),
    }


def _ages(camera: Camera, command: tuple[str, ...]) -> list[float]:
    done = subprocess.run(
        [*command, camera.url, str(COUNT)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
        cwd=_HERE.parent,
    )
    seen = json.loads(done.stdout)
    pairs = zip(seen[WARM_UP:], camera.sent[WARM_UP:], strict=False)
    return [1000 * (at - sent) for at, sent in pairs]


def _row(ages: list[float], interval: float) -> dict[str, float]:
    middle = statistics.median(ages)
    return {
        "pictures": len(ages),
        "age_p50_ms": round(middle, 3),
        "age_p99_ms": round(float(np.percentile(ages, 99)), 3),
        "intervals_held": round(middle / interval, 3),
    }
