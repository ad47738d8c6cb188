"""`lookout doctor`: is this machine fit, and is what Lookout keeps on it in order?"""

import asyncio
import json
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from daemon.backends import resolve
from daemon.cli import models, setting
from daemon.cli.cameras import try_camera
from daemon.cli.trial import time_detector
from daemon.clock import Clock
from daemon.config import DaemonConfig, Use, default_state
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.logs import SecretFilter
from daemon.plan import SIMPLE, CameraPlan, Plan, detector_use, detector_uses
from daemon.process import environment
from daemon.timing import Timing
from daemon.version import VERSION
from detectors import DetectorError
from sinks.journal import JournalFailed, JournalReader
from sources import SourceError

Health = Literal["ok", "warn", "bad"]

AV_FLOOR = (18, 1)
"""Older PyAV embeds an FFmpeg with known holes."""

WAL_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""SQLite releases from which on, within their line, the WAL-reset bug is mended."""

MEMORY_FLOOR = 1_000_000_000
DISK_FLOOR = 1_000_000_000
AT_ONCE = 8
"""Things asked at the same time."""

PATIENCE = 60.0
"""Seconds a library may take to be imported; disks of small boxes are slow."""

REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
"""File systems on which SQLite's log does not work (sqlite.org/wal.html)."""

_ASKS = {
    "av": "import av; print(av.__version__, 'with FFmpeg', av.ffmpeg_version_info)",
    "opencv": "import cv2; print(cv2.__version__)",
    "openvino": (
        "import openvino as o; print(o.__version__.split('-')[0], 'on',"
        " ', '.join(o.Core().available_devices))"
    ),
    "onnxruntime": (
        "import onnxruntime as o; print(o.__version__, 'with', ', '.join("
        "name.removesuffix('ExecutionProvider') for name in o.get_available_providers()))"
    ),
    "torch": (
        "import torch; print(torch.__version__, 'with', torch.cuda.get_device_name(0)"
        " if torch.cuda.is_available() else 'no CUDA device')"
    ),
}
"""What each library is asked in a process of its own: none may be imported here."""

_MEMORY = Path("/proc/meminfo")
_MOUNTS = Path("/proc/self/mountinfo")
_DEVICES = Path("/dev")
_PACKAGES = {"opencv": "opencv-python"}
_BUILDS = {"onnxruntime": tuple(f"onnxruntime-{kind}" for kind in ("gpu", "rocm", "openvino"))}
"""Packages that bring the same module for other devices."""

_NEEDED = ("av", "opencv", "openvino")
_EXTRAS = {
    "onnxruntime": "only for `type: onnx`: pip install lookout-daemon[onnx]",
    "torch": "only for a GPU: pip install lookout-daemon[gpu]",
}
"""What the others are for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    health: Health
    found: str
    remedy: str = ""


def doctor(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Look at this configuration's state folder too."),
    ] = None,
    secrets: Annotated[
        Path | None, typer.Option(help="TOML file with credentials, readable by you alone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at versions, state, journal, clock, devices, detectors and cameras; say what to mend.

    Ends with 69 if something is bad, else 0; warnings do not count. Shows no secret.

    Examples: `lookout doctor` · `lookout doctor --config /etc/lookout/lookout.yaml --json`
    """
    filtered = setting.start_logging("text", "error")
    given, planned, lines = _given(config, secrets, filtered)
    state = given.state if given else default_state()
    looks: list[Callable[[], Awaitable[Line]]] = [
        *(partial(_library, name) for name in _ASKS),
        _mosquitto,
        _hardware,
        _nvidia,
        *(partial(_detector, given, name, use) for name, (_, use) in detector_uses(given).items()),
    ]
    # Cameras come when the rest is done: each is a process that a busy machine starts slowly.
    cameras: list[Callable[[], Awaitable[Line]]] = [
        partial(_camera, name, camera, planned.config.timing)
        for name, camera in (planned.cameras if planned else {}).items()
        if planned and camera.config.enabled
    ]
    lines += [*_versions(), *_machine(), *_state(state), *journal(state / "journal.sqlite")]
    lines += [_clock(), _cameras(), _models(state)]
    lines += asyncio.run(_look(looks))
    lines += asyncio.run(_look(cameras))
    lines = [
        Line(line.what, line.health, filtered.clean(line.found), line.remedy) for line in lines
    ]
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        _print(lines)
    bad = any(line.health == "bad" for line in lines)
    raise typer.Exit(Exit.UNREACHABLE if bad else Exit.CLEAN)


def _given(
    config: Path | None, secrets: Path | None, filtered: SecretFilter
) -> tuple[DaemonConfig | None, Plan | None, list[Line]]:
    """Read the configuration, if there is one; what is wrong with it is a finding like others."""
    if config is None and not any(place.exists() for place in setting.PLACES):
        return None, None, [Line("configuration", "ok", "none: the defaults")]
    given: DaemonConfig | None = None
    try:
        given, origin = setting.read(config)
        planned = setting.make_plan(given, origin, secrets_file=secrets, filtered=filtered)
    except ConfigRejected as exc:
        lines = [Line("configuration", "bad", text, "correct it") for text in exc.problems]
        return given, None, lines
    return given, planned, [Line("configuration", "ok", origin)]


async def _look(looks: list[Callable[[], Awaitable[Line]]]) -> list[Line]:
    """Ask whatever takes time, all at once."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        bar.add_task("asking libraries and devices", total=None)
        turn = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_awaited(look, turn), name="doctor") for look in looks]
    return [task.result() for task in tasks]


async def _awaited(look: Callable[[], Awaitable[Line]], turn: asyncio.Semaphore) -> Line:
    async with turn:
        return await look()


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


def _machine() -> Iterator[Line]:
    cores = len(os.sched_getaffinity(0))
    yield Line("cores", "ok" if cores > 1 else "warn", str(cores))
    rows = (row.partition(":") for row in _MEMORY.read_text("ascii").splitlines())
    memory = {
        name: int(value.split()[0]) * 1024
        for name, _, value in rows
        if name in {"MemTotal", "MemAvailable"}
    }
    free = memory.get("MemAvailable", 0)
    found = f"{_gigabytes(free)} free of {_gigabytes(memory.get('MemTotal', 0))}"
    if free < MEMORY_FLOOR:
        remedy = "each camera takes some 150 MB, a detector 300 MB and more"
        yield Line("memory", "warn", found, remedy)
    else:
        yield Line("memory", "ok", found)


def _state(folder: Path) -> Iterator[Line]:
    places = (folder.absolute(), *folder.absolute().parents)
    present = next(place for place in places if os.access(place, os.F_OK))
    if not present.is_dir() or not os.access(present, os.W_OK | os.X_OK):
        remedy = "run as its owner, or name another `state_dir`"
        yield Line("state folder", "bad", f"{folder}: not writable", remedy)
        return
    kind = _file_system(present)
    if kind in REMOTE:
        remedy = "name a `state_dir` on a local disk"
        yield Line("state folder", "bad", f"{folder}: on {kind}, where no journal works", remedy)
        return
    free = shutil.disk_usage(present).free
    size = _size(folder) if present == folder.absolute() else None
    held = "not there yet" if size is None else f"holds {size / 1e6:.1f} MB"
    found = f"{folder}: writable, {held}, {_gigabytes(free)} free on its disk"
    if free < DISK_FLOOR:
        yield Line("state folder", "warn", found, "make room, or lower `media.megabytes`")
    else:
        yield Line("state folder", "ok", found)


def _file_system(path: Path) -> str:
    """Return the type of the file system that holds a path (proc_pid_mountinfo(5))."""
    wanted = path.resolve()
    best, kind = -1, ""
    for row in _MOUNTS.read_text("utf-8").splitlines():
        fields, _, source = row.partition(" - ")
        mount = Path(fields.split()[4].replace("\\040", " "))
        if wanted.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), source.split()[0]
    return kind


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(place, name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def journal(path: Path) -> Iterator[Line]:
    """Look into a journal, read-only: is it sound, and do its accounts balance?"""
    try:
        if not path.exists():
            yield Line("journal", "ok", "none yet")
            return
        with JournalReader(path) as reader:
            damage = reader.integrity()
            figures = reader.figures()
    except (JournalFailed, OSError, sqlite3.Error) as exc:
        yield Line("journal", "bad", str(exc), "run as its owner; see the message")
        return
    if damage:
        remedy = "`lookout run` moves it aside and begins a new one; keep a copy to look into"
        yield Line("journal", "bad", f"damaged: {'; '.join(damage)[:200]}", remedy)
    else:
        rows = f"{figures['rows']} revisions, {figures['bytes'] / 1e6:.1f} MB"
        yield Line("journal", "ok", f"sound, {rows}, {figures['held']} held back")
    for name, sink in figures["sinks"].items():
        parts = {
            "delivered": sink["delivered"],
            "waiting": sink["waiting"],
            "dead-lettered": sink["dead_lettered"],
            "expired": sink["expired"],
        }
        found = f"{sink['committed']} committed = " + " + ".join(
            f"{count} {part}" for part, count in parts.items()
        )
        what = f"sink {name}"
        if sink["committed"] != sum(parts.values()):
            remedy = "this should never be: report it with the journal's figures"
            yield Line(what, "bad", f"accounts do not balance: {found}", remedy)
        elif sink["dead_lettered"] or sink["expired"]:
            remedy = "see the log for why it refused or was away for so long"
            yield Line(what, "warn", found, remedy)
        else:
            yield Line(what, "ok", found)


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


def _models(state: Path) -> Line:
    folders = list(dict.fromkeys([state / "models", *models.places()]))
    found = models.find(folder for folder in folders if folder.is_dir())
    if found:
        return Line("models", "ok", ", ".join(map(str, found[:5])))
    looked = " or ".join(map(str, folders))
    remedy = "for a better detector put an .onnx there, and its folder under `detector.models`"
    return Line("models", "ok", f"none in {looked}", remedy)


async def _library(name: str) -> Line:
    package = _PACKAGES.get(name, name)
    installed = next(filter(None, map(_installed, (package, *_BUILDS.get(name, ())))), None)
    if installed is None:
        if name in _NEEDED:
            return Line(name, "bad", "not installed", f"pip install {package}")
        return Line(name, "ok", "not installed", _EXTRAS[name])
    command = (sys.executable, "-P", "-W", "ignore", "-c", _ASKS[name])
    code, said = await _ask(command, PATIENCE)
    last = said.strip().splitlines()[-1][:300] if said.strip() else ""
    if code:
        remedy = f"reinstall {package}, and what the message names"
        return Line(name, "bad", f"{installed} cannot be imported: {last}", remedy)
    if name == "av" and _numbers(installed) < AV_FLOOR:
        return Line(name, "bad", last, "older than 18.1, with known holes: pip install -U av")
    return Line(name, "ok", last)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


async def _hardware() -> Line:
    """Ask, in a process of its own, what could decode on a device."""
    asked = "from sources.child.hardware import report; print(report())"
    code, said = await _ask((sys.executable, "-P", "-W", "ignore", "-c", asked), PATIENCE)
    if code:
        return Line("hardware decoding", "warn", said.strip()[-200:], "`hwaccel` cannot be used")
    return Line("hardware decoding", "ok", said.strip()[:300])


async def _mosquitto() -> Line:
    path = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        remedy = "any MQTT broker will do; `lookout demo` brings its own"
        return Line("mosquitto", "ok", "not on this machine", remedy)
    _, said = await _ask((path, "-h"), 5.0)
    return Line("mosquitto", "ok", said.strip().splitlines()[0][:80] if said.strip() else path)


async def _nvidia() -> Line:
    program = shutil.which("nvidia-smi")
    if program is not None:
        query = ("--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
        code, said = await _ask((program, *query), 10.0)
        if code == 0 and said.strip():
            found = "; ".join(said.strip().splitlines())[:300]
            if _installed("torch") is None:
                remedy = "nothing uses it: pip install lookout-daemon[gpu]"
                return Line("gpu", "warn", found, remedy)
            return Line("gpu", "ok", found)
        return Line("gpu", "bad", f"nvidia-smi fails: {said.strip()[:200]}", "mend the driver")
    return Line("gpu", "ok", _nodes() or "none")


def _nodes() -> str:
    nodes = [*_DEVICES.glob("nvidia[0-9]*"), *_DEVICES.glob("dri/renderD*")]
    return ", ".join(sorted(path.name for path in nodes))


async def _detector(given: DaemonConfig | None, name: str, use: Use) -> Line:
    """Load a detector that the daemon would use, and time it."""
    what = name if name == SIMPLE else f"detector {name}"
    timing = given.timing if given else Timing()
    use = detector_use(use, given.state if given else default_state())
    try:
        backend = resolve("detectors", what, use, use.type)
        loaded, figures = await time_detector(name, backend, timing)
    except (ConfigRejected, DetectorError) as exc:
        return Line(what, "bad", str(exc), f"correct `{what}`, or install what it needs")
    middle, most = (figures.running.quantile(share) for share in (0.5, 0.99))
    took = f"{1000 * (middle or 0):.0f} ms a look, at most {1000 * (most or 0):.0f}"
    return Line(what, "ok", f"input {loaded.width}x{loaded.height}; {took}; {loaded.description}")


async def _camera(name: str, camera: CameraPlan, timing: Timing) -> Line:
    """Open a camera: what it shows, and who reads it. One that is away says nothing of us."""
    what = f"camera {name}"
    try:
        return Line(what, "ok", await try_camera(name, camera, timing))
    except SourceError as exc:
        return Line(what, "warn", str(exc), "see `lookout check`, or `lookout probe` its address")


async def _ask(command: tuple[str, ...], patience: float) -> tuple[int, str]:
    """Run a program; return its exit code and what it said. One that hangs is killed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(),
    )
    try:
        async with asyncio.timeout(patience):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return 1, f"no answer within {patience:g} s"
    return process.returncode or 0, said.decode(errors="replace")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _print(lines: list[Line]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", style="dim")
    styles = {"ok": "green", "warn": "yellow", "bad": "bold red"}
    for line in lines:
        health = Text(line.health, style=styles[line.health])
        table.add_row(Text(line.what), health, Text(line.found), Text(line.remedy))
    Console(highlight=False).print(table)
