"""Recordings, through a real child."""

import itertools
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from rig.child import Child
from rig.clip import Clip

from sources.file import FileConfig, FileSource
from sources.message import Ended, Failed, Given, State, StreamInfo
from sources.testing import read

FILE = "sources.file:FileSource"


def play(
    path: Path, most: int = 200, **options: object
) -> tuple[list[Given], list[tuple[int, int] | None]]:
    """Take every picture up to a number."""
    answers, numbers = [], []
    with Child() as child:
        child.open(FILE, {"path": str(path), **options})
        for _ in range(most):
            answer = child.next()
            if isinstance(answer, Ended):
                break
            answers.append(answer)
            numbers.append(read(child.picture(answer)))
    return answers, numbers


def test_fast_loses_nothing(clip: Path) -> None:
    """Every picture in turn, with its own time, from 0."""
    answers, numbers = play(clip)
    assert numbers == [(1, number) for number in range(50)]
    assert [answer.time for answer in answers] == pytest.approx([n / 25 for n in range(50)])
    assert [answer.index for answer in answers] == list(range(50))
    last = answers[-1].counts
    assert (last.decoded, last.superseded, last.corrupt) == (50, 0, 0)


def test_pictures_with_b_frames_come_in_order(clips: Path) -> None:
    """Reordered pictures come as they are to be seen, each once."""
    path = Clip(b_frames=3, options=(("preset", "veryfast"),)).write(clips / "b.mp4")
    answers, numbers = play(path)
    assert numbers == [(1, number) for number in range(50)]
    assert [answer.time for answer in answers] == pytest.approx([n / 25 for n in range(50)])


def test_other_codecs_are_allowed_in_files(clips: Path) -> None:
    """A recording of one's own may hold anything that can be decoded."""
    path = Clip(frames=10, codec="mpeg4").write(clips / "old.avi")
    assert play(path)[1] == [(1, number) for number in range(10)]


def test_loop_goes_on_in_time(clip: Path) -> None:
    """A recording that starts over shows the same pictures while time and index rise on."""
    with Child() as child:
        child.open(FILE, {"path": str(clip), "loop": True})
        answers = [child.next() for _ in range(70)]
        assert all(isinstance(answer, Given) for answer in answers)
        given = [answer for answer in answers if isinstance(answer, Given)]
        times = [answer.time for answer in given]
        assert np.diff(times) == pytest.approx(np.full(69, 0.04))
        assert [answer.index for answer in given] == list(range(70))
        assert read(child.picture(given[-1])) == (1, 69 % 50)


def test_clip_pace_behaves_like_a_camera(clip: Path) -> None:
    """It lasts as long as the clip, its newest picture wins, its time is arrival."""
    with Child() as child:
        child.open(FILE, {"path": str(clip), "pace": "clip"})
        first = child.next()
        assert isinstance(first, Given)
        assert first.time == first.arrival
        child.wait_for(State, lambda state: state.state == "online")
        last = first
        while isinstance(answer := child.next(not_before=last.time + 0.2), Given):
            assert answer.time >= last.time + 0.199
            last = answer
        assert last.arrival - first.arrival == pytest.approx(1.9, abs=0.4)
        counts = answer.counts
        assert counts.decoded == 50
        assert counts.superseded > 30
        assert counts.converted == counts.handed_over


def test_rate_is_reduced_by_media_time(clip: Path) -> None:
    """`not_before` takes every fifth picture of a recording, the same ones every time."""
    seen = []
    with Child() as child:
        child.open(FILE, {"path": str(clip)})
        due = 0.0
        while isinstance(answer := child.next(not_before=due), Given):
            seen.append(read(child.picture(answer)))
            due = answer.time + 0.2
    assert seen == [(1, number) for number in range(0, 50, 5)]


def test_ended_is_said_again_and_again(clip: Path) -> None:
    """Each further question after the end has its answer, and pictures can still be asked for."""
    with Child() as child:
        child.open(FILE, {"path": str(clip)})
        while isinstance(child.next(), Given):
            pass
        assert isinstance(child.next(), Ended)
        assert isinstance(child.next(), Ended)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b"", "damaged"), (b"no video at all " * 99, "damaged")],
)
def test_unreadable_file_is_rejected(tmp_path: Path, content: bytes | None, words: str) -> None:
    """A person is told what is wrong with which file."""
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with Child() as child:
        child.open(FILE, {"path": str(path)})
        failed = child.wait_for(Failed)
        assert failed.remedy == "rejected"
        assert words in failed.reason
        assert child.exit_code() == 1


@pytest.mark.fault("F54")
def test_file_opens_nothing_else(tmp_path: Path, clip: Path) -> None:
    """A playlist is no recording: it could name other files or hosts (F54)."""
    listed = tmp_path / "list.m3u8"
    listed.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{clip}\n#EXT-X-ENDLIST\n", "utf-8"
    )
    joined = tmp_path / "list.ffconcat"
    joined.write_text(f"ffconcat version 1.0\nfile {clip}\n", "utf-8")
    for path in (listed, joined):
        with Child() as child:
            child.open(FILE, {"path": str(path)})
            assert child.wait_for(Failed).remedy == "rejected"


def test_live_is_known_without_opening() -> None:
    """The pace decides, not the file."""
    missing = Path("/nowhere.mp4")
    assert not FileSource("a", FileConfig(path=missing)).live
    assert FileSource("a", FileConfig(path=missing, pace="clip")).live


def test_recording_is_seen_as_the_phone_was_held(clips: Path) -> None:
    """A display matrix turns the picture before everything else; a mask lies on what is seen."""
    path = Clip(frames=5, width=320, height=240).write(clips / "turned.mp4")
    data = path.read_bytes()
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    clockwise = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 240 << 16, 0, 1 << 30)
    # The first such matrix is that of the film, the second that of its track.
    at = data.index(upright, data.index(b"tkhd"))
    path.write_bytes(data[:at] + clockwise + data[at + len(upright) :])
    with Child() as child:
        child.open(FILE, {"path": str(path)})
        for number in range(3):
            given = child.next()
            assert isinstance(given, Given)
            assert (given.full_width, given.full_height) == (240, 320)
            code = read(np.ascontiguousarray(np.rot90(child.picture(given))))
            assert code is not None
            assert code[1] == number


@pytest.mark.material
def test_edit_list_is_obeyed(material: Path) -> None:
    """Pictures that the edit list cuts away are not shown; time starts at the first one shown."""
    answers, _ = play(material / "media" / "dashcam_highway_2cars_720p.mp4")
    times = [answer.time for answer in answers]
    assert len(answers) == 100
    assert times == pytest.approx([number * 0.04 for number in range(100)])


@pytest.mark.material
def test_odd_frame_rates_and_times_are_survived(material: Path) -> None:
    """Variable intervals and an AVI with a strange rate never step back in time."""
    for name in ("suburb_road_640.mp4", "motorway_cctv_person_320.avi"):
        answers, _ = play(material / "media" / name, most=120)
        times = [answer.time for answer in answers]
        assert len(times) == 120
        assert all(before <= after for before, after in itertools.pairwise(times))


def test_stream_is_described(clip: Path) -> None:
    """Codec, size, rate and duration are said once after opening."""
    with Child() as child:
        child.open(FILE, {"path": str(clip)})
        info = child.wait_for(StreamInfo)
        assert (info.codec, info.width, info.height, info.fps) == ("h264", 640, 360, 25)
        assert info.duration == pytest.approx(2)
        child.next()
        assert sum(isinstance(message, StreamInfo) for message in child.messages) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file_is_rejected(tmp_path: Path, clip: Path) -> None:
    """Missing permission is said as such."""
    path = tmp_path / "a.mp4"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    with Child() as child:
        child.open(FILE, {"path": str(path)})
        assert "Permission denied" in child.wait_for(Failed).reason
