"""CPU time per look of OpenVINO and ONNX Runtime with the same ONNX models, one thread each.

Both are this project's own detectors, given the same picture in turn: whatever disturbs one
disturbs the other. `quantised_at_work` is what `type: auto` goes by: such a model it gives to ONNX
Runtime, where that is installed, and all others to OpenVINO.
"""

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import processes
from benchmarks.following import MATERIAL
from detectors.detector import Detector
from detectors.model import open_model
from detectors.onnx import OnnxConfig, OnnxDetector
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture

MODELS = ("yolov8n_int8.onnx", "deimv2_atto_coco_int8.onnx", "yolox_nano.onnx")
ROUNDS = 15
LOOKS = 3


def measure() -> dict[str, Any]:
    """Look with both; return milliseconds per look and model."""
    rows = {name.removesuffix(".onnx"): _row(MATERIAL / "models" / name) for name in MODELS}
    right = [
        (row["onnxruntime_ms"] < row["openvino_ms"]) == row["quantised_at_work"]
        for row in rows.values()
    ]
    return {**rows, "ok": all(right), "load_average": processes.load()}


def _row(path: Path) -> dict[str, Any]:
    openvino: Detector = OpenvinoDetector(
        "a", OpenvinoConfig(model=path, threads=1, classes="coco")
    )
    onnx: Detector = OnnxDetector(
        "b", OnnxConfig(model=path, threads=1, classes="coco", provider="cpu")
    )
    profile, _ = openvino.load(), onnx.load()
    rgb = np.random.default_rng(1).integers(0, 255, (profile.height, profile.width, 3), np.uint8)
    pictures = [Picture("yard", number, rgb) for number in range(LOOKS)]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for spent, detector in zip(times, (openvino, onnx), strict=True):
            started = time.process_time()
            detector.detect(pictures)
            spent.append(1000 * (time.process_time() - started) / LOOKS)
    openvino.close()
    onnx.close()
    ours, theirs = (statistics.median(spent) for spent in times)
    return {
        "openvino_ms": round(ours, 2),
        "onnxruntime_ms": round(theirs, 2),
        "ratio": round(ours / theirs, 3),
        "quantised_at_work": open_model(path).quantised_at_work,
    }
