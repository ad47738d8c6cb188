"""Children and workers: spawned clean, spoken to in frames, killed when they must be."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import BaseModel

from daemon.process import Process, ProcessGone, environment
from sources import ChannelBroken

HEAD = """
import json, os, socket, struct, sys, time
control = int(sys.argv[sys.argv.index("--control") + 1])
sock = socket.socket(fileno=control)
"""
REPORT = """
from sources.channel import pack
from pydantic import BaseModel
class Report(BaseModel):
    env: dict[str, str]
    fds: list[int]
    argv: list[str]
    stdin: str
fds = []
for name in os.listdir("/proc/self/fd"):
    try:
        os.fstat(int(name))
    except OSError:
        continue
    fds.append(int(name))
sock.sendall(pack(Report(env=dict(os.environ), fds=fds, argv=sys.argv, stdin=sys.stdin.read())))
sock.recv(1)
"""


class Report(BaseModel):
    """What a process says it was given."""

    env: dict[str, str]
    fds: list[int]
    argv: list[str]
    stdin: str


class Word(BaseModel):
    """A message."""

    text: str


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose modules a process can run."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    return tmp_path


@pytest.fixture(autouse=True)
def no_leftovers() -> Iterator[None]:
    """Every process, socket and descriptor is gone after each test."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 (counting is all)
    yield
    assert [child for child in psutil.Process().children() if child.status() != "zombie"] == []
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208 (counting is all)


@contextlib.asynccontextmanager
async def running(folder: Path, code: str, grace: float = 0.3) -> AsyncIterator[Process]:
    """Run a script as a process of ours."""
    (folder / "script.py").write_text(HEAD + code)
    async with asyncio.timeout(20), Process("script", "porch", grace=grace) as process:
        yield process


async def test_process_gets_nothing_but_what_is_named(
    scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No secret of the environment, no descriptor but its own, no input; its name is visible."""
    monkeypatch.setenv("LOOKOUT_SECRET", "hunter2")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    with (scripts / "open").open("w"):
        async with running(scripts, REPORT) as process:
            received = await process.receive()
    report = Report.model_validate_json(received.text)
    assert "hunter2" not in str(report.env)
    assert not {"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET"} & set(report.env)
    assert len(report.fds) == 4
    assert report.argv[1] == "porch"
    assert report.stdin == ""


async def test_end_is_told_with_its_code(scripts: Path) -> None:
    """Whoever listens learns how it ended: by itself, or by a signal."""
    async with running(scripts, "sys.exit(7)") as process:
        with pytest.raises(ProcessGone, match="porch: ended with code 7"):
            await process.receive()
        with pytest.raises(ProcessGone, match="ended with code 7"):
            process.check()
    async with running(scripts, "os.kill(os.getpid(), 11)") as process:
        with pytest.raises(ProcessGone, match="porch: killed by SIGSEGV"):
            await process.receive()
    async with running(scripts, "os.kill(os.getpid(), 40)") as process:
        with pytest.raises(ProcessGone, match="porch: killed by signal 40"):
            await process.receive()


async def test_flood_of_last_words_holds_nobody_up(scripts: Path) -> None:
    """A process that writes empty lines without end costs the others next to nothing."""
    loop = asyncio.get_running_loop()
    async with running(scripts, 'while True: os.write(2, b"\\n" * 65536)'):
        await asyncio.sleep(0.5)
        started = loop.time()
        for _ in range(100):
            await asyncio.sleep(0)
        assert loop.time() - started < 1


async def test_process_ends_when_its_socket_is_closed(scripts: Path) -> None:
    """Leaving closes the socket; a process that listens to it ends by itself."""
    async with running(scripts, "sock.recv(1)", grace=10) as process:
        process.check()
        pid = process.pid
    assert not psutil.pid_exists(pid)


async def test_hung_process_is_killed(scripts: Path) -> None:
    """A process that does not end within its grace is killed."""
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"
    async with running(scripts, code) as process:
        pid = process.pid
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize(
    "code",
    [
        'sock.sendall(b"\\xff" * 64)',
        'sock.sendall(struct.pack("<II", 0xffffffff, 0xffffffff) + b"x" * 64)',
        'sock.sendall(b"\\x00\\x00")',
        'sock.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")',
    ],
)
async def test_nonsense_on_the_socket_is_told(scripts: Path, code: str) -> None:
    """Bytes that no honest process sends break the channel; nothing is allocated for them."""
    async with running(scripts, code) as process:
        with pytest.raises((ChannelBroken, ProcessGone)):
            await process.receive()


async def test_process_that_does_not_read_is_noticed(scripts: Path) -> None:
    """A full socket holds the sender up; a deadline around it gets out, and nothing leaks."""
    async with running(scripts, "time.sleep(3600)") as process:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await process.send(Word(text="x"), b"y" * 8_000_000)


async def test_last_words_reach_the_log(scripts: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What a process says on stderr is logged with its name, cut at a limit."""
    caplog.set_level("INFO")
    code = """
for number in range(1000):
    print("line", number, file=sys.stderr)
"""
    async with running(scripts, code) as process:
        with pytest.raises(ProcessGone):
            await process.receive()
    said = [entry.getMessage() for entry in caplog.records if "says" in entry.getMessage()]
    assert said[0] == "porch says: line 0"
    assert len(said) == 200


async def test_last_words_without_a_line_end_reach_the_log(
    scripts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A line that comes in pieces is one line, and what was said last is not forgotten."""
    caplog.set_level("INFO")
    code = """
for part in ("one ", "line", "\\n", "the last"):
    sys.stderr.write(part); sys.stderr.flush(); time.sleep(0.02)
"""
    async with running(scripts, code) as process:
        with pytest.raises(ProcessGone):
            await process.receive()
    said = [entry.getMessage() for entry in caplog.records if "says" in entry.getMessage()]
    assert said == ["porch says: one line", "porch says: the last"]


def test_environment_keeps_what_drivers_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths and driver settings pass; everything else of ours stays."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setenv("MY_PASSWORD", "hunter2")
    found = environment()
    assert found["CUDA_VISIBLE_DEVICES"] == "0"
    assert found["MALLOC_ARENA_MAX"] == "2"
    assert "MY_PASSWORD" not in found
