"""What every process of the daemon's settles about itself; each check in a process of its own."""

import subprocess
import sys


def said_by(code: str) -> str:
    """Run code in a fresh interpreter and return its output."""
    ended = subprocess.run(
        [sys.executable, "-P", "-c", f"from sources.process import *\n{code}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return ended.stdout.strip()


def test_a_parent_that_is_gone_shows() -> None:
    """The kernel's signal is asked for, and whether it came too late is told."""
    code = "import os; print(leave_with(os.getppid()), leave_with(1 if os.getppid() != 1 else 2))"
    assert said_by(code) == "True False"


def test_it_keeps_to_itself() -> None:
    """No core dump is written; Ctrl-C and a closed terminal do nothing."""
    code = """
import os, resource, signal
keep_to_itself()
os.kill(os.getpid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGHUP)
print(resource.getrlimit(resource.RLIMIT_CORE))
"""
    assert said_by(code) == "(0, 0)"


def test_what_was_freed_goes_back() -> None:
    """A large block that was freed does not make the next ones stay with the process."""
    code = """
import ctypes
fields = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in fields]
libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = (ctypes.c_void_p,)
def mapped():
    libc.free(libc.malloc(20_000_000))
    before = libc.mallinfo2().hblkhd
    libc.malloc(200_000)
    return libc.mallinfo2().hblkhd - before >= 200_000
print(mapped())
return_freed(131_072, 131_072)
print(mapped())
"""
    assert said_by(code).split() == ["False", "True"]


def test_holes_between_what_stays_go_back() -> None:
    """Of much that was allocated among a little that stays, the system gets most back."""
    code = """
from pathlib import Path
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
return_freed(131_072, 131_072)
blocks = [bytes(4000) for _ in range(10_000)]
stays = blocks[::50]
full = resident()
blocks.clear()
holed = resident()
trim()
print(full - holed < 4_000_000, full - resident() > 30_000_000)
"""
    assert said_by(code).split() == ["True", "True"]
