"""A detector that does what it is told, and the contract of detectors as an executable check."""

import ctypes
import json
import os
import select
import signal
import time
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import ClassVar, Literal, cast

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from detectors.detection import Detections
from detectors.detector import Detector, Overlapping, Profile
from detectors.errors import DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.picture import Picture
from sources.testing import truth

Fault = Literal[
    "hang", "hang_gil", "segfault", "exception", "exit", "unavailable", "nonsense", "exhausted"
]

_FOR_EVER = 3600
_RINGS = 20_000
"""Milliseconds within which a bell must ring, on the slowest machine."""

_BAND = 12
"""The part of the height, above and below, in which a picture that bears truth has its blocks."""


class ScriptedConfig(BaseModel):
    """Options of a scripted detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(default=320, ge=16, le=1536)
    """Pixels; default 320."""

    height: int = Field(default=240, ge=16, le=1536)
    """Pixels; default 240."""

    label: str = "person"
    """What a bright spot is called; default person."""

    brightness: int = Field(default=230, ge=1, le=255)
    """Least value of all three colours that belongs to a spot, 1 to 255; default 230."""

    delay: float = Field(default=0.0, ge=0)
    """Seconds each call takes longer; default 0."""

    max_batch: int = Field(default=1, ge=1, le=64)
    """Pictures per call; default 1."""

    window: float = Field(default=0.0, ge=0, le=1)
    """Seconds to wait for a fuller batch; default 0."""

    parts: bool = False
    """Whether it takes parts of pictures; default no."""

    smallest: int = Field(default=1, ge=1)
    """Pixels across and down below which a spot is not seen, as a model would miss it; default
    1."""

    fault: Fault | None = None
    """What goes wrong: sleep for ever (holding Python's lock or not), die of SIGSEGV, raise what is
    a bug, leave with exit code 7, raise DetectorUnavailable, answer with boxes that are no
    numbers, or run out of memory; default nothing."""

    fault_at: int | None = Field(default=None, ge=1)
    """Number of the call in which the fault happens, from 1; default in none."""

    fault_file: Path | None = None
    """The fault happens at the next call once this file exists; the file is removed first, so that
    the next worker is well. Default none."""

    load: Literal["works", "rejected", "unavailable", "bug", "hang", "exhausted"] = "works"
    """How loading goes; default well."""

    untidy: bool = False
    """Whether after a fault closing fails too, and being freed aborts the process, as it is with a
    device that failed; default no."""

    device: str = "scripted"
    """What it runs on; default `scripted`. On its fallback nothing goes wrong."""

    fallback: str | None = None
    """What it runs on when `device` has no memory left; default none."""

    ballast: int = Field(default=0, ge=0)
    """Bytes more that it holds after each call, as if it leaked; default 0."""

    record: Path | None = None
    """A file to which one JSON line per picture is added: process, monotonic second, call, camera,
    index, size, mean brightness and `truth`, what the picture itself says of camera and number (see
    `sources.testing.read`), null if it says nothing or is torn; default none."""


class ScriptedDetector:
    """Finds the bright spot of a picture, and fails as scripted; see `detectors.Detector`."""

    Config: ClassVar[type[BaseModel]] = ScriptedConfig

    def __init__(self, name: str, config: ScriptedConfig) -> None:
        self._name = name
        self._config = config
        self._calls = 0
        self._ballast = bytearray()
        self._failed = False

    def load(self) -> Profile:
        """Load as scripted."""
        config = self._config
        match config.load if config.device != config.fallback else "works":
            case "exhausted":
                raise DetectorExhausted(f"detector {self._name}: no memory left, as scripted")
            case "rejected":
                raise DetectorRejected(f"detector {self._name}: refused, as scripted")
            case "unavailable":
                raise DetectorUnavailable(f"detector {self._name}: unavailable, as scripted")
            case "bug":
                raise RuntimeError("a bug while loading, as scripted")
            case "hang":
                time.sleep(_FOR_EVER)
            case "works":
                pass
        return Profile(
            config.width,
            config.height,
            (config.label,),
            "scripted: finds bright spots"
            + (f" on {config.device}" if config.device == config.fallback else ""),
            max_batch=config.max_batch,
            window=config.window,
            parts=config.parts,
        )

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look for bright spots, or fail."""
        self._calls += 1
        self._ballast += b"x" * self._config.ballast
        if self._config.delay:
            time.sleep(self._config.delay)
        fault = self._due()
        if fault is not None:
            self._failed = True
            _commit(fault)
        if self._config.record is not None:
            self._record(self._config.record, pictures)
        found = [self._spot(picture.rgb) for picture in pictures]
        if fault == "nonsense":
            found = [_nonsense(self._config.label) for _ in found]
        return found

    def close(self) -> None:
        """Nothing to free, which may fail as scripted."""
        if self._config.untidy and self._failed:
            raise RuntimeError("nothing can be freed any more, as scripted")

    def __del__(self) -> None:
        """Be freed, as scripted."""
        if self._config.untidy and self._failed:
            os.abort()

    def _due(self) -> Fault | None:
        if self._config.device == self._config.fallback:
            return None
        file = self._config.fault_file
        if file is not None and file.exists():
            file.unlink()
            return self._config.fault
        return self._config.fault if self._calls == self._config.fault_at else None

    def _spot(self, rgb: npt.NDArray[np.uint8]) -> Detections:
        bright = rgb.min(axis=2) >= self._config.brightness
        if truth.read(rgb) is not None:
            band = ceil(rgb.shape[0] / _BAND)
            bright[:band] = bright[-band:] = False
        rows = np.flatnonzero(bright.any(axis=1))
        columns = np.flatnonzero(bright.any(axis=0))
        if not rows.size:
            return Detections.none()
        height, width = bright.shape
        if min(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 < self._config.smallest:
            return Detections.none()
        box = (
            columns[0] / width,
            rows[0] / height,
            (columns[-1] + 1) / width,
            (rows[-1] + 1) / height,
        )
        score = np.array([0.9], np.float32)
        return Detections(np.array([box], np.float32), score, (self._config.label,))

    def _record(self, file: Path, pictures: Sequence[Picture]) -> None:
        lines = [
            json.dumps(
                {
                    "pid": os.getpid(),
                    "at": time.monotonic(),
                    "call": self._calls,
                    "camera": picture.camera,
                    "index": picture.index,
                    "width": picture.rgb.shape[1],
                    "height": picture.rgb.shape[0],
                    "mean": round(float(picture.rgb.mean()), 3),
                    "truth": truth.read(picture.rgb),
                }
            )
            for picture in pictures
        ]
        with file.open("a", encoding="utf-8") as out:
            out.write("".join(f"{line}\n" for line in lines))


def check_detector(detector: Detector) -> Profile:
    """Assert what every detector promises; loads and closes it.

    Raises:
        AssertionError: A promise is broken.
    """
    profile = detector.load()
    _require(profile.labels, "it must name its labels")
    _require(len(set(profile.labels)) == len(profile.labels), "labels must differ")
    _require(profile.description, "it must say what it is")
    generator = np.random.default_rng(1)
    shapes = [
        (profile.height, profile.width),
        (profile.height // 2, profile.width),
        (profile.height, max(16, profile.width // 3)),
    ]
    pictures = [
        _picture(number, generator.integers(0, 255, (*shape, 3), np.uint8))
        for number, shape in enumerate(shapes)
    ]
    _require(list(detector.detect([])) == [], "no pictures must give no results")
    results = detector.detect(pictures)
    _require(len(results) == len(pictures), "one result per picture")
    for result in results:
        _check_result(result, profile)
    if profile.under_way > 1:
        _check_overlap(cast("Overlapping", detector), profile, pictures)
    detector.close()
    return profile


def _check_overlap(
    detector: Overlapping,
    profile: Profile,
    pictures: Sequence[Picture],
) -> None:
    """Look at each picture as the worker does: the next is begun before the last is finished."""
    # One by one here too: a device computes another batch size in another order.
    wanted = [found for picture in pictures for found in detector.detect([picture])]
    ear = select.poll()
    ear.register(detector.bell(), select.POLLIN)
    waiting = list(pictures)
    tickets: list[object] = []
    found: list[Detections] = []
    while waiting or tickets:
        while waiting and len(tickets) < profile.under_way:
            tickets.append(detector.begin([waiting.pop(0)]))
        while not detector.done(tickets[0]):
            _require(ear.poll(_RINGS), "the bell must ring")
            os.eventfd_read(detector.bell())
        found.extend(detector.finish(tickets.pop(0)))
    same = [
        np.array_equal(one.xyxy, two.xyxy) and one.label == two.label
        for one, two in zip(found, wanted, strict=True)
    ]
    _require(all(same), "what overlaps must find the same")


def _check_result(result: Detections, profile: Profile) -> None:
    count = len(result)
    _require(result.xyxy.shape == (count, 4), "boxes must be n x 4")
    _require(result.score.shape == (count,), "one score per box")
    _require(result.xyxy.dtype == result.score.dtype == np.float32, "columns must be float32")
    _require(set(result.label) <= set(profile.labels), "labels must be those of the profile")
    _require(bool(((result.xyxy >= 0) & (result.xyxy <= 1)).all()), "boxes must be within 0..1")
    _require(bool((result.xyxy[:, :2] < result.xyxy[:, 2:]).all()), "boxes must have an area")
    _require(bool((np.diff(result.score) <= 0).all()), "the strongest must come first")


def _require(holds: object, promise: str) -> None:
    if not holds:
        raise AssertionError(promise)


def _picture(number: int, rgb: npt.NDArray[np.uint8]) -> Picture:
    rgb.flags.writeable = False
    return Picture(f"camera{number}", number, rgb)


def _nonsense(label: str) -> Detections:
    return Detections(np.full((1, 4), np.nan, np.float32), np.ones(1, np.float32), (label,))


def _commit(fault: Fault) -> None:
    match fault:
        case "hang":
            time.sleep(_FOR_EVER)
        case "hang_gil":
            ctypes.PyDLL(None).sleep(_FOR_EVER)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exception":
            raise RuntimeError("a bug at work, as scripted")
        case "exit":
            os._exit(7)
        case "unavailable":
            raise DetectorUnavailable("the device failed, as scripted")
        case "exhausted":
            raise DetectorExhausted("no memory left, as scripted")
        case "nonsense":
            pass
