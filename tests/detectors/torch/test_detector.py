"""Ultralytics' models through our own thin call, against their own predictor; needs `gpu`."""

import importlib.util
import os
import select
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from detectors.detection import Detections
from detectors.errors import DetectorExhausted, DetectorRejected
from detectors.picture import Picture
from detectors.testing import check_detector
from detectors.torch import UltralyticsConfig, UltralyticsDetector

pytestmark = pytest.mark.torch

Foreign = Any
"""Torch's own, which the base install cannot check."""

HERE = all(importlib.util.find_spec(name) for name in ("torch", "ultralytics"))
WITHOUT = pytest.mark.skipif(HERE, reason="the extra gpu is installed")
needs_extra = pytest.mark.skipif(not HERE, reason='needs pip install "lookout-daemon[gpu]"')


def detector(path: Path, **options: object) -> UltralyticsDetector:
    """Build a detector on the CPU that opens its checkpoint."""
    values = {"model": path, "allow_pickle": True, "device": "cpu", "size": (640, 384), **options}
    return UltralyticsDetector("test", UltralyticsConfig.model_validate(values))


@needs_extra
def test_boxes_equal_those_of_the_own_predictor(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """What we find in a picture is what ultralytics' predictor finds in it."""
    from ultralytics import YOLO  # noqa: PLC0415 (only where the extra is)

    ours = detector(checkpoint, min_score=0.3, iou=0.6)
    ours.load()
    [found] = ours.detect([Picture("yard", 0, noise)])

    # Since 8.4 the predictor prefers the suppressing head unless told otherwise.
    head = {"nms": False} if checkpoint.name.startswith("yolo26") else {}
    options = {"conf": 0.3, "iou": 0.6, "imgsz": (384, 640), "device": "cpu", "verbose": False}
    [result] = YOLO(checkpoint).predict(noise[..., ::-1], **options, **head)
    boxes = result.boxes.xyxyn.numpy()
    visible = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)  # random weights turn some inside out
    boxes, scores = boxes[visible], result.boxes.conf.numpy()[visible]
    numbers = result.boxes.cls.numpy()[visible]
    labels = np.array([result.names[int(number)] for number in numbers])
    near = np.abs(found.xyxy[:, None] - boxes[None]).max(axis=2) < 1e-4
    near &= np.abs(found.score[:, None] - scores[None]) < 1e-4
    near &= np.array(found.label)[:, None] == labels[None]
    # Their suppression moves boxes by class times 7680 pixels in 32 bits, which costs them
    # hundredths of a pixel: a pair right at the threshold may be decided the other way.
    allowed = len(boxes) // 50
    assert len(boxes) > 5
    assert (~near.any(axis=1)).sum() <= allowed
    assert (~near.any(axis=0)).sum() <= allowed


@needs_extra
def test_keeps_the_contract_of_detectors(checkpoint: Path) -> None:
    """The detector does what every detector promises."""
    check_detector(detector(checkpoint))


@needs_extra
def test_two_runs_are_identical(checkpoint: Path, noise: npt.NDArray[np.uint8]) -> None:
    """The same picture gives the same numbers, bit by bit, from two loads."""
    results: list[Detections] = []
    for _ in range(2):
        instance = detector(checkpoint)
        instance.load()
        results.extend(instance.detect([Picture("yard", 0, noise)]))
        instance.close()
    first, second = results
    assert np.array_equal(first.xyxy, second.xyxy)
    assert np.array_equal(first.score, second.score)
    assert first.label == second.label


@needs_extra
def test_profile_says_what_it_is(checkpoint: Path) -> None:
    """The profile names file, size and device, and what would be better on a CPU."""
    profile = detector(checkpoint, labels=["person", "car"]).load()
    assert (profile.width, profile.height) == (640, 384)
    assert profile.labels == ("person", "car")
    assert checkpoint.name in profile.description
    assert "openvino" in profile.description
    assert (profile.max_batch, profile.window) == (1, 0.0)


@needs_extra
def test_cuda_is_refused_where_there_is_none(checkpoint: Path) -> None:
    """A device that does not exist is named, with the number of those that do."""
    with pytest.raises(DetectorRejected, match=r"cuda:99.*CUDA devices"):
        detector(checkpoint, device="cuda:99").load()


@needs_extra
@pytest.mark.parametrize("content", [b"PK\x03\x04 and no more", b"<html>not found</html>"])
def test_a_broken_file_is_refused(settings: None, tmp_path: Path, content: bytes) -> None:
    """A truncated or wrong file is one clear line with its path."""
    broken = tmp_path / "broken.pt"
    broken.write_bytes(content)
    with pytest.raises(DetectorRejected, match=str(broken)) as caught:
        detector(broken).load()
    assert "\n" not in str(caught.value)


@WITHOUT
def test_a_missing_extra_names_the_command(tmp_path: Path) -> None:
    """Without torch the refusal says what to install."""
    path = tmp_path / "yolo11n.pt"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(DetectorRejected, match=r'pip install "lookout-daemon\[gpu\]"'):
        detector(path).load()


def test_pickle_is_refused_by_default(tmp_path: Path) -> None:
    """A `.pt` file is not opened unless the configuration allows it."""
    path = tmp_path / "yolo11n.pt"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(DetectorRejected, match="allow_pickle"):
        detector(path, allow_pickle=False).load()


def test_sizes_must_fit_the_strides(tmp_path: Path) -> None:
    """A side that is no multiple of 32 is refused before anything is opened."""
    with pytest.raises(DetectorRejected, match="multiples of 32"):
        detector(tmp_path / "none.pt", size=(640, 360)).load()


@needs_extra
def test_two_batches_under_way_are_told_apart(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """What is begun together is finished in order, each with its own boxes."""
    instance = detector(checkpoint, min_score=0.2)
    instance.load()
    other = np.ascontiguousarray(noise[:, ::-1])
    alone = [instance.detect([Picture("yard", 0, rgb)])[0] for rgb in (noise, other)]
    tickets = [instance.begin([Picture("yard", 0, rgb)]) for rgb in (noise, other)]
    for ticket, expected in zip(tickets, alone, strict=True):
        [found] = instance.finish(ticket)
        assert np.array_equal(found.xyxy, expected.xyxy)
        assert found.label == expected.label
    instance.close()


@needs_extra
def test_the_bell_rings_once_a_batch_is_done(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """A selector hears of every batch; on a CPU as soon as it was begun. Closing gives it back."""
    instance = detector(checkpoint)
    assert instance.load().under_way == 1
    bell = instance.bell()
    assert instance.bell() == bell
    for _ in range(2):
        ticket = instance.begin([Picture("yard", 0, noise)])
        assert select.select([bell], [], [], 20)[0] == [bell]
        os.eventfd_read(bell)
        assert instance.done(ticket)
        assert len(instance.finish(ticket)) == 1
        assert select.select([bell], [], [], 0)[0] == []
    instance.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(bell)


class Short:
    """Makes a network run out of memory at its next calls, as CUDA does: by torch's own error."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.sizes: list[int] = []

    def __call__(self, _: Foreign, inputs: tuple[Foreign, ...]) -> None:
        """Raise while it is time."""
        import torch  # noqa: PLC0415 (only where the extra is)

        self.sizes.append(len(inputs[0]))
        if self.times:
            self.times -= 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@needs_extra
def test_a_shortage_at_work_ends_the_worker(checkpoint: Path, noise: npt.NDArray[np.uint8]) -> None:
    """F20: with no smaller batch left a shortage of memory is a reason to start anew."""
    instance = detector(checkpoint)
    instance.load()
    network = instance.network
    handle = network.register_forward_pre_hook(Short(1))
    with pytest.raises(DetectorExhausted, match="not enough free memory"):
        instance.detect([Picture("yard", 0, noise)])
    handle.remove()
    assert instance.detect([Picture("yard", 0, noise)])
    instance.close()
