"""Decoding on a device: what is chosen from which lists, and what happens where there is none."""

from pathlib import Path
from typing import Any

import av
import av.error
import pytest
from av.video.codeccontext import VideoCodecContext
from rig.child import Child
from rig.clip import Clip
from rig.rtsp_server import RtspServer

from sources.child.hardware import (
    SILENT,
    SOFTWARE,
    Build,
    Decoding,
    Way,
    build,
    choice,
    report,
    ways,
)
from sources.child.libav import settle
from sources.message import Given, Hwaccel, StreamInfo

NAMES: tuple[Hwaccel, ...] = ("cuda", "vaapi", "qsv", "v4l2m2m")
RICH = Build(
    devices=frozenset({"cuda", "vaapi", "qsv"}),
    helpers=frozenset({"cuda", "vaapi"}),
    decoders=frozenset({"h264_qsv", "h264_v4l2m2m"}),
    present=frozenset({"vaapi", "qsv"}),
)


@pytest.fixture(scope="module")
def clip(clips: Path) -> Path:
    """Make two seconds with an IDR every half."""
    return Clip(frames=50, width=160, height=96, gop=12).write(clips / "hardware.mp4")


def packets(clip: Path) -> tuple[VideoCodecContext, list[Any]]:
    """Read a clip; return a decoder on the processor and the packets, none decoded yet."""
    with av.open(str(clip)) as container:
        video = container.streams.video[0]
        found = [packet for packet in container.demux(video) if packet.size]
        codec = av.CodecContext.create(video.codec_context.name, "r")
        assert isinstance(codec, VideoCodecContext)
        codec.extradata = video.codec_context.extradata
    settle(codec)
    return codec, found


def test_device_asked_for_is_the_only_one_tried() -> None:
    """A name is taken at its word where the build knows it, device file or not; never another."""
    assert ways("cuda", "h264", RICH) == ([Way("cuda", "h264", "cuda")], "")
    assert ways("v4l2m2m", "h264", RICH) == ([Way("v4l2m2m", "h264_v4l2m2m", None)], "")
    found, why = ways("v4l2m2m", "mjpeg", RICH)
    assert (found, why) == ([], "v4l2m2m: this build of FFmpeg has none for mjpeg")
    assert ways("off", "h264", RICH) == ([], "")


def test_auto_tries_what_this_machine_has() -> None:
    """In order, and only where there is a device file: a build alone makes no device."""
    found, why = ways("auto", "h264", RICH)
    assert ([way.name for way in found], why) == (["vaapi", "qsv"], "")
    nothing = Build(RICH.devices, RICH.helpers, RICH.decoders, frozenset())
    assert ways("auto", "h264", nothing)[1].startswith("auto: this machine has no device")


def test_device_type_that_the_build_lacks_is_never_handed_on() -> None:
    """PyAV takes an unknown type for any: `vaapi` on a build without it must not become CUDA."""
    poor = Build(frozenset({"cuda"}), frozenset({"cuda"}), frozenset(), frozenset({"vaapi"}))
    assert ways("vaapi", "h264", poor)[0] == []
    assert ways("auto", "h264", poor)[0] == []


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_lists_of_this_build_agree_with_what_can_be_made(codec: str, tmp_path: Path) -> None:
    """Whatever is chosen from PyAV's own lists is a decoder that exists for this codec."""
    has = build(codec, tmp_path)
    assert has.present == frozenset()
    assert has.helpers <= has.devices
    for name in NAMES:
        for way in ways(name, codec, has)[0]:
            assert av.codec.Codec(way.decoder, "r").type == "video"
            assert way.decoder.partition("_")[0] == codec
    (tmp_path / "dri").mkdir()
    (tmp_path / "dri" / "renderD128").touch()
    (tmp_path / "nvidia0").touch()
    assert build(codec, tmp_path).present == {"cuda", "vaapi", "qsv"}


@pytest.mark.parametrize("wanted", NAMES)
def test_device_that_fails_costs_no_picture(clip: Path, wanted: Hwaccel) -> None:
    """Refused at opening or at the first packet: every picture comes from the processor instead.

    What was asked and why it is not used is said. Where a device works, all of them come from it.
    """
    codec, given = packets(clip)
    decoding = Decoding(codec, choice(wanted, codec.name), settle)
    frames = [frame for packet in given for frame in decoding.decode(packet)]
    frames += decoding.decode(None)
    assert len(frames) == 50
    assert [frame.pts for frame in frames] == sorted(frame.pts or 0 for frame in frames)
    if decoding.used == SOFTWARE:
        assert decoding.reason.startswith(f"{wanted}: ")
    else:
        assert decoding.used == wanted


def test_device_is_named_once_it_gave_a_picture(clip: Path) -> None:
    """Nothing is claimed before: a stand-in, the usual decoder as if it were a device."""
    codec, given = packets(clip)
    decoding = Decoding(codec, ([Way("cuda", "h264", None)], ""), settle)
    before = decoding.used
    frames = [frame for packet in given for frame in decoding.decode(packet)]
    frames += decoding.decode(None)
    assert len(frames) == 50
    assert (before, decoding.used, decoding.reason) == (None, "cuda", "")


def test_next_way_is_tried_where_one_cannot_be_opened(clip: Path) -> None:
    """The first that opens is taken, and what was passed over is remembered."""
    codec, given = packets(clip)
    found = [Way("v4l2m2m", "h264_v4l2m2m", None), Way("cuda", "h264", None)]
    decoding = Decoding(codec, (found, ""), settle)
    for packet in given:
        decoding.decode(packet)
    assert decoding.used == "v4l2m2m" or (
        decoding.used == "cuda" and "v4l2m2m: its device cannot be opened" in decoding.reason
    )


def test_damage_later_on_is_no_reason_to_give_a_device_up(clip: Path) -> None:
    """Once proven, a device that cannot decode a packet reports it like any decoder."""
    codec, given = packets(clip)
    decoding = Decoding(codec, ([Way("qsv", "h264", None)], ""), settle)
    for packet in given[:20]:
        decoding.decode(packet)
    assert decoding.used == "qsv"
    with pytest.raises(av.error.FFmpegError):
        decoding.decode(av.Packet(b"\0\0\0\x02\x65\x00"))
    assert decoding.used == "qsv"


def test_device_without_a_picture_is_given_up() -> None:
    """One that swallows everything is not waited for without end."""
    codec = av.CodecContext.create("hevc", "r")
    assert isinstance(codec, VideoCodecContext)
    decoding = Decoding(codec, ([Way("cuda", "hevc", None)], ""), settle)
    # An access unit delimiter alone is right, and makes no picture.
    delimiter = av.Packet(b"\0\0\0\x01\x46\x01\x50")
    for _ in range(SILENT):
        assert decoding.decode(delimiter) == []
    assert (decoding.used, decoding.reason) == (
        SOFTWARE,
        f"cuda: gave no picture for {SILENT} packets",
    )


def test_report_names_every_codec() -> None:
    """What `doctor` shows: per codec the names that could be used."""
    said = report()
    assert [part.partition(":")[0] for part in said.split("; ")] == ["h264", "hevc", "mjpeg"]


@pytest.mark.rtsp
@pytest.mark.parametrize("reader", ["own", "libav"])
def test_camera_is_seen_all_the_same(clip: Path, reader: str) -> None:
    """Through a real child: a device that is not there costs a line, not a picture."""
    with RtspServer(clip) as server, Child() as child:
        child.open(
            "sources.rtsp:RtspSource", {"url": server.url, "reader": reader}, hwaccel="v4l2m2m"
        )
        assert isinstance(child.next(), Given)
        info = child.wait_for(StreamInfo, lambda info: info.details["decoder"] is not None)
        if info.details["decoder"] == SOFTWARE:
            assert str(info.details["decoder_reason"]).startswith("v4l2m2m: its device cannot be")
