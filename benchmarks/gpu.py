"""Detection on a GPU, from shared-memory slots to boxes, against the bare network.

Needs the extra `gpu` and a CUDA device; on a CPU it looks at single small pictures, to try the
benchmark itself. Networks are Ultralytics' own from their YAML, with random weights: as fast as
trained ones.

The bare loop replays one CUDA graph of the fused network in 16 bits on a batch that already lies on
the device as floats, and reads nothing back; its convolutions are those that were chosen for ours,
which torch keeps for the whole process. Ours takes 8-bit pictures from the slots of as many
cameras, through the detector's class with two batches under way, and ends with boxes and labels.
Both take turns in one process. `slots_wide` is the same with pictures of 16:9, as most cameras
have them. `worker` is a real worker process that is asked over its socket, as the daemon asks. The
least score is set so that about twenty objects per picture come back.
"""

import statistics
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import JsonValue
from rig.worker import Camera, Worker, camera, worker

from detectors.errors import DetectorUnavailable
from detectors.message import Failed, Item
from detectors.picture import Picture
from detectors.torch import UltralyticsConfig, UltralyticsDetector
from detectors.torch.network import sizes_up_to
from detectors.torch.runtime import import_torch

TARGET = 0.85
"""Share of the bare loop's frames per second that ours must reach with the largest batch."""

NETWORKS = ("yolo26n", "yolo11s", "yolov8n")
OBJECTS = 20
SLOTS = 3
TURNS = 5
SECONDS = 0.6
"""Of one turn of either side."""

WORKER_SECONDS = 2.0
ROUNDS = 100
"""Lonely batches that are timed, per size."""

Foreign = Any


def measure() -> dict[str, Any]:
    """Measure every network; frames per second, milliseconds per batch, shares of the bare loop."""
    torch = import_torch()
    there = torch.cuda.is_available()
    batch, side = (32, 640) if there else (1, 160)
    networks = NETWORKS if there else NETWORKS[:1]
    results = {
        name: _network(torch, name, batch, side, first=not at) for at, name in enumerate(networks)
    }
    share = results[NETWORKS[0]]["share_of_bare"]
    return {
        "device": torch.cuda.get_device_name() if there else "cpu",
        "torch": torch.__version__,
        "batch": batch,
        "input": side,
        "networks": results,
        "target_share": TARGET,
        "ok": there and share >= TARGET,
    }


def _network(torch: Foreign, name: str, batch: int, side: int, *, first: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        model = _save(torch, name, Path(folder) / f"{name}.pt")
        cameras = [stack.enter_context(camera(f"c{number}", SLOTS)) for number in range(batch)]
        full = _fill(cameras, side, side)
        detector = _detector(model, side, batch, min_score=_least(model, side, batch, full))
        started = time.perf_counter()
        profile = detector.load()
        load_s = time.perf_counter() - started
        bare = _bare(torch, model, batch, side)
        shares, ours, alone = [], [], []
        for _ in range(TURNS):
            alone.append(bare(SECONDS))
            ours.append(_stream(detector, full, SECONDS))
            shares.append(ours[-1] / alone[-1])
        result: dict[str, Any] = {
            "detector": profile.description,
            "load_s": round(load_s, 2),
            "objects_per_frame": round(_objects(detector, full), 1),
            "bare_fps": round(statistics.median(alone), 1),
            "slots_fps": round(statistics.median(ours), 1),
            "share_of_bare": round(statistics.median(shares), 3),
            "share_least": round(min(shares), 3),
            "share_most": round(max(shares), 3),
        }
        result["parts_ms"] = _parts(torch, detector, full[0])
        result["batches"] = {
            str(size): _bucket(detector, full, size) for size in sizes_up_to(batch)
        }
        wide = _fill(cameras, side, side * 9 // 16)
        result["slots_wide_fps"] = round(_stream(detector, wide, SECONDS), 1)
        detector.close()
        if first:
            result["worker"] = _worker(model, side, batch, cameras)
        return result


def _save(torch: Foreign, name: str, path: Path) -> Path:
    """Save a network with random weights whose normalisation has seen pictures."""
    from ultralytics import YOLO  # noqa: PLC0415 (only where the extra is)

    torch.manual_seed(7)
    yolo = YOLO(f"{name}.yaml")
    if name.startswith("yolo26"):
        yolo.model.end2end = True
    for module in yolo.model.modules():
        if hasattr(module, "running_mean"):
            module.momentum = 1.0
    yolo.model.train()
    yolo.model(torch.rand(2, 3, 320, 320))
    yolo.model.eval()
    yolo.save(path)
    return path


def _detector(model: Path, side: int, batch: int, min_score: float) -> UltralyticsDetector:
    config = UltralyticsConfig(
        model=model,
        allow_pickle=True,
        size=(side, side),
        max_batch=batch,
        min_score=min_score,
        fallback=None,
    )
    return UltralyticsDetector("benchmark", config)


def _least(model: Path, side: int, batch: int, rounds: list[list[Picture]]) -> float:
    """Find the score above which a picture has `OBJECTS`."""
    detector = _detector(model, side, min(batch, 8), min_score=1e-9)
    detector.load()
    scores = np.concatenate([found.score for found in detector.detect(rounds[0])])
    detector.close()
    wanted = min(len(scores) - 1, OBJECTS * len(rounds[0]))
    return float(min(max(np.sort(scores)[::-1][wanted], 1e-9), 0.99))


def _fill(cameras: list[Camera], width: int, height: int) -> list[list[Picture]]:
    """Write a picture into every slot of every camera; one batch per slot."""
    generator = np.random.default_rng(5)
    rounds: list[list[Picture]] = [[] for _ in range(SLOTS)]
    for each in cameras:
        for slot, batch in enumerate(rounds):
            coarse = generator.integers(0, 255, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
            picture = coarse.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]
            view = each.slots.read(each.slots.write(slot, picture))
            if view is None:
                raise RuntimeError("a slot lost its picture")
            batch.append(Picture(each.name, slot, view))
    return rounds


def _bare(torch: Foreign, model: Path, batch: int, side: int) -> Any:  # noqa: ANN401 (a function)
    """Return what measures the frames per second of the network alone."""
    there = torch.cuda.is_available()
    device, dtype = ("cuda:0", torch.float16) if there else ("cpu", torch.float32)
    checkpoint = torch.load(model, map_location="cpu", weights_only=False)
    found = checkpoint.get("ema") or checkpoint["model"]
    net = found.float().fuse().eval().to(device, dtype).to(memory_format=torch.channels_last)
    pixels = torch.rand(batch, 3, side, side, device=device, dtype=dtype)
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in range(3):
            net(pixels)
    if not there:
        return lambda seconds: _rate(lambda: _plain(torch, net, pixels), batch, seconds)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.inference_mode(), torch.cuda.graph(graph):
        net(pixels)
    return lambda seconds: _replays(torch, graph, (net, pixels), batch, seconds)


def _plain(torch: Foreign, net: Foreign, pixels: Foreign) -> None:
    with torch.inference_mode():
        net(pixels)


def _replays(torch: Foreign, graph: Foreign, _: Foreign, batch: int, seconds: float) -> float:
    """Replay without a pause for about so long; the caller keeps network and input alive."""
    graph.replay()
    torch.cuda.synchronize()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for _unused in range(10):
            graph.replay()
        torch.cuda.synchronize()
        count += 10
    return count * batch / (time.perf_counter() - started)


def _rate(call: Any, batch: int, seconds: float) -> float:  # noqa: ANN401 (a function)
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        call()
        count += 1
    return count * batch / (time.perf_counter() - started)


def _stream(detector: UltralyticsDetector, rounds: list[list[Picture]], seconds: float) -> float:
    """Keep two batches under way for about so long; frames per second, all of them finished."""
    ticket = detector.begin(rounds[0])
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        following = detector.begin(rounds[(count + 1) % SLOTS])
        detector.finish(ticket)
        ticket = following
        count += 1
    took = time.perf_counter() - started
    detector.finish(ticket)
    return count * len(rounds[0]) / took


def _objects(detector: UltralyticsDetector, rounds: list[list[Picture]]) -> float:
    return sum(len(found) for found in detector.detect(rounds[0])) / len(rounds[0])


def _bucket(
    detector: UltralyticsDetector, rounds: list[list[Picture]], size: int
) -> dict[str, float]:
    """Time one batch after the other, from slots to boxes: what a lonely request takes."""
    times = []
    for number in range(ROUNDS if size > 1 else 2 * ROUNDS):
        pictures = rounds[number % SLOTS][:size]
        started = time.perf_counter()
        detector.detect(pictures)
        times.append(1000 * (time.perf_counter() - started))
    times = times[len(times) // 10 :]
    p50, p99 = np.percentile(times, [50, 99])
    return {
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
        "fps": round(1000 * size / statistics.mean(times), 1),
    }


def _parts(
    torch: Foreign, detector: UltralyticsDetector, pictures: list[Picture]
) -> dict[str, float]:
    """Say where the time of one lonely batch goes, on the host's clock; medians."""
    begin, wait = [], []
    for _ in range(10):
        started = time.perf_counter()
        ticket = detector.begin(pictures)
        begun = time.perf_counter()
        detector.finish(ticket)
        begin.append(begun - started)
        wait.append(time.perf_counter() - begun)
    read = []
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    for _ in range(10):
        ticket = detector.begin(pictures)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        started = time.perf_counter()
        detector.finish(ticket)
        read.append(time.perf_counter() - started)
    parts = {"copy_and_dispatch": begin, "wait_and_read": wait, "read": read}
    return {name: round(1000 * statistics.median(took), 3) for name, took in parts.items()}


def _worker(model: Path, side: int, batch: int, cameras: list[Camera]) -> dict[str, Any]:
    """Ask a real worker over its socket; one request after the other, then two under way."""
    config: dict[str, JsonValue] = {
        "model": str(model),
        "allow_pickle": True,
        "size": [side, side],
        "max_batch": batch,
        "fallback": None,
    }
    with _started() as process:
        started = time.perf_counter()
        loaded = process.load("detectors.torch:UltralyticsDetector", config)
        if isinstance(loaded, Failed):
            raise DetectorUnavailable(f"the worker did not load: {loaded.reason}")
        result: dict[str, Any] = {"load_s": round(time.perf_counter() - started, 2)}
        items = [_items(cameras, slot, side) for slot in range(SLOTS)]
        for each in cameras:
            process.map(each)
        process.detect(*items[0])
        for under_way in (1, 2):
            result[f"{under_way}_under_way"] = _asked(process, items, under_way)
        return result


@contextmanager
def _started() -> Iterator[Worker]:
    with worker() as process:
        process.sock.settimeout(240)
        yield process


def _items(cameras: list[Camera], slot: int, side: int) -> list[Item]:
    """Name the pictures of one slot of all cameras, full size again."""
    picture = np.random.default_rng(slot).integers(0, 255, (side, side, 3), np.uint8)
    return [each.put(slot, slot, picture) for each in cameras]


def _asked(process: Worker, items: list[list[Item]], under_way: int) -> dict[str, float]:
    """Keep so many questions at the worker; frames per second, and from question to answer."""
    asked, times = deque[float](), list[float]()
    started = time.perf_counter()
    while time.perf_counter() - started < WORKER_SECONDS:
        while len(asked) < under_way:
            asked.append(time.perf_counter())
            process.ask(*items[(len(times) + len(asked)) % SLOTS])
        process.receive()
        times.append(1000 * (time.perf_counter() - asked.popleft()))
    took = time.perf_counter() - started
    for _ in asked:
        process.receive()
    p50, p99 = np.percentile(times, [50, 99])
    return {
        "fps": round(len(times) * len(items[0]) / took, 1),
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
    }
