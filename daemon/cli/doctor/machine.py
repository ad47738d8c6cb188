"""The machine: versions, cores, memory, clock, USB cameras."""

import os
import platform
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from daemon.cli.doctor.line import Line, gigabytes
from daemon.clock import Clock
from daemon.version import VERSION

WAL_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""SQLite releases from which on, within their line, the WAL-reset bug is mended."""

MEMORY_FLOOR = 1_000_000_000
_MEMORY = Path("/proc/meminfo")
_DEVICES = Path("/dev")


def machine() -> Iterator[Line]:
    """Look at everything that needs no asking."""
    yield from _versions()
    yield from _memory()
    yield _clock()
    yield _cameras()


def _versions() -> Iterator[Line]:
    yield Line("lookout", "ok", VERSION)
    yield Line("python", "ok", f"{platform.python_version()} on {_system()}")
    packages = ("numpy", "pydantic", "aiomqtt", "httpx2")
    yield Line("packages", "ok", ", ".join(f"{name} {version(name)}" for name in packages))
    yield sqlite(sqlite3.sqlite_version_info)


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name}, Linux {platform.release()}, {platform.machine()}"


def sqlite(release: tuple[int, int, int]) -> Line:
    """Judge a release of SQLite."""
    text = ".".join(map(str, release))
    mended = release >= WAL_FIXED[-1] or any(
        release[:2] == fixed[:2] and release >= fixed for fixed in WAL_FIXED
    )
    if mended:
        return Line("sqlite", "ok", text)
    hint = "has the WAL-reset bug, which needs two writers; Lookout has one"
    return Line("sqlite", "ok", f"{text} ({hint})", "let no other program write to the journal")


def _memory() -> Iterator[Line]:
    cores = len(os.sched_getaffinity(0))
    yield Line("cores", "ok" if cores > 1 else "warn", str(cores))
    rows = (row.partition(":") for row in _MEMORY.read_text("ascii").splitlines())
    memory = {
        name: int(value.split()[0]) * 1024
        for name, _, value in rows
        if name in {"MemTotal", "MemAvailable"}
    }
    free = memory.get("MemAvailable", 0)
    found = f"{gigabytes(free)} free of {gigabytes(memory.get('MemTotal', 0))}"
    if free < MEMORY_FLOOR:
        remedy = "each camera takes some 150 MB, a detector 300 MB and more"
        yield Line("memory", "warn", found, remedy)
    else:
        yield Line("memory", "ok", found)


def _clock() -> Line:
    if Clock().trust == "synced":
        return Line("clock", "ok", "synchronised")
    remedy = "enable systemd-timesyncd; until then events say `clock: unsynced`"
    return Line("clock", "warn", "the system does not say that it is synchronised", remedy)


def _cameras() -> Line:
    devices = sorted(_DEVICES.glob("video*"))
    if not devices:
        return Line("usb cameras", "ok", "none")
    closed = [path.name for path in devices if not os.access(path, os.R_OK | os.W_OK)]
    found = ", ".join(path.name for path in devices)
    if closed:
        remedy = "add the daemon's user to the group `video`"
        return Line("usb cameras", "warn", f"{found}; closed to us: {', '.join(closed)}", remedy)
    return Line("usb cameras", "ok", found)
