"""What every process that the daemon starts settles about itself before anything else."""

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1


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
