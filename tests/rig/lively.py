"""Real networks of Ultralytics with random weights that see things: built from their YAML.

Random weights as they come find nothing anywhere: every score is the same. Here they are spread
until a picture of noise holds a fair number of objects, at different places and of all classes.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.families.coco import COCO

Foreign = Any
"""Torch's own, which the base install cannot check."""

FAMILIES = ("yolo11n.yaml", "yolov8n.yaml", "yolo26n.yaml")


def keep_at_home(folder: Path) -> None:
    """Keep ultralytics at home before anything imports it, as the worker does."""
    os.environ.update(
        YOLO_CONFIG_DIR=str(folder),
        YOLO_OFFLINE="true",
        YOLO_AUTOINSTALL="false",
        YOLO_VERBOSE="false",
    )


def noise(width: int = 640, height: int = 384) -> npt.NDArray[np.uint8]:
    """Make a picture with structure at several scales."""
    generator = np.random.default_rng(3)
    coarse = np.kron(generator.integers(0, 255, (6, 10, 3)), np.ones((64, 64, 1)))
    fine = np.kron(generator.integers(0, 90, (48, 80, 3)), np.ones((8, 8, 1)))
    return np.clip(coarse * 0.7 + fine, 0, 255).astype(np.uint8)[:height, :width]


def lively(family: str, folder: Path) -> Path:
    """Save a model of a family, such as `yolo11n.yaml`, that sees many things everywhere."""
    import torch  # noqa: PLC0415 (only where the extra is)
    from ultralytics import YOLO  # noqa: PLC0415

    torch.manual_seed(7)
    yolo = YOLO(family)
    yolo.model.names = dict(enumerate(COCO))
    if family.startswith("yolo26"):
        yolo.model.end2end = True  # the head that needs no suppression
    head = yolo.model.model[-1]
    branches = [head.cv3] + ([head.one2one_cv3] if getattr(head, "one2one_cv3", None) else [])
    last = [layer[-1] for branch in branches for layer in branch]
    for layer in last:
        torch.nn.init.normal_(layer.weight, std=0.1)
    if head.reg_max == 1:
        _settle_boxes(head)
    _settle_activations(yolo.model, torch.rand(2, 3, 384, 640))
    _settle_scores(yolo.model, last, torch.from_numpy(noise().copy()).permute(2, 0, 1)[None] / 255)
    path = folder / family.replace(".yaml", ".pt")
    yolo.save(path)
    return path


def _settle_boxes(head: Foreign) -> None:
    """Let distances be what the bias says, more or less.

    Where nothing bounds them, random ones turn a fifth of the boxes inside out, and magnify what
    comes in: one gray level of noise moved the worst hundredth of them by 58 pixels, rounding to 16
    bits by 27.
    """
    for branch in (head.cv2, head.one2one_cv2):
        for layer in branch:
            layer[-1].weight.data *= 0.1


def _settle_activations(model: Foreign, pictures: Foreign) -> None:
    """Let normalisation layers see pictures once, so that random weights tell places apart."""
    layers = [layer for layer in model.modules() if hasattr(layer, "running_mean")]
    for layer in layers:
        layer.momentum = 1.0
    model.train()
    model(pictures)
    model.eval()


def _settle_scores(model: Foreign, layers: Foreign, picture: Foreign) -> None:
    """Weaken the classes' weights until a fair number of boxes scores above 0.3, none surely."""
    for layer in layers:
        layer.bias.data[:] = -4.0
    for _ in range(60):
        output = model(picture)[0]
        scores = output[..., 4] if output.shape[-1] == 6 else output[:, 4:].amax(dim=1)
        if (scores > 0.3).sum() < scores.numel() / 6:
            return
        for layer in layers:
            layer.weight.data *= 0.8
