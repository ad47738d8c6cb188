"""CPU time per look of the whole daemon, against Ultralytics' `predict` on the same OpenVINO model.

Both sides read the same clip again and again as fast as they can, on the same cores at the same
time, decode every picture of it and look at the same share of them, one in five or six, so that the
work for a look is the same however busy the machine is: Lookout as shipped (daemon, decoder child,
detector worker, tracker; journal on, no event), Ultralytics as `predict(stream=True)` in one
process, with the thresholds of Lookout. `tuned` gives it one thread for each of its libraries, and
OpenVINO the settings that Lookout uses; `tracked` is that with Ultralytics' ByteTrack, as Lookout
has its own; `shipped` leaves all that alone. In each window the CPU
time (user and system, all processes and threads) is divided by the looks of that side.

Needs the environment that `make test-torch` makes; LOOKOUT_TORCH_PYTHON names another's Python.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import processes
from benchmarks.following import MATERIAL
from benchmarks.listening import subscriber
from benchmarks.overhead import Floor, Mark, mark
from benchmarks.running import ROOT, Running, openvino

MODEL = MATERIAL / "models" / "yolo11n_int8_openvino"
PYTHON = Path(os.environ.get("LOOKOUT_TORCH_PYTHON", ROOT / ".venv-torch" / "bin" / "python"))

ROWS = {
    "tuned_1080p": ("towncentre_people_1080p.mp4", 30, 6, "tuned"),
    "tuned_480p": ("street_pedestrians_480p.mp4", 24, 5, "tuned"),
    "tracked_1080p": ("towncentre_people_1080p.mp4", 30, 6, "tracked"),
    "tracked_480p": ("street_pedestrians_480p.mp4", 24, 5, "tracked"),
    "shipped_1080p": ("towncentre_people_1080p.mp4", 30, 6, "shipped"),
}
"""Clip, its pictures per second, every how many are looked at, and how Ultralytics is set."""

WARM_UP = 5.0
WINDOW = 7.0
WINDOWS = 3
TARGET = 1.0


def measure() -> dict[str, Any]:
    """Run both side by side; return CPU milliseconds per look, and their ratio."""
    if not PYTHON.exists():
        sys.exit(f"{PYTHON}: no such file; run `make test-torch ARGS=--collect-only` first")
    rows = {name: _row(*row) for name, row in ROWS.items()}
    return {
        "model": MODEL.name,
        "ultralytics": _version(),
        "window_s": WINDOW,
        "windows": WINDOWS,
        **rows,
        "target_ratio": TARGET,
        "ok": all(row["ratio"] <= TARGET for row in rows.values()),
        "load_average": processes.load(),
    }


def _row(clip: str, rate: int, stride: int, how: str) -> dict[str, Any]:
    path = MATERIAL / "media" / clip
    with subscriber() as (heard, url), _predicting(path, stride, how) as peer:
        config = {
            "detector": openvino(MODEL),
            "stats_interval": WINDOW,
            "sinks": {"broker": {"type": "mqtt", "url": url}},
            # Nobody is a giraffe here: detected and tracked like everything else, but no event.
            "cameras": {
                "yard": {
                    "source": {"type": "file", "path": str(path), "loop": True},
                    "detect": {"fps": rate / stride},
                    "presence": {"labels": ["giraffe"]},
                }
            },
        }
        with Running(config) as lookout:
            lookout.wait(lambda: peer.done, what="the peer's first look")
            time.sleep(WARM_UP)
            marks = [mark(lookout, peer, heard) for _ in range(WINDOWS + 1)]
    windows = [_compare(before, after, stride) for before, after in pairwise(marks)]
    ratios = [window["ratio"] for window in windows]
    return {
        **{key: round(statistics.median(row[key] for row in windows), 3) for key in windows[0]},
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
    }


def _compare(before: Mark, after: Mark, stride: int) -> dict[str, float]:
    span = after.at - before.at
    used = {role: 1000 * (after.used[role] - before.used[role]) for role in after.used}
    looks = after.camera["detected"] - before.camera["detected"]
    theirs = {key: after.floor[key] - before.floor[key] for key in after.floor}
    ours_ms, theirs_ms = sum(used.values()) / looks, 1000 * theirs["cpu_s"] / theirs["looks"]
    decoded = after.camera["child_decoded"] - before.camera["child_decoded"]
    return {
        "ratio": ours_ms / theirs_ms,
        "lookout_ms_per_look": ours_ms,
        "ultralytics_ms_per_look": theirs_ms,
        **{f"{role}_ms_per_look": used[role] / looks for role in ("daemon", "child", "worker")},
        "lookout_looks_per_s": looks / span,
        "ultralytics_looks_per_s": theirs["looks"] / span,
        "lookout_decoded_per_look": decoded / looks,
        "ultralytics_decoded_per_look": float(stride),
        "ultralytics_objects_per_look": theirs["objects"] / theirs["looks"],
    }


@contextmanager
def _predicting(clip: Path, stride: int, how: str) -> Iterator[Floor]:
    with TemporaryDirectory(prefix="lookout-bench-") as name:
        # Ultralytics tells what a folder holds by how its name ends.
        model = Path(name) / "yolo11n_openvino_model"
        shutil.copytree(MODEL, model)
        process = subprocess.Popen(
            [
                *(str(PYTHON), "-m", "benchmarks.predicting", str(clip), str(model)),
                *(str(stride), how),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "YOLO_CONFIG_DIR": name},
        )
        try:
            yield Floor(process)
        finally:
            process.kill()
            process.wait()


def _version() -> str:
    command = [
        str(PYTHON),
        "-c",
        "from importlib.metadata import version as v; print(v('ultralytics'))",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
