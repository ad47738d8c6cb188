"""The worker as a process: how it begins, and every way it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from pydantic import JsonValue
from rig.worker import PATIENCE, Worker, camera, worker

from detectors.message import Failed, Loaded

SCRIPTED = "detectors.testing:ScriptedDetector"


def last_word(process: Worker) -> Failed:
    """Read what must be the worker's last message."""
    answer, _ = process.receive()
    assert isinstance(answer, Failed)
    assert "\n" not in answer.reason
    return answer


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds, at most for a while."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_it_ends_cleanly_at_end_of_file() -> None:
    """When the daemon closes its end, the worker leaves with code 0."""
    with worker() as process:
        assert isinstance(process.load(SCRIPTED), Loaded)
        assert process.end() == 0


def test_it_ends_cleanly_before_loading() -> None:
    """Nothing needs to have been said."""
    with worker() as process:
        assert process.end() == 0


@pytest.mark.parametrize(
    ("how", "remedy", "code"),
    [("rejected", "rejected", 78), ("unavailable", "unavailable", 69), ("bug", "unavailable", 1)],
)
def test_loading_that_fails_is_its_last_word(how: str, remedy: str, code: int) -> None:
    """F18: the daemon hears whether it heals, and the exit code says the same."""
    with worker() as process:
        answer = process.load(SCRIPTED, {"load": how})
        assert isinstance(answer, Failed)
        assert answer.remedy == remedy
        assert process.process.wait(PATIENCE) == code


@pytest.mark.fault("F20")
@pytest.mark.parametrize(
    ("fault", "reason", "code"),
    [
        ("exception", "bug: RuntimeError: a bug at work", 1),
        ("unavailable", "the device failed", 69),
        ("nonsense", "not finite numbers", 69),
    ],
)
def test_faults_at_work_are_its_last_word(fault: str, reason: str, code: int) -> None:
    """F20: an error while detecting names itself and ends the worker."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, {"fault": fault, "fault_at": 2})
        process.map(yard)
        item = yard.put(0, 1, np.zeros((24, 32, 3), np.uint8))
        assert process.detect(item)[0] is not None
        process.ask(item)
        failed = last_word(process)
        assert reason in failed.reason
        assert failed.remedy == "unavailable"
        assert process.process.wait(PATIENCE) == code


@pytest.mark.fault("F61")
@pytest.mark.parametrize(("fault", "code"), [("segfault", -signal.SIGSEGV), ("exit", 7)])
def test_sudden_death_is_end_of_file(fault: str, code: int) -> None:
    """F61: a worker that dies without a word closes its socket; no core file is left."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, {"fault": fault, "fault_at": 1})
        process.map(yard)
        process.ask(yard.put(0, 1, np.zeros((24, 32, 3), np.uint8)))
        with pytest.raises(EOFError):
            process.receive()
        assert process.process.wait(PATIENCE) == code


@pytest.mark.fault("F20")
def test_a_device_that_cannot_be_closed_does_not_hide_why() -> None:
    """F20: what is told is the failure at work, not the one that closing a failed device makes."""
    options: dict[str, JsonValue] = {"fault": "unavailable", "fault_at": 1, "untidy": True}
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, options)
        process.map(yard)
        process.ask(yard.put(0, 1, np.zeros((24, 32, 3), np.uint8)))
        answer, _ = process.receive()
        assert isinstance(answer, Failed)
        assert answer.reason == "the device failed, as scripted"
        assert process.process.wait(PATIENCE) == 69


def test_a_fault_file_is_used_once(tmp_path: Path) -> None:
    """The fault happens when the file appears, and the next worker is well."""
    file = tmp_path / "now"
    options: dict[str, JsonValue] = {"fault": "exit", "fault_file": str(file)}
    picture = np.zeros((24, 32, 3), np.uint8)
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, options)
        process.map(yard)
        assert process.detect(yard.put(0, 1, picture))[0] is not None
        file.touch()
        process.ask(yard.put(0, 2, picture))
        with pytest.raises(EOFError):
            process.receive()
    assert not file.exists()


@pytest.mark.fault("F19")
@pytest.mark.parametrize("fault", ["hang", "hang_gil"])
def test_a_hanging_worker_can_be_killed(fault: str) -> None:
    """F19: asleep or holding Python's lock, it gives no answer and SIGKILL ends it."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, {"fault": fault, "fault_at": 1})
        process.map(yard)
        process.ask(yard.put(0, 1, np.zeros((24, 32, 3), np.uint8)))
        process.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            process.receive()
        process.process.kill()
        assert process.process.wait(PATIENCE) == -signal.SIGKILL


def test_ctrl_c_is_the_daemons_affair() -> None:
    """SIGINT, which a terminal sends to all, does not end the worker."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED)
        process.map(yard)
        process.process.send_signal(signal.SIGINT)
        assert process.detect(yard.put(0, 1, np.zeros((24, 32, 3), np.uint8)))[0] is not None
        assert process.end() == 0


PARENT = """
import os, socket, subprocess, sys
from sources import pack
from detectors.message import Load
ours, theirs = socket.socketpair()
child = subprocess.Popen(
    [sys.executable, "-P", "-m", "detectors.worker", "test", "--control", str(theirs.fileno()),
     "--parent", str(os.getpid())],
    pass_fds=[theirs.fileno(), ours.fileno()], stderr=subprocess.DEVNULL,
)
# The worker also holds our end, so that only the kernel's signal can end it.
ours.sendall(pack(Load(name="x", backend="detectors.testing:ScriptedDetector", config={})))
ours.recv(1)
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.fault("F60")
def test_it_dies_with_the_daemon() -> None:
    """F60: when the daemon is killed, the kernel ends the worker within two seconds."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        started = time.monotonic()
        wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        assert time.monotonic() - started < 2


def test_it_does_not_outlive_a_parent_that_is_gone() -> None:
    """A worker whose parent is another process than named leaves at once."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ended = subprocess.run(
            [
                *(sys.executable, "-P", "-m", "detectors.worker", "test"),
                *("--control", str(theirs.fileno()), "--parent", str(os.getppid())),
            ],
            pass_fds=[theirs.fileno()],
            timeout=PATIENCE,
            check=False,
        )
        assert ended.returncode == 0


def test_a_wrong_command_line_is_code_2() -> None:
    """Started by hand it explains itself."""
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "detectors.worker"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2
    assert "--control" in ended.stderr
