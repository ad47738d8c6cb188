"""`lookout doctor` on this machine, and on state folders in and out of order."""

import importlib.util
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rig.broker import free_port
from rig.clip import Clip
from rig.command import Done, lookout, secret_file, written
from rig.revisions import revision
from rig.rtsp_server import RtspServer

from daemon.cli import doctor
from daemon.exits import Exit
from sinks.journal import Journal

CONFIG: dict[str, Any] = {
    "detector": {"type": "detectors.testing:ScriptedDetector"},
    "cameras": {"street": {"source": {"type": "synthetic"}}},
}


def lines(done: Done) -> dict[str, dict[str, str]]:
    """Return what was found, by what was looked at."""
    return {line["what"]: line for line in done.json}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Write a journal of two events, one delivered, one dead; return the file."""
    path = tmp_path / "state" / "journal.sqlite"
    journal = Journal(path)
    journal.open()
    journal.register(["home"])
    entries = journal.commit([revision(1), revision(2)])
    journal.dead_letter("home", entries[0], "too large")
    journal.advance({"home": 2}, {"home": 1})
    journal.close()
    return path


def test_machine_in_order_gets_a_clean_bill(tmp_path: Path) -> None:
    """Versions, state, clock, devices and detector are told; nothing is bad."""
    done = lookout("doctor", "--config", written(tmp_path, CONFIG), "--json")
    found = lines(done)
    assert {what for what, line in found.items() if line["health"] == "bad"} == set(), found
    assert done.code == Exit.CLEAN
    assert {"lookout", "python", "sqlite", "av", "opencv", "openvino", "clock"} <= set(found)
    assert "FFmpeg" in found["av"]["found"]
    assert re.match(r"h264: .*; hevc: .*; mjpeg: ", found["hardware decoding"]["found"])
    if importlib.util.find_spec("onnxruntime"):
        assert re.fullmatch(r"\d+\.\d+\S* with (\w+, )*CPU", found["onnxruntime"]["found"])
    else:
        assert "lookout-daemon[onnx]" in found["onnxruntime"]["remedy"]
    assert re.fullmatch(
        r"input 320x240; \d+ ms a look, at most \d+; scripted: finds bright spots",
        found["detector"]["found"],
    )
    assert found["journal"]["found"] == "none yet"


@pytest.mark.rtsp
def test_cameras_say_who_reads_them(tmp_path: Path) -> None:
    """A camera of the configuration is opened: what it shows and by whom; one away is no fault."""
    clip = Clip(frames=500, width=160, height=96).write(tmp_path / "clip.mp4")
    with RtspServer(clip) as server:
        cameras = {
            "door": {"source": {"type": "rtsp", "url": server.url}},
            "gone": {"source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{free_port()}/x"}},
        }
        config = {**CONFIG, "cameras": cameras, "timing": {"opening": 30.0}}
        done = lookout("doctor", "--config", written(tmp_path, config), "--json")
    found = lines(done)
    assert done.code == Exit.CLEAN
    assert found["camera door"]["found"] == "h264 160x96, 25 fps, read by Lookout's own over tcp"
    assert found["camera gone"]["health"] == "warn"
    assert "nothing listens there" in found["camera gone"]["found"]


def test_everything_wrong_is_told_with_its_remedy(tmp_path: Path) -> None:
    """A state folder that is none and a detector that cannot load are bad, and 69 is the end."""
    (tmp_path / "state").write_text("a file")
    config = {**CONFIG, "detector": {**CONFIG["detector"], "load": "rejected"}}
    done = lookout("doctor", "--config", written(tmp_path, config), "--json")
    found = lines(done)
    assert done.code == Exit.UNREACHABLE
    for what in ("state folder", "detector"):
        assert found[what]["health"] == "bad"
        assert found[what]["remedy"]


def test_wrong_configuration_is_told_among_the_rest(tmp_path: Path) -> None:
    """A file that cannot be used is one finding; the machine is looked at all the same."""
    secrets = secret_file(tmp_path, "porch", "viewer", "s3cret-value")
    config = {**CONFIG, "secrets": secrets, "colour": "blue"}
    done = lookout("doctor", "--config", written(tmp_path, config))
    assert done.code == Exit.UNREACHABLE
    assert "colour" in done.out
    assert "FFmpeg" in done.out
    assert "s3cret-value" not in done.out + done.err


def test_accounts_of_the_journal_are_shown(journal: Path) -> None:
    """Each sink's account stands there and balances; dead letters are a warning."""
    sound, sink = doctor.journal(journal)
    assert (sound.health, sink.health) == ("ok", "warn")
    assert sink.found == ("2 committed = 1 delivered + 0 waiting + 1 dead-lettered + 0 expired")


def test_account_that_does_not_balance_is_bad(journal: Path) -> None:
    """A sink that has more committed than is accounted for is an incident."""
    with closing(sqlite3.connect(journal)) as db:
        db.execute("UPDATE sink SET committed = 3")
        db.commit()
    _, sink = doctor.journal(journal)
    assert sink.health == "bad"
    assert "do not balance" in sink.found


def test_damaged_journal_is_bad_and_left_alone(journal: Path) -> None:
    """Damage is found without changing a byte of the file."""
    whole = bytearray(journal.read_bytes())
    whole[4096:8192] = b"\xff" * 4096
    journal.write_bytes(whole)
    findings = list(doctor.journal(journal))
    assert findings[0].health == "bad"
    assert journal.read_bytes() == bytes(whole)


@pytest.mark.parametrize(
    ("release", "mended"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_sqlite_releases_with_the_bug_are_named(
    release: tuple[int, int, int], mended: bool
) -> None:
    """The WAL-reset bug is mended in three lines and in everything later."""
    assert ("WAL-reset" not in doctor.sqlite(release).found) == mended


def test_library_that_cannot_be_imported_is_bad(
    tmp_path: Path,
) -> None:
    """A broken library is asked in a process of its own; its last words are told."""
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open')")
    file = written(tmp_path, CONFIG)
    done = lookout("doctor", "--config", file, "--json", env={"PYTHONPATH": str(tmp_path)})
    found = lines(done)["opencv"]
    assert (done.code, found["health"]) == (Exit.UNREACHABLE, "bad")
    assert "libGL.so.1" in found["found"]
