"""A decoder child or detector worker: spawned, spoken to over one socket, killed when it must be.

Never forked without exec, never pickled to. The process inherits exactly the descriptors named,
and an environment without anything of ours in it. It ends when its socket reaches end of file, and
by the kernel's hand when the daemon dies.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from pydantic import BaseModel

from daemon.parting import let_go
from sources import ChannelBroken, Received, Unpacker, pack

logger = logging.getLogger(__name__)

_CHUNK = 64 * 1024
"""Bytes taken from a socket at a time: more is mapped and unmapped for every message, most of which
have a few hundred; a picture comes in several goes."""
_KEEP = frozenset({"PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR", "LD_LIBRARY_PATH"})
_KEEP_PREFIXES = ("CUDA_", "NVIDIA_", "MALLOC_", "PYTHON")
_STDERR_LINES = 200
"""Lines of a process's stderr passed on to the log; native libraries can be noisy."""

_STDERR_LINE = 500
"""Bytes of a line that are passed on."""


class ProcessGone(Exception):  # noqa: N818 (a fact; the host says what it means)
    """The process did not start, has ended, or does not read what it is sent."""


def environment() -> dict[str, str]:
    """Build what a process of ours may see of the daemon's environment."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name in _KEEP or name.startswith(_KEEP_PREFIXES)
    }
    # Freed pictures must go back to the system: see mallopt(3).
    env.setdefault("MALLOC_ARENA_MAX", "2")
    env.setdefault("MALLOC_MMAP_THRESHOLD_", "131072")
    env.setdefault("MALLOC_TRIM_THRESHOLD_", "131072")
    return env


class Process:
    """One process and the daemon's end of its socket.

    Args:
        module: What it runs, such as `sources.child`.
        name: Shown in its command line and in logs.
        options: Further command-line arguments; never a secret.
        descriptors: What it inherits besides its socket.
        grace: Seconds it may take to end by itself once its socket was closed.
    """

    def __init__(
        self,
        module: str,
        name: str,
        *,
        options: Sequence[str] = (),
        descriptors: Sequence[int] = (),
        grace: float = 1.0,
    ) -> None:
        self.name = name
        self._module = module
        self._options = options
        self._descriptors = tuple(descriptors)
        self._grace = grace
        self._unpacker = Unpacker()
        self._ready: deque[Received] = deque()
        self._sending = asyncio.Lock()
        self._said = 0
        self._unsaid = b""

    @property
    def pid(self) -> int:
        """Process id."""
        return self._popen.pid

    async def __aenter__(self) -> Self:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.setblocking(False)
        self._socket = ours
        command = [
            *(sys.executable, "-P", "-m", self._module, self.name),
            *("--control", str(theirs.fileno()), "--parent", str(os.getpid())),
            *self._options,
        ]
        with theirs:
            try:
                self._popen = subprocess.Popen(  # noqa: ASYNC220, S603 (vfork: does not wait)
                    command,
                    pass_fds=(theirs.fileno(), *self._descriptors),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=environment(),
                )
            except OSError as exc:
                ours.close()
                raise ProcessGone(f"{self.name}: cannot be started: {exc.strerror}") from exc
        loop = asyncio.get_running_loop()
        self._pidfd = os.pidfd_open(self._popen.pid)
        self._ended = loop.create_future()
        loop.add_reader(self._pidfd, self._on_end)
        self._listen_to_stderr()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._socket.close()
        try:
            async with asyncio.timeout(self._grace):
                await asyncio.wait([self._ended])
        except TimeoutError:
            logger.debug("%s: did not end by itself within %.1f s", self.name, self._grace)
        finally:
            self.kill()
            # After SIGKILL only the kernel stands between us and the end.
            await asyncio.wait([self._ended], timeout=self._grace)
            self._release()

    def kill(self) -> None:
        """Send SIGKILL, if it still lives."""
        if not self._ended.done():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def check(self) -> None:
        """Raise ProcessGone if it has ended, without waiting."""
        if self._ended.done():
            raise ProcessGone(self._epitaph())

    async def send(
        self, message: BaseModel, blob: bytes = b"", descriptors: Sequence[int] = ()
    ) -> None:
        """Send one frame, with descriptors if there are any.

        Raises:
            ProcessGone: It ended, or its buffer is full because it does not read.
        """
        loop = asyncio.get_running_loop()
        data = pack(message, blob)
        async with self._sending:
            try:
                if descriptors:
                    sent = socket.send_fds(self._socket, [data], list(descriptors))
                    data = data[sent:]
                await loop.sock_sendall(self._socket, data)
            except BlockingIOError:
                raise ProcessGone(f"{self.name}: does not read what it is sent") from None
            except OSError as exc:
                raise ProcessGone(self._epitaph()) from exc

    async def receive(self) -> Received:
        """Wait for the next frame.

        Raises:
            ProcessGone: It ended.
            ChannelBroken: It sent what no honest process sends.
        """
        loop = asyncio.get_running_loop()
        while not self._ready:
            try:
                data = await loop.sock_recv(self._socket, _CHUNK)
            except ConnectionResetError as exc:
                let_go(exc)
                data = b""  # it ended, and left unread what it was told last
            except OSError as exc:
                raise ProcessGone(self._epitaph()) from exc
            if not data:
                # The socket closes an instant before the kernel reports how the process ended.
                await asyncio.wait([self._ended], timeout=self._grace)
                if self._unpacker.within_frame:
                    raise ChannelBroken(f"{self._epitaph()}, within a message")
                raise ProcessGone(self._epitaph())
            self._ready.extend(self._unpacker.feed(data))
            # A socket that always has more would otherwise keep everybody else from running.
            await asyncio.sleep(0)
        return self._ready.popleft()

    def _epitaph(self) -> str:
        code = self._popen.returncode
        if code is None:
            return f"{self.name}: closed its socket"
        if code < 0:
            return f"{self.name}: killed by {_signal_name(-code)}"
        return f"{self.name}: ended with code {code}"

    def _on_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        self._popen.wait()
        if not self._ended.done():
            self._ended.set_result(None)

    def _listen_to_stderr(self) -> None:
        pipe = self._popen.stderr
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            asyncio.get_running_loop().add_reader(pipe.fileno(), self._on_stderr)

    def _on_stderr(self) -> None:
        pipe = self._popen.stderr
        if pipe is None:
            return
        try:
            data = os.read(pipe.fileno(), 65536)
        except BlockingIOError:
            return
        if not data:
            asyncio.get_running_loop().remove_reader(pipe.fileno())
            return
        if self._said > _STDERR_LINES:
            return  # read on all the same: a full pipe would hold the process up
        *lines, rest = (self._unsaid + data).split(b"\n")
        self._unsaid = rest[:_STDERR_LINE]
        for line in lines:
            self._pass_on(line)

    def _pass_on(self, line: bytes) -> None:
        self._said += 1
        if self._said > _STDERR_LINES:
            return
        words = line[:_STDERR_LINE].decode(errors="replace").strip()
        if words:
            logger.info("%s says: %s", self.name, words)

    def _release(self) -> None:
        loop = asyncio.get_running_loop()
        pipe = self._popen.stderr
        if pipe is not None and not pipe.closed:
            self._on_stderr()
            self._pass_on(self._unsaid)
            loop.remove_reader(pipe.fileno())
            pipe.close()
        loop.remove_reader(self._pidfd)
        os.close(self._pidfd)


def _signal_name(number: int) -> str:
    """Name a signal; most of the real-time ones have no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
