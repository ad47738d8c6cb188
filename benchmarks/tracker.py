"""Times our ByteTrack and the `trackers` package's side by side on the same made-up detections.

Both follow the same crowds in the same process, block by block in turn, so that a busy machine
slows both. A figure is the median over all frames after warm-up. The package is timed without the
making of its `supervision.Detections`, ours with the making of its `Track` values.

    python benchmarks/tracker.py --json tracker.json
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from detectors import Detections
from detectors.bytetrack import ByteConfig, ByteTracker

CROWDS = (5, 20, 100)
FPS = 25.0
BLOCK = 50
"""Frames one tracker handles before the other has its turn."""

BLOCKS = 8
WARM_UP = 25
TARGET = 1 / 3
"""Share of the package's time that ours may take, from `TARGET_FROM` objects on."""

TARGET_FROM = 20
"""Objects. With fewer both mostly pay for the number of numpy's calls; that is only reported."""

ROOT = Path(__file__).resolve().parent.parent


def measure() -> dict[str, Any]:
    """Time both trackers; return times in microseconds per frame, ratios, machine and commit."""
    crowds = {str(count): _compare(count) for count in CROWDS}
    return {
        "benchmark": "tracker",
        "unit": "us/frame, median",
        "fps": FPS,
        "crowds": crowds,
        "target_ratio": TARGET,
        "target_from": TARGET_FROM,
        "ok": all(
            crowds[str(count)]["ratio"] <= TARGET for count in CROWDS if count >= TARGET_FROM
        ),
        "machine": _machine(),
        "commit": _commit(),
    }


def _compare(count: int) -> dict[str, float]:
    frames = list(_crowd(count, WARM_UP + BLOCK * BLOCKS))
    update = {"ours": _ours(), "package": _package()}
    times: dict[str, list[float]] = {name: [] for name in update}
    for at, found in frames[:WARM_UP]:
        for follow in update.values():
            follow(at, found)
    for start in range(WARM_UP, len(frames), BLOCK):
        for name, follow in update.items():
            times[name] += [follow(at, found) for at, found in frames[start : start + BLOCK]]
    ours, package = (1e6 * statistics.median(times[name]) for name in ("ours", "package"))
    return {
        "ours_us": round(ours, 1),
        "ours_p95_us": round(1e6 * float(np.percentile(times["ours"], 95)), 1),
        "package_us": round(package, 1),
        "package_p95_us": round(1e6 * float(np.percentile(times["package"], 95)), 1),
        "ratio": round(ours / package, 3),
        "share_of_real_time": round(ours * FPS / 1e6, 5),
    }


def _crowd(count: int, frames: int) -> Iterator[tuple[float, Detections]]:
    """Let people wander and bounce off the edges; one in twenty is missed, scores vary."""
    random = np.random.default_rng(count)
    # Denser crowds are farther away: the picture stays about equally full.
    height = 0.35 * min(1.0, (8 / count) ** 0.5)
    size = np.column_stack((np.full(count, height * 0.25), np.full(count, height)))
    place = random.uniform(0.2, 0.8, (count, 2))
    speed = random.uniform(-0.08, 0.08, (count, 2))
    for frame in range(frames):
        place = place + speed / FPS
        speed = np.where((place < 0.1) | (place > 0.9), np.sign(0.5 - place) * abs(speed), speed)
        centre = place + random.normal(0, 0.03, (count, 2)) * size
        boxes = np.clip(np.hstack((centre - size / 2, centre + size / 2)), 0, 1)
        score = random.uniform(0.3, 1.0, count)
        order = np.argsort(-score)[random.random(count) > 0.05]
        yield (
            frame / FPS,
            Detections(
                boxes[order].astype(np.float32),
                score[order].astype(np.float32),
                ("person",) * len(order),
            ),
        )


def _ours() -> Callable[[float, Detections], float]:
    tracker = ByteTracker("benchmark", ByteConfig())

    def follow(at: float, found: Detections) -> float:
        start = time.perf_counter()
        tracker.update(at, found)
        return time.perf_counter() - start

    return follow


def _package() -> Callable[[float, Detections], float]:
    with warnings.catch_warnings():
        # Its own deprecations, said while it is imported.
        warnings.simplefilter("ignore")
        import supervision as sv  # noqa: PLC0415 (half a second, and only here)
        from trackers import ByteTrackTracker  # noqa: PLC0415 (as above)
    config = ByteConfig()
    tracker = ByteTrackTracker(
        frame_rate=FPS,
        lost_track_buffer=int(config.keep * 30),
        track_activation_threshold=config.start_score,
        high_conf_det_threshold=config.high_score,
    )

    def follow(_: float, found: Detections) -> float:
        seen = sv.Detections(
            xyxy=found.xyxy.astype(np.float64) * 1000,
            confidence=found.score,
            class_id=np.zeros(len(found), int),
        )
        start = time.perf_counter()
        tracker.update(seen)
        return time.perf_counter() - start

    return follow


def _machine() -> dict[str, str | int | None]:
    packages = ("numpy", "lap", "trackers", "supervision")
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return git.stdout.strip() or "unknown"


def main() -> None:
    """Measure, print a table, write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    path: Path | None = parser.parse_args().json
    result = measure()
    print(f"{'tracks':>7} {'ours us':>9} {'p95':>9} {'package us':>11} {'p95':>9} {'ratio':>7}")
    for count, row in result["crowds"].items():
        print(
            f"{count:>7} {row['ours_us']:>9} {row['ours_p95_us']:>9} {row['package_us']:>11} "
            f"{row['package_p95_us']:>9} {row['ratio']:>7}"
        )
    print("target holds" if result["ok"] else f"target missed: ratio above {TARGET:.3f}")
    if path:
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
