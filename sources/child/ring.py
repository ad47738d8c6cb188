"""What the child remembers: a few decoded pictures, and the last compressed packets."""

import threading
from collections import OrderedDict, deque
from collections.abc import Collection, Iterator

from sources.child.handover import Dated
from sources.source import Packet


class PictureRing:
    """The last pictures that were handed over, by index."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._pictures: OrderedDict[int, Dated] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, dated: Dated, needed: Collection[int] = ()) -> None:
        """Remember a picture; above the limit forget the oldest, those still needed last."""
        self._pictures[dated.index] = dated
        while len(self._pictures) > self._kept:
            idle = (index for index in self._pictures if index not in needed)
            leaving = next(idle, dated.index)
            if leaving == dated.index:
                leaving = next(iter(self._pictures))
            del self._pictures[leaving]

    def find(self, index: int) -> Dated | None:
        """Return exactly that picture or None, never a neighbour."""
        return self._pictures.get(index)


class PacketRing:
    """The last packets, bounded in bytes and seconds; it starts where decoding can start.

    The reader thread adds; any thread may look.

    Args:
        limit: Bytes; 0 keeps nothing.
        seconds: Of arrival; older ones leave as soon as they are not needed to decode newer ones.
            By default all stay that the bytes allow.
    """

    def __init__(self, limit: int, seconds: float | None = None) -> None:
        self._limit = limit
        self._seconds = seconds
        self._lock = threading.Lock()
        self._packets: deque[Packet] = deque()
        self._starts: deque[float] = deque()
        self.held = 0
        """Bytes held now."""

        self.dropped = 0
        """Packets that had to leave, or never found room."""

    def __len__(self) -> int:
        return len(self._packets)

    def __iter__(self) -> Iterator[Packet]:
        return iter(self.all())

    def all(self) -> list[Packet]:
        """Copy what is held."""
        with self._lock:
            return list(self._packets)

    def since(self, moment: float) -> list[Packet]:
        """Copy what came since the last packet at which decoding could start at some moment.

        That packet is included. Where it is not here any more, the first one after it that is takes
        its place; empty without any.

        Args:
            moment: Monotonic seconds of arrival.
        """
        with self._lock:
            group: list[Packet] = []
            whole = 0
            for packet in reversed(self._packets):
                group.append(packet)
                if packet.idr:
                    whole = len(group)
                    if packet.arrival <= moment:
                        break
            del group[whole:]
        return group[::-1]

    def add(self, packet: Packet) -> None:
        """Keep a packet; the oldest leave, up to the next one at which decoding can start."""
        if not self._limit or packet.size <= 0:
            return
        with self._lock:
            if not self._packets and not packet.idr:
                self.dropped += 1
                return
            self._packets.append(packet)
            self.held += packet.size
            if packet.idr:
                self._starts.append(packet.arrival)
            while self.held > self._limit:
                self._leave()
            while self._outdated(packet.arrival):
                self._leave()

    def _outdated(self, now: float) -> bool:
        """Tell whether the second group alone is old enough to begin with."""
        if self._seconds is None or len(self._starts) < 2:  # noqa: PLR2004 (a group and a next one)
            return False
        return now - self._starts[1] >= self._seconds

    def _leave(self) -> None:
        self._drop()
        while self._packets and not self._packets[0].idr:
            self._drop()

    def _drop(self) -> None:
        packet = self._packets.popleft()
        if packet.idr:
            self._starts.popleft()
        self.held -= packet.size
        self.dropped += 1
