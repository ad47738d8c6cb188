"""What a camera costs before which nothing happens.

1080p at 25 pictures per second over RTSP in real time (`benchmarks.camera`). `sparse`: an empty
street, people for ten seconds twice, then the empty street again; the empty stretch at the end is
measured, after the gate has calibrated itself on what came before. `noisy_cbr`: the same with
noise, at a constant bit rate. `idle`: nobody ever comes, so that nothing can be calibrated. Side by
side: a decoder child with the gate as shipped, one without, and OpenCV decoding everything.
Milliseconds of CPU time per second and camera, without the detector.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from rig.child import Child
from rig.quiet import Quiet

from benchmarks import processes
from benchmarks.camera import Camera
from benchmarks.scenery import folder
from daemon.assembly import HEARTBEAT
from sources.message import Attend, GateMode, GateReport, Given, Pulse

Story = tuple[tuple[str, int], ...]

FPS = 25
STORY: Story = (("empty", 20), ("busy", 10), ("empty", 20), ("busy", 10), ("empty", 66))
"""What is to be seen, and for how many seconds."""

NOTHING: Story = (("empty", 126),)
"""The same where nobody comes."""

LOOKING = (66.0, 78.0)
"""Seconds after the start in which the gate still looks at everything, and nothing happens."""

RESTING = (92.0, 124.0)
"""Seconds after the start in which it may rest."""

AUDIT = 10 / 600
"""Share of the time in which a resting camera is audited."""

CLEAN = (("preset", "superfast"), ("crf", "26"))
NOISY = (("preset", "superfast"), ("b", "4M"), ("maxrate", "4M"), ("bufsize", "2M"))

_STREET = (
    Path(os.environ.get("LOOKOUT_MATERIAL", "../shared")) / "media/street_pedestrians_480p.mp4"
)
_OPENCV = """
import os, sys
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
import cv2
cv2.setNumThreads(1)
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
while capture.read()[0]:
    pass
"""


def measure() -> dict[str, Any]:
    """Return CPU time at rest for each stream."""
    clips = {
        "sparse": _clip("sparse", CLEAN, 1.0, STORY),
        "noisy_cbr": _clip("noisy", NOISY, 8.0, STORY),
        "idle": _clip("idle", CLEAN, 1.0, NOTHING),
    }
    rows = {name: _Row(clip) for name, clip in clips.items()}
    threads = [threading.Thread(target=row.run) for row in rows.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "stream": "1920x1080 H.264, 25/s, GOP 50, RTSP over TCP",
        "content": _STREET.stem if _STREET.is_file() else "generated",
        **{name: row.result for name, row in rows.items()},
        "load_average": processes.load(),
    }


class _Row:
    """One stream and its three readers."""

    def __init__(self, clip: Path) -> None:
        self.result: dict[str, Any] = {}
        self._clip = clip

    def run(self) -> None:
        """Measure; takes as long as the story."""
        with Camera(self._clip) as camera, Child() as resting, Child() as awake:
            begin = time.monotonic()
            opencv = subprocess.Popen(
                [sys.executable, "-c", _OPENCV, camera.url], stderr=subprocess.DEVNULL
            )
            over = threading.Event()
            askers = [
                threading.Thread(target=_ask, args=(child, camera.url, mode, over))
                for child, mode in ((resting, "auto"), (awake, "off"))
            ]
            for asker in askers:
                asker.start()
            pids = {"gate": resting.process.pid, "no_gate": awake.process.pid, "opencv": opencv.pid}
            try:
                looking = _cost(pids, begin, LOOKING)
                idle = _cost(pids, begin, RESTING)
            finally:
                over.set()
                opencv.kill()
                opencv.wait()
                for asker in askers:
                    asker.join()
            report = _report(resting)
        gate = idle["gate"]
        self.result = {
            "state": report.state,
            "auc": report.auc,
            "gate_ms_per_s": round(gate, 2),
            "gate_with_audits_ms_per_s": round(gate + AUDIT * (looking["gate"] - gate), 2),
            "no_gate_ms_per_s": round(idle["no_gate"], 1),
            "no_gate_over_gate": round(idle["no_gate"] / gate, 1),
            "opencv_ms_per_s": round(idle["opencv"], 1),
            "opencv_over_gate": round(idle["opencv"] / gate, 1),
            "looking_ms_per_s": round(looking["gate"], 1),
            "looking_over_no_gate": round(looking["gate"] / looking["no_gate"], 3),
        }


def _ask(child: Child, url: str, mode: GateMode, over: threading.Event) -> None:
    """Take five pictures a second, and let the camera rest."""
    child.open(
        "sources.rtsp:RtspSource",
        {"url": url},
        gate=mode,
        ring_bytes=2**23,
        gate_heartbeat=HEARTBEAT,
    )
    child.send(Attend(live=False))
    due: float | None = None
    while not over.is_set():
        given = child.next(width=640, height=360, not_before=due, deadline=30)
        if not isinstance(given, Given):
            raise TypeError("the camera ended")
        due = given.time + 0.2


def _cost(pids: dict[str, int], begin: float, span: tuple[float, float]) -> dict[str, float]:
    """Return milliseconds of CPU time per second within a span of the story."""
    time.sleep(max(0.0, begin + span[0] - time.monotonic()))
    before, since = processes.cpu(pids.values()), time.monotonic()
    time.sleep(max(0.0, begin + span[1] - time.monotonic()))
    after, took = processes.cpu(pids.values()), time.monotonic() - since
    return {name: 1000 * (after[pid] - before[pid]) / took for name, pid in pids.items()}


def _report(child: Child) -> GateReport:
    pulses = [message for message in child.messages if isinstance(message, Pulse)]
    return next((pulse.gate for pulse in reversed(pulses) if pulse.gate), GateReport())


def _clip(name: str, options: tuple[tuple[str, str], ...], noise: float, story: Story) -> Path:
    """Compose the story; the material's own pictures where it is there."""
    path = folder() / f"gate_{name}.mp4"
    if path.is_file():
        return path
    if not _STREET.is_file():
        visits = ((20.0, 30.0), (50.0, 60.0)) if story is STORY else ()
        length = float(sum(seconds for _, seconds in story))
        quiet = Quiet(length, visits, noise, 1920, 1080, FPS, 2 * FPS, options)
        return quiet.write(path)
    chance = np.random.default_rng(7)
    grain = [chance.normal(0, noise, (1080, 1920)).astype(np.int8) for _ in range(7)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        if not isinstance(stream, av.video.stream.VideoStream):
            raise TypeError("no encoder for H.264")
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.gop_size, stream.max_b_frames = 2 * FPS, 0
        stream.time_base = Fraction(1, FPS)
        keyint = f"keyint={2 * FPS}:min-keyint={2 * FPS}:scenecut=0"
        stream.options = {**dict(options), "x264-params": keyint}
        for number, small in enumerate(_pictures(story)):
            frame = small.reformat(1920, 1080, "yuv420p")
            plane = frame.planes[0]
            luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            noisy = luma[:1080, :1920].astype(np.int16) + grain[int(chance.integers(len(grain)))]
            luma[:1080, :1920] = np.clip(noisy, 0, 255)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            frame.pict_type = 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _pictures(story: Story) -> Iterator[av.VideoFrame]:
    with av.open(str(_STREET)) as container:
        frames = [
            frame for _, frame in zip(range(18 * 24), container.decode(video=0), strict=False)
        ]
    # From its third second on somebody comes into view.
    empty, busy = frames[:60], frames[8 * 24 :]
    there_and_back = [*empty, *empty[-2:0:-1]]
    parts = {"empty": there_and_back, "busy": busy}
    for part, seconds in story:
        pictures = parts[part]
        for number in range(seconds * FPS):
            yield pictures[number % len(pictures)]
