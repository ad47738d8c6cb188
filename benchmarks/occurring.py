"""When things happen before real fixed cameras: start and end of every event of replayed clips.

Run as `python -m benchmarks.occurring` where the clips are; it replays each with `lookout replay`
and keeps the times alone in `benchmarks/occurrences.json`, for `python -m benchmarks governing`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import av

ROOT: Final = Path(__file__).resolve().parent.parent
MATERIAL: Final = Path(os.environ.get("LOOKOUT_MATERIAL", ROOT.parent / "shared"))
KEPT: Final = Path(__file__).resolve().parent / "occurrences.json"
MODEL: Final = "models/yolox_nano.onnx"
CLIPS: Final = (
    "intel_one-by-one-person.mp4",
    "intel_car-detection_topdown.mp4",
    "intel_parking_person-bicycle-car_gif480.mp4",
    "intel_store-aisle_gif480.mp4",
    "towncentre_people_1080p.mp4",
    "towncentre_480p.mp4",
    "courtyard_pedestrians_626.mp4",
    "street_pedestrians_480p.mp4",
    "rail_crossing_2p_720p.mp4",
    "street_jaywalk_2p_720p.mp4",
    "station_crowd_720p.mp4",
    "suburb_road_640.mp4",
    "motorway_cctv_person_320.avi",
    "highway_traffic_320.avi",
    "ipcam_ir_lightchange_178.mp4",
    "garden_1fps_320.mp4",
    "billboards_night_text_240p.mp4",
)


def record() -> dict[str, Any]:
    """Replay every clip; return the times of its events, in seconds of the clip."""
    return {
        "model": MODEL,
        "fps": 5,
        "clips": {clip: _replayed(MATERIAL / "media" / clip) for clip in CLIPS},
    }


def _replayed(clip: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        command = ["replay", str(clip), "--model", str(MATERIAL / MODEL), "--fps", "5", "-q"]
        subprocess.run(
            [sys.executable, "-m", "daemon", *command, "--jsonl", str(out)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        told = [json.loads(line) for line in out.read_text().splitlines()]
    last = {event["id"]: event for event in told}
    events = sorted(
        [round(event["started_at"], 2), round(event["ended_at"] or event["updated_at"], 2)]
        for event in last.values()
    )
    with av.open(str(clip)) as container:
        seconds = (container.duration or 0) / av.time_base
    return {"seconds": round(seconds, 2), "events": events}


if __name__ == "__main__":
    KEPT.write_text(json.dumps(record(), indent=1) + "\n")
