"""What a daemon and its processes hold: to be the same before and after whatever happened."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Remains:
    """Taken while every camera is online."""

    processes: Counter[str]
    """By what they run."""

    zombies: int
    descriptors: int
    """Open in the daemon."""

    memfds: int
    """Those among them that are shared memory for pictures."""

    mapped: int
    """Pieces of shared memory that the daemon has mapped."""

    def beyond(self, other: "Remains") -> list[str]:
        """Say what is held here and was not there, or is missing."""
        found = [] if self.processes == other.processes else [f"processes {self.processes}"]
        for name in ("zombies", "descriptors", "memfds", "mapped"):
            now, before = getattr(self, name), getattr(other, name)
            if now > before:
                found.append(f"{now} {name} instead of {before}")
        return found


def remains(pid: int) -> Remains:
    """Count what the daemon of this process id holds now."""
    daemon = psutil.Process(pid)
    family = daemon.children(recursive=True)
    links = _links(pid)
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return Remains(
        processes=Counter(_runs(process) for process in family),
        zombies=sum(_is_zombie(process) for process in family),
        descriptors=len(links),
        memfds=sum("memfd:" in link for link in links),
        mapped=sum("memfd:" in line for line in maps),
    )


def held(processes: Iterable[psutil.Process]) -> tuple[float, float] | None:
    """Return two means in megabytes; None where none of them is left.

    The first is the proportional set size. What several processes map of one library counts in it
    in shares, so that it rises in each when another ends. The second leaves files out.
    """
    found = [both for process in processes if (both := _held(process.pid)) is not None]
    if not found:
        return None
    return sum(one for one, _ in found) / len(found), sum(one for _, one in found) / len(found)


def _held(pid: int) -> tuple[float, float] | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines if "Pss" in line}
    whole = sizes.get("Pss:", 0.0)
    return (whole, whole - sizes.get("Pss_File:", 0.0)) if whole else None


def _links(pid: int) -> list[str]:
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.append(str(entry.readlink()))
    return found


def _runs(process: psutil.Process) -> str:
    try:
        words = process.cmdline()
    except psutil.Error:
        return "nothing"
    return next((word for word in words if word in {"sources.child", "detectors.worker"}), "else")


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
