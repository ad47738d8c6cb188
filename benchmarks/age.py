"""Age of a picture when a subscriber has its result: last byte sent by the camera to MQTT arrival.

A camera of our own (`benchmarks.camera`) serves a 1080p clip at 25 pictures per second over RTSP
and notes when it had sent the last byte of each. Each picture bears its number; the
detector (scripted, or OpenVINO's with a note-taking shell) reads it, which ties frame indices to
pictures sent. mosquitto delivers the `frames` topic
to a subscriber that stamps arrival; all clocks are the machine's monotonic one. Within the age lie
decoding, conversion, detection, tracking, rules, the sink and the broker, and with libavformat's
reader the one frame interval (40 ms here) for which it holds every picture of an RTSP stream back.
The journal is on; frame reports themselves are not journalled.
"""

import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import processes
from benchmarks.camera import Camera
from benchmarks.listening import subscriber
from benchmarks.running import Running
from benchmarks.scenery import busy, folder, numbered

FPS = 5.0
SPAN = 20.0
"""Seconds of ages, per row."""

WARM_UP = 4.0


def measure() -> dict[str, Any]:
    """Return ages in milliseconds without and with a model, and what is known of their parts."""
    with Camera(numbered()) as camera:
        detectors = {
            "scripted_detector": {"type": "detectors.testing:ScriptedDetector"},
            "with_model": {
                "type": "benchmarks.seeing:SeeingDetector",
                "model": str(busy().model),
            },
        }
        rows = {
            f"{name}_{reader}": _row(camera, detector, reader)
            for name, detector in detectors.items()
            for reader in ("own", "libav")
        }
    return {
        "stream": "1920x1080 H.264, 25/s, RTSP over TCP, sender and subscriber on this machine",
        "detections_per_s": FPS,
        "model": busy().model.name,
        **rows,
        "load_average": processes.load(),
    }


def _row(camera: Camera, detector: dict[str, Any], reader: str) -> dict[str, Any]:
    record = folder() / "seen.jsonl"
    record.unlink(missing_ok=True)
    with subscriber() as (heard, url):
        config = {
            "detector": {**detector, "record": str(record)},
            "sinks": {"broker": {"type": "mqtt", "url": url, "frames": True}},
            "cameras": {
                "yard": {
                    "source": {"type": "rtsp", "url": camera.url, "reader": reader},
                    "detect": {"fps": FPS},
                }
            },
        }
        with Running(config) as lookout:
            lookout.wait(lambda: heard.about("/yard/frames"), what="the first frame report")
            time.sleep(WARM_UP + SPAN)
            arrived = heard.about("/yard/frames")
            sent = camera.sent
    after = arrived[0][0] + WARM_UP
    reports = [(at, report) for at, report in arrived if at >= after]
    numbers = _numbers(record, camera)
    ages = [1000 * (at - sent[numbers[report["index"]]]) for at, report in reports]
    inside = [1000 * (report["published_at"] - report["received_at"]) for _, report in reports]
    return {
        "frames": len(ages),
        "age_p50_ms": round(statistics.median(ages), 1),
        "age_p99_ms": round(float(np.percentile(ages, 99)), 1),
        "age_most_ms": round(max(ages), 1),
        "last_packet_to_report_p50_ms": round(statistics.median(inside), 1),
        "last_packet_to_report_p99_ms": round(float(np.percentile(inside, 99)), 1),
    }


def _numbers(record: Path, camera: Camera) -> Mapping[int, int]:
    """Tie frame indices to pictures sent: what the pictures say, unrolled over the clip's turns."""
    numbers: dict[int, int] = {}
    turn = last = 0
    for line in record.read_text().splitlines():
        seen = json.loads(line)
        if seen["truth"] is None:
            raise RuntimeError(f"picture {seen['index']} does not say its number")
        number = seen["truth"][1]
        if number < last:
            turn += 1
        last = number
        numbers[seen["index"]] = turn * camera.pictures + number
    return numbers
