"""What a decoder child may say: slots, indices, sizes and times it was allotted, and how often."""

from daemon.closely import fits
from sources.message import Given, Next
from sources.slot import LARGEST_SIDE

FARTHEST = 10_000_000
"""Indices one answer may be ahead of the last: years of video, and no overflow."""

LATEST = 1e9
"""Seconds of stream time, in either direction: decades of video or uptime, and a valid date."""

OLDEST = 10.0
"""Seconds a picture may have been on its way by the camera's own account."""

FLOOD = 200
"""Messages within a second that nobody asked for; an honest child says a handful."""

HEAVY = 256 * 1024
"""Bytes beside such a message that count as one more of them."""


class Allotment:
    """Holds one child to its numbering, and to times that can be.

    Args:
        first_index: Where its numbering begins.
        road: Whether it was asked to look at the road.
    """

    def __init__(self, first_index: int, *, road: bool = False) -> None:
        self.next_index = first_index
        """Where the next child must go on."""

        self.started = 0.0
        """The loop's time at which it was started."""

        self._road = road
        self._first_index = first_index
        self._last_index = first_index - 1
        self._last_time = float("-inf")

    def admit(self, ask: Next, given: Given, now: float) -> bool:
        """Take a picture into account, or tell that it is none the child was asked for."""
        honest = (
            given.slot == ask.slot
            and self._last_index < given.index <= self._last_index + FARTHEST
            and _sized(ask, given)
            and self._last_time <= given.time
            and abs(given.time) <= LATEST
            and self.lived(given.arrival, now)
            and _plausible(given)
            and given.generation % 2 == 0
            and (given.road is None or self._road)
        )
        if honest:
            self._last_index = given.index
            self._last_time = given.time
            self.next_index = max(self.next_index, given.index + 1)
        return honest

    def advance(self, decoded: int) -> None:
        """Let numbering go on beyond every picture that the child says it decoded."""
        ahead = self._first_index + min(decoded, FARTHEST) + 1
        self.next_index = max(self.next_index, ahead)

    def lived(self, at: float, now: float) -> bool:
        """Tell whether a time lies within the child's life."""
        return self.started - 1 <= at <= now + 1


class Flood:
    """Bears with what is said unasked, up to a flood."""

    def __init__(self) -> None:
        self._unasked = (0, 0)
        """The second of the loop's time, and what was said unasked within it."""

    def swells(self, now: float, size: int = 0) -> bool:
        """Count a message with so many bytes beside it; tell whether it is one too many."""
        second, weight = int(now), 1 + size // HEAVY
        count = weight + (self._unasked[1] if self._unasked[0] == second else 0)
        self._unasked = second, count
        return count > FLOOD


def _plausible(given: Given) -> bool:
    """Tell whether the picture was taken before it came, and not long before."""
    return given.captured is None or 0 <= given.arrival - given.captured <= OLDEST


def _sized(ask: Next, given: Given) -> bool:
    """Tell whether the slot's picture, or each of its parts, is as large as was asked at most.

    A blank one must be one that nobody wanted to look at.
    """
    if given.blank and (ask.pixels_from is None or given.time >= ask.pixels_from):
        return False
    if ask.regions is None:
        return given.parts is None and given.width <= ask.width and given.height <= ask.height
    model, slot = (ask.width, ask.height), (given.width, given.height)
    return (
        given.parts is not None
        and max(slot) <= LARGEST_SIDE
        and fits(given.parts, ask.regions.most, model, slot)
    )
