"""Real networks of Ultralytics with random weights, and a picture in which they see things."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from detectors.families.coco import COCO

Foreign = Any
"""Torch's own, which the base install cannot check."""


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep ultralytics at home before anything imports it, as the worker does."""
    os.environ.update(
        YOLO_CONFIG_DIR=str(tmp_path_factory.mktemp("ultralytics")),
        YOLO_OFFLINE="true",
        YOLO_AUTOINSTALL="false",
        YOLO_VERBOSE="false",
    )


@pytest.fixture(scope="session", params=["yolo11n.yaml", "yolov8n.yaml", "yolo26n.yaml"])
def checkpoint(
    request: pytest.FixtureRequest,
    settings: None,
    noise: npt.NDArray[np.uint8],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Save a real model of the family with random weights that sees many things everywhere."""
    import torch  # noqa: PLC0415 (only where the extra is)
    from ultralytics import YOLO  # noqa: PLC0415

    torch.manual_seed(7)
    yolo = YOLO(request.param)
    yolo.model.names = dict(enumerate(COCO))
    if request.param.startswith("yolo26"):
        yolo.model.end2end = True  # the head that needs no suppression
    head = yolo.model.model[-1]
    branches = [head.cv3] + ([head.one2one_cv3] if getattr(head, "one2one_cv3", None) else [])
    last = [layer[-1] for branch in branches for layer in branch]
    for layer in last:
        torch.nn.init.normal_(layer.weight, std=0.1)
    _settle_activations(yolo.model, torch.rand(2, 3, 384, 640))
    _settle_scores(yolo.model, last, torch.from_numpy(noise.copy()).permute(2, 0, 1)[None] / 255)
    path: Path = tmp_path_factory.mktemp("model") / request.param.replace(".yaml", ".pt")
    yolo.save(path)
    return path


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


@pytest.fixture(scope="session")
def noise() -> npt.NDArray[np.uint8]:
    """Make a picture with structure at several scales."""
    generator = np.random.default_rng(3)
    coarse = np.kron(generator.integers(0, 255, (6, 10, 3)), np.ones((64, 64, 1)))
    fine = np.kron(generator.integers(0, 90, (48, 80, 3)), np.ones((8, 8, 1)))
    return np.clip(coarse * 0.7 + fine, 0, 255).astype(np.uint8)
