"""What one sink is being given at the moment: bounded, in order per camera, refusals and all."""

import asyncio
from typing import Final, Literal

from sinks.journal import Entry

WINDOW: Final = 20
"""Revisions in flight."""

Answer = Literal["waiting", "taken", "refused"]


class Lane:
    """The revisions of one camera that are in flight, oldest first, and what was said to each."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.answers: dict[int, Answer] = {}
        self.cautious = False
        """Whether the other side has refused one: from then on, one goes at a time."""

    @property
    def troubled(self) -> bool:
        """Whether one was refused: nothing new goes out before that is settled."""
        return "refused" in self.answers.values()

    @property
    def answered(self) -> bool:
        """Whether something was said to everything in flight."""
        return "waiting" not in self.answers.values()

    @property
    def done(self) -> list[Entry]:
        """Return what was taken, and everything older too."""
        found = []
        for position, answer in self.answers.items():
            if answer != "taken":
                break
            found.append(self.entries[position])
        return found


class Window:
    """Which positions are in flight; knows up to where everything is done.

    Args:
        low: Everything up to this position is done.
        ahead: Revisions of one camera that may be in flight together.
    """

    def __init__(self, low: int, ahead: int = 1) -> None:
        self.low = low
        self._ahead = ahead
        self._last = low
        self._lanes: dict[str, Lane] = {}
        self._flying = 0
        self._changed = asyncio.Event()

    async def enter(self, entry: Entry) -> Lane:
        """Wait until the window and the lane of the entry's camera have room; return the lane.

        Cancelling loses nothing.
        """
        lane = self._lanes.setdefault(entry.event.camera, Lane())
        while self._flying >= WINDOW or lane.troubled or len(lane.entries) >= self._room(lane):
            self._changed.clear()
            await self._changed.wait()
        lane.entries[entry.position] = entry
        lane.answers[entry.position] = "waiting"
        self._flying += 1
        self._last = entry.position
        return lane

    def leave(self, lane: Lane, entry: Entry) -> None:
        """Mark an entry as done."""
        del lane.entries[entry.position], lane.answers[entry.position]
        self._flying -= 1
        oldest = [next(iter(lane.entries)) for lane in self._lanes.values() if lane.entries]
        self.low = min(oldest) - 1 if oldest else self._last
        self._changed.set()

    def _room(self, lane: Lane) -> int:
        return 1 if lane.cautious else self._ahead
