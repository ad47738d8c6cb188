"""Which events the idle gate overlooks: recordings through everything, with it and without.

Scenes in which hardly anything happens, composed from real recordings (`benchmarks.sparse`) and
generated ones, each as a clean variable bit rate and noisy at a constant one. `lookout replay`
takes each through detector, tracker and scene twice: decoding everything, and with `--gate auto`,
which rests as before a live camera. Real recordings meet a real detector. An event counts as found
if one of the same label was on at the same time.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rig.quiet import Quiet

from benchmarks.scenery import MATERIAL, folder
from benchmarks.sparse import CLEAN, Recording, Sparse, constant

SECONDS = 300.0
FPS = 5
"""Pictures looked at per second."""

_MODEL = MATERIAL / "models" / "yolox_nano.onnx"
_RECORDINGS = {
    # From its third second on somebody comes into view.
    "street": Recording(MATERIAL / "media/street_pedestrians_480p.mp4", (0.0, 2.5), 18.0),
    # The last cars leave; backwards they come.
    "road": Recording(MATERIAL / "media/suburb_road_640.mp4", (36.0, 37.7), 38.0, backwards=True),
}
_BLOCKS = ((24, 70), (10, 28), (40, 90), (14, 44), (8, 20))
_ULTRAFAST = ("preset", "ultrafast")
_SCRIPTED = {
    "type": "detectors.testing:ScriptedDetector",
    "width": 320,
    "height": 180,
    "brightness": 215,
    "smallest": 5,
}


def measure() -> dict[str, Any]:
    """Return the events found of each scene."""
    scenes: dict[str, dict[str, Any]] = {}
    if _MODEL.is_file():
        real = {"type": "openvino", "model": str(_MODEL)}
        for name, recording in _RECORDINGS.items():
            if recording.path.is_file():
                for kind, options, noise in (
                    ("clean", CLEAN, 0.0),
                    ("cbr", constant("1500k"), 8.0),
                ):
                    path = folder() / f"{name}_{kind}.mp4"
                    Sparse(recording, SECONDS, options, noise).write(path)
                    scenes[f"{name}_{kind}"] = _compare(path, real)
                    path.unlink()
    for kind, noise, options in (
        ("clean", 0.7, (_ULTRAFAST, ("crf", "23"))),
        ("cbr", 6.0, (_ULTRAFAST, ("b", "900k"), ("maxrate", "900k"), ("bufsize", "450k"))),
    ):
        clip = Quiet(
            2 * SECONDS, _visits(2 * SECONDS), noise, options=options, brightest=130, blocks=_BLOCKS
        )
        path = clip.write(folder() / f"generated_{kind}.mp4")
        scenes[f"generated_{kind}"] = _compare(path, _SCRIPTED)
        path.unlink()
    # Where a camera never rests, as before what is detected all the time, nothing is proven.
    resting = [scene for scene in scenes.values() if scene["packets_held_share"]]
    events = sum(scene["events"] for scene in resting)
    found = sum(scene["found_with_gate"] for scene in resting)
    return {
        "detector": _MODEL.name if _MODEL.is_file() else "scripted only",
        **scenes,
        "events_of_scenes_that_rested": events,
        "found_share": round(found / events, 4),
    }


def _visits(seconds: float) -> tuple[tuple[float, float], ...]:
    """Plan who comes when: often at first, then at any moment, from a second to seven."""
    chance = np.random.default_rng(3)
    found, at = [], 5.0
    while at < seconds - 10:
        length = float(chance.uniform(1.0, 7.0))
        found.append((at, at + length))
        pause = (4.0, 7.0) if at < 75.0 else (9.5, 20.0)
        at += length + float(chance.uniform(*pause))
    return tuple(found)


def _compare(clip: Path, detector: Mapping[str, Any]) -> dict[str, Any]:
    without, _ = _replayed(clip, detector, "off")
    rested, said = _replayed(clip, detector, "auto")
    held, packets = (int(word) for word in said.split() if word.isdecimal())
    found = [event for event in without if any(_same(event, other) for other in rested)]
    return {
        "events": len(without),
        "found_with_gate": len(found),
        "events_with_gate": len(rested),
        "packets_held_share": round(held / packets, 3),
        "sizes_trusted": "can be trusted" in said,
    }


def _replayed(
    clip: Path, detector: Mapping[str, Any], gate: str
) -> tuple[list[dict[str, Any]], str]:
    """Run the command; return the events as they ended, and what it said of the gate."""
    out, config = clip.with_suffix(".jsonl"), clip.with_suffix(".yaml")
    camera = {"source": {"type": "file", "path": "x.mp4"}, "detect": {"fps": FPS}}
    config.write_text(yaml.safe_dump({"detector": dict(detector), "cameras": {"yard": camera}}))
    command = Path(sys.executable).with_name("lookout")
    done = subprocess.run(
        [command, "replay", clip, "-c", config, "--gate", gate, "--jsonl", out],
        check=True,
        capture_output=True,
        text=True,
    )
    events = {}
    for line in out.read_text().splitlines():
        event = json.loads(line)
        events[event["id"]] = event
    return list(events.values()), done.stderr


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["objects"][0]["label"] != other["objects"][0]["label"]:
        return False
    begin = max(one["started_at"], other["started_at"])
    return bool(begin <= min(one["ended_at"], other["ended_at"]))
