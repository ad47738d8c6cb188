"""What a model's own authors would read from its numbers: plain loops over plain numbers.

Written from the authors' descriptions (Ultralytics' export, the YOLOX demo, RT-DETR's
post-processor, Open Model Zoo's model pages), one row after the other, and sharing nothing with
`detectors.families`: where both agree, it is not because one was copied from the other.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Runtime = Literal["onnx", "openvino"]
Run = Callable[[dict[str, Any]], dict[str, npt.NDArray[Any]]]


@dataclass(frozen=True)
class Box:
    """One object: corners relative to the picture, score, class number."""

    xyxy: list[float]
    score: float
    number: int


@dataclass(frozen=True)
class Bare:
    """A model without anything of ours around it."""

    run: Run
    width: int
    height: int
    names: tuple[str, ...]
    """Of its outputs."""


def bare(path: Path, runtime: Runtime, threads: int = 2) -> Bare:
    """Open a model with nothing but its runtime, computing in the floats it was saved with."""
    return _bare_onnx(path, threads) if runtime == "onnx" else _bare_openvino(path, threads)


def read(model: Bare, picture: Rgb, min_score: float, iou: float) -> list[Box]:
    """Give the model a picture that fits into its input, and read its answer row by row."""
    names = set(model.names)
    if names == {"labels", "boxes", "scores"}:
        return _read_found(model, picture, min_score)
    if "detection_out" in names:
        return _read_ssd(model, picture, min_score, iou)
    if "output" in names:
        return _read_yolox(model, picture, min_score, iou)
    return _read_yolov8(model, picture, min_score, iou)


def overlap(a: list[float], b: list[float]) -> float:
    """Intersection over union."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (area - width * height)


def _bare_onnx(path: Path, threads: int) -> Bare:
    import onnxruntime  # noqa: PLC0415 (only where a test asks for it)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    _, _, height, width = session.get_inputs()[0].shape

    def run(feed: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
        inputs = {port.name: feed[port.name] for port in session.get_inputs()}
        return dict(zip(names, session.run(None, inputs), strict=True))

    return Bare(run, width, height, tuple(names))


def _bare_openvino(path: Path, threads: int) -> Bare:
    import openvino  # noqa: PLC0415 (only where a test asks for it)

    core = openvino.Core()
    graph = core.read_model(path)
    height, width = (graph.inputs[0].partial_shape[axis].get_length() for axis in (2, 3))
    shapes = {port: [1, 3, height, width] for port in graph.inputs if len(port.partial_shape) == 4}
    shapes |= {port: [1, 2] for port in graph.inputs if len(port.partial_shape) == 2}
    graph.reshape(shapes)
    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(graph, "CPU", options)
    names = [min(output.names, default=f"output {n}") for n, output in enumerate(compiled.outputs)]

    def run(feed: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
        known = [next(name for name in port.names if name in feed) for port in compiled.inputs]
        result = compiled([feed[name] for name in known])
        return dict(zip(names, (result[place] for place in range(len(names))), strict=True))

    return Bare(run, width, height, tuple(names))


def _tensor(canvas: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[np.newaxis], np.float32)


def _stretched(model: Bare, picture: Rgb) -> Rgb:
    import cv2  # noqa: PLC0415 (only where a test asks for it)

    smaller = picture.shape[0] > model.height or picture.shape[1] > model.width
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (model.width, model.height), interpolation=way), np.uint8)


def _read_yolov8(model: Bare, picture: Rgb, min_score: float, iou: float) -> list[Box]:
    down, across = picture.shape[:2]
    top, left = (model.height - down) // 2, (model.width - across) // 2
    canvas = np.full((model.height, model.width, 3), 114, np.float32)
    canvas[top : top + down, left : left + across] = picture
    feed = _tensor(canvas / np.float32(255))
    [output] = model.run({"images": feed, "x": feed}).values()
    found = []
    for column in range(output.shape[2]):
        scores = output[0, 4:, column]
        number = int(scores.argmax())
        if scores[number] >= min_score:
            x, y, w, h = (float(v) for v in output[0, :4, column])
            corners = [x - w / 2 - left, y - h / 2 - top, x + w / 2 - left, y + h / 2 - top]
            found.append(Box(corners, float(scores[number]), number))
    return _clipped(_suppressed(found, iou), across, down)


def _read_yolox(model: Bare, picture: Rgb, min_score: float, iou: float) -> list[Box]:
    down, across = picture.shape[:2]
    canvas = np.full((model.height, model.width, 3), 114, np.float32)
    canvas[:down, :across] = picture[..., ::-1]
    [output] = model.run({"images": _tensor(canvas)}).values()
    found = []
    rows = iter(output[0].astype(np.float64))
    for stride in (8, 16, 32):
        for cell_y in range(model.height // stride):
            for cell_x in range(model.width // stride):
                v = next(rows)
                number = int(v[5:].argmax())
                score = float(v[4] * v[5 + number])
                if score >= min_score:
                    x, y = (v[0] + cell_x) * stride, (v[1] + cell_y) * stride
                    w, h = math.exp(v[2]) * stride, math.exp(v[3]) * stride
                    found.append(Box([x - w / 2, y - h / 2, x + w / 2, y + h / 2], score, number))
    return _clipped(_suppressed(found, iou), across, down)


def _read_found(model: Bare, picture: Rgb, min_score: float) -> list[Box]:
    pixels = _stretched(model, picture).astype(np.float32) / np.float32(255)
    down, across = picture.shape[:2]
    # Here as in the authors' own script: boxes come back in the pixels of the picture itself.
    outputs = model.run(
        {"images": _tensor(pixels), "orig_target_sizes": np.array([[across, down]], np.int64)}
    )
    found = []
    for label, box, score in zip(
        outputs["labels"].reshape(-1),
        outputs["boxes"].reshape(-1, 4),
        outputs["scores"].reshape(-1),
        strict=True,
    ):
        if score >= min_score:
            found.append(Box([float(v) for v in box], float(score), int(label)))
    return _clipped(sorted(found, key=lambda box: -box.score), across, down)


def _read_ssd(model: Bare, picture: Rgb, min_score: float, iou: float) -> list[Box]:
    pixels = _stretched(model, picture)[..., ::-1].astype(np.float32)
    [output] = model.run({"data": _tensor(pixels)}).values()
    found = []
    for image, label, score, *corners in output[0, 0].tolist():
        if image < 0:
            break
        if label >= 1 and score >= min_score:
            found.append(Box(corners, score, int(label) - 1))
    return _clipped(_suppressed(found, iou), 1, 1)


def _suppressed(found: list[Box], iou: float) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(found, key=lambda box: -box.score):
        if all(k.number != box.number or overlap(k.xyxy, box.xyxy) <= iou for k in kept):
            kept.append(box)
    return kept


def _clipped(found: list[Box], width: float, height: float) -> list[Box]:
    sides = (width, height, width, height)
    return [
        Box(
            [min(1.0, max(0.0, value / side)) for value, side in zip(box.xyxy, sides, strict=True)],
            box.score,
            box.number,
        )
        for box in found
    ]
