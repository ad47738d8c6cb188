"""The detector on a CUDA device: graphs, batches, 16 bits, and what happens without memory."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import JsonValue
from rig.worker import worker

from detectors.detection import Detections
from detectors.errors import DetectorExhausted
from detectors.message import Failed, Load, Loaded
from detectors.picture import Picture
from detectors.testing import check_detector
from detectors.torch import UltralyticsConfig, UltralyticsDetector

pytestmark = pytest.mark.gpu
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')
if not torch.cuda.is_available():
    pytest.skip("needs a CUDA device", allow_module_level=True)

HOG = """
import torch
torch.ones(1, device="cuda")
taken = []
for size in (2**30, 2**26, 2**24, 2**22):
    try:
        while True:
            taken.append(torch.empty(size, dtype=torch.uint8, device="cuda"))
    except torch.OutOfMemoryError:
        pass
print("full", flush=True)
input()
"""
BACKEND = "detectors.torch:UltralyticsDetector"


def detector(path: Path, **options: object) -> UltralyticsDetector:
    """Build a detector that opens its checkpoint."""
    values = {"model": path, "allow_pickle": True, "size": (640, 384), **options}
    return UltralyticsDetector("test", UltralyticsConfig.model_validate(values))


@contextmanager
def full_device() -> Iterator[None]:
    """Let another process take all memory of the device."""
    torch.cuda.empty_cache()
    with subprocess.Popen(
        [sys.executable, "-c", HOG], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as hog:
        try:
            assert hog.stdout is not None
            assert hog.stdout.readline() == b"full\n"
            yield
        finally:
            hog.kill()


def pictures(noise: npt.NDArray[np.uint8], count: int) -> list[Picture]:
    """Turn one picture into many, of several sizes."""
    return [
        Picture("yard", n, np.ascontiguousarray(np.roll(noise, 32 * n, axis=1)[: 384 - n % 3 * 64]))
        for n in range(count)
    ]


def missing(ours: Detections, theirs: Detections, pixels: float, score: float) -> int:
    """Count the boxes of one result that the other has not, within a tolerance."""
    near = (np.abs(ours.xyxy[:, None] - theirs.xyxy[None]) * 640).max(axis=2) < pixels
    near &= np.abs(ours.score[:, None] - theirs.score[None]) < score
    near &= np.array(ours.label)[:, None] == np.array(theirs.label)[None]
    return int((~near.any(axis=1)).sum())


def test_keeps_the_contract_with_graphs(checkpoint: Path) -> None:
    """The detector does what every detector promises, out of CUDA graphs."""
    profile = check_detector(detector(checkpoint))
    assert profile.description.endswith("16-bit floats, batches up to 32, CUDA graphs")
    assert (profile.max_batch, profile.window > 0) == (32, True)


def test_32_bits_equal_the_cpu(
    checkpoint: Path, noise: npt.NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 32-bit floats the device finds what the CPU finds, within 0.5 pixels and 0.01."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    results = []
    for options in ({"device": "cpu"}, {"half": False}):
        instance = detector(checkpoint, min_score=0.3, **options)
        instance.load()
        results.append(instance.detect(pictures(noise, 3)))
        instance.close()
    for host, device in zip(*results, strict=True):
        assert len(host) > 5
        allowed = 1 + len(host) // 50
        assert missing(host, device, 0.5, 0.01) <= allowed
        assert missing(device, host, 0.5, 0.01) <= allowed


def test_16_bits_are_close_to_the_cpu(checkpoint: Path, noise: npt.NDArray[np.uint8]) -> None:
    """With 16-bit floats nine of ten sure boxes are the same within 6 pixels and 0.05.

    Random weights are far more sensitive to rounding than trained ones.
    """
    results = []
    for device in ("cpu", "cuda"):
        instance = detector(checkpoint, min_score=0.25, device=device)
        instance.load()
        results.append(instance.detect(pictures(noise, 3)))
        instance.close()
    for host, there in zip(*results, strict=True):
        sure = host.score > 0.35
        chosen = Detections(
            host.xyxy[sure], host.score[sure], tuple(np.array(host.label)[sure].tolist())
        )
        assert missing(chosen, there, 6, 0.05) <= 1 + len(chosen) // 10


def test_every_batch_finds_the_same(checkpoint: Path, noise: npt.NDArray[np.uint8]) -> None:
    """Alone or among others, in any bucket and with two batches under way: nearly equal boxes."""
    instance = detector(checkpoint, min_score=0.3)
    instance.load()
    some = pictures(noise, 75)
    alone = [instance.detect([picture])[0] for picture in some]
    together = instance.detect(some)
    for one, other in zip(alone, together, strict=True):
        assert missing(one, other, 6, 0.05) <= 1 + len(one) // 10
    again = instance.detect(some)
    for one, other in zip(together, again, strict=True):
        assert np.array_equal(one.xyxy, other.xyxy)
        assert one.label == other.label
    instance.close()


def test_a_full_device_is_told_apart(checkpoint: Path) -> None:
    """F20: with all memory taken loading ends as exhausted; with memory back it loads again."""
    torch.ones(1, device="cuda")
    instance = detector(checkpoint)
    with full_device(), pytest.raises(DetectorExhausted, match="cuda:0 has not enough free memory"):
        instance.load()
    assert "CUDA graphs" in instance.load().description
    instance.close()


def test_half_the_memory_is_half_the_batch(checkpoint: Path) -> None:
    """F20: a device that has memory for half the batch only is used with that."""
    torch.cuda.empty_cache()
    instance = detector(checkpoint, size=(1280, 1280))
    failed: list[int] = []

    def short(_: Any, inputs: tuple[Any, ...]) -> None:
        if len(inputs[0]) > 16:
            failed.append(len(inputs[0]))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    handle = torch.nn.modules.module.register_module_forward_pre_hook(short)
    try:
        profile = instance.load()
    finally:
        handle.remove()
    assert (profile.max_batch, failed[:1]) == (16, [32])
    instance.close()


def test_without_memory_a_worker_ends_and_falls_back(checkpoint: Path) -> None:
    """F20: the worker ends as exhausted; told to use its fallback, the next one loads."""
    config: dict[str, JsonValue] = {"model": str(checkpoint), "allow_pickle": True}
    with full_device():
        with worker() as process:
            process.sock.settimeout(120)
            answer = process.load(BACKEND, config)
            assert isinstance(answer, Failed)
            assert answer.exhausted
        with worker() as process:
            process.sock.settimeout(120)
            process.send(Load(name="test", backend=BACKEND, config=config, fallback=True))
            said, _ = process.receive()
            assert isinstance(said, Loaded)
            assert "the CPU" in said.description


def test_any_other_failure_ends_the_worker(
    checkpoint: Path, noise: npt.NDArray[np.uint8], tmp_path: Path
) -> None:
    """F20: after a fatal CUDA error nothing on the device works; it is one line, not a loop."""
    np.save(tmp_path / "noise.npy", noise)
    script = f"""
        import numpy as np
        from detectors.errors import DetectorUnavailable
        from detectors.picture import Picture
        from detectors.torch import UltralyticsConfig, UltralyticsDetector
        config = UltralyticsConfig(model={str(checkpoint)!r}, allow_pickle=True, max_batch=2)
        instance = UltralyticsDetector("test", config)
        instance.load()
        import torch
        torch.zeros(4, device="cuda")[torch.full((4,), 99, device="cuda")] = 1
        picture = Picture("yard", 0, np.load({str(tmp_path / "noise.npy")!r}))
        try:
            for _ in range(3):
                instance.detect([picture])
        except DetectorUnavailable as error:
            print("unavailable:", error, flush=True)
        import os
        os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "unavailable: cuda:0 failed: CUDA error" in done.stdout
