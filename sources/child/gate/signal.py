"""How unusual the sizes of a camera's packets are just now. Pure: no pixels, nothing decoded.

An encoder spends few bytes on what stays as it is. How few depends on the place within the group of
pictures, hence every place has a median and a median deviation of its own.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

SMOOTHED = 5
"""Packets over which the deviation is averaged."""

SURGE = 4.0
"""Times its median at which one packet alone is a sign."""

_CLEAR = 16.0
"""Deviations by which it must stand out as well: of a still scene's tiny packets, one is easily
four times another."""

_REMEMBERED = 64
"""Sizes remembered for each place."""

_ENOUGH = 8
"""Sizes a place must have seen before it speaks for itself; until then all places together do."""

_HANDED_ON = 16
"""Sizes of each place that the next child is told."""

_PLACES = 400
"""Places within a group that are told apart; what lies further on shares the last one."""

_NARROWEST = 0.03
"""Least deviation, as a share of the median: sizes that never vary would make all else a sign."""

_BYTES = 12.0
"""Least deviation in bytes."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one packet's size says."""

    deviation: float = 0.0
    """Median deviations above the median, averaged over the last packets."""

    surge: bool = False
    """Whether this packet alone is far above its median."""


class Baseline:
    """The usual size at one place: median and median deviation of the last ones."""

    def __init__(self) -> None:
        self._sizes: deque[int] = deque(maxlen=_REMEMBERED)
        self._sorted: list[int] = []
        self._spread: float | None = 1.0

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def median(self) -> float:
        """Bytes; 0 before any size was learnt."""
        return float(self._sorted[len(self._sorted) // 2]) if self._sorted else 0.0

    @property
    def spread(self) -> float:
        """Median deviation in bytes."""
        # Worked out when asked for: much more is learnt than is ever asked.
        if self._spread is None:
            middle = self._sorted[len(self._sorted) // 2]
            apart = median([abs(each - middle) for each in self._sorted])
            self._spread = max(apart, _NARROWEST * middle, _BYTES)
        return self._spread

    def newest(self) -> tuple[int, ...]:
        """Return the sizes that came last, as many as are handed on."""
        return tuple(self._sizes)[-_HANDED_ON:]

    def learn(self, size: int) -> None:
        """Take a size in; the oldest leaves."""
        if len(self._sizes) == _REMEMBERED:
            del self._sorted[bisect_left(self._sorted, self._sizes[0])]
        self._sizes.append(size)
        insort(self._sorted, size)
        self._spread = None


class SizeSignal:
    """Rates packets one after the other; learns only from those it is told to learn from."""

    def __init__(self) -> None:
        self._places: dict[int, Baseline] = {}
        self._any = Baseline()
        self._recent: deque[float] = deque(maxlen=SMOOTHED)
        self._place = 0
        self._size = 0

    @property
    def usual(self) -> float:
        """Median size in bytes of packets that are no IDR; 0 before any was learnt."""
        return self._any.median

    def rate(self, size: int, *, idr: bool) -> Rating:
        """Rate the next packet. An IDR only says where the group begins."""
        self._place = 0 if idr else min(self._place + 1, _PLACES)
        self._size = size
        if idr:
            return Rating(self._smooth())
        known = self._places.get(self._place)
        if known is None or len(known) < _ENOUGH:
            known = self._any
        if len(known) < _ENOUGH:
            return Rating()
        usual, spread = known.median, known.spread
        self._recent.append((size - usual) / spread)
        surge = size > SURGE * usual and size - usual > _CLEAR * spread
        return Rating(self._smooth(), surge)

    def learn(self) -> None:
        """Take the packet that was rated last for a usual one."""
        if self._place == 0:
            return
        place = self._places.get(self._place)
        if place is None:
            place = self._places[self._place] = Baseline()
        place.learn(self._size)
        self._any.learn(self._size)

    def usual_sizes(self) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """Return the last usual sizes: of all places together, and of each from the first on."""
        last = max(self._places, default=0)
        each = (self._places.get(place) for place in range(last + 1))
        return self._any.newest(), tuple(() if one is None else one.newest() for one in each)

    def recall(self, usual: Sequence[int], places: Sequence[Sequence[int]]) -> None:
        """Begin with sizes that are known to be usual; see `usual_sizes`."""
        for size in usual:
            self._any.learn(size)
        for place, sizes in enumerate(places[: _PLACES + 1]):
            for size in sizes:
                self._places.setdefault(place, Baseline()).learn(size)

    def _smooth(self) -> float:
        return sum(self._recent) / len(self._recent) if self._recent else 0.0
