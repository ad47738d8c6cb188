"""What a daemon's log says of a camera that is away."""

import re
from dataclasses import dataclass

from rig.watched import Watched

_FAILURE = re.compile(r"camera (\S+): (.*); again in ([\d.]+) s$")


@dataclass(frozen=True, slots=True)
class Failed:
    """One attempt that failed."""

    reason: str
    delay: float
    """Seconds until the next one, as they were drawn."""


def failures(watched: Watched, name: str) -> list[Failed]:
    """Return every failed attempt at a camera, loud or not."""
    found = []
    for line in watched.lookout.text().splitlines():
        match = _FAILURE.search(line)
        if match is not None and match[1] == name:
            found.append(Failed(match[2], float(match[3])))
    return found


def loud(watched: Watched, name: str) -> list[str]:
    """Return the lines about a camera that a person would see: all but the small print."""
    lines = watched.lookout.text().splitlines()
    return [line for line in lines if " DEBUG " not in line and re.search(rf"\b{name}\b", line)]
