"""What processes cost: CPU time and memory, summed over a process and all its descendants.

Memory is PSS (proportional set size): shared pages are divided among those who share them, so sums
are honest. CPU time is that of the kernel's accounting (user and system), of living processes.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

ROLES = {"sources.child": "child", "detectors.worker": "worker"}
"""Module in a command line, and what a process running it is called here."""

_KIB = 1024
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Part:
    """One process of a daemon."""

    pid: int
    role: str
    """`daemon`, `child` or `worker`."""


def parts(pid: int) -> list[Part]:
    """List a daemon and what it started."""
    found = [Part(pid, "daemon")]
    for process in psutil.Process(pid).children(recursive=True):
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        role = next((role for module, role in ROLES.items() if module in words), None)
        if role is not None:
            found.append(Part(process.pid, role))
    return found


def cpu(pids: Iterable[int]) -> dict[int, float]:
    """Return the seconds of CPU time each process has used so far."""
    seconds = {}
    for pid in pids:
        times = psutil.Process(pid).cpu_times()
        seconds[pid] = times.user + times.system
    return seconds


def pss(pid: int) -> float:
    """Return a process's proportional set size in MB (10^6 bytes)."""
    return _rollup(pid, "Pss:")


def private(pid: int) -> float:
    """Return the memory that only this process has, in MB (10^6 bytes)."""
    return _rollup(pid, "Private_Dirty:") + _rollup(pid, "Private_Clean:")


def switches(pid: int) -> int:
    """Count the context switches of all threads of a process so far."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if "ctxt_switches:" in line:
                total += int(line.split()[1])
    return total


def load() -> float:
    """Return how many processes wanted to run during the last minute, on average."""
    return round(os.getloadavg()[0], 2)


def _rollup(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * _KIB / _MB
    raise RuntimeError(f"no {field} of process {pid}")
