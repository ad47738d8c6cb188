"""Tells a recording as if it came live, in its own time. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sources.source import Packet


@dataclass(frozen=True, slots=True)
class ToldPacket:
    """A packet that arrived when the recording says, not when it was read."""

    size: int
    idr: bool
    time: float | None
    arrival: float
    payload: object


def as_if_live(packets: Iterable[Packet]) -> Iterator[Packet]:
    """Yield the packets with arrivals of their media time, which never decrease."""
    latest = 0.0
    for packet in packets:
        latest = max(latest, packet.time or 0.0)
        yield ToldPacket(packet.size, packet.idr, packet.time, latest, packet.payload)
