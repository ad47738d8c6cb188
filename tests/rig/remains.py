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


def pss(processes: Iterable[psutil.Process]) -> float | None:
    """Return the mean proportional set size in megabytes; None where none of them is left."""
    found = [held for process in processes if (held := _pss(process.pid))]
    return sum(found) / len(found) if found else None


def _pss(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = [int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")]
    return found[0] / 1024 if found else 0.0


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
