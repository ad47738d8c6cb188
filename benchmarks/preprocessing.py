"""What scaling before colour conversion changes in what a detector finds, against the usual way.

Lookout scales a decoded picture in YUV to the model's size and converts what is left; the usual
pipeline converts the full picture to RGB and scales that. Same frames, same size, same detector;
only the pixels differ. Objects of the usual way with a score of at least `SURE` that ours finds too
(same label, IoU of at least 0.5, any score that is reported), how far scores and boxes are apart,
and what either costs.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from benchmarks.scenery import MATERIAL
from detectors import Detections
from detectors.boxes import overlap
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture
from sources.child.convert import Converter
from sources.child.decoded import LibavPicture, Scalers
from sources.child.mask import Mask

CLIPS = (
    "towncentre_people_1080p.mp4",
    "street_jaywalk_2p_720p.mp4",
    "dashcam_highway_day_540p.mp4",
    "street_pedestrians_480p.mp4",
)
MODELS = {
    "yolox_nano": MATERIAL / "models" / "yolox_nano.onnx",
    "yolo11n_int8": MATERIAL / "models" / "yolo11n_int8_openvino",
}
EVERY = 10
"""One frame of so many is looked at."""

MOST = 30
"""Frames of one clip."""

SURE = 0.4
Rgb = np.ndarray[Any, np.dtype[np.uint8]]
Way = Callable[[av.VideoFrame], Rgb]


def measure() -> dict[str, Any]:
    """Compare both ways for each model; return shares, differences and milliseconds."""
    missing = [path for path in MODELS.values() if not path.exists()]
    if missing:
        return {"skipped": f"no {missing[0].name}: set LOOKOUT_MATERIAL"}
    return {name: _compare(path) for name, path in MODELS.items()}


def _compare(model: Path) -> dict[str, float | int]:
    detector = OpenvinoDetector("bench", OpenvinoConfig(model=model, threads=1, min_score=0.2))
    profile = detector.load()
    converter, scalers = Converter(Mask(())), Scalers()

    def ours(frame: av.VideoFrame) -> Rgb:
        picture = LibavPicture(frame, 0.0, scalers, corrupt=False)
        return converter.fit(picture, profile.width, profile.height)

    def usual(frame: av.VideoFrame) -> Rgb:
        rgb = frame.to_ndarray(format="rgb24", threads=1)
        scale = min(profile.width / frame.width, profile.height / frame.height)
        size = (round(frame.width * scale), round(frame.height * scale))
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    cv2.setNumThreads(1)
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "usual": []}
    missed = {"ours": 0, "usual": 0}
    seconds = {"ours": 0.0, "usual": 0.0}
    frames = 0
    for frame in _frames():
        frames += 1
        seen = {}
        for name, way in (("ours", ours), ("usual", usual)):
            started = time.process_time()
            rgb = way(frame)
            seconds[name] += time.process_time() - started
            [seen[name]] = detector.detect([Picture("bench", frames, rgb)])
        for name, other in (("ours", "usual"), ("usual", "ours")):
            for twin in _twins(seen[other], seen[name]):
                if twin is None:
                    missed[name] += 1
                else:
                    found[name].append(twin)
    apart = np.array(found["ours"])
    return {
        "frames": frames,
        "objects": len(found["ours"]) + missed["ours"],
        "recall_of_the_usual": _share(found["ours"], missed["ours"]),
        "recall_of_ours_by_the_usual": _share(found["usual"], missed["usual"]),
        "score_difference_mean": round(float(apart[:, 0].mean()), 4),
        "score_difference_abs_mean": round(float(np.abs(apart[:, 0]).mean()), 4),
        "iou_mean": round(float(apart[:, 1].mean()), 4),
        "ours_ms": round(1000 * seconds["ours"] / frames, 2),
        "usual_ms": round(1000 * seconds["usual"] / frames, 2),
    }


def _frames() -> Iterator[av.VideoFrame]:
    for clip in CLIPS:
        with av.open(str(MATERIAL / "media" / clip)) as container:
            wanted = 0
            for number, frame in enumerate(container.decode(video=0)):
                if number % EVERY == 0 and wanted < MOST:
                    wanted += 1
                    yield frame


def _twins(reference: Detections, found: Detections) -> Iterator[tuple[float, float] | None]:
    """For each sure object of the reference: score difference and IoU of its twin, or None."""
    overlaps = overlap(reference.xyxy, found.xyxy)
    for row, (score, label) in enumerate(zip(reference.score, reference.label, strict=True)):
        if score < SURE:
            continue
        same = np.array([other == label for other in found.label], np.bool_)
        fitting = np.where(same, overlaps[row], 0) if len(found) else np.zeros(1)
        best = int(fitting.argmax())
        if fitting[best] < 0.5:
            yield None
        else:
            yield float(found.score[best]) - float(score), float(fitting[best])


def _share(found: list[tuple[float, float]], missed: int) -> float:
    return round(len(found) / max(1, len(found) + missed), 4)
