"""What leaves the box: pictures, clips, questions to a model, and events, minute by minute."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, Self

MINUTE: Final = 60.0
"""Seconds of events that share a line."""

DepartureKind = Literal["picture", "clip", "question", "events"]


@dataclass(frozen=True, slots=True)
class Departure:
    """One line of the ledger.

    That of a picture, clip or question is written before it goes out. Events have a line for each
    minute and receiver, written together with the cursor of their sink: none is delivered for good
    without being in it, and what had to be sent again counts again.
    """

    at: float
    """Unix seconds."""

    kind: DepartureKind
    part: str
    """Who sent it: the name of a sink, or of a model, in the configuration."""

    host: str
    """To whom: `name:port`."""

    size: int
    """Bytes."""

    sha256: str
    """Of exactly those bytes, in hex: a stored picture can be found again by it. Of events, the
    last link of `chained`."""

    camera: str | None = None
    event: str | None = None
    """Of events, the last one."""

    count: int = 1
    """Revisions, where it is events."""

    @classmethod
    def of(
        cls,
        content: bytes,
        *,
        at: float,
        kind: DepartureKind,
        part: str,
        host: str,
        camera: str | None = None,
        event: str | None = None,
    ) -> Self:
        """Describe what is about to leave."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(round(at, 3), kind, part, host, len(content), digest, camera, event)


def chained(before: str, content: bytes) -> str:
    """Add one content to a chain of hashes: SHA-256 of the last link and the content's own hash.

    Whoever has all contents in their order can follow it; the first link is added to `""`.
    """
    return hashlib.sha256(bytes.fromhex(before) + hashlib.sha256(content).digest()).hexdigest()


class Tally:
    """Counts the events that one sink sends, minute by minute and receiver by receiver.

    Args:
        part: Name of the sink.
        now: Tells the time, in Unix seconds.
    """

    def __init__(self, part: str, now: Callable[[], float]) -> None:
        self._part = part
        self._now = now
        self._lines: dict[str, Departure] = {}
        self._changed: dict[tuple[str, float], Departure] = {}

    def add(self, host: str, content: bytes, event: str) -> None:
        """Note one revision that is about to be sent, as the bytes that say it."""
        now = round(self._now(), 3)
        line = self._lines.get(host)
        if line is None or abs(now - line.at) >= MINUTE:
            line = Departure(now, "events", self._part, host, 0, "", count=0)
        line = replace(
            line,
            size=line.size + len(content),
            sha256=chained(line.sha256, content),
            event=event,
            count=line.count + 1,
        )
        self._lines[host] = self._changed[host, line.at] = line

    def take(self) -> list[Departure]:
        """Hand out the lines that have grown since the last time; each replaces its former self."""
        changed, self._changed = list(self._changed.values()), {}
        return changed
