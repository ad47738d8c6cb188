"""Playlists: a real server with real segments; through a real child."""

from pathlib import Path
from shutil import copytree

import av
import pytest
from rig.child import Child
from rig.clip import Clip
from rig.web_camera import WebCamera, segments

from sources.message import Failed, Given, StreamInfo
from sources.testing import read

HLS = "sources.hls:HlsSource"
FAST = {"open_timeout": 2, "read_timeout": 2}
USER, WORD = "viewer", "s:e@c%2F/r#t?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut four seconds into segments of one."""
    place = tmp_path_factory.mktemp("hls")
    segments(Clip(frames=100, width=320, height=240, gop=25), place)
    return place


def test_playlist_is_followed_at_its_own_pace(folder: Path) -> None:
    """Segments are fetched with the password and shown as they were taken, not all at once."""
    with WebCamera([b""], folder=folder, user=USER, password=WORD) as camera, Child() as child:
        child.open(HLS, {"url": camera.url + "/hls/live.m3u8"}, user=USER, secret=WORD)
        given = []
        for _ in range(20):
            answer = child.next()
            assert isinstance(answer, Given)
            assert read(child.picture(answer)) == (1, answer.index)
            given.append(answer)
        span = given[-1].arrival - given[0].arrival
        assert span >= 0.8 * (given[-1].index - given[0].index) / 25
        info = child.wait_for(StreamInfo)
        assert (info.codec, info.width, info.height) == ("h264", 320, 240)


def test_only_what_is_watched_of_a_master_playlist_is_fetched(folder: Path, tmp_path: Path) -> None:
    """Segments of the other sizes stay where they are, once it is known what they hold."""
    for name in ("small", "large"):
        copytree(folder, tmp_path / name)
    (tmp_path / "master.m3u8").write_text(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nsmall/live.m3u8\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=9\nlarge/live.m3u8\n"
    )
    with WebCamera([b""], folder=tmp_path) as camera, Child() as child:
        child.open(HLS, {"url": camera.url + "/hls/master.m3u8"})
        while camera.seen["/hls/small/part002.ts"] == 0:
            assert isinstance(child.next(), Given)
        assert camera.seen["/hls/large/part002.ts"] == 0


def test_av1_is_decoded_on_request_alone(tmp_path: Path) -> None:
    """In fragments of MP4; without leave the way to it is named (F54)."""
    if "libsvtav1" not in av.codecs_available:
        pytest.skip("this build of FFmpeg has no AV1 encoder")
    clip = Clip(frames=20, width=320, height=240, gop=10, codec="libsvtav1")
    clip.write(tmp_path / "part.mp4", fragments=True)
    (tmp_path / "live.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\npart.mp4\n#EXT-X-ENDLIST\n"
    )
    with WebCamera([b""], folder=tmp_path) as camera:
        url = camera.url + "/hls/live.m3u8"
        with Child() as child:
            child.open(HLS, {"url": url})
            assert "`av1: true`" in child.wait_for(Failed).reason
        with Child() as child:
            child.open(HLS, {"url": url, "av1": True})
            given = child.next()
            assert isinstance(given, Given)
            assert read(child.picture(given)) == (1, given.index)
            assert child.wait_for(StreamInfo).codec == "av1"


def test_segments_need_no_ending_and_may_begin_anew(folder: Path, tmp_path: Path) -> None:
    """What they hold counts, not their names; after a discontinuity they keep their pace.

    One that grew old before it was asked for is passed over.
    """
    (tmp_path / "a").write_bytes((folder / "part002.ts").read_bytes())
    (tmp_path / "b").write_bytes((folder / "part000.ts").read_bytes())
    (tmp_path / "live.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\ngone\n#EXTINF:1,\na\n#EXT-X-DISCONTINUITY\n"
        "#EXTINF:1,\nb\n#EXT-X-ENDLIST\n"
    )
    with WebCamera([b""], folder=tmp_path) as camera, Child() as child:
        child.open(HLS, {"url": camera.url + "/hls/live.m3u8"})
        numbers: list[int] = []
        arrivals: list[float] = []
        while len(numbers) < 45:
            given = child.next()
            assert isinstance(given, Given)
            truth = read(child.picture(given))
            assert truth is not None
            numbers.append(truth[1])
            arrivals.append(given.arrival)
            if truth[1] < 50 and given.index > 45:
                break
        assert {number >= 50 for number in numbers} == {True, False}
        assert arrivals[-1] - arrivals[0] > 1.2


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("file:///etc/part.ts", "must be"),
        ("concat:part000.ts", "nothing that can be read"),
        ("subfile,,start,0,end,9,,:part000.ts", "nothing that can be read"),
        ("http://169.254.169.254/latest/meta.ts", "secrets"),
        ("part\udcff.ts", "no text"),
        ("http://localhost:{other}/part.ts", "`hosts`"),
    ],
)
@pytest.mark.fault("F54")
def test_playlist_reaches_nothing_else(folder: Path, line: str, word: str, tmp_path: Path) -> None:
    """Whatever else a playlist names is not opened, and the reason is said (F54)."""
    with WebCamera([b"\xff\xd8\xff"]) as other:
        named = line.format(other=other.port)
        listed = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{named}\n#EXT-X-ENDLIST\n"
        (tmp_path / "bad.m3u8").write_bytes(listed.encode("utf-8", "surrogateescape"))
        with WebCamera([b""], folder=tmp_path) as camera, Child() as child:
            child.open(HLS, {"url": camera.url + "/hls/bad.m3u8", **FAST})
            failed = child.wait_for(Failed)
            assert word in failed.reason
        assert not other.seen


def test_enciphered_playlist_is_read(tmp_path: Path) -> None:
    """Segments under AES-128 are shown like others; the key is asked for with the password."""
    pytest.importorskip("cryptography", reason="the extra `hls` is not installed")
    segments(Clip(frames=75, width=320, height=240, gop=25), tmp_path, key="sixteen letters.")
    listed = (tmp_path / "live.m3u8").read_text()
    assert "METHOD=AES-128" in listed
    assert not (tmp_path / "part000.ts").read_bytes().startswith(b"G")
    with WebCamera([b""], folder=tmp_path, user=USER, password=WORD) as camera, Child() as child:
        child.open(HLS, {"url": camera.url + "/hls/live.m3u8"}, user=USER, secret=WORD)
        for _ in range(10):
            answer = child.next()
            assert isinstance(answer, Given)
            assert read(child.picture(answer)) == (1, answer.index)
        assert camera.seen["/hls/key.bin"]


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("file:///etc/hostname", "must be"),
        ("http://169.254.169.254/latest/key", "secrets"),
        ("none.bin", "404"),
        ("short.bin", "nothing that can be read"),
    ],
)
def test_key_that_cannot_be_had_is_said(key: str, word: str, tmp_path: Path) -> None:
    """A key that lies elsewhere is not fetched; what is none, or missing, ends in one line."""
    (tmp_path / "short.bin").write_bytes(b"short")
    (tmp_path / "part000.ts").write_bytes(bytes(188 * 4))
    (tmp_path / "key.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
        f'#EXT-X-KEY:METHOD=AES-128,URI="{key}"\n'
        "#EXTINF:2,\npart000.ts\n#EXT-X-ENDLIST\n"
    )
    with WebCamera([b""], folder=tmp_path) as camera, Child() as child:
        child.open(HLS, {"url": camera.url + "/hls/key.m3u8", **FAST})
        assert word in child.wait_for(Failed).reason


def test_missing_and_foreign_playlists_are_refused(folder: Path) -> None:
    """No such playlist, and what is none, end in one line."""
    raw = {"/page": ("text/html", b"<html></html>")}
    with WebCamera([b""], folder=folder, raw=raw) as camera:
        for path, remedy in (("/hls/none.m3u8", "rejected"), ("/page", "unavailable")):
            with Child() as child:
                child.open(HLS, {"url": camera.url + path, **FAST})
                assert child.wait_for(Failed).remedy == remedy
