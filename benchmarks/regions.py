"""What looking closely finds and costs: small far people against whole pictures at equal cost.

The reference is the same model on 2 x 2 overlapping tiles of each picture at full resolution, or as
close to it as the model's input allows. A person of the reference (score 0.5 and more) is found by
a box of score 0.3 and more that overlaps it by half. Small is whoever is less than 130 pixels tall
of 1080. Cost is CPU time inside the detector, all threads.

Equal cost means that the whole picture is looked at as many times more often as the parts cost
more: a person counts as found then if any of the looks since the last comparison found them, which
is better than any tracker could make of it. Where a model takes a larger input, the whole picture
at a larger input is shown beside.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.scenery import MATERIAL
from detectors import Attention, Box, Detections, DetectorRejected, Glance, Picture, Profile
from detectors.boxes import overlap
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.parts import Glimpse, merged
from sources.child.closer import Closer
from sources.child.convert import Converter, Size
from sources.child.decoded import LibavPicture, Scalers
from sources.child.mask import Mask
from sources.message import Regions

CLIP = MATERIAL / "media" / "towncentre_people_1080p.mp4"
ROOM = MATERIAL / "media" / "intel_one-by-one-person.mp4"
LIGHT = MATERIAL / "media" / "ipcam_ir_lightchange_178.mp4"
MODELS = {
    "yolox_nano": MATERIAL / "models" / "yolox_nano.onnx",
    "yolo11n_int8": MATERIAL / "models" / "yolo11n_int8_openvino" / "yolo11n.xml",
}

EVERY = 6
"""Pictures of 30 a second from one look to the next: five looks a second."""

MOST = (2, 4)
"""Parts per look; 4 is what the daemon uses."""

TILE = (1056, 608)
"""Pixels of a reference tile: 2 x 2 of them cover 1920 x 1080 with a lap for whole people."""

LARGER = ((640, 384), (832, 480))
"""Inputs for the whole picture, of models that take them."""

SMALL = 130 / 1080
SURE, FOUND, WEAK = 0.5, 0.3, 0.1
CONVERTER = Converter(Mask(()))


@dataclass(slots=True)
class Eye:
    """A detector that counts what it costs."""

    detector: OpenvinoDetector
    profile: Profile
    cost: float = 0.0
    calls: int = 0

    @classmethod
    def of(cls, model: Path, size: tuple[int, int] | None = None) -> "Eye":
        """Load a model for people."""
        detector = OpenvinoDetector(
            "bench", OpenvinoConfig(model=model, labels=("person",), size=size)
        )
        return cls(detector, detector.load())

    def look(self, rgb: np.ndarray[Any, np.dtype[np.uint8]]) -> Detections:
        """Find people."""
        started = time.process_time()
        (found,) = self.detector.detect([Picture("bench", 0, rgb)])
        self.cost += time.process_time() - started
        self.calls += 1
        return found

    def whole(self, picture: LibavPicture) -> Detections:
        """Find people in a whole picture."""
        return self.look(CONVERTER.fit(picture, self.profile.width, self.profile.height))


@dataclass(slots=True)
class Score:
    """How well finds fit the reference."""

    small: list[bool] = field(default_factory=list)
    large: list[bool] = field(default_factory=list)
    unexplained: int = 0
    looks: int = 0

    def add(self, truth: Detections, *finds: Detections) -> None:
        """Compare the looks since the last comparison, the newest first."""
        sure = truth.xyxy[truth.score >= SURE]
        hit = np.zeros(len(sure), np.bool_)
        for found in finds:
            hit |= _best(sure, found.xyxy[found.score >= FOUND]) >= 0.5
        for tall, here in zip((sure[:, 3] - sure[:, 1]).tolist(), hit.tolist(), strict=True):
            (self.small if tall < SMALL else self.large).append(bool(here))
        newest = finds[0].xyxy[finds[0].score >= FOUND]
        self.unexplained += int((_best(newest, truth.xyxy[truth.score >= WEAK]) < 0.4).sum())
        self.looks += 1

    def told(self, cost: float) -> dict[str, float | int]:
        """Say it for JSON."""
        return {
            "recall_small": round(float(np.mean(self.small)), 3),
            "recall_large": round(float(np.mean(self.large)), 3),
            "people_small": len(self.small),
            "unexplained_per_look": round(self.unexplained / self.looks, 2),
            "detector_cpu_ms_per_look": round(1000 * cost / self.looks, 1),
        }


def measure() -> dict[str, Any]:
    """Compare on the real clip; cost on quiet ones. Empty where the material is absent."""
    if not CLIP.is_file():
        return {"material": "absent"}
    models = {name: _compared(path) for name, path in MODELS.items() if path.is_file()}
    return {
        "clip": CLIP.name,
        "looks_per_s": 30 / EVERY,
        **models,
        "quiet": {
            "room_with_six_visits": _quiet(ROOM, Size(416, 416), 2),
            "light_changes_nobody": _quiet(LIGHT, Size(64, 64), 1),
        },
    }


def _compared(model: Path) -> dict[str, Any]:
    pictures = list(_pictures(CLIP, 1))
    looks = range(EVERY, len(pictures), EVERY)
    truth = _reference(model, pictures, looks)
    eye = Eye.of(model)
    once = Score()
    finds = [eye.whole(picture) for picture in pictures]
    each = eye.cost / eye.calls
    for at in looks:
        once.add(truth[at], finds[at])
    told: dict[str, Any] = {"whole": once.told(each * once.looks)}
    for most in MOST:
        closely, cost = _closely(eye, pictures, truth, looks, most)
        times = max(1, round(cost / (each * closely.looks)))
        often = Score()
        for at in looks:
            often.add(truth[at], *(finds[at - back * EVERY // times] for back in range(times)))
        told[f"parts_{most}"] = closely.told(cost)
        told[f"whole_{times}_times_as_often"] = often.told(each * times * often.looks)
    told |= _larger(model, pictures, truth, looks)
    return told


def _closely(
    eye: Eye,
    pictures: Sequence[LibavPicture],
    truth: dict[int, Detections],
    looks: range,
    most: int,
) -> tuple[Score, float]:
    """Look as the daemon does: what child, worker and line do with one picture after the other."""
    model = (eye.profile.width, eye.profile.height)
    closer, attention, score = Closer(Size(*model)), Attention(), Score()
    before = eye.cost
    for at in (0, *looks):
        picture = pictures[at]
        wish = Regions(most=most, wanted=attention.wanted())
        mosaic = closer.cut(CONVERTER, picture, wish)
        seen = [
            Glimpse(part.region, eye.look(rgb))
            for part, (_, _, rgb) in zip(mosaic.parts, mosaic.pieces, strict=True)
        ]
        regions: list[Box] = [part.region for part in mosaic.parts]
        glance = Glance(at / 30, regions, mosaic.moved, picture.height, picture.width, model)
        found = attention.settle(glance, merged(seen))
        if at in truth:
            score.add(truth[at], found)
    return score, eye.cost - before


def _larger(
    model: Path, pictures: Sequence[LibavPicture], truth: dict[int, Detections], looks: range
) -> dict[str, Any]:
    told = {}
    for size in LARGER:
        try:
            eye = Eye.of(model, size)
        except DetectorRejected:
            continue
        score = Score()
        for at in looks:
            score.add(truth[at], eye.whole(pictures[at]))
        told[f"whole_{size[0]}x{size[1]}"] = score.told(eye.cost)
    return told


def _reference(
    model: Path, pictures: Sequence[LibavPicture], looks: range
) -> dict[int, Detections]:
    try:
        eye = Eye.of(model, TILE)
    except DetectorRejected:
        eye = Eye.of(model)
    return {at: _tiled(eye, pictures[at]) for at in looks}


def _tiled(eye: Eye, picture: LibavPicture) -> Detections:
    wide, high = TILE[0] / picture.width, TILE[1] / picture.height
    corners = [(x, y) for x in (0.0, 1 - wide) for y in (0.0, 1 - high)]
    tiles: list[Box] = [(x, y, min(1.0, x + wide), min(1.0, y + high)) for x, y in corners]
    width, height = eye.profile.width, eye.profile.height
    return merged(
        [Glimpse(tile, eye.look(CONVERTER.part(picture, tile, width, height))) for tile in tiles]
    )


def _quiet(clip: Path, model: Size, every: int) -> dict[str, float | int]:
    """Say how much would be looked at in a clip where little or nothing happens."""
    closer, counts, anew = Closer(model), [], 0
    started = time.process_time()
    for picture in _pictures(clip, every):
        mosaic = closer.cut(CONVERTER, picture, Regions(most=4))
        counts.append(len(mosaic.parts))
        anew += mosaic.moved == ((0.0, 0.0, 1.0, 1.0),)
    return {
        "looks": len(counts),
        "parts_per_look": round(float(np.mean(counts)), 3),
        "parts_most": max(counts),
        "share_without_any": round(counts.count(0) / len(counts), 3),
        "looks_while_learning": anew,
        "decode_choose_convert_ms_per_look": round(
            1000 * (time.process_time() - started) / len(counts), 2
        ),
    }


def _pictures(clip: Path, every: int) -> Iterator[LibavPicture]:
    scalers = Scalers()
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                yield LibavPicture(frame, None, scalers, corrupt=False)


def _best(boxes: np.ndarray[Any, Any], others: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if not len(boxes) or not len(others):
        return np.zeros(len(boxes))
    return np.asarray(overlap(boxes, others).max(axis=1))
