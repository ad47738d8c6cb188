"""`lookout probe` on generated recordings, a real RTSP server, and what is not there."""

from pathlib import Path

import pytest
import yaml
from rig.broker import free_port
from rig.camera_b import CameraB, Script
from rig.clip import Clip
from rig.command import called, lookout
from rig.rtsp_server import RtspServer

from daemon.config import parse
from daemon.exits import Exit

PASSWORD = "p@ss/wörd%41"  # noqa: S105 (of no camera but the test's)


def test_recording_is_described(tmp_path: Path) -> None:
    """Codec, size, rates, duration and errors of a recording are what it was made with."""
    clip = Clip(frames=30, width=320, height=240, fps=15).write(tmp_path / "clip.mp4")
    done = lookout("probe", str(clip), "--json", "--seconds", "5")
    assert done.code == Exit.CLEAN, done
    found = done.json
    assert (found["codec"], found["width"], found["height"]) == ("h264", 320, 240)
    assert found["nominal_fps"] == found["measured_fps"] == 15
    assert found["duration_s"] == pytest.approx(2, abs=0.1)
    assert (found["pictures"], found["decode_errors"], found["corrupt"]) == (30, 0, 0)
    assert found["first_picture_s"] > 0
    assert found["watched_s"] < 5
    assert (found["gop_frames"], found["gop_seconds"]) == (25, pytest.approx(25 / 15, abs=1e-3))
    assert found["bit_rate"] == pytest.approx(8 * clip.stat().st_size / 2, rel=0.2)
    assert (found["clock"], found["reader"]) == (None, "libav")


def test_advice_names_the_substream_for_large_pictures(tmp_path: Path) -> None:
    """A 4K main stream is too much for a detector's small picture; few pictures need no rate."""
    clip = Clip(frames=6, width=3840, height=2160, fps=2).write(tmp_path / "clip.mp4")
    done = lookout("probe", str(clip), "--seconds", "1")
    assert done.code == Exit.CLEAN, done
    assert "use the camera's substream" in done.out
    assert "detect: {fps: every}" in done.out


def test_synthetic_source_is_live() -> None:
    """The built-in street comes at its rate, and no duration is known."""
    found = lookout("probe", "synthetic:", "--json", "--seconds", "1.5").json
    assert found["measured_fps"] == pytest.approx(10, rel=0.2)
    assert found["duration_s"] is None


@pytest.mark.rtsp
def test_camera_with_password_is_described(tmp_path: Path) -> None:
    """User and password from a file open the camera; the password stays unseen."""
    clip = Clip(frames=250, gop=10, options=(("preset", "ultrafast"),)).write(tmp_path / "clip.mp4")
    key = tmp_path / "key"
    key.write_text(PASSWORD + "\n")
    with RtspServer(clip, user="viewer", password=PASSWORD) as camera:
        words = ("probe", camera.url, "--user", "viewer", "--password-file", str(key))
        done = lookout(*words, "--seconds", "2", "--json", "--log-level", "debug")
    assert done.code == Exit.CLEAN, done
    assert done.json["codec"] == "h264"
    assert done.json["measured_fps"] == pytest.approx(25, rel=0.2)
    assert (done.json["gop_frames"], done.json["gop_seconds"]) == (10, pytest.approx(0.4, abs=0.01))
    assert (done.json["reader"], done.json["transport"]) == ("own", "tcp")
    assert done.json["tracks"] == "video H264"
    camera_found = yaml.safe_load(done.json["section"])["cameras"]["stream"]
    assert camera_found["source"]["credential"] == "stream"
    assert PASSWORD not in done.out + done.err


@pytest.mark.parametrize(
    ("script", "clock", "words"),
    [
        # A busy machine delays a report by more than a clock may be off, and all is relative then.
        (Script(), "camera shifted", ""),
        (Script(clock=3600.0), "ignored", "let it set its time"),
        (Script(reports=None), "none", ""),
    ],
)
def test_cameras_clock_is_judged(tmp_path: Path, script: Script, clock: str, words: str) -> None:
    """How far the camera's clock is off, and whether pictures are dated by it, is said."""
    clip = Clip(frames=75, width=160, height=96).write(tmp_path / "clip.mp4")
    with CameraB(clip, script) as camera:
        found = lookout("probe", camera.url, "--seconds", "1.5", "--json").json
    assert found["clock"] in clock.split()
    assert words in "\n".join(found["advice"])
    if clock != "none":
        assert found["clock_ahead_s"] == pytest.approx(script.clock, abs=0.5)
    assert 0 <= found["jitter_s"] < 0.5


def test_device_that_is_not_there_is_explained(tmp_path: Path) -> None:
    """With --hwaccel it is said what decodes, and why it is not what was asked for."""
    clip = Clip(frames=30, width=320, height=240).write(tmp_path / "clip.mp4")
    found = lookout("probe", str(clip), "--hwaccel", "v4l2m2m", "--json").json
    assert found["pictures"] == 30
    if found["decoder"] == "software":
        assert found["decoder_reason"].startswith("v4l2m2m: its device cannot be opened")
        assert "hwaccel" not in found["section"]
    else:
        assert "hwaccel: v4l2m2m" in found["section"]
    assert called("probe", str(clip), "--hwaccel", "magic").code == Exit.CONFIG


@pytest.mark.rtsp
def test_substream_is_found_and_recommended(tmp_path: Path) -> None:
    """Where a large stream has a smaller one beside it, that one is opened and recommended.

    What stands in the section is a camera that the daemon takes as it is.
    """
    main = Clip(frames=40, width=2560, height=1440, fps=4, gop=4).write(tmp_path / "main.mp4")
    small = Clip(frames=40, width=640, height=360, fps=4, gop=4).write(tmp_path / "small.mp4")
    with RtspServer(main, path="/stream1", beside={"/stream2": small}) as camera:
        found = lookout("probe", camera.url, "--seconds", "1", "--json").json
    there = camera.url.replace("stream1", "stream2")
    assert found["substream"] == {"url": there, "width": 640, "height": 360}
    section = yaml.safe_load(found["section"])
    assert section["cameras"]["stream1"] == {
        "source": {"type": "rtsp", "url": there, "transport": "tcp"},
        "detect": {"fps": "every"},
        "rotate": 0,
    }
    assert parse(section, "probe").cameras["stream1"].rotate == 0
    assert there in " ".join(found["advice"])


@pytest.mark.rtsp
def test_reader_that_was_not_taken_is_explained() -> None:
    """A camera that our own reader cannot follow is read by FFmpeg's, and the reason is shown."""
    pipeline = (
        "( videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=96,framerate=10/1 "
        "! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
    )
    with RtspServer(pipeline) as camera:
        shown = " ".join(lookout("probe", camera.url, "--seconds", "1").out.split())
    assert "FFmpeg's over tcp (its video is JPEG)" in shown
    assert "idr every picture" in shown


@pytest.mark.rtsp
def test_camera_that_refuses_is_one_line(tmp_path: Path) -> None:
    """A camera that wants a password nobody gave is one clear line and 69."""
    clip = Clip(frames=50).write(tmp_path / "clip.mp4")
    with RtspServer(clip, user="viewer", password=PASSWORD) as camera:
        done = lookout("probe", camera.url)
    assert (done.code, done.out) == (Exit.UNREACHABLE, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"lookout: {camera.url}: the camera wants user and password")


def test_nobody_there_is_one_line() -> None:
    """A port nobody listens on is one clear line and 69."""
    url = f"rtsp://127.0.0.1:{free_port()}/x"
    done = lookout("probe", url)
    assert (done.code, done.out) == (Exit.UNREACHABLE, "")
    assert done.err.splitlines() == [
        f"lookout: {url}: nothing listens there (connection refused): check host and port"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://admin:hunter2@10.0.0.7/x",
        "rtsps://admin@10.0.0.7/x",
        "http://a:hunter2@b/x",
        "rtsp://admin:12#hunter2@10.0.0.7/x",
    ],
)
def test_password_inside_a_url_is_refused_unseen(source: str) -> None:
    """A URL that holds a user or password is refused with advice, and is not repeated."""
    done = called("probe", source)
    assert done.code == Exit.CONFIG
    assert "--password-file" in done.err
    assert "hunter2" not in done.err


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("rtsp://[::1/hunter2", "HOST:PORT"),
        ("http://[::1/hunter2.m3u8", "HOST:PORT"),
        ("rtsp://10.0.0.7:hunter2/x", "HOST:PORT"),
        ("http://10.0.0.7/snap?user=a&password=hunter2", "{password} in its place"),
    ],
)
def test_url_that_makes_no_sense_is_one_line(source: str, words: str) -> None:
    """Whatever is typed, there is one line with a remedy, and nothing of it is repeated."""
    done = called("probe", source)
    assert done.code == Exit.CONFIG
    assert words in done.err
    assert len(done.err.splitlines()) == 1
    assert "hunter2" not in done.err


def test_folder_without_pictures_says_why(tmp_path: Path) -> None:
    """An empty one says what would count, one with a broken file which that is."""
    done = lookout("probe", str(tmp_path))
    assert done.code == Exit.UNREACHABLE
    assert done.err.endswith("folders below it does not count\n")
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff rubbish")
    done = lookout("probe", str(tmp_path))
    assert done.err.endswith("passed over a.jpg: a JPEG that is cut short\n")


def test_damaged_file_is_one_line(tmp_path: Path) -> None:
    """A file that holds no video is one clear line and 69."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(bytes(5000))
    done = lookout("probe", str(file))
    assert done.code == Exit.UNREACHABLE
    assert len(done.err.splitlines()) == 1
    assert "damaged" in done.err
