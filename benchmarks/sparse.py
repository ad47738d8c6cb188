"""Scenes in which hardly anything happens, composed from recordings: hours out of seconds.

A recording that shows a view empty at one end is played from there on, at any pace and for any
length, and then back: people come into view and leave as they really did. In between, its empty
stretch goes to and fro, so that light, noise and leaves are the camera's own. Some visits are seen
in a mirror.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

FPS = 25
GOP = 2 * FPS

CLEAN = (("preset", "superfast"), ("crf", "26"))
"""Variable bit rate."""

Luma = npt.NDArray[np.uint8]


def constant(rate: str) -> tuple[tuple[str, str], ...]:
    """Return the encoder's options for a constant bit rate, such as `1500k`."""
    return (("preset", "superfast"), ("b", rate), ("maxrate", rate), ("bufsize", rate))


@dataclass(frozen=True, slots=True)
class Recording:
    """Where what is to be seen comes from.

    Args:
        path: The recording.
        empty: From and to, in seconds, when nobody is there.
        seconds: Of it that are read.
        backwards: Whether it is empty at its end.
    """

    path: Path
    empty: tuple[float, float]
    seconds: float
    backwards: bool = False

    def read(self) -> tuple[list[av.VideoFrame], list[av.VideoFrame]]:
        """Return the empty pictures, and those from the last of them on."""
        with av.open(str(self.path)) as container:
            video = container.streams.video[0]
            rate = float(video.average_rate or FPS)
            frames = [
                frame.reformat(format="yuv420p")
                for frame in islice(container.decode(video), round(self.seconds * rate))
            ]
        begin, end = (round(second * rate) for second in self.empty)
        if self.backwards:
            return frames[begin:end], frames[begin::-1]
        return frames[begin:end], frames[end - 1 :]


@dataclass(frozen=True, slots=True)
class Visit:
    """When somebody is there, in seconds of the scene."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Sparse:
    """A scene to compose.

    Args:
        recording: What it is made of.
        seconds: Length.
        options: Of the encoder.
        noise: Standard deviation of noise that is added, in levels of brightness.
        seed: Of chance.
        lively: Seconds at the start in which somebody comes often, as on any working day.
        apart: Seconds between visits afterwards, at least; half as much again at most.
    """

    recording: Recording
    seconds: float = 360.0
    options: tuple[tuple[str, str], ...] = CLEAN
    noise: float = 0.0
    seed: int = 7
    lively: float = 75.0
    apart: float = 14.0

    def visits(self) -> list[tuple[Visit, float, bool]]:
        """Return who comes when, how fast (1 is as recorded), and whether in a mirror."""
        chance = np.random.default_rng(self.seed)
        planned: list[tuple[Visit, float, bool]] = []
        at = 6.0
        while True:
            length = float(chance.uniform(3.0, 14.0))
            if at + length > self.seconds - 6.0:
                return planned
            speed = float(2 ** chance.uniform(-0.7, 0.7))
            planned.append((Visit(at, at + length), speed, bool(chance.integers(2))))
            pause = 6.0 if at < self.lively else self.apart
            at += length + float(chance.uniform(pause, 1.5 * pause))

    def write(self, path: Path) -> Path:
        """Encode it and return its path."""
        chance = np.random.default_rng(self.seed + 1)
        empty, coming = self.recording.read()
        width, height = empty[0].width // 2 * 2, empty[0].height // 2 * 2
        grain = [chance.normal(0, self.noise, (height, width)) for _ in range(11)]
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=FPS)
            if not isinstance(stream, av.video.stream.VideoStream):
                raise TypeError("no encoder for H.264")
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.gop_size, stream.max_b_frames = GOP, 0
            stream.codec_context.thread_count = 1
            stream.time_base = Fraction(1, FPS)
            keyint = f"keyint={GOP}:min-keyint={GOP}:scenecut=0"
            stream.options = {**dict(self.options), "x264-params": keyint}
            for number, (source, mirrored) in enumerate(self._story(empty, coming)):
                frame = _copy(source, width, height, mirrored=mirrored)
                if self.noise:
                    _add(frame, grain[int(chance.integers(len(grain)))])
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    def _story(
        self, empty: list[av.VideoFrame], coming: list[av.VideoFrame]
    ) -> Iterator[tuple[av.VideoFrame, bool]]:
        there_and_back = [*empty, *empty[-2:0:-1]]
        planned = self.visits()
        quiet, mirrored = 0, False
        for number in range(round(self.seconds * FPS)):
            at = number / FPS
            while planned and at >= planned[0][0].end:
                planned.pop(0)
                quiet = len(empty) - 1
            if not planned or at < planned[0][0].begin:
                quiet += 1
                yield there_and_back[quiet % len(there_and_back)], mirrored
                continue
            visit, speed, mirrored = planned[0]
            # There and back again; never further than the recording goes.
            away = min(at - visit.begin, visit.end - at) * speed * FPS
            yield coming[min(round(away), len(coming) - 1)], mirrored


def _copy(source: av.VideoFrame, width: int, height: int, *, mirrored: bool) -> av.VideoFrame:
    copy = av.VideoFrame(width, height, "yuv420p")
    for number, plane in enumerate(copy.planes):
        half = 2 if number else 1
        wide, high = width // half, height // half
        theirs = _lines(source.planes[number])[:high, :wide]
        _lines(plane)[:high, :wide] = theirs[:, ::-1] if mirrored else theirs
    return copy


def _add(frame: av.VideoFrame, grain: npt.NDArray[np.float64]) -> None:
    luma = _lines(frame.planes[0])[: frame.height, : frame.width]
    luma[:] = np.clip(luma + grain, 0, 255).astype(np.uint8)


def _lines(plane: av.video.plane.VideoPlane) -> Luma:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
