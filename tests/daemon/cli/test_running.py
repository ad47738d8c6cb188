"""Signals: the first asks for an end in order, the second ends at once; threads hold nobody."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rig.lookout import Lookout
from rig.revisions import revision

from sinks.journal import Journal

STREET = {"street": {"source": {"type": "synthetic", "width": 320, "height": 180}}}


ON_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_first_signal_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """Whoever asks, the accounts are written and the exit code is 0."""
    with Lookout(tmp_path, {"cameras": STREET}) as daemon:
        daemon.wait_for_log("street: online")
        daemon.signal(number)
        assert daemon.wait_end(12) == 0
    assert "accounts: {" in daemon.text()


def test_a_terminal_that_is_closed_ends_it_and_the_signal_alone_reloads(tmp_path: Path) -> None:
    """SIGHUP while its terminal is still there is a wish of somebody; when it is gone, an end."""
    daemon = Lookout(tmp_path, {"cameras": STREET})
    ours, theirs = pty.openpty()
    command = daemon.command("run", "--config", str(daemon.config))
    with (
        daemon.log.open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-c", ON_TERMINAL, *command],
            stdin=theirs,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        os.close(theirs)
        try:
            _wait(daemon, "street: online")
            process.send_signal(signal.SIGHUP)
            _wait(daemon, "configuration applied: no camera changed")
            assert process.poll() is None
            os.close(ours)
            assert process.wait(15) == 0
        finally:
            process.kill()
    assert "stopping" in daemon.text()


def _wait(daemon: Lookout, text: str) -> None:
    deadline = time.monotonic() + 30
    while text not in daemon.text():
        assert time.monotonic() < deadline, daemon.text()
        time.sleep(0.05)


def test_second_signal_ends_at_once(tmp_path: Path) -> None:
    """Who cannot wait for a sink that is away need not; what is committed waits in the journal."""
    away = {
        "type": "sinks.testing:ScriptedSink",
        "path": str(tmp_path / "out"),
        "unavailable_connects": 10**6,
    }
    lookout = Lookout(tmp_path, {"cameras": STREET, "sinks": {"out": away}})
    before = Journal(lookout.state / "journal.sqlite")
    before.open()
    before.register(["out"])
    before.commit([revision(1, camera="street", clock="unsynced")])
    before.close()
    with lookout as daemon:
        daemon.wait_for_log("street: online")
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("stopping")
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert daemon.wait_end(5) != 0
        assert time.monotonic() - began < 4
    assert daemon.figures()["sinks"]["out"]["waiting"] == 2


def test_thread_that_hangs_does_not_keep_the_process() -> None:
    """Python waits for threads; the last resort does not."""
    script = (
        "import threading, sys\n"
        "from daemon.cli.running import leave_soon\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "leave_soon(7)\n"
        "sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], timeout=20, check=False)
    assert done.returncode == 7
