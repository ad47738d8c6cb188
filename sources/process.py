"""What every process that the daemon starts settles about itself before anything else."""

import contextlib
import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


def leave_with(parent: int) -> bool:
    """Let the kernel kill this process when its parent ends, see prctl(2).

    Returns:
        False if the parent is gone already, so that the signal would never come.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    return os.getppid() == parent


def keep_to_itself() -> None:
    """Leave no core dump, which would hold pictures and a password, and signals to the daemon."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A terminal's Ctrl-C, or its end, reaches the whole group; the daemon decides who ends when.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def trim() -> None:
    """Give whole free pages between what is in use back to the system, see malloc_trim(3).

    Takes a tenth of a millisecond for some megabytes. Without effect on another C library.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def return_freed(mapped: int, kept: int) -> None:
    """Let memory that was freed go back to the system, see mallopt(3).

    Left alone, glibc gives each thread a heap of its own and raises both limits with the largest
    block it ever freed: what a burst took stays with the process, in holes. Without effect on
    another C library.

    Args:
        mapped: Bytes from which on a block is mapped by itself, and unmapped when it is freed.
        kept: Free bytes that may stay at the top of a heap.
    """
    libc = ctypes.CDLL(None)
    # Another C library has no such call, and needs none.
    with contextlib.suppress(AttributeError):
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, mapped)
        libc.mallopt(_M_TRIM_THRESHOLD, kept)
