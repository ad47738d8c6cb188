"""Time from the start of the process to the first look and to the first object, and after a kill.

`first_look`: the subscriber has the report of the first picture that the detector has looked at
(`frames` topic). `first_object`: the first such report that holds an object, which the tracker has
to believe in first. After a SIGKILL of the decoder child or of the worker: until the report of the
next picture that arrived later than the kill. Retry delays are the defaults (0.5 to 1 s, by
chance, before the first new attempt).
"""

import os
import signal
import statistics
import time
from typing import Any

from benchmarks import processes
from benchmarks.listening import Heard, subscriber
from benchmarks.running import Running, file_camera, openvino
from benchmarks.scenery import busy

TIMES = 3


def measure() -> dict[str, Any]:
    """Return medians in seconds."""
    scenery = busy()
    street = {"source": {"type": "synthetic", "people": 4.0}, "detect": {"fps": 5}}
    rows = {
        "synthetic_embedded": [_start({"type": "embedded"}, street) for _ in range(TIMES)],
        "file_openvino": [
            _start(openvino(scenery.model), file_camera(scenery.clip)) for _ in range(TIMES)
        ],
    }
    return {
        "scenery": scenery.describe(),
        "times": TIMES,
        **{
            name: {key: round(statistics.median(run[key] for run in runs), 2) for key in runs[0]}
            for name, runs in rows.items()
        },
        "load_average": processes.load(),
    }


def _start(detector: dict[str, Any], camera: dict[str, Any]) -> dict[str, float]:
    with subscriber() as (heard, url):
        config = {
            "detector": detector,
            "sinks": {"broker": {"type": "mqtt", "url": url, "frames": True}},
            "cameras": {"yard": camera},
        }
        with Running(config) as lookout:
            lookout.wait(lambda: heard.about("/yard/frames"), what="the first look")
            lookout.wait(lambda: _objects(heard), what="the first object")
            found = {
                "first_look_s": heard.about("/yard/frames")[0][0] - lookout.started_at,
                "first_object_s": _objects(heard)[0] - lookout.started_at,
            }
            return found | {
                f"{role}_killed_to_look_s": _kill(lookout, heard, role)
                for role in ("child", "worker")
            }


def _objects(heard: Heard) -> list[float]:
    return [at for at, report in heard.about("/yard/frames") if report["objects"]]


def _kill(lookout: Running, heard: Heard, role: str) -> float:
    (part,) = lookout.parts(role)
    # Reports carry Unix time; the offset to the monotonic clock is that of the last report.
    at, report = heard.about("/yard/frames")[-1]
    known = report["index"]
    del at
    os.kill(part.pid, signal.SIGKILL)
    killed = time.monotonic()
    seen = len(heard.about("/yard/frames"))

    def later() -> list[float]:
        return [
            when
            for when, new in heard.about("/yard/frames")[seen:]
            if new["index"] > known + 1 and when > killed + 0.05
        ]

    lookout.wait(later, what=f"a look after the {role} was killed")
    return later()[0] - killed
