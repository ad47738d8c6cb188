"""What a decoder child takes from itself."""

import resource
import subprocess
import sys

import pytest

SCRIPT = """
import os, resource, sys
from pathlib import Path
from sources.child.limits import bound_memory, confine
landlocked = confine()
bound_memory(64 * 2**20)
def tried(work):
    try:
        work()
    except Exception as error:
        return type(error).__name__
    return "done"
status = Path("/proc/self/status").read_text()
print(landlocked, "NoNewPrivs:\\t1" in status, Path("/proc/self/oom_score_adj").read_text().strip())
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
print(tried(lambda: bytearray(400 * 2**20)), tried(lambda: bytearray(32 * 2**20)))
print(tried(lambda: open(sys.argv[1], "w")), tried(lambda: os.execv("/bin/true", ["true"])))
print(tried(lambda: Path(sys.executable).open("rb")), tried(lambda: open("/dev/null", "w")))
"""


@pytest.fixture(name="said")
def _said(tmp_path: object) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"{tmp_path}/made"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split() for line in done.stdout.splitlines()]


def test_rights_descriptors_and_memory_are_bounded(said: list[list[str]]) -> None:
    """No new rights, 128 descriptors, first to be ended by the kernel, and no room to grow."""
    assert said[0][1:] == ["True", "500"]
    assert int(said[1][0]) <= 128
    assert said[2] == ["MemoryError", "done"]


def test_nothing_is_written_or_executed_but_devices(said: list[list[str]]) -> None:
    """Where the kernel has Landlock, a child can read files and write devices, nothing else."""
    if said[0][0] != "True":
        pytest.skip("this kernel has no Landlock")
    assert said[3] == ["PermissionError", "PermissionError"]
    assert said[4] == ["done", "done"]


def test_this_process_is_untouched() -> None:
    """The limits are the child's own."""
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 128
