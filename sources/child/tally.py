"""Counts of what became of the pictures, shared by the two threads of the child."""

from dataclasses import dataclass, field

from sources.message import Counts
from sources.source import Mishaps


@dataclass(slots=True)
class Tally:
    """Mutable counts; whoever touches them holds the handover's lock."""

    decoded: int = 0
    handed_over: int = 0
    superseded: int = 0
    corrupt: int = 0
    waiting: int = 0
    packets: int = 0
    decode_errors: int = 0
    converted: int = 0
    held: int = 0
    recalled: int = 0
    crowded: int = 0
    mishaps: Mishaps = field(default_factory=Mishaps)
    """The stream's own; written by the reader thread alone."""

    def snapshot(self) -> Counts:
        """Copy the counts into a message."""
        return Counts(
            decoded=self.decoded,
            handed_over=self.handed_over,
            superseded=self.superseded,
            corrupt=self.corrupt,
            waiting=self.waiting,
            packets=self.packets,
            decode_errors=self.decode_errors,
            converted=self.converted,
            held=self.held,
            recalled=self.recalled,
            crowded=self.crowded,
            lost=self.mishaps.lost,
            damaged=self.mishaps.damaged,
            discontinuities=self.mishaps.discontinuities,
        )
