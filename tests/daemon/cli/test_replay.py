"""`lookout replay`: a recording through everything, twice the same, or one line why not."""

import json
from pathlib import Path
from typing import Any

import av
import pytest
from rig.command import called, lookout, written
from rig.visits import Visits

from daemon.exits import Exit


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a clip in which somebody comes and goes."""
    return Visits().write(tmp_path_factory.mktemp("clip") / "visits.mp4")


DETECTOR = {"type": "detectors.testing:ScriptedDetector"}


def config(folder: Path, **more: Any) -> str:
    """Write a configuration with two cameras and a sink that must not be contacted."""
    camera = {"source": {"type": "rtsp", "url": "rtsp://127.0.0.1:9/x"}, "presence": {"hold": 0.5}}
    whole = {
        "node": "box1",
        "detector": DETECTOR,
        "sinks": {"mqtt": {"type": "mqtt", "url": "mqtt://127.0.0.1:9"}},
        "cameras": {"porch": camera, "yard": camera},
        **more,
    }
    return written(folder, whole)


def test_same_clip_gives_the_same_bytes(tmp_path: Path, clip: Path) -> None:
    """Twice through the whole daemon, over a file that held something else before."""
    outs = []
    for number in range(2):
        out = tmp_path / f"out{number}.jsonl"
        out.write_text("left over\n")
        done = lookout(
            *("replay", str(clip), "--config", config(tmp_path, language="de")),
            *("--camera", "porch", "--start", "1000"),
            *("--jsonl", str(out), "--media", str(tmp_path / f"media{number}"), "--forecast", "1"),
        )
        assert done.code == 0, done.err
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    events = [json.loads(line) for line in outs[0].splitlines()]
    assert {event["camera"] for event in events} == {"porch"}
    assert {event["clock"] for event in events} == {"media"}
    assert events[0]["started_at"] >= 1000
    assert all(event["explanation"].startswith("Regel Anwesenheit: ") for event in events)
    assert len({event["id"] for event in events if event["type"] == "end"}) >= 1
    assert not (tmp_path / "state").exists()
    foreseen = {str(event["media"].get("forecast", "")).lstrip("/") for event in events} - {""}
    assert foreseen
    for name in foreseen:
        one, two = ((tmp_path / f"media{number}" / name).read_bytes() for number in range(2))
        assert one == two


def test_a_film_shows_what_was_seen(tmp_path: Path, clip: Path) -> None:
    """Every frame looked at is in the film, at its time; twice the same bytes; events unchanged."""
    films, events = [], []
    for number in range(2):
        film = tmp_path / f"film{number}.mp4"
        out = tmp_path / f"out{number}.jsonl"
        words = ("--video", str(film)) if number else ()
        film.write_bytes(b"")
        for _ in range(1 + number):
            done = lookout(
                *("replay", str(clip), "--config", config(tmp_path), "--camera", "porch"),
                *("--jsonl", str(out), "--fps", "5", *words),
            )
            assert done.code == 0, done.err
            films.append(film.read_bytes())
        events.append(out.read_bytes())
    assert events[0] == events[1]
    assert films[0] == b""
    assert films[1] == films[2] != b""
    with av.open(str(tmp_path / "film1.mp4")) as shown, av.open(str(clip)) as shot:
        times = [frame.time for frame in shown.decode(video=0)]
        last = [frame.time for frame in shot.decode(video=0)][-1]
    assert times == sorted(set(times))
    assert len(times) == pytest.approx(last * 5, abs=2)


def test_carried_frames_replay_to_the_same_bytes(tmp_path: Path, clip: Path) -> None:
    """With a look at every third frame, at a rate that follows the tracks and closely where it can.

    Twice the same events and the same film, of every frame; the same visits as with every look.
    """
    source = {"type": "rtsp", "url": "rtsp://127.0.0.1:9/x"}
    detect = {"fps": 5, "carry": 2, "rate": "tracks", "regions": "auto"}
    camera = {"source": source, "presence": {"hold": 0.5}, "detect": detect}
    outs, films = [], []
    for number in range(2):
        out, film = tmp_path / f"out{number}.jsonl", tmp_path / f"film{number}.mp4"
        done = lookout(
            *("replay", str(clip), "--config", config(tmp_path, cameras={"porch": camera})),
            *("--jsonl", str(out), "--video", str(film)),
        )
        assert done.code == 0, done.err
        outs.append(out.read_bytes())
        films.append(film.read_bytes())
    assert outs[0] == outs[1] != b""
    assert films[0] == films[1] != b""
    with av.open(str(tmp_path / "film0.mp4")) as shown, av.open(str(clip)) as shot:
        times = [frame.time for frame in shown.decode(video=0)]
        last = [frame.time for frame in shot.decode(video=0)][-1]
    assert len(times) == pytest.approx(Visits().fps * last, rel=0.1)
    events = [json.loads(line) for line in outs[0].splitlines()]
    opened = [event for event in events if event["type"] == "new"]
    assert opened
    assert not any("carried" in thing for event in opened for thing in event["objects"])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["gone.mp4"], "gone.mp4: no such file"),
        (["CLIP", "--config", "CONFIG"], "has several cameras; choose with --camera porch"),
        (
            ["CLIP", "--config", "CONFIG", "--camera", "shed"],
            "no camera 'shed'; it has porch, yard",
        ),
        (["CLIP", "--camera", "Shed"], "names are 1 to 32"),
        (["CLIP", "--config", "gone.yaml"], "gone.yaml: cannot be read"),
    ],
)
def test_wrong_options_end_with_78(
    tmp_path: Path, clip: Path, words: list[str], reason: str
) -> None:
    """What is missing or ambiguous is one line that says what to do."""
    places = {"CLIP": str(clip), "CONFIG": config(tmp_path)}
    done = called("replay", *(places.get(word, word) for word in words))
    assert done.code == Exit.CONFIG
    assert reason in done.err


def test_file_that_is_no_video_ends_with_one_line(tmp_path: Path) -> None:
    """A recording that cannot be read is told, and not tried again and again."""
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\x00" * 5000)
    done = lookout("replay", str(broken), "--quiet")
    assert done.code == Exit.UNREACHABLE
    assert done.err.startswith("lookout: ")
    assert len(done.err.splitlines()) == 1
