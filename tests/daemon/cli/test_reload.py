"""`lookout reload` finds the daemon and says what came of it, by its exit code too."""

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rig.command import called
from rig.lookout import Lookout

from daemon import reloaded
from daemon.exits import Exit
from daemon.reloaded import Reloaded
from sinks.journal import Journal, holder

STREET = {"source": {"type": "synthetic", "width": 320, "height": 180}, "enabled": False}


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """Hold a journal as a daemon does; return its folder."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    yield tmp_path
    journal.close()


def test_whoever_holds_the_journal_is_found(held: Path) -> None:
    """While it is held; a name left in the lock by who is gone is nobody's."""
    assert holder(held / "journal.sqlite") == os.getpid()
    assert holder(held / "other.sqlite") is None


def test_nobody_there_is_said(tmp_path: Path) -> None:
    """One line with the folder that was looked at."""
    before = Journal(tmp_path / "journal.sqlite")
    before.open()
    before.close()
    done = called("reload", "--state-dir", str(tmp_path))
    assert done.code == Exit.UNREACHABLE
    assert str(tmp_path) in done.err
    assert "no daemon runs" in done.err


def test_a_file_without_anything_in_it_is_what_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an editor leaves it for a moment: where the daemon is nobody knows, but what is wrong."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = tmp_path / "lookout.yaml"
    file.write_text("")
    done = called("reload", "--config", str(file))
    assert done.code == Exit.CONFIG
    assert "it is empty or a list" in done.err
    assert "no daemon runs" not in done.err


def test_who_has_nothing_to_reload_is_not_ended(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started with --source, a daemon says nothing of its configuration; it gets no signal."""
    asked: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _, number: asked.append(number))
    done = called("reload", "--state-dir", str(held), "--wait", "0.2")
    assert done.code == Exit.UNREACHABLE
    assert "started without a file to reload" in done.err
    assert asked == []


@pytest.mark.parametrize("who", ["1 7", "999999999 7"])
def test_a_daemon_in_a_container_is_not_mistaken_for_another_process(held: Path, who: str) -> None:
    """Its number means somebody else here, or nobody."""
    (held / "journal.sqlite.lock").write_text(f"{who}\n")
    done = called("reload", "--state-dir", str(held))
    assert done.code == Exit.UNREACHABLE
    assert "cannot be seen from here" in done.err


def test_a_daemon_that_starts_while_somebody_looks_starts(tmp_path: Path) -> None:
    """Looking whose the lock is takes it for a moment."""
    path = tmp_path / "journal.sqlite.lock"
    looking = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    fcntl.flock(looking, fcntl.LOCK_SH)
    timer = threading.Timer(0.02, os.close, (looking,))
    timer.start()
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    assert holder(tmp_path / "journal.sqlite") == os.getpid()
    journal.close()
    timer.join()


def test_a_daemon_that_does_not_say_its_name_is_told_to_be_restarted(held: Path) -> None:
    """An older one wrote nothing into its lock: no signal is sent to anybody."""
    (held / "journal.sqlite.lock").write_text("")
    done = called("reload", "--state-dir", str(held))
    assert done.code == Exit.UNREACHABLE
    assert "restart it" in done.err


def _holder(lookout: Lookout) -> int | None:
    """Return who holds its journal, as soon as that is said."""
    with contextlib.suppress(ValueError, ProcessLookupError):
        return holder(lookout.state / "journal.sqlite")
    return None


def _told(lookout: Lookout) -> Reloaded | None:
    """Return what this run of it said of its configuration last."""
    found = reloaded.read(lookout.state)
    return found if found is not None and found.pid == lookout.pid else None


def test_what_became_of_it_is_told(tmp_path: Path) -> None:
    """0 when all is at work, 78 with every problem when it was refused.

    With a file that is wrong it starts if it is told to go by what held last, and says so.
    """
    with Lookout(tmp_path, {"cameras": {"street": STREET}}) as lookout:
        lookout.wait(lambda: _holder(lookout) == lookout.pid, 60)
        config = ("--config", str(lookout.config))
        done = called("reload", *config)
        assert (done.code, done.err) == (Exit.CLEAN, "")
        assert done.out == "configuration applied: no camera changed\n"
        whole = yaml.safe_load(lookout.config.read_text())
        whole["cameras"] = {"street": {**STREET, "detect": {"fps": 3}}, "yard": STREET}
        lookout.config.write_text(yaml.safe_dump(whole))
        done = called("reload", *config, "--json")
        told = json.loads(done.out)
        assert (told["state"], told["begun"], told["anew"]) == ("applied", ["yard"], ["street"])
        assert told["config"] == str(lookout.config)
        whole["cameras"]["yard"] = {"source": {"type": "nonsense"}}
        lookout.config.write_text(yaml.safe_dump(whole))
        done = called("reload", *config)
        assert (done.code, done.out) == (Exit.CONFIG, "")
        problem, last = done.err.splitlines()
        assert problem.startswith(f"lookout: {lookout.config}: cameras.yard.source.type: ")
        assert last == "refused; what was at work goes on"
        assert (lookout.state / "reload.json").stat().st_mode & 0o777 == 0o600
        lookout.config.write_text("cameras: [")
        done = called("reload", *config)
        assert done.code == Exit.CONFIG
        assert "not valid YAML" in done.err
        assert lookout.stop() == 0

        lookout.start()
        assert lookout.wait_end(30) == Exit.CONFIG, "without being told to, it does not start"
        wrong = {**whole, "cameras": {"street": {}}}
        lookout.config.write_text(yaml.safe_dump(wrong))
        lookout.options = ("--last-good",)
        lookout.start()
        lookout.wait(lambda: _holder(lookout) == lookout.pid, 60)
        lookout.wait(lambda: _told(lookout) is not None)
        found = _told(lookout)
        assert found is not None
        assert (found.state, found.cameras) == ("refused", 2)
        assert found.problems[0].startswith(f"{lookout.config}: cameras.street.source: ")
        whole["cameras"] = {"street": STREET}
        lookout.config.write_text(yaml.safe_dump(whole))
        done = called("reload", *config)
        assert (done.code, done.err) == (Exit.CLEAN, "")
        assert done.out == "configuration applied: removed yard; changed street\n"
        assert lookout.stop() == 0
