"""The systemd units: how exposed they are, whether they agree with the daemon, what runs there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rig.clip import Clip
from rig.confined import allowed, settings

from daemon.exits import Exit
from daemon.systemd import LIMIT
from daemon.timing import Timing

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CPU_UNIT = DEPLOY / "lookout.service"
GPU_UNIT = DEPLOY / "lookout-gpu.service"
UNITS = [
    pytest.param(CPU_UNIT, id="cpu"),
    pytest.param(GPU_UNIT, id="gpu"),
]
MOST_EXPOSED = 2.0

INFERENCE = """
import numpy as np
import openvino as ov
from openvino import opset13 as ops

picture = ops.parameter([1, 3, 64, 64], np.float32)
kernel = ops.constant(np.full((8, 3, 3, 3), 1 / 27, np.float32))
blurred = ops.convolution(picture, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
model = ov.Model([ops.relu(blurred)], [picture])
compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 2})
answer = compiled([np.full((1, 3, 64, 64), 7, np.float32)])[0]
assert answer.shape == (1, 8, 62, 62), answer.shape
assert np.allclose(answer, 7, atol=0.05), (answer.min(), answer.max())
print("inferred")
"""

DECODING = """
import sys
from rig.child import Child
from sources.message import Given, Taken
from sources.picture import PictureRequest

with Child() as child:
    child.open("sources.file:FileSource", {"path": sys.argv[1]})
    given = child.next()
    assert isinstance(given, Given), given
    assert child.picture(given).any()
    taken = child.take(PictureRequest(index=given.index))
    assert isinstance(taken, Taken), taken
    print("decoded")
"""

ASKING = """
import os, signal, sys, tempfile
from pathlib import Path
from sinks.journal import Journal, holder

signal.signal(signal.SIGHUP, lambda *_: print("asked"))
with tempfile.TemporaryDirectory() as folder:
    journal = Journal(Path(folder) / "journal.sqlite")
    journal.open()
    os.kill(holder(Path(folder) / "journal.sqlite"), signal.SIGHUP)
    journal.close()
"""

PINNING = """
import os
try:
    os.sched_setaffinity(0, {0})
except PermissionError:
    print("refused")
"""


def under_filter(unit: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program, and what it starts, under a unit's system-call filter."""
    launcher = ROOT / "tests" / "rig" / "confined.py"
    return subprocess.run(
        [sys.executable, launcher, unit, sys.executable, "-c", program, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(autouse=True)
def _analyzer() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: install the package systemd")


@pytest.mark.fault("F57")
@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_hardly_exposed(unit: Path) -> None:
    """F57: systemd's own exposure score stays at 2.0 or below."""
    report = subprocess.run(
        ["systemd-analyze", "--no-pager", "security", "--offline=true", unit],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", report)
    assert score, report[-300:]
    assert float(score[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_understood_by_systemd(unit: Path, tmp_path: Path) -> None:
    """Systemd knows every setting, once the command exists."""
    copy = tmp_path / "lookout.service"
    command = re.compile(r"(?m)^(ExecStart|ExecReload)=\S+")
    copy.write_text(command.sub(r"\1=/bin/true", unit.read_text()))
    said = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_unit_agrees_with_the_daemon(unit: Path) -> None:
    """Exit codes and deadlines in the unit leave room for those of the daemon."""
    assert settings(unit, "RestartPreventExitStatus") == [str(int(Exit.CONFIG))]
    assert settings(unit, "SuccessExitStatus") == [str(int(Exit.BEHIND))]
    assert settings(unit, "Type") == ["notify"]
    assert float(settings(unit, "TimeoutStopSec")[0]) > Timing().stop
    assert float(settings(unit, "WatchdogSec")[0]) > LIMIT


@pytest.mark.parametrize("unit", UNITS)
def test_unit_reloads_the_file_it_starts_with(unit: Path) -> None:
    """`systemctl reload` asks the daemon, waits, and fails where it was refused."""
    (started,), (reloaded,) = (settings(unit, key) for key in ("ExecStart", "ExecReload"))
    program, command, *options = started.split()
    assert (command, options.pop()) == ("run", "--last-good")
    assert reloaded.split() == [program, "reload", *options]
    done = under_filter(unit, ASKING)
    assert (done.stdout, done.stderr) == ("asked\n", "")


def test_units_differ_in_devices_alone() -> None:
    """What holds for one unit holds for the other, but for devices and the GPU library's folder."""
    own = re.compile(r"(Device|PrivateDevices|Environment=YOLO_CONFIG_DIR)")
    cpu, gpu = (
        {line for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#")}
        for unit in (CPU_UNIT, GPU_UNIT)
    )
    assert {line for line in cpu ^ gpu if not own.match(line)} == set()


def test_filter_refuses_what_the_unit_leaves_out() -> None:
    """Pinning a process to a core is refused with EPERM, as the daemon will find it."""
    assert "sched_setaffinity" not in allowed(CPU_UNIT)
    done = under_filter(CPU_UNIT, PINNING)
    assert (done.stdout, done.stderr) == ("refused\n", "")


@pytest.mark.parametrize("unit", UNITS)
def test_inference_runs_under_the_filter(unit: Path) -> None:
    """OpenVINO compiles a model and computes with it under the unit's system-call filter."""
    done = under_filter(unit, INFERENCE)
    assert done.stdout == "inferred\n", done.stderr[-2000:]
    assert done.returncode == 0


@pytest.mark.parametrize("unit", UNITS)
def test_decoder_child_runs_under_the_filter(unit: Path, tmp_path: Path) -> None:
    """A decoder child starts, decodes, fills a slot and makes a JPEG under the filter."""
    clip = Clip(frames=10, width=320, height=192).write(tmp_path / "clip.mp4")
    done = under_filter(unit, DECODING, str(clip))
    assert done.stdout == "decoded\n", done.stderr[-2000:]
    assert done.returncode == 0
