"""One JSON object per line."""

import asyncio
import contextlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from reasoners import Event
from sinks.errors import SinkRejected, SinkUnavailable
from sinks.message import Message
from sinks.sink import Site

_CHUNK: Final = 64 * 1024
_MEGABYTE: Final = 1_000_000


class JsonlConfig(BaseModel):
    """Options of the file sink."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    """File to append to; made, with mode 0600, if it is not there."""

    sync: bool = True
    """Wait until the disk has each event. Default true; false is faster and loses the last
    seconds in a power cut."""

    megabytes: float = Field(default=100, ge=0, le=1_000_000)
    """Size, in millions of bytes, at which the file is put aside as `path.1` and a new one begun.
    Default 100; 0: never. A pipe or device is never put aside."""

    keep: int = Field(default=5, ge=0, le=1000)
    """Files kept beside the present one; the oldest goes. Default 5."""


class JsonlSink:
    """Appends each revision to a file, exactly as `Event.wire` has it.

    Delivery: at least once. An event is delivered when its line is written and, with `sync`, on
    the disk. A line torn by a crash is cut off at the next start, and its event comes again. A
    full file is put aside whole: no line is split between two.
    """

    Config: ClassVar[type[BaseModel]] = JsonlConfig

    def __init__(self, name: str, config: JsonlConfig, site: Site) -> None:
        self.name = name
        self._config = config
        self._site = site
        self._file = -1
        self._thread: ThreadPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        """Open the file and cut off a torn last line."""
        # A disk that hangs must not take asyncio's shared executor with it.
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"sink-{self.name}")
        loop = asyncio.get_running_loop()
        try:
            self._file = await loop.run_in_executor(
                thread, _open, self._config.path, self._site.trial
            )
        except OSError as exc:
            thread.shutdown(wait=False)
            raise SinkRejected(f"{self._config.path}: {exc.strerror}; see to `path`") from exc
        self._thread = thread
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close the file, after what is still being written."""
        if self._thread is not None:
            self._thread.submit(os.close, self._file)
            self._thread.shutdown(wait=False)
            self._thread = None

    async def deliver(self, event: Event) -> None:
        """Write one line; return when it is there."""
        if self._thread is None:
            raise SinkUnavailable(f"{self._config.path}: not open")
        line = event.wire().encode() + b"\n"
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, line)
        except OSError as exc:
            raise SinkUnavailable(f"{self._config.path}: {exc.strerror}") from exc

    async def show(self, message: Message) -> None:
        """Do nothing: only events go into the file."""

    def wants(self, kind: type[BaseModel]) -> bool:  # noqa: ARG002  the interface's own
        """Tell that messages are of no use here."""
        return False

    def _write(self, line: bytes) -> None:
        """Append a line; begin a new file first where it would not fit. On the sink's thread."""
        limit = int(self._config.megabytes * _MEGABYTE)
        if limit and _full(self._file, len(line), limit):
            if self._config.path.exists():  # else a new one could not be made the last time
                _shift(self._config.path, self._config.keep)
            fresh = _open(self._config.path, trial=False)
            os.close(self._file)
            self._file = fresh
            _sync(self._config.path.parent)
        _append(self._file, line, self._config.sync)


def _full(file: int, more: int, limit: int) -> bool:
    found = os.fstat(file)
    return stat.S_ISREG(found.st_mode) and found.st_size > 0 and found.st_size + more > limit


def _shift(path: Path, keep: int) -> None:
    """Rename `path` to `path.1`, `path.1` to `path.2` and so on; the last one goes."""
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, keep + 1))]
    for present, aside in reversed(list(pairwise(names))):
        with contextlib.suppress(FileNotFoundError):
            present.replace(aside)
    if not keep:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path, trial: bool) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # In a trial another process may be in the middle of that line.
        if stat.S_ISREG(os.fstat(file).st_mode) and not trial:
            _cut_torn_line(file)
    except BaseException:
        os.close(file)
        raise
    return file


def _cut_torn_line(file: int) -> None:
    """Shorten the file to the end of its last whole line."""
    size = end = os.fstat(file).st_size
    while end > 0:
        start = max(0, end - _CHUNK)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        os.ftruncate(file, end)


def _append(file: int, line: bytes, sync: bool) -> None:
    """Write a whole line or none of it."""
    before = os.fstat(file).st_size
    rest = memoryview(line)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
        if sync:
            os.fsync(file)
    except OSError:
        with contextlib.suppress(OSError):  # not a regular file, or the disk is gone altogether
            os.ftruncate(file, before)
        raise
