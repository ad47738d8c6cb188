"""sd_notify over a real socket, and a watchdog that is fed by progress alone."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.systemd import Notifier, Progress, patient


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listen as the service manager does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.delenv("WATCHDOG_USEC", raising=False)
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        yield sock


def test_life_is_told_to_the_service_manager(manager: socket.socket) -> None:
    """Ready, status and stopping arrive as sd_notify(3) has them."""
    notifier = Notifier()
    notifier.ready("watching 2 cameras")
    notifier.status("all well")
    notifier.stopping()
    heard = [manager.recv(200).decode() for _ in range(3)]
    assert heard == ["READY=1\nSTATUS=watching 2 cameras", "STATUS=all well", "STOPPING=1"]


def test_a_reload_is_told_with_its_time(manager: socket.socket) -> None:
    """So that the manager knows which of its requests is being answered."""
    before = time.monotonic_ns() // 1000
    Notifier().reloading()
    word, stamp = manager.recv(200).decode().splitlines()
    assert word == "RELOADING=1"
    assert before <= int(stamp.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


def test_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that begins with @ is one without a file."""
    name = f"lookout-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        sock.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        Notifier().stopping()
        assert sock.recv(100) == b"STOPPING=1"


async def test_without_service_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by hand, everything is a no-op, and feeding ends at once."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = Notifier()
    notifier.ready("x")
    await asyncio.wait_for(notifier.feed(Progress(lambda: 0.0)), 1)


def test_manager_that_went_away_is_no_failure(
    manager: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    """A socket that nobody reads is a warning, never an error."""
    manager.close()
    Notifier().status("x")
    assert "service manager not reached" in caplog.text


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [
        ("30000000", "", 10.0),
        ("30000000", "own", 10.0),
        ("30000000", "1", None),
        ("", "", None),
        ("soon", "", None),
    ],
)
@pytest.mark.usefixtures("manager")
def test_watchdog_interval_is_a_third(
    monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, expected: float | None
) -> None:
    """We ping three times per allowed span, if the watchdog is meant for this process."""
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)
    assert Notifier().interval == expected


async def test_watchdog_is_fed_only_while_all_get_on(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One part that does not get on is enough for the pings to stop; with it they come back."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000")
    now = 0.0
    progress = Progress(lambda: now, limit=20)
    beat, other = progress.part("camera-porch"), progress.part("journal")
    loop = asyncio.get_running_loop()
    manager.setblocking(False)
    feeding = loop.create_task(Notifier().feed(progress))
    assert await asyncio.wait_for(loop.sock_recv(manager, 100), 5) == b"WATCHDOG=1"
    now = 21.0
    other()
    assert progress.stuck == ["camera-porch"]
    await _silence(manager)
    beat()
    assert await asyncio.wait_for(loop.sock_recv(manager, 100), 5) == b"WATCHDOG=1"
    feeding.cancel()


async def _silence(manager: socket.socket) -> None:
    """Wait until five pings in a row have not come; a ping under way does not count."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            await asyncio.wait_for(loop.sock_recv(manager, 100), 0.05)
        except TimeoutError:
            return


def test_part_that_ended_in_order_is_not_stuck() -> None:
    """A retired part is forgotten; one that is registered anew counts from then on."""
    now = 0.0
    progress = Progress(lambda: now, limit=20)
    progress.part("a")
    progress.part("b")
    progress.retire("a")
    progress.retire("never there")
    now = 30.0
    assert progress.stuck == ["b"]
    progress.part("b")
    assert progress.stuck == []


async def test_patience_beats_for_who_waits_for_others() -> None:
    """A long wait for somebody else does not count as standing still; afterwards it does again."""
    now = 0.0
    progress = Progress(lambda: now, limit=10)
    beat = progress.part("sink-mqtt")
    with patient(beat, period=0.01):
        now = 15.0
        async with asyncio.timeout(5):
            while progress.stuck:  # noqa: ASYNC110 (beats are no event)
                await asyncio.sleep(0.005)
    now = 30.0
    await asyncio.sleep(0.03)
    assert progress.stuck == ["sink-mqtt"]


def test_retired_part_is_not_missed_even_if_it_beats_once_more() -> None:
    """A part with nothing to do is not waited for, whatever it still says."""
    now = 0.0
    progress = Progress(lambda: now, limit=10)
    beat = progress.part("reasoner")
    progress.retire("reasoner")
    beat()
    now = 100.0
    assert progress.stuck == []
