"""A real detector whose findings are judged, picture by picture, on what the camera really shows.

For tests that run the daemon with this folder's parent on PYTHONPATH:

    detector: {type: "rig.judged:JudgedDetector", clip: scene.mp4, record: judged}
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.hog import HogConfig, HogDetector
from detectors.picture import Picture
from sources.street import Street
from sources.testing import burn, read

WIDTH, HEIGHT, FPS = 640, 360, 10
PICTURES = 60
SEED, FIRST, STEP = 7, 100, 3
"""Which pictures of the drawn street make the scene: people walk, cars pass."""

_SAME = 0.3
"""Intersection over union from which a finding is of something that is there."""

_LEVELS = 32


def write_scene(path: Path, codec: str) -> Path:
    """Encode the scene, its number in each picture, an IDR every second."""
    street = Street(WIDTH, HEIGHT, SEED)
    library = {"h264": "libx264", "hevc": "libx265"}[codec]
    keyint = f"keyint={FPS}:min-keyint={FPS}:scenecut=0:bframes=0"
    options = {
        "libx264": {"preset": "veryfast", "crf": "28", "x264-params": keyint},
        "libx265": {"preset": "superfast", "crf": "30", "x265-params": f"{keyint}:log-level=none"},
    }[library]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(library, rate=FPS, options=options)
        assert isinstance(stream, av.video.stream.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.time_base = Fraction(1, FPS)
        for number in range(PICTURES):
            picture = street.draw(FIRST + STEP * number).copy()
            burn(picture, 1, number)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture that came to the detector."""

    camera: str
    number: int | None
    """That stands in it; None if it is torn."""

    false: int
    """Findings of nothing that is there."""

    clean: int
    """The same in the picture as the camera encoded it."""

    off: float
    """Share of its pixels that visibly differ from that."""


def judged(record: Path) -> Iterator[Judged]:
    """Read a record."""
    if record.exists():
        for line in record.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                yield Judged(**json.loads(line))


class JudgedConfig(BaseModel):
    """Options of the judged detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip: Path
    """The scene, as made by `write_scene`."""

    others: dict[str, Path] = {}
    """By camera: a scene of its own."""

    record: Path
    """A file to which one line per picture is added."""


class JudgedDetector:
    """Looks for people by their outline (`detectors.hog`)."""

    Config: ClassVar[type[BaseModel]] = JudgedConfig

    def __init__(self, name: str, config: JudgedConfig) -> None:
        self._config = config
        # A low threshold: what is judged here is which pictures deceive it, not how well it sees.
        self._hog = HogDetector(name, HogConfig(threads=1, min_score=0.15))
        self._street = Street(WIDTH, HEIGHT, SEED)
        self._clean: dict[Path, list[npt.NDArray[np.uint8]]] = {}
        self._known: dict[tuple[Path, int], int] = {}

    def load(self) -> Profile:
        """Decode the scenes."""
        for clip in {self._config.clip, *self._config.others.values()}:
            with av.open(str(clip)) as container:
                frames = container.decode(video=0)
                arrays = [frame.to_ndarray(format="rgb24") for frame in frames]
                self._clean[clip] = [array.astype(np.uint8) for array in arrays]
        return self._hog.load()

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look, judge, write down."""
        found = self._hog.detect(pictures)
        with self._config.record.open("a") as out:
            for picture, detections in zip(pictures, found, strict=True):
                out.write(json.dumps(self._judge(picture, detections)) + "\n")
        return found

    def close(self) -> None:
        """Free what was looked with."""
        self._hog.close()

    def _judge(self, picture: Picture, found: Detections) -> dict[str, object]:
        shown = read(picture.rgb)
        if shown is None:
            return {"camera": picture.camera, "number": None, "false": 0, "clean": 0, "off": 1.0}
        number = shown[1]
        clip = self._config.others.get(picture.camera, self._config.clip)
        clean = self._clean[clip][number]
        if (clip, number) not in self._known:
            (seen,) = self._hog.detect([Picture(picture.camera, picture.index, clean)])
            self._known[clip, number] = self._false(seen, number)
        differs = np.abs(picture.rgb.astype(np.int16) - clean).max(axis=2) > _LEVELS
        return {
            "camera": picture.camera,
            "number": number,
            "false": self._false(found, number),
            "clean": self._known[clip, number],
            "off": float(differs.mean()),
        }

    def _false(self, found: Detections, number: int) -> int:
        there = [seen.box for seen in self._street.truth(FIRST + STEP * number)]
        return sum(all(_overlap(box, one) < _SAME for one in there) for box in found.xyxy.tolist())


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    inside = max(0.0, width) * max(0.0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return inside / (areas - inside)
