"""A camera before which hardly anything happens, faster than real time: a clip told as if live."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import numpy as np
from pydantic import BaseModel

from sources.child.fault import Attempt
from sources.child.libav import Address, LibavPacket, LibavStream
from sources.source import Packet, Picture, Secret, Stream


@dataclass(frozen=True, slots=True)
class Quiet:
    """A still, slightly noisy scene in which a bright block walks from left to right now and then.

    Args:
        seconds: Length.
        visits: From and to, in seconds, when the block is there.
        noise: Standard deviation of the camera's noise, in levels of brightness.
        options: Of the encoder.
        brightest: Level of the brightest thing in the empty scene.
        blocks: Width and height of who comes, one after the other and again; at 320 x 180.
    """

    seconds: float
    visits: tuple[tuple[float, float], ...] = ()
    noise: float = 0.7
    width: int = 320
    height: int = 180
    fps: int = 25
    gop: int = 25
    options: tuple[tuple[str, str], ...] = (("preset", "ultrafast"), ("crf", "23"))
    brightest: int = 200
    blocks: tuple[tuple[int, int], ...] = ((24, 70),)

    def write(self, path: Path) -> Path:
        """Encode it and return its path."""
        chance = np.random.default_rng(7)
        ground = np.kron(
            chance.integers(40, self.brightest, (self.height // 20, self.width // 20)),
            np.ones((20, 20)),
        )
        grain = [chance.normal(0, self.noise, ground.shape) for _ in range(23)]
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=self.fps)
            assert isinstance(stream, av.video.stream.VideoStream)
            stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
            stream.gop_size, stream.max_b_frames = self.gop, 0
            stream.codec_context.thread_count = 1
            stream.time_base = Fraction(1, self.fps)
            keyint = f"keyint={self.gop}:min-keyint={self.gop}:scenecut=0"
            stream.options = {**dict(self.options), "x264-params": keyint}
            for number in range(round(self.seconds * self.fps)):
                picture = ground + grain[int(chance.integers(len(grain)))]
                self._visit(picture, number / self.fps)
                gray = np.clip(picture, 0, 255).astype(np.uint8)
                frame = av.VideoFrame.from_ndarray(gray, "gray").reformat(format="yuv420p")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    def _visit(self, picture: np.ndarray, at: float) -> None:
        for number, (begin, end) in enumerate(self.visits):
            if begin <= at < end:
                width, height = self.blocks[number % len(self.blocks)]
                left = round((at - begin) / (end - begin) * (self.width - width))
                if number // len(self.blocks) % 2:
                    left = self.width - width - left
                picture[130 - height : 130, left : left + width] = 250


class Told:
    """A source that tells a clip as if it came live, in the clip's own time.

    Arrivals are `begin` plus media time, so hours pass in seconds.
    """

    Config: ClassVar[type[BaseModel]] = BaseModel

    def __init__(self, path: Path) -> None:
        self.live = True
        self.finite = False
        self.decoded = 0
        """Packets that reached the decoder."""

        self._path = path

    def open(self, secret: Secret | None) -> Stream:
        """Open the clip."""
        del secret
        attempt = Attempt(str(self._path), 1.0, authenticated=False, network=False)
        return ToldStream(Address(str(self._path), {}, attempt, live=False), self)


class ToldStream(LibavStream):
    """The open clip."""

    def __init__(self, address: Address, told: Told) -> None:
        super().__init__(address)
        self._told = told

    def packets(self) -> Iterator[Packet]:
        """Yield packets whose arrival is their own time."""
        begin = time.monotonic()
        for packet in super().packets():
            assert isinstance(packet, LibavPacket)
            if packet.size:
                yield replace(packet, arrival=begin + (packet.time or 0.0))

    def decode(self, packet: Packet | None) -> Iterable[Picture]:  # type: ignore[override]
        """Decode and count."""
        self._told.decoded += packet is not None
        return super().decode(packet)
