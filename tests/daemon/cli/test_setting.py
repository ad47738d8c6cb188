"""What several commands share: configurations made from a URL, typed secrets, logging."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from daemon.cli import setting
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.logs import SecretFilter
from daemon.secrets import Secret


def refused(url: str) -> str:
    """Return why a source is refused."""
    with pytest.raises(ConfigRejected) as found:
        setting.source_of(url)
    (line,) = found.value.problems
    return line


def test_source_is_guessed_from_what_a_person_types(tmp_path: Path) -> None:
    """Cameras, files with and without scheme, and the built-in scene are told apart."""
    clip = tmp_path / "My Clip.mp4"
    clip.write_bytes(b"x")
    file = {"type": "file", "path": str(clip), "pace": "clip", "loop": False}
    assert setting.source_of("rtsp://10.0.0.7/1") == {"type": "rtsp", "url": "rtsp://10.0.0.7/1"}
    assert setting.source_of("rtsps://h/1")["type"] == "rtsp"
    assert setting.source_of(str(clip)) == file
    assert setting.source_of(clip.as_uri()) == file
    assert setting.source_of("synthetic:") == {"type": "synthetic"}


def test_file_whose_name_holds_signs_of_addresses_is_found(tmp_path: Path) -> None:
    """A hash, a question mark or a percent sign in a file's name is part of the name."""
    for name in ("take #2.mp4", "what?.mp4", "50%.mp4", "a;b.mp4"):
        clip = tmp_path / name
        clip.write_bytes(b"x")
        assert setting.source_of(str(clip))["path"] == str(clip)
        assert setting.source_of("file://" + quote(str(clip)))["path"] == str(clip)


def test_source_that_is_nothing_is_refused_in_one_line(tmp_path: Path) -> None:
    """What is wrong is named, with what could be right."""
    assert "no such file" in refused(str(tmp_path / "gone.mp4"))
    assert "use rtsp://" in refused("gopher://h/1")
    assert "use rtsp://" in refused("ftp://h/1")
    assert setting.source_of("https://h/still.jpg")["type"] == "http"
    assert setting.source_of("/dev/video0") == {"type": "usb", "device": "/dev/video0"}
    assert setting.source_of("/usr", pace="fast")["watch"] is False
    assert setting.source_of("http://h/live.m3u8?x=1")["type"] == "hls"


@given(st.text(max_size=60))
def test_any_source_is_understood_or_refused(url: str) -> None:
    """Whatever is typed, there is no traceback, and a name comes out that fits topics."""
    name = setting.name_of(url)
    assert parse({"cameras": {name: {"source": {"type": "synthetic"}}}}, "x").cameras.keys() == {
        name
    }
    problems: list[str] = []
    try:
        setting.source_of(url)
    except ConfigRejected as exc:
        problems = exc.problems
    assert len(problems) <= 1


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("rtsp://10.0.0.7/stream1", "stream1"),
        ("rtsp://10.0.0.7", "10_0_0_7"),
        ("/videos/My Clip (2).mp4", "my_clip_2"),
        ("synthetic:", "camera"),
        ("rtsp://h/" + "x" * 99, "x" * 32),
        ("/videos/ÄÖ.mp4", "camera"),
    ],
)
def test_names_of_cameras_fit_topics(url: str, name: str) -> None:
    """The name comes from the last part of the address."""
    assert setting.name_of(url) == name


def test_detector_follows_the_kind_of_the_model() -> None:
    """Weights of PyTorch need their own backend; all else is read by OpenVINO."""
    assert setting.detector_of(None) is None
    assert setting.detector_of(Path("a.pt")) == {"type": "ultralytics", "model": "a.pt"}
    assert setting.detector_of(Path("a.onnx")) == {"type": "openvino", "model": "a.onnx"}


def test_password_comes_from_a_file(tmp_path: Path) -> None:
    """The end of the line is not part of it; blanks are."""
    file = tmp_path / "password"
    file.write_text(" s3c ret \n")
    assert setting.typed_secret("viewer", file) == Secret("viewer", " s3c ret ")
    assert setting.typed_secret(None, None) is None


@pytest.mark.parametrize(
    ("user", "file", "reason"),
    [
        (None, "password", "--password-file: needs --user"),
        ("viewer", "gone", "cannot be read"),
        ("viewer", "binary", "cannot be read"),
        ("viewer", None, "needs --password-file"),
    ],
)
def test_password_that_cannot_be_had_is_told(
    tmp_path: Path, user: str | None, file: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked where nobody can answer, and the reason names the option."""
    (tmp_path / "password").write_text("x")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    monkeypatch.setattr("sys.stdin", io.StringIO("typed"))
    with pytest.raises(ConfigRejected, match=reason):
        setting.typed_secret(user, tmp_path / file if file else None)


def test_configuration_is_found_where_it_usually_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one named wins, then the one of this folder; without any, both places are named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setting, "PLACES", (Path("lookout.yaml"), tmp_path / "etc.yaml"))
    with pytest.raises(ConfigRejected, match=r"looked for lookout\.yaml and .*etc\.yaml"):
        setting.find(None)
    (tmp_path / "etc.yaml").touch()
    assert setting.find(None) == tmp_path / "etc.yaml"
    (tmp_path / "lookout.yaml").touch()
    assert setting.find(None) == Path("lookout.yaml")
    assert setting.find(Path("mine.yaml")) == Path("mine.yaml")


def test_typed_secret_is_planned_and_hidden() -> None:
    """A password given on the command line reaches its camera, and no log."""
    filtered = SecretFilter()
    url = "rtsp://10.0.0.7/stream1"
    config = setting.quick_config(url, sinks={"console": {"type": "console"}}, more={})
    config["cameras"]["stream1"]["source"]["credential"] = setting.TYPED
    plan = setting.make_plan(
        config, "--source", typed=Secret("viewer", "s3cret/%"), filtered=filtered
    )
    assert plan.cameras["stream1"].secret == Secret("viewer", "s3cret/%")
    said = json.dumps(plan.cameras["stream1"].source.options)
    assert "s3cret" not in said
    assert filtered.clean("at s3cret/% and s3cret%2F%25") == "at *** and ***"


@pytest.fixture
def logging_kept() -> Iterator[None]:
    """Put logging back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_wrong_log_options_are_usage_errors(logging_kept: object) -> None:
    """A level or form that does not exist is named with those that do."""
    with pytest.raises(typer.BadParameter, match="is not debug, info, warning or error"):
        setting.start_logging("text", "loud")
    with pytest.raises(typer.BadParameter, match="is not auto, text, json, journald"):
        setting.log_form("xml")
    assert setting.log_form("json") == "json"


def test_under_systemd_logs_have_its_form(
    logging_kept: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the journal listens, lines carry its priority and no time of their own."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    setting.start_logging("auto", "info").learn(["s3cret"])
    logging.getLogger("camera").warning("with s3cret")
    assert capsys.readouterr().err == "<4>camera: with ***\n"
