"""What a decoder child takes from itself before it opens anything: rights, and room to grow.

A hostile camera that breaks libav then finds itself in a process that cannot gain rights, write or
execute a file, open many descriptors, or fill the machine's memory. Landlock (landlock(7)) is used
where the kernel and the service manager's filter allow it.
"""

import contextlib
import ctypes
import os
import resource
import struct
from pathlib import Path

DESCRIPTORS = 128
"""File descriptors; a child needs about 20."""

HARD = 4
"""So many times its share of memory, the kernel lets it have no more."""

_PR_SET_NO_NEW_PRIVS = 38
_OOM_SCORE = "500"
"""The kernel, when it must choose, ends a child before the daemon."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULESET_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE = 1 << 0, 1 << 1
_MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_REFER_SINCE, _TRUNCATE_SINCE = 2, 3


def confine() -> bool:
    """Give up what no child needs; False where files can still be written for want of Landlock."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    return _write_nothing(libc)


def bound_memory(share: int) -> None:
    """Let the kernel refuse memory far above the share.

    Args:
        share: Bytes that the child may hold before the daemon replaces it.
    """
    most = share * HARD
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _write_nothing(libc: ctypes.CDLL) -> bool:
    """Forbid writing, making, removing and executing files, devices excepted."""
    version = libc.syscall(_CREATE_RULESET, None, 0, _RULESET_VERSION)
    if version < 1:
        return False
    rights = _EXECUTE | _WRITE_FILE | _MAKE_AND_REMOVE
    rights |= _REFER if version >= _REFER_SINCE else 0
    rights |= _TRUNCATE if version >= _TRUNCATE_SINCE else 0
    attributes = struct.pack("Q", rights)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    devices = os.open("/dev", os.O_PATH | os.O_CLOEXEC)
    try:
        # Cameras and graphics processors are written to; a device is no place to leave anything.
        rule = struct.pack("=Qi", _WRITE_FILE, devices)
        if libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0):
            return False
        return not libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(devices)
        os.close(ruleset)
