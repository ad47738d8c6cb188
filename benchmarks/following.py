"""Looks and events when the rate of looks follows the tracks, against looks at a fixed rate.

Each clip is replayed twice with the same model, at five looks per second of the recording: with
`rate: fixed` and with `rate: tracks`. A look costs the same in both, so looks stand for the
detector's processor time; the time the worker was busy is told beside. Events of both runs are
paired one to one, by label and overlap in time; F1 says how many have a partner.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.running import ROOT, openvino

CLIPS = (
    "intel_one-by-one-person",
    "street_pedestrians_480p",
    "suburb_road_640",
    "courtyard_pedestrians_626",
)
MATERIAL = Path(os.environ.get("LOOKOUT_MATERIAL", ROOT.parent / "shared"))
MODEL = MATERIAL / "models" / "yolox_nano.onnx"
FPS = 5.0
TARGET_SAVING = 1.5
TARGET_F1 = 0.98

Spell = tuple[str, float, float]
"""Label, start and end of an event."""


def measure() -> dict[str, Any]:
    """Replay each clip twice; return looks and F1 per clip and over all."""
    clips, looks, paired, events = {}, [0, 0], 0, 0
    busy = [0.0, 0.0]
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
        }
        looks = [total + count for total, count in zip(looks, counts, strict=True)]
        for number, run in enumerate((fixed, followed)):
            busy[number] += run["frames"] * run["batch_mean_s"]
        paired, events = paired + both, events + len(reference) + len(found)
    saving, f1 = looks[0] / looks[1], 2 * paired / events
    return {
        "looks_per_s": FPS,
        **clips,
        "saving": round(saving, 3),
        "saving_of_busy_time": round(busy[0] / busy[1], 3),
        "f1": round(f1, 4),
        "target_saving": TARGET_SAVING,
        "target_f1": TARGET_F1,
        "ok": saving >= TARGET_SAVING and f1 >= TARGET_F1,
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


def _replay(clip: Path, rate: str) -> tuple[dict[str, Any], list[Spell]]:
    with tempfile.TemporaryDirectory(prefix="lookout-bench-") as name:
        folder = Path(name)
        config, events = folder / "lookout.yaml", folder / "events.jsonl"
        camera = {"source": {"type": "file"}, "detect": {"fps": FPS, "rate": rate}}
        config.write_text(yaml.safe_dump({"detector": openvino(MODEL), "cameras": {"c": camera}}))
        command = [sys.executable, "-m", "daemon", "replay", str(clip), "--config", str(config)]
        done = subprocess.run(
            [*command, "--jsonl", str(events), "--quiet", "--log-level", "debug"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        accounts = [line for line in done.stderr.splitlines() if "accounts: {" in line][-1]
        figures = json.loads(accounts.partition("accounts: ")[2])["detectors"]["detector"]
        latest = {event["id"]: event for event in map(json.loads, events.read_text().splitlines())}
        spells = [
            (event["objects"][0]["label"], event["started_at"], event["ended_at"])
            for event in latest.values()
        ]
        return figures, spells
