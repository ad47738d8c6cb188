"""The detector on a CUDA device: graphs, batches, 16 bits, and what happens without memory."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import JsonValue
from rig import fatal, lively
from rig.worker import PATIENCE, Camera, Worker, camera, worker

from detectors.detection import Detections
from detectors.errors import DetectorExhausted
from detectors.families import end_to_end, yolov8
from detectors.families.suppression import suppress
from detectors.message import Failed, Found, Item, Load, Loaded
from detectors.picture import Picture
from detectors.testing import check_detector
from detectors.torch import UltralyticsConfig, UltralyticsDetector
from detectors.torch.program import MOST, look

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
LOADING = 240.0
"""Seconds within which a worker must have loaded, every batch size tried out."""

WIDTH, HEIGHT = 640, 384
ROOT = Path(__file__).resolve().parents[3]


def detector(path: Path, **options: object) -> UltralyticsDetector:
    """Build a detector that opens its checkpoint."""
    values = {
        "model": path,
        "allow_pickle": True,
        "size": (WIDTH, HEIGHT),
        "max_batch": 4,
        **options,
    }
    return UltralyticsDetector("test", UltralyticsConfig.model_validate(values))


@pytest.fixture(scope="session")
def one_checkpoint(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save one network, for what does not depend on which it is."""
    return lively.lively("yolo26n.yaml", tmp_path_factory.mktemp("one"))


@pytest.fixture
def exact() -> Iterator[None]:
    """Let 32 bits be 32 bits: by default NVIDIA's convolutions round what they multiply to 19."""
    # It cannot be read in torch 2.11, only written.
    torch.backends.cudnn.conv.fp32_precision = "ieee"
    yield
    torch.backends.cudnn.conv.fp32_precision = "tf32"


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
        Picture(
            "yard",
            n,
            np.ascontiguousarray(np.roll(noise, 32 * n, axis=1)[: HEIGHT - n % 3 * 64]),
        )
        for n in range(count)
    ]


def missing(ours: Detections, theirs: Detections, pixels: float, score: float) -> int:
    """Count the boxes of one result that the other has not, within a tolerance."""
    near = (np.abs(ours.xyxy[:, None] - theirs.xyxy[None]) * WIDTH).max(axis=2) < pixels
    near &= np.abs(ours.score[:, None] - theirs.score[None]) < score
    near &= np.array(ours.label)[:, None] == np.array(theirs.label)[None]
    return int((~near.any(axis=1)).sum())


def identical(one: Detections, other: Detections) -> bool:
    """Whether two results are the same, bit by bit."""
    return (
        np.array_equal(one.xyxy, other.xyxy)
        and np.array_equal(one.score, other.score)
        and one.label == other.label
    )


def test_keeps_the_contract_with_graphs(checkpoint: Path) -> None:
    """The detector does what every detector promises, out of CUDA graphs, and its bell rings."""
    profile = check_detector(detector(checkpoint))
    assert profile.description.endswith("16-bit floats, batches up to 4, CUDA graphs")
    assert (profile.max_batch, profile.window > 0, profile.under_way) == (4, True, 2)


def test_32_bits_equal_the_cpu(checkpoint: Path, noise: npt.NDArray[np.uint8], exact: None) -> None:
    """With 32-bit floats the device finds what the CPU finds, within 0.5 pixels and 0.01."""
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


def test_16_bits_move_less_than_one_gray_level_of_noise(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """Rounding to 16 bits costs less than what the last bit of every pixel does.

    Random weights magnify whatever comes in, so that no fixed tolerance says anything of 16 bits:
    what the network says anyway to a picture that differs by nothing one could see is the measure.
    """
    random = np.random.default_rng(1)
    noisy = np.clip(noise.astype(np.int16) + random.integers(-1, 2, noise.shape), 0, 255)
    shown = torch.from_numpy(np.stack((noise, noisy.astype(np.uint8))))
    host = detector(checkpoint, device="cpu")
    host.load()
    before, jittered = raw(host, shown, torch.float32)
    host.close()
    there = detector(checkpoint)
    there.load()
    rounded = raw(there, shown[:1].cuda(), torch.float16)[0]
    there.close()
    for part in (slice(0, 4), slice(4, None)):
        by_noise = np.abs(jittered[:, part] - before[:, part])
        by_rounding = np.abs(rounded[:, part] - before[:, part])
        for quantile in (0.5, 0.9, 0.99):
            assert np.quantile(by_rounding, quantile) <= np.quantile(by_noise, quantile)


def raw(instance: UltralyticsDetector, pixels: Any, dtype: Any) -> npt.NDArray[np.float32]:
    """Return what the network says of every anchor, before anything is chosen."""
    said: list[Any] = []
    head = instance.network.model[-1]
    choose = head.postprocess

    def overheard(rows: Any) -> Any:
        said.append(rows.float().clone())
        return choose(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "postprocess", overheard)
        output = look(torch, instance.network, pixels, dtype)
    rows = said[0] if said else output.float().transpose(1, 2)
    values: npt.NDArray[np.float32] = rows.cpu().numpy()
    return values


def test_rows_are_what_the_families_read(checkpoint: Path, noise: npt.NDArray[np.uint8]) -> None:
    """What comes out of a graph is what the host reads of the network's own 16-bit output."""
    instance = detector(checkpoint, min_score=0.25, max_batch=1)
    instance.load()
    [found] = instance.detect([Picture("yard", 0, noise)])
    pixels = torch.from_numpy(noise)[None].cuda()
    output = look(torch, instance.network, pixels, torch.float16)[0].float().cpu().numpy()
    instance.close()
    if output.shape[1] == 6:
        expected = end_to_end.decode(output, 0.25)
    else:
        expected = suppress(yolov8.decode(output, 0.25), 0.6, MOST)
    limits = np.array([WIDTH, HEIGHT] * 2, np.float32)
    xyxy = np.clip(expected.xyxy / limits, 0, 1).astype(np.float32)
    seen = (xyxy[:, 2:] > xyxy[:, :2]).all(axis=1)
    names = instance_names(checkpoint)
    label = tuple(names[number] for number in expected.number[seen].tolist())
    theirs = Detections(xyxy[seen], expected.score[seen].astype(np.float32), label)
    assert len(theirs) > 5
    allowed = len(theirs) // 50
    assert missing(found, theirs, 0.1, 1e-3) <= allowed
    assert missing(theirs, found, 0.1, 1e-3) <= allowed


def instance_names(checkpoint: Path) -> dict[int, str]:
    """Read the class names out of a checkpoint."""
    names: dict[int, str] = torch.load(checkpoint, map_location="cpu", weights_only=False)[
        "model"
    ].names
    return names


def test_every_batch_finds_the_same(
    checkpoint: Path, noise: npt.NDArray[np.uint8], exact: None
) -> None:
    """Alone or among others, in any bucket and with two batches under way: the same boxes."""
    instance = detector(checkpoint, min_score=0.3, max_batch=8, half=False)
    instance.load()
    some = pictures(noise, 19)
    alone = [instance.detect([picture])[0] for picture in some]
    together = instance.detect(some)
    instance.close()
    for one, other in zip(alone, together, strict=True):
        assert missing(one, other, 0.5, 0.01) <= 1 + len(one) // 50


def test_first_and_later_looks_are_identical(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """The first batch after loading, small ones beside large ones: never a bit differs.

    All sizes share one piece of the device's memory; two at once there would spoil each other.
    """
    instance = detector(checkpoint, min_score=0.3, max_batch=8)
    instance.load()
    some = pictures(noise, 9)
    large, small = some[:8], some[8:]
    first = instance.finish(instance.begin(small))
    wanted = instance.finish(instance.begin(large))
    for _ in range(10):
        tickets = [instance.begin(large), instance.begin(small)]
        assert all(map(identical, instance.finish(tickets[0]), wanted))
        assert all(map(identical, instance.finish(tickets[1]), first))
    instance.close()


def test_two_loads_are_identical(checkpoint: Path, noise: npt.NDArray[np.uint8]) -> None:
    """The same pictures give the same numbers, bit by bit, after a restart too."""
    results = []
    for _ in range(2):
        instance = detector(checkpoint, min_score=0.3)
        instance.load()
        results.append(instance.detect(pictures(noise, 3)))
        instance.close()
    assert all(map(identical, *results))


def test_second_looks_beside_a_batch_change_nothing(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """Pictures with too many candidates are looked at again while the next batch is under way."""
    instance = detector(checkpoint, min_score=0.01, iou=0.3, max_batch=8)
    instance.load()
    batches = [pictures(noise, 8), pictures(noise[:, ::-1].copy(), 8)]
    wanted = [instance.finish(instance.begin(batch)) for batch in batches]
    for _ in range(3):
        tickets = [instance.begin(batch) for batch in batches]
        for ticket, expected in zip(tickets, wanted, strict=True):
            assert all(map(identical, instance.finish(ticket), expected))
    instance.close()


def test_a_full_device_is_told_apart(one_checkpoint: Path) -> None:
    """F20: with all memory taken loading ends as exhausted; with memory back it loads again."""
    torch.ones(1, device="cuda")
    instance = detector(one_checkpoint)
    with full_device(), pytest.raises(DetectorExhausted, match="cuda:0 has not enough free memory"):
        instance.load()
    assert "CUDA graphs" in instance.load().description
    instance.close()


def test_half_the_memory_is_half_the_batch(one_checkpoint: Path) -> None:
    """F20: a device that has memory for half the batch only is used with that."""
    torch.cuda.empty_cache()
    instance = detector(one_checkpoint, max_batch=4)
    failed: list[int] = []

    def short(module: Any, inputs: tuple[Any, ...]) -> None:
        if type(module).__name__ == "DetectionModel" and len(inputs[0]) > 2:
            failed.append(len(inputs[0]))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    handle = torch.nn.modules.module.register_module_forward_pre_hook(short)
    try:
        profile = instance.load()
    finally:
        handle.remove()
    assert (profile.max_batch, failed[:1]) == (2, [4])
    instance.close()


@contextmanager
def patient_worker() -> Iterator[Worker]:
    """Start a worker that may take its time, with the tests' own machinery at hand."""
    paths = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    with worker({"PYTHONPATH": os.pathsep.join(filter(None, paths))}) as process:
        process.sock.settimeout(LOADING)
        yield process


def options(path: Path) -> dict[str, JsonValue]:
    """Return the options of a small detector."""
    size: list[JsonValue] = [WIDTH, HEIGHT]
    return {"model": str(path), "allow_pickle": True, "size": size, "max_batch": 2}


def test_without_memory_a_worker_ends_and_falls_back(
    one_checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """F20: the worker ends as exhausted; told to use its fallback, the next one finds objects."""
    config = options(one_checkpoint)
    with full_device():
        with patient_worker() as process:
            answer = process.load(BACKEND, config)
            assert isinstance(answer, Failed)
            assert answer.exhausted
            assert process.process.wait(PATIENCE) == 69
        with patient_worker() as process, camera("yard") as yard:
            process.send(Load(name="test", backend=BACKEND, config=config, fallback=True))
            said, _ = process.receive()
            assert isinstance(said, Loaded)
            assert "the CPU" in said.description
            process.map(yard)
            [rows] = process.detect(yard.put(0, 1, noise))
            assert rows is not None
            assert len(rows)


def test_after_a_fatal_error_the_worker_ends_and_the_next_one_works(
    one_checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """F20: nothing on the device works any more; that is one line, no loop and no hang."""
    config = options(one_checkpoint)
    with patient_worker() as process, camera("yard") as yard:
        assert isinstance(process.load(fatal.BACKEND, config), Loaded)
        process.map(yard)
        [before] = process.detect(yard.put(0, 1, noise))
        assert before is not None
        process.ask(yard.put(1, 2, noise))
        answer, _ = process.receive()
        assert isinstance(answer, Failed)
        assert answer.reason.startswith("cuda:0 failed: CUDA error")
        assert (answer.remedy, answer.exhausted) == ("unavailable", False)
        assert process.process.wait(PATIENCE) == 69
    with patient_worker() as process, camera("yard") as yard:
        assert isinstance(process.load(BACKEND, config), Loaded)
        process.map(yard)
        [after] = process.detect(yard.put(0, 3, noise))
        assert after is not None
        assert len(after) == len(before)


def test_a_worker_takes_up_the_next_batch_while_it_looks(
    one_checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """Two questions at once, each of more pictures than a batch, are answered in order, alike."""
    with patient_worker() as process, camera("yard") as yard, camera("gate") as gate:
        assert isinstance(process.load(BACKEND, options(one_checkpoint)), Loaded)
        process.map(yard)
        process.map(gate)
        asked = [_items(yard, noise), _items(gate, noise[:, ::-1].copy())]
        wanted = [process.detect(*items) for items in asked]
        for _ in range(5):
            numbers = [process.ask(*items) for items in asked]
            for number, expected in zip(numbers, wanted, strict=True):
                found, blob = process.receive()
                assert isinstance(found, Found)
                assert found.id == number
                assert blob == b"".join(rows.tobytes() for rows in expected if rows is not None)


def _items(where: Camera, noise: npt.NDArray[np.uint8]) -> list[Item]:
    """Put three pictures into a camera's slots."""
    return [
        where.put(slot, slot, np.ascontiguousarray(np.roll(noise, 32 * slot, axis=1)))
        for slot in range(3)
    ]
