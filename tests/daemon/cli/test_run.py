"""`lookout run`: the daemon from the command line, with and without a file."""

from pathlib import Path
from typing import Any

import pytest
from rig.command import lookout, written
from rig.lookout import SCRIPTED, Lookout

from daemon.cli import setting
from daemon.cli.run import _quick, reader  # the configuration that options make
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.logs import SecretFilter
from sinks.journal import JournalReader


def quick(source: str, *, named: bool = False, **options: Any) -> dict[str, Any]:
    """Make the configuration of a command line."""
    given = {"model": None, "mqtt": None, "fps": None, "state_dir": None, **options}
    return _quick(
        source, given["model"], given["mqtt"], given["fps"], given["state_dir"], named=named
    )


def test_source_alone_is_a_whole_configuration() -> None:
    """One camera, one sink that a person can read, defaults for the rest."""
    config = parse(quick("rtsp://10.0.0.7/stream1"), "--source")
    assert set(config.cameras) == {"stream1"}
    assert {use.type for use in config.sinks.values()} == {"console"}
    assert config.detector.type == "auto"
    assert config.state_dir is None


def test_every_option_lands_in_the_configuration(tmp_path: Path) -> None:
    """Model, broker, rate, folder and user say what a file would say."""
    made = quick(
        "rtsp://10.0.0.7/stream1",
        named=True,
        model=Path("a.onnx"),
        mqtt="mqtt://broker:1884",
        fps=2.5,
        state_dir=tmp_path,
    )
    config = parse(made, "--source")
    camera = config.cameras["stream1"]
    assert camera.source.options["credential"] == setting.TYPED
    assert camera.detect.fps == 2.5
    assert config.sinks["mqtt"].options == {"url": "mqtt://broker:1884"}
    assert config.detector.options == {"model": "a.onnx"}
    assert config.state_dir == tmp_path


def test_the_file_of_the_start_is_read_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an editor has taken it away, another in a usual place is not what is meant."""
    here, other = Path("lookout.yaml"), tmp_path / "etc.yaml"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setting, "PLACES", (here, other))
    here.write_text("cameras: {porch: {source: {type: synthetic}}}")
    other.write_text("cameras: {other: {source: {type: synthetic}}}")
    read = reader(None, None, SecretFilter())
    assert list(read().cameras) == ["porch"]
    here.unlink()
    with pytest.raises(ConfigRejected, match=r"lookout\.yaml: cannot be read"):
        read()
    part = tmp_path / "part"
    part.write_text("cameras: {yard: {source: {type: synthetic}}}")
    part.rename(here)
    assert list(read().cameras) == ["yard"]


def test_recording_from_a_file_runs_to_its_end(tmp_path: Path) -> None:
    """When every source is over, the daemon is done: journal, console and exit code agree."""
    street = {
        "source": {"type": "synthetic", "duration": 6, "pace": "fast", "people": 4, "width": 480},
        "presence": {"hold": 0.5},
    }
    config = {
        "node": "box1",
        "detector": {"type": "embedded"},
        "sinks": {"console": {"type": "console"}},
        "cameras": {"street": street},
    }
    done = lookout("run", "--config", written(tmp_path, config))
    assert done.code == 0, done.err
    with JournalReader(tmp_path / "state" / "journal.sqlite") as reader:
        figures = reader.figures()
        events = [entry.event for entry in reader.events()]
    assert figures["sinks"]["console"]["waiting"] == 0
    assert events
    assert events[-1].type == "end"
    assert all(
        event.explanation.split(".")[0] in done.out for event in events if event.revision == 1
    )


def test_camera_that_is_not_there_is_told_and_tried_again(tmp_path: Path) -> None:
    """Refused connections do not end the daemon; SIGTERM does, cleanly."""
    camera = {"source": {"type": "rtsp", "url": "rtsp://127.0.0.1:9/none"}}
    with Lookout(tmp_path, {"detector": SCRIPTED, "cameras": {"porch": camera}}) as daemon:
        daemon.wait_for_log("porch: ", times=3)
        assert daemon.stop() == 0
    assert "Traceback" not in daemon.text()
