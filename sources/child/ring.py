"""What the child remembers: a few decoded pictures, and compressed packets up to a byte limit."""

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
    """The last packets, bounded in bytes; what it holds starts where decoding can start.

    Args:
        limit: Bytes; 0 keeps nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._packets: deque[Packet] = deque()
        self.held = 0
        """Bytes held now."""

        self.dropped = 0
        """Packets that had to leave, or never found room."""

    def __len__(self) -> int:
        return len(self._packets)

    def __iter__(self) -> Iterator[Packet]:
        return iter(self._packets)

    def add(self, packet: Packet) -> None:
        """Keep a packet; the oldest leave, up to the next one at which decoding can start."""
        if not self._limit or packet.size <= 0:
            return
        if not self._packets and not packet.idr:
            self.dropped += 1
            return
        self._packets.append(packet)
        self.held += packet.size
        while self.held > self._limit:
            self._leave()

    def _leave(self) -> None:
        self._drop()
        while self._packets and not self._packets[0].idr:
            self._drop()

    def _drop(self) -> None:
        self.held -= self._packets.popleft().size
        self.dropped += 1
