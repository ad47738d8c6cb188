"""What the base weighs: installed size by package, and the daemon's memory before any camera.

Size is that of the files of a fresh virtual environment made from `requirements/base.txt`, with
bytecode, without pip and setuptools. The environment is kept in `.venv-base` and made anew when the
lock changes; where packages cannot be had, the size of the same packages in the running
environment is told instead, and said to be. Memory is PSS of a process that has imported
`daemon.cli` (every command), and of one that has imported what `lookout run` needs, `daemon.app`.
"""

import hashlib
import json
import re
import subprocess
import sys
from typing import Any

from benchmarks.running import ROOT

LOCK = ROOT / "requirements" / "base.txt"
FRESH = ROOT / ".venv-base"
_MB = 1e6
_SHOWN = 10
_HEAVY = "av cv2 numpy openvino torch amqtt httpx2 rich typer paho"

_SIZES = """
import json, sys
from importlib.metadata import distributions
sizes = {}
for one in distributions():
    files = [one.locate_file(file) for file in one.files or ()]
    sizes[one.name.lower().replace("_", "-")] = sum(f.stat().st_size for f in files if f.is_file())
print(json.dumps(sizes))
"""

_IMPORTED = """
import importlib, json, sys, time
started = time.perf_counter()
importlib.import_module(sys.argv[1])
took = time.perf_counter() - started
pss = next(l for l in open("/proc/self/smaps_rollup") if l.startswith("Pss:"))
print(json.dumps({
    "modules": len(sys.modules),
    "packages": len({name.partition(".")[0] for name in sys.modules}),
    "pss_mb": round(int(pss.split()[1]) * 1024 / 1e6, 1),
    "import_s": round(took, 2),
    "heavy": sorted(set(sys.argv[2].split()) & set(sys.modules)),
}))
"""


def measure() -> dict[str, Any]:
    """Return sizes in MB (10^6 bytes) and what is imported."""
    interpreter, where = _environment()
    sizes = json.loads(_output([interpreter, "-c", _SIZES]))
    locked = re.findall(r"^([a-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE)
    found = {name: sizes[name] / _MB for name in locked if name in sizes}
    largest = sorted(found, key=lambda name: -found[name])[:_SHOWN]
    return {
        "measured_in": where,
        "packages": len(found),
        "installed_mb": round(sum(found.values()), 1),
        "largest_mb": {name: round(found[name], 1) for name in largest},
        "daemon_cli": _imported("daemon.cli"),
        "daemon_app": _imported("daemon.app"),
    }


def _imported(module: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_output([sys.executable, "-c", _IMPORTED, module, _HEAVY]))
    return told | {"heavy": ", ".join(told["heavy"]) or "none"}


def _environment() -> tuple[str, str]:
    """Make the fresh environment, or fall back to this one."""
    stamp, wanted = FRESH / "stamp", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    interpreter = str(FRESH / "bin" / "python")
    if not (stamp.exists() and stamp.read_text() == wanted):
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(FRESH)], check=True)
            pip = [interpreter, "-m", "pip", "install", "--quiet", "--no-input"]
            subprocess.run(
                [*pip, "--require-hashes", "--requirement", str(LOCK)], check=True, timeout=400
            )
        except (subprocess.SubprocessError, OSError):
            return sys.executable, "the running environment (a fresh one could not be made)"
        stamp.write_text(wanted)
    return interpreter, "a fresh environment from requirements/base.txt"


def _output(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout
