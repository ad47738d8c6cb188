"""Demux and decode with PyAV."""

from pathlib import Path

import av
import numpy as np
import pytest
from rig.clip import Clip, repeat

from sources.child.fault import Attempt
from sources.child.libav import Address, LibavStream
from sources.errors import SourceRejected
from sources.source import DecodeFault, Packet
from sources.testing import read


def address(path: Path, codecs: frozenset[str] | None = None, *, loop: bool = False) -> Address:
    """Describe a file."""
    return Address(
        url=f"file:{path}",
        options={"protocol_whitelist": "file"},
        attempt=Attempt(str(path), patience=0, network=False),
        codecs=codecs,
        live=False,
        loop=loop,
    )


def test_packets_and_pictures_are_those_of_the_clip(clip: Path) -> None:
    """Every packet has size and time, one in 25 starts a picture; every picture has its number."""
    stream = LibavStream(address(clip))
    packets = list(stream.packets())
    assert [packet.idr for packet in packets[:50]] == [number % 25 == 0 for number in range(50)]
    assert packets[-1].size == 0
    stream.close()
    stream = LibavStream(address(clip))
    seen = [read(p.rgb(320, 180)) for packet in stream.packets() for p in stream.decode(packet)]
    assert seen == [(1, number) for number in range(50)]
    stream.close()


def test_decoder_does_not_multiply_threads(clip: Path) -> None:
    """One thread: neither slices nor frames in parallel, so no added delay."""
    stream = LibavStream(address(clip))
    packets = stream.packets()
    first = next(packets)
    assert len(list(stream.decode(first))) == 1
    stream.close()


@pytest.mark.fault("F54")
def test_codec_outside_the_list_is_rejected(clips: Path) -> None:
    """A camera cannot choose a rare decoder to attack (F54)."""
    path = Clip(frames=3, codec="mpeg4").write(clips / "odd.avi")
    with pytest.raises(SourceRejected, match="mpeg4 is not allowed"):
        LibavStream(address(path, frozenset({"h264", "hevc", "mjpeg"})))


def test_damage_is_counted_not_crashed_on(clip: Path, tmp_path: Path) -> None:
    """Bit flips here and there: faults and corrupt pictures, but an end (F11)."""
    rng = np.random.default_rng(7)
    outcomes = set()
    for _ in range(6):
        data = bytearray(clip.read_bytes())
        for spot in rng.integers(200, len(data) - 4000, 3):
            data[spot] ^= 1 << int(rng.integers(8))
        path = tmp_path / "flipped.mp4"
        path.write_bytes(bytes(data))
        outcomes |= watch(path)
    assert "good" in outcomes
    assert outcomes & {"fault", "corrupt"}


def watch(path: Path) -> set[str]:
    """Decode all of a damaged file and name what came up."""
    seen = set()
    try:
        stream = LibavStream(address(path))
    except SourceRejected:
        return {"rejected"}
    for packet in stream.packets():
        seen |= decode(stream, packet)
    stream.close()
    return seen


def decode(stream: LibavStream, packet: Packet) -> set[str]:
    """Decode one packet and name what came of it."""
    try:
        return {"corrupt" if p.corrupt else "good" for p in stream.decode(packet)}
    except DecodeFault:
        return {"fault"}


def test_after_damage_nothing_is_good_until_the_next_idr(clip: Path) -> None:
    """A packet that cannot be decoded taints what depends on it."""
    stream = LibavStream(address(clip))
    verdicts: list[bool] = []
    for number, packet in enumerate(stream.packets()):
        if number == 10:
            garbage = packet.payload
            garbage.update(b"\xff" * garbage.size)
        try:
            verdicts += [picture.corrupt for picture in stream.decode(packet)]
        except DecodeFault:
            verdicts.append(True)
    assert not any(verdicts[:10])
    assert all(verdicts[10:25])
    assert not any(verdicts[25:])
    stream.close()


def test_joined_clip_plays_on(clip: Path, tmp_path: Path) -> None:
    """A clip joined with itself is one recording whose time goes on."""
    stream = LibavStream(address(repeat(clip, 3, tmp_path / "joined.mp4")))
    pictures = [p for packet in stream.packets() for p in stream.decode(packet)]
    times = [picture.time for picture in pictures]
    assert times == pytest.approx([number / 25 for number in range(150)])
    stream.close()


def test_empty_recording_does_not_loop_for_ever(tmp_path: Path) -> None:
    """A file with a video stream and no picture in it is rejected, loop or not."""
    path = Clip(frames=0, codec="mpeg4").write(tmp_path / "empty.avi")
    with pytest.raises(SourceRejected):
        list(LibavStream(address(path, loop=True)).packets())


def test_cover_picture_is_no_recording(clip: Path, tmp_path: Path) -> None:
    """Of several videos the one that is a film is read, wherever it stands."""
    path = tmp_path / "covered.mkv"
    with av.open(str(path), "w") as made, av.open(str(clip)) as film:
        cover = made.add_stream("mjpeg", rate=1)
        assert isinstance(cover, av.video.stream.VideoStream)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        copy = made.add_stream_from_template(film.streams.video[0])
        made.mux(cover.encode(av.VideoFrame(64, 64, "yuvj420p")))
        made.mux(cover.encode(None))
        for packet in film.demux(film.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copy
                made.mux(packet)
    stream = LibavStream(address(path))
    assert stream.info.codec == "h264"
    seen = [read(p.rgb(320, 180)) for packet in stream.packets() for p in stream.decode(packet)]
    assert seen == [(1, number) for number in range(50)]
    stream.close()


def test_absurdly_large_picture_is_not_decoded(tmp_path: Path) -> None:
    """A camera cannot make a child fill the memory with one picture."""
    path = tmp_path / "huge.avi"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mjpeg", rate=1)
        assert isinstance(video, av.video.stream.VideoStream)
        video.width, video.height, video.pix_fmt = 8000, 5200, "yuvj420p"
        container.mux(video.encode(av.VideoFrame(8000, 5200, "yuvj420p")))
        container.mux(video.encode(None))
    assert "good" not in watch(path)
