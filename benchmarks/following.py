"""Looks and events when the rate of looks follows the tracks, against looks at a fixed rate.

Each clip is replayed twice with the same model, at five looks per second of the recording: with
`rate: fixed` and with `rate: tracks`. `saving` counts looks; `saving_of_cpu` is the CPU time of the
detector's worker (user and system), less what it takes to load the model and look once, which is
measured by itself; `saving_of_all_cpu` is that of all processes, decoding and starting included.
Events of both runs are paired one to one, by label and overlap in time; F1 says how many have a
partner.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import yaml

from benchmarks import processes
from benchmarks.running import ROOT, openvino

CLIPS = (
    "intel_one-by-one-person",
    "street_pedestrians_480p",
    "suburb_road_640",
    "courtyard_pedestrians_626",
)
MATERIAL = Path(os.environ.get("LOOKOUT_MATERIAL", ROOT.parent / "shared"))
MODEL = MATERIAL / "models" / "yolox_nano.onnx"
SHORT, SELDOM = "intel_parking_person-bicycle-car_gif480.mp4", 0.1
"""A clip of 3 s, and looks per second of which it gets one."""

FPS = 5.0
TARGET_SAVING = 1.5
TARGET_F1 = 0.98

Spell = tuple[str, float, float]
"""Label, start and end of an event."""


def measure() -> dict[str, Any]:
    """Replay each clip twice; return looks and F1 per clip and over all."""
    clips, looks, paired, events = {}, [0, 0], 0, 0
    worker, whole = [0.0, 0.0], [0.0, 0.0]
    load = _replay(MATERIAL / "media" / SHORT, "fixed", fps=SELDOM)[0]["worker_cpu_s"]
    for clip in CLIPS:
        path = MATERIAL / "media" / f"{clip}.mp4"
        fixed, reference = _replay(path, "fixed")
        followed, found = _replay(path, "tracks")
        both = pairs(reference, found)
        counts = fixed["frames"], followed["frames"]
        clips[clip] = {
            "looks_fixed": counts[0],
            "looks_tracks": counts[1],
            "saving": round(counts[0] / counts[1], 3),
            "events_fixed": len(reference),
            "events_tracks": len(found),
            "f1": round(2 * both / max(1, len(reference) + len(found)), 4),
            "worker_cpu_s_fixed": round(fixed["worker_cpu_s"] - load, 2),
            "worker_cpu_s_tracks": round(followed["worker_cpu_s"] - load, 2),
        }
        looks = [total + count for total, count in zip(looks, counts, strict=True)]
        for number, run in enumerate((fixed, followed)):
            worker[number] += run["worker_cpu_s"] - load
            whole[number] += run["all_cpu_s"]
        paired, events = paired + both, events + len(reference) + len(found)
    saving, f1 = looks[0] / looks[1], 2 * paired / events
    return {
        "looks_per_s": FPS,
        **clips,
        "saving": round(saving, 3),
        "saving_of_cpu": round(worker[0] / worker[1], 3),
        "saving_of_all_cpu": round(whole[0] / whole[1], 3),
        "loading_cpu_s": round(load, 2),
        "f1": round(f1, 4),
        "target_saving": TARGET_SAVING,
        "target_f1": TARGET_F1,
        "ok": worker[0] / worker[1] >= TARGET_SAVING and f1 >= TARGET_F1,
        "load_average": processes.load(),
    }


def pairs(reference: list[Spell], found: list[Spell]) -> int:
    """Count the events that have a partner of the same label at the same time, best first."""
    overlaps = sorted(
        (
            (min(a[2], b[2]) - max(a[1], b[1]), i, j)
            for i, a in enumerate(reference)
            for j, b in enumerate(found)
            if a[0] == b[0] and min(a[2], b[2]) > max(a[1], b[1])
        ),
        reverse=True,
    )
    ours: set[int] = set()
    theirs: set[int] = set()
    for _, i, j in overlaps:
        if i not in ours and j not in theirs:
            ours.add(i)
            theirs.add(j)
    return len(ours)


def _replay(clip: Path, rate: str, *, fps: float = FPS) -> tuple[dict[str, Any], list[Spell]]:
    with tempfile.TemporaryDirectory(prefix="lookout-bench-") as name:
        folder = Path(name)
        config, events, log = folder / "lookout.yaml", folder / "events.jsonl", folder / "log"
        camera = {"source": {"type": "file"}, "detect": {"fps": fps, "rate": rate}}
        config.write_text(yaml.safe_dump({"detector": openvino(MODEL), "cameras": {"c": camera}}))
        command = [sys.executable, "-m", "daemon", "replay", str(clip), "--config", str(config)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with log.open("wb") as said:
            process = subprocess.Popen(
                [*command, "--jsonl", str(events), "--quiet", "--log-level", "debug"],
                cwd=ROOT,
                stdout=said,
                stderr=said,
            )
            worker = _watch(process)
        text = log.read_text(errors="replace")
        if process.returncode:
            raise RuntimeError(text[-2000:])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        accounts = [line for line in text.splitlines() if "accounts: {" in line][-1]
        figures = json.loads(accounts.partition("accounts: ")[2])["detectors"]["detector"]
        latest = {event["id"]: event for event in map(json.loads, events.read_text().splitlines())}
        spells = [
            (event["objects"][0]["label"], event["started_at"], event["ended_at"])
            for event in latest.values()
        ]
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {**figures, "worker_cpu_s": worker, "all_cpu_s": used}, spells


def _watch(process: "subprocess.Popen[bytes]") -> float:
    """Wait for a replay; return the CPU seconds of its worker, as last seen."""
    seen = 0.0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            workers = [one.pid for one in processes.parts(process.pid) if one.role == "worker"]
            seen = max(seen, *processes.cpu(workers).values(), 0.0)
        time.sleep(0.1)
    return seen
