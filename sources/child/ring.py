"""What the child remembers: a few decoded pictures, and the last compressed packets."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterator
from itertools import islice

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
        self._first = 0
        """Number of the oldest packet held; numbers rise by one with each packet kept."""

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

    def start(self, since: float) -> int | None:
        """Return the number of the last packet that came by then and at which decoding can start.

        The oldest one held if none came so early; None if nothing is held.
        """
        with self._lock:
            found = self._first if self._packets else None
            for number, packet in enumerate(self._packets, self._first):
                if packet.arrival > since:
                    break
                if packet.idr:
                    found = number
            return found

    def after(self, number: int, most: int) -> tuple[int, list[Packet]]:
        """Copy up to so many packets from a number on, and tell the number of the first.

        It is a later one, at which decoding can start, if those asked for have left.
        """
        with self._lock:
            first = max(number, self._first)
            begin = first - self._first
            return first, list(islice(self._packets, begin, begin + most))

    def until(self, fits: Callable[[Packet], bool]) -> list[Packet]:
        """Copy the one packet that fits, with all that it takes to decode it before it.

        Empty if none fits, or more than one: none is better than another one.
        """
        with self._lock:
            group: list[Packet] = []
            found: list[list[Packet]] = []
            for packet in self._packets:
                if packet.idr:
                    group = []
                group.append(packet)
                if fits(packet):
                    found.append(group.copy())
        return found[0] if len(found) == 1 else []

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
        self._first += 1
        if packet.idr:
            self._starts.popleft()
        self.held -= packet.size
        self.dropped += 1


class Moments:
    """When the pictures of packets were taken, for the last so many packets.

    The reader thread notes; any thread may ask.
    """

    def __init__(self, kept: int = 4096) -> None:
        self._lock = threading.Lock()
        self._moments: deque[tuple[float, int]] = deque(maxlen=kept)

    def note(self, at: float, stamp: int) -> None:
        """Remember one packet.

        Args:
            at: Monotonic seconds.
            stamp: By which it is found again.
        """
        with self._lock:
            self._moments.append((at, stamp))

    @property
    def latest(self) -> float:
        """Monotonic seconds of the last one."""
        with self._lock:
            return self._moments[-1][0] if self._moments else float("-inf")

    def nearest(self, at: float, within: float) -> int | None:
        """Return the stamp of the picture nearest to a time; None if none is near enough."""
        with self._lock:
            near = min(self._moments, key=lambda moment: abs(moment[0] - at), default=None)
        return near[1] if near is not None and abs(near[0] - at) <= within else None


class Stamps:
    """Which stamp the picture of an index had, for the last so many pictures.

    The reader thread notes; any thread may ask.
    """

    def __init__(self, kept: int = 4096) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._stamps: OrderedDict[int, int] = OrderedDict()

    def note(self, index: int, stamp: int) -> None:
        """Remember one picture; above the limit forget the oldest."""
        with self._lock:
            self._stamps[index] = stamp
            if len(self._stamps) > self._kept:
                self._stamps.popitem(last=False)

    def find(self, index: int) -> int | None:
        """Return the stamp of a picture; None for one that was never seen here."""
        with self._lock:
            return self._stamps.get(index)
