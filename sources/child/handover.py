"""Where the reader thread leaves the newest picture and the control thread takes it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sources.child.tally import Tally
from sources.message import Counts
from sources.source import Mishaps, Picture

_TOLERANCE = 0.0005
"""Seconds by which a picture may be early: sums of frame intervals are not exact."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A decoded picture with its index and its times."""

    picture: Picture
    index: int
    time: float
    """Stream time in seconds, never decreasing."""

    arrival: float
    """Monotonic seconds."""


class Handover:
    """Room for one picture, with the rule what happens when it is taken already.

    Live: a newer picture replaces it and the older one counts as superseded. Recording: the
    reader waits, so it decodes one picture ahead at most and nothing is lost.

    Args:
        live: Which of the two rules holds.
        wake: Called, by the reader thread, whenever `take` would give another answer than the last
            time it was asked. A picture that nobody waits for wakes nobody, nor does an early one.
        in_step: Whether the reader goes no further before the next picture is asked for: nothing it
            does then depends on how quick anybody is.
    """

    def __init__(self, *, live: bool, wake: Callable[[], None], in_step: bool = False) -> None:
        self._live = live
        self._in_step = in_step
        self._wake = wake
        self._changed = threading.Condition()
        self._waiting: Dated | None = None
        self._tally = Tally()
        self._over = False
        self._stopped = False
        self._wanted_from: float | None = None
        self.decoded_at: float | None = None
        """Monotonic seconds of the last good picture."""

    def offer(self, dated: Dated) -> None:
        """Leave a picture; of a recording, wait until the one before was taken."""
        with self._changed:
            if not self._live:
                self._changed.wait_for(lambda: self._waiting is None or self._stopped)
            wanted = self._wanted_from is not None
            self._tally.decoded += 1
            self.decoded_at = dated.arrival
            if wanted and early(dated, self._wanted_from):
                wanted = False
                if not self._live:
                    # Whoever waits need not wake up for what is only in the way of the next one.
                    self._tally.superseded += 1
                    return
            if self._waiting is not None:
                self._tally.superseded += 1
            self._waiting = dated
            self._tally.waiting = 1
        if wanted:
            self._wake()
        if self._in_step:
            self._wait_for_the_next()

    def _wait_for_the_next(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._stopped)

    @property
    def _free(self) -> bool:
        """Whether the last picture was taken and another one is asked for."""
        return self._waiting is None and self._wanted_from is not None

    def offer_in_turn(self, dated: Dated, patience: float) -> bool:
        """Leave a picture of a live camera without replacing another one, as if of a recording.

        Waits until somebody asks and the one before was taken; an early one is passed over at once.
        False if that took longer than `patience` seconds: then it is passed over as well.
        """
        with self._changed:
            free = self._changed.wait_for(lambda: self._free or self._stopped, patience)
        if not free or early(dated, self._wanted_from):
            self.pass_over(dated.arrival)
            return free
        self.offer(dated)
        return True

    def witness(self, mishaps: Mishaps) -> None:
        """Take into the counts what a stream itself counts."""
        with self._changed:
            self._tally.mishaps = mishaps

    def packet(self) -> None:
        """Count a packet."""
        with self._changed:
            self._tally.packets += 1

    def held(self) -> None:
        """Count a packet that was not decoded."""
        with self._changed:
            self._tally.held += 1

    def recalled(self) -> None:
        """Count a picture that was decoded once more, for somebody who asked late."""
        with self._changed:
            self._tally.recalled += 1

    def crowded(self, times: int) -> None:
        """Say how often this child had to wait for its turn so far."""
        with self._changed:
            self._tally.crowded = times

    def pass_over(self, arrival: float) -> None:
        """Count a decoded picture that is handed over to nobody."""
        with self._changed:
            self._tally.decoded += 1
            self._tally.superseded += 1
            self.decoded_at = arrival

    def corrupt(self) -> None:
        """Count a decoded picture that nobody may see."""
        with self._changed:
            self._tally.decoded += 1
            self._tally.corrupt += 1

    def decode_error(self) -> None:
        """Count a packet that could not be decoded."""
        with self._changed:
            self._tally.decode_errors += 1

    def finish(self) -> None:
        """Say that no picture will come any more."""
        with self._changed:
            self._over = True
        self._wake()

    def stop(self) -> None:
        """Ask the reader to end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether the reader was asked to end."""
        return self._stopped

    @property
    def finished(self) -> bool:
        """Whether the stream ended."""
        return self._over

    @property
    def over(self) -> bool:
        """Whether the stream ended and its last picture was taken."""
        with self._changed:
            return self._over and self._waiting is None

    def take(self, not_before: float | None) -> Dated | None:
        """Take the picture, if there is one that is late enough.

        An earlier one is passed over: it counts as superseded. The taken one counts as handed over;
        `spoiled` takes that back.
        """
        with self._changed:
            self._wanted_from = float("-inf") if not_before is None else not_before
            if self._waiting is None:
                self._changed.notify_all()
            dated = self._waiting
            if dated is None:
                return None
            self._waiting = None
            self._tally.waiting = 0
            self._changed.notify_all()
            if early(dated, not_before):
                self._tally.superseded += 1
                return None
            self._wanted_from = None
            self._tally.handed_over += 1
            return dated

    def converted(self) -> None:
        """Count a conversion."""
        with self._changed:
            self._tally.converted += 1

    def spoiled(self) -> None:
        """Count the picture taken last as corrupt: it could not be converted."""
        with self._changed:
            self._tally.handed_over -= 1
            self._tally.corrupt += 1

    def counts(self) -> Counts:
        """Copy the counts; they balance."""
        with self._changed:
            return self._tally.snapshot()


def early(dated: Dated, not_before: float | None) -> bool:
    """Tell whether a picture comes before a stream time, by more than rounding."""
    return not_before is not None and dated.time < not_before - _TOLERANCE
