"""Runs a command under the system-call filter of a systemd unit, without systemd as PID 1.

    python tests/rig/confined.py UNIT COMMAND [ARGUMENT ...]

The filter is built as systemd does for an allow list (seccomp-util.c, since version 247): calls of
the list are allowed, other calls that systemd knows fail with `SystemCallErrorNumber`, calls it has
never heard of with ENOSYS, so that libraries fall back. The sets (`@system-service`) come from
`systemd-analyze syscall-filter`, the filter itself is compiled and loaded by libseccomp.
"""

import ctypes
import errno
import os
import subprocess
import sys
from pathlib import Path

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_UNKNOWN = -1
"""What libseccomp answers for a name that this architecture does not have."""


def settings(unit: Path, name: str) -> list[str]:
    """Return the values of every line `name=value` of a unit, in order."""
    lines = unit.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def calls(group: str) -> set[str]:
    """Expand a set such as `@system-service` to names of system calls."""
    listing = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", group],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    members = [line.strip() for line in listing.splitlines() if line.startswith("    ")]
    found: set[str] = set()
    for member in members:
        if member.startswith("@"):
            found |= calls(member)
        elif not member.startswith("#"):
            found.add(member)
    return found


def allowed(unit: Path) -> set[str]:
    """Return the names of the system calls that a unit's filter lets through."""
    names: set[str] = set()
    for line in settings(unit, "SystemCallFilter"):
        wanted: set[str] = set()
        for word in line.removeprefix("~").split():
            wanted |= calls(word) if word.startswith("@") else {word}
        names = names - wanted if line.startswith("~") else names | wanted
    return names


def confine(unit: Path) -> None:
    """Put this process, and whatever it becomes or starts, under the unit's filter for good."""
    lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_rule_add_array.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int),
        *(ctypes.c_uint, ctypes.c_void_p),
    )
    lib.seccomp_load.argtypes = (ctypes.c_void_p,)
    refused = _ERRNO | getattr(errno, settings(unit, "SystemCallErrorNumber")[-1])
    passing, known = allowed(unit), calls("@known")
    context = lib.seccomp_init(ctypes.c_uint32(_ERRNO | errno.ENOSYS))
    for name in sorted(passing | known):
        number = lib.seccomp_syscall_resolve_name(name.encode())
        # Calls of other architectures get numbers below -1; rules for them would be refused.
        if number <= _UNKNOWN:
            continue
        action = _ALLOW if name in passing else refused
        result = lib.seccomp_rule_add_array(context, action, number, 0, None)
        if result != 0:
            sys.exit(f"confined: no rule for {name}: {os.strerror(-result)}")
    result = lib.seccomp_load(context)
    if result != 0:
        sys.exit(f"confined: the filter was not loaded: {os.strerror(-result)}")


if __name__ == "__main__":
    confine(Path(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 (the very purpose: become the command)
