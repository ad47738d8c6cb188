"""F11: bit-flipped streams through the decoder of the child, a seed each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from sources.child.doubt import Doubt
from sources.child.libav import settle
from sources.source import DecodeFault
from sources.street import Street

KEYINT = "keyint=15:min-keyint=15:scenecut=0:bframes=0"
HEVC = {"preset": "superfast", "crf": "28"}
SLICED = "log-level=none:pools=2"
CODECS = {
    "cabac": ("libx264", {"preset": "veryfast", "crf": "26", "x264-params": KEYINT}),
    "cavlc": ("libx264", {"preset": "ultrafast", "crf": "26", "x264-params": KEYINT}),
    "hevc": ("libx265", {**HEVC, "x265-params": f"{KEYINT}:log-level=none:pools=none"}),
    "hevc, 2 slices": ("libx265", {**HEVC, "x265-params": f"{KEYINT}:{SLICED}:slices=2"}),
    "hevc, 4 slices": ("libx265", {**HEVC, "x265-params": f"{KEYINT}:{SLICED}:slices=4"}),
}
FRAMES, WIDTH, HEIGHT = 16, 640, 360
"""A group of 15 pictures and the IDR after it: one bit in 16 pictures is flipped."""

LEVELS, SHARE = 24, 0.01
"""A picture is damaged where more than one pixel in a hundred is off by more than 24 levels."""

Luma = npt.NDArray[np.int16]


@dataclass
class Outcome:
    """What became of one codec's pictures over all seeds."""

    delivered: int = 0
    doubted: int = 0
    unnoticed: int = 0


def encoded(path: Path, kind: str) -> tuple[list[bytes], bytes | None, str]:
    """Encode a piece of the drawn street and cut it into packets."""
    street = Street(WIDTH, HEIGHT, 7)
    codec, options = CODECS[kind]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10, options=options)
        assert isinstance(stream, av.video.stream.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(street.draw(100 + 3 * number), "rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        return packets, stream.codec_context.extradata, stream.codec_context.name


def decoded(
    packets: list[bytes], extradata: bytes | None, name: str
) -> Iterator[tuple[int, bool, Luma]]:
    """Decode as the child does; yield number, whether it is doubted, and the brightness."""
    codec = av.CodecContext.create(name, "r")
    assert isinstance(codec, av.VideoCodecContext)
    codec.extradata = extradata
    settle(codec)
    doubt = Doubt(codec)
    for number, data in enumerate([*packets, None]):
        packet = None if data is None else av.Packet(data)
        if packet is not None:
            packet.pts = packet.dts = number
        try:
            frames = doubt.decode(codec.decode, packet)
        except DecodeFault:
            continue
        for frame in frames:
            plane = frame.planes[0]
            luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            yield frame.pts or 0, doubt.about(frame), luma[:HEIGHT, :WIDTH].astype(np.int16)


def flipped(packets: list[bytes], seed: int) -> list[bytes]:
    """Flip one bit somewhere behind the length of a packet's first unit."""
    rng = random.Random(seed)
    spoiled = list(packets)
    which = rng.randrange(len(packets))
    data = bytearray(packets[which])
    spot = rng.randrange(5 * 8, len(data) * 8)
    data[spot // 8] ^= 1 << spot % 8
    spoiled[which] = bytes(data)
    return spoiled


def over_seeds(folder: Path, kind: str, seeds: int) -> Outcome:
    """Decode every seed's damage and compare what is delivered with the clean pictures."""
    packets, extradata, name = encoded(folder / f"{kind}.mp4", kind)
    clean = {number: luma for number, _, luma in decoded(packets, extradata, name)}
    assert len(clean) == FRAMES
    outcome = Outcome()
    for seed in range(seeds):
        for number, doubted, luma in decoded(flipped(packets, seed), extradata, name):
            if doubted:
                outcome.doubted += 1
                continue
            outcome.delivered += 1
            off = np.abs(luma - clean[number]) > LEVELS if number in clean else np.ones(1)
            outcome.unnoticed += float(off.mean()) > SHARE
    print(f"{kind}: {outcome}, unnoticed {outcome.unnoticed / outcome.delivered:.2%}")  # noqa: T201
    return outcome


@pytest.mark.fault("F11")
@pytest.mark.parametrize("kind", sorted(CODECS))
def test_damage_is_noticed(tmp_path: Path, kind: str) -> None:
    """100 seeds. Figure: unnoticed damage at most 1 % of the delivered pictures."""
    outcome = over_seeds(tmp_path, kind, 100)
    assert outcome.doubted
    assert outcome.unnoticed <= 0.01 * outcome.delivered


@pytest.mark.slow
@pytest.mark.fault("F11")
@pytest.mark.parametrize("kind", sorted(CODECS))
def test_damage_is_noticed_a_thousand_times(tmp_path: Path, kind: str) -> None:
    """At length: 1,000 seeds, the same figure."""
    outcome = over_seeds(tmp_path, kind, 1000)
    assert outcome.unnoticed <= 0.01 * outcome.delivered
