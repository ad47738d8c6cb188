"""The front door: exit codes, one clear line per problem, no secret and no traceback."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rig.command import called, lookout, secret_file, written

from daemon.cli import entry
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.version import VERSION
from sinks.journal import Journal, JournalFailed

SYNTHETIC = {"street": {"source": {"type": "synthetic"}}}


def test_version_is_said() -> None:
    """By the command, and by the module."""
    done = called("--version")
    assert (done.code, done.out) == (0, f"lookout {VERSION}\n")
    module = subprocess.run(
        [sys.executable, "-m", "daemon", "--version"], capture_output=True, text=True, check=True
    )
    assert module.stdout == done.out


@pytest.mark.parametrize(
    "words",
    [
        ["--nonsense"],
        ["nonsense"],
        ["run", "--log-level", "loud"],
        ["run", "--log-format", "xml"],
        ["run", "--fps", "0"],
        ["run", "--fps", "many", "--source", "synthetic:"],
        ["replay"],
        ["demo", "--seconds", "0"],
    ],
)
def test_wrong_command_line_is_usage(words: list[str]) -> None:
    """Exit code 2 with what is wrong, on standard error."""
    done = called(*words)
    assert done.code == Exit.USAGE
    assert "Error" in done.err
    assert done.out == ""


def test_every_command_has_help() -> None:
    """Each says what it does; the options that take values say which."""
    assert called("--help").code == 0
    for command in ("run", "demo", "replay", "check", "probe", "events", "models", "doctor"):
        done = called(command, "--help")
        assert done.code == 0
        assert len(done.out) > 200


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"cameras": SYNTHETIC, "colour": 1}, "colour: unknown key; known here: cameras, "),
        ({"cameras": {"Street": {}}}, "cameras.Street: names are 1 to 32 of a-z, 0-9 and _"),
        ({"cameras": {"a": {"source": {}}}}, "cameras.a.source.type: is required and missing"),
        ({"cameras": SYNTHETIC, "journal": {"days": "x"}}, "journal.days: "),
        ({"cameras": SYNTHETIC, "sinks": {"out": {"type": "none"}}}, "sinks.out.type: no backend"),
        ({}, "cameras: is required and missing"),
    ],
)
def test_wrong_configuration_ends_with_78(
    tmp_path: Path, config: dict[str, Any], line: str
) -> None:
    """Each problem is a line with file, key, reason and remedy."""
    file = written(tmp_path, config)
    done = called("run", "--config", file)
    assert done.code == Exit.CONFIG
    assert f"lookout: {file}: {line}" in done.err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"cameras: [", "not valid YAML: line 1"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"- a\n- b\n", "must be a mapping"),
        (b"", "must be a mapping"),
    ],
)
def test_file_that_is_no_configuration_ends_with_78(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    """Whatever lies there, there is one line and no traceback."""
    file = tmp_path / "lookout.yaml"
    file.write_bytes(content)
    done = called("run", "--config", str(file))
    assert done.code == Exit.CONFIG
    assert reason in done.err
    assert len(done.err.splitlines()) == 1


def test_missing_file_ends_with_78(tmp_path: Path) -> None:
    """A file that is not there is named."""
    done = called("run", "--config", str(tmp_path / "gone.yaml"))
    assert done.code == Exit.CONFIG
    assert "gone.yaml: cannot be read" in done.err


def test_secrets_that_others_may_read_are_refused(tmp_path: Path) -> None:
    """The remedy is a command; the secret itself is not repeated."""
    file = written(tmp_path, {"cameras": SYNTHETIC})
    secrets = Path(secret_file(tmp_path, "porch", "viewer", "hunter2"))
    secrets.chmod(0o644)
    done = called("run", "--config", file, "--secrets", str(secrets))
    assert done.code == Exit.CONFIG
    assert f"chmod 600 {secrets}" in done.err
    assert "hunter2" not in done.err


def test_missing_secrets_file_ends_with_78(tmp_path: Path) -> None:
    """A secrets file that was named must be there."""
    file = written(tmp_path, {"cameras": SYNTHETIC})
    done = called("run", "--config", file, "--secrets", str(tmp_path / "gone.toml"))
    assert done.code == Exit.CONFIG
    assert "gone.toml: cannot be read" in done.err


def test_password_in_an_address_is_refused_with_advice(tmp_path: Path) -> None:
    """On the command line and in the file, the password is not repeated anywhere."""
    url = "rtsp://viewer:hunter2@10.0.0.7/stream1"
    file = written(tmp_path, {"cameras": {"porch": {"source": {"type": "rtsp", "url": url}}}})
    for words in (["run", "--source", url], ["run", "--config", file], ["demo", "--source", url]):
        done = called(*words)
        assert done.code == Exit.CONFIG, done.err
        assert "hunter2" not in done.err + done.out
        assert "credential" in done.err or "--user" in done.err


def test_journal_in_use_ends_with_one_line(tmp_path: Path) -> None:
    """Two daemons over one state: the second says so and leaves with 1."""
    file = written(tmp_path, {"cameras": SYNTHETIC})
    journal = Journal(tmp_path / "state" / "journal.sqlite")
    journal.open()
    try:
        done = lookout("run", "--config", file)
    finally:
        journal.close()
    assert done.code == Exit.BUG
    last = done.err.splitlines()[-1]
    assert last.startswith("lookout: journal ")
    assert last.endswith("in use by another process; stop it or set another state_dir")


def test_state_folder_that_cannot_be_made_ends_with_78(tmp_path: Path) -> None:
    """The line names the file, the folder and the key."""
    (tmp_path / "state").write_text("a file")
    done = lookout("run", "--config", written(tmp_path, {"cameras": SYNTHETIC}))
    assert done.code == Exit.CONFIG
    last = done.err.splitlines()[-1]
    assert "lookout.yaml: media folder" in last
    assert last.endswith("see to state_dir")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Collect what is logged."""
    with caplog.at_level(logging.INFO):
        yield caplog


def test_bug_in_a_task_is_logged_and_ends_with_1(logged: pytest.LogCaptureFixture) -> None:
    """An exception nobody expected is told with its traceback, and is exit code 1."""
    leaves = [JournalLike("one"), ConfigRejected("two")]
    assert entry._bug(ExceptionGroup("many", leaves)) == Exit.BUG  # noqa: SLF001 (the last door)
    assert "a bug ended the daemon" in logged.text
    assert "JournalLike: one" in logged.text


class JournalLike(Exception):  # noqa: N818 (any exception)
    """What nobody expects."""


def test_expected_ends_within_groups_are_no_bugs(
    capsys: pytest.CaptureFixture[str], logged: pytest.LogCaptureFixture
) -> None:
    """A journal that failed and a wrong configuration are one line each, however deep they are."""
    failed = ExceptionGroup(
        "a", [ExceptionGroup("b", [JournalFailed("journal x: disk I/O error")])]
    )
    assert entry._bug(failed) == Exit.BUG  # noqa: SLF001 (the last door)
    wrong = ExceptionGroup("a", [ConfigRejected("file: key: one\nfile: key: two")])
    assert entry._bug(wrong) == Exit.CONFIG  # noqa: SLF001 (the last door)
    assert capsys.readouterr().err.splitlines() == [
        "lookout: journal x: disk I/O error",
        "lookout: file: key: one",
        "lookout: file: key: two",
    ]
    assert "bug" not in logged.text
