"""Libraries, programs and devices: each is asked in a process of its own."""

import asyncio
import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from daemon.cli.doctor.line import Line
from daemon.process import environment

AV_FLOOR = (18, 1)
"""Older PyAV embeds an FFmpeg with known holes."""

PATIENCE = 60.0
"""Seconds a library may take to be imported; disks of small boxes are slow."""

ASKS = {
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
    "aiokafka": "import aiokafka; print(aiokafka.__version__)",
    "spacy": "import spacy; print(spacy.__version__)",
}
"""What each library is asked in a process of its own: none may be imported here."""

_DEVICES = Path("/dev")
_PACKAGES = {"opencv": "opencv-python"}
_BUILDS = {"onnxruntime": tuple(f"onnxruntime-{kind}" for kind in ("gpu", "rocm", "openvino"))}
"""Packages that bring the same module for other devices."""

_NEEDED = ("av", "opencv", "openvino")
_EXTRAS = {
    "onnxruntime": "only for `type: onnx`: pip install lookout-daemon[onnx]",
    "torch": "only for a GPU: pip install lookout-daemon[gpu]",
    "aiokafka": "only for `type: kafka`: pip install lookout-daemon[kafka]",
    "spacy": "only for a `parser` of captions: pip install lookout-daemon[nlp]",
}
"""What the others are for."""


async def library(name: str) -> Line:
    """Import a library; say what it is, and what it can."""
    package = _PACKAGES.get(name, name)
    installed = next(filter(None, map(_installed, (package, *_BUILDS.get(name, ())))), None)
    if installed is None:
        if name in _NEEDED:
            return Line(name, "bad", "not installed", f"pip install {package}")
        return Line(name, "ok", "not installed", _EXTRAS[name])
    command = (sys.executable, "-P", "-W", "ignore", "-c", ASKS[name])
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


async def hardware() -> Line:
    """Ask, in a process of its own, what could decode on a device."""
    asked = "from sources.child.hardware import report; print(report())"
    code, said = await _ask((sys.executable, "-P", "-W", "ignore", "-c", asked), PATIENCE)
    if code:
        return Line("hardware decoding", "warn", said.strip()[-200:], "`hwaccel` cannot be used")
    return Line("hardware decoding", "ok", said.strip()[:300])


async def mosquitto() -> Line:
    """Look for a broker on this machine."""
    path = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        remedy = "any MQTT broker will do; `lookout demo` brings its own"
        return Line("mosquitto", "ok", "not on this machine", remedy)
    _, said = await _ask((path, "-h"), 5.0)
    return Line("mosquitto", "ok", said.strip().splitlines()[0][:80] if said.strip() else path)


async def nvidia() -> Line:
    """Ask the driver for its devices."""
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
