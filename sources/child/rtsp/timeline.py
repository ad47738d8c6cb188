"""When pictures were taken: RTP stamps and sender reports on our own clock (RFC 3550, 6.4.1). Pure.

Stamps wrap after 13 hours at 90 kHz, jump and step back; sender reports tell the camera's wall
time, which is often wrong. A picture is dated by the camera where its clock is within a second
before arrival: then the difference is the way of the picture. Otherwise, up to five seconds, the
quickest picture of the last half minute counts as instantaneous and all are dated relative to it:
that keeps intervals free of the network's jitter. Beyond, the camera's clock is ignored.
"""

from typing import Literal

from sources.message import ClockReport
from sources.source import Mishaps

JUMP = 2.0
"""Seconds a stamp may run ahead of arrival from one picture to the next."""

BACK = 0.5
"""Seconds a stamp may step back: pictures may come out of order."""

STEP = 1.0
"""Seconds between what two reports say that count as a step of the camera's clock."""

FARTHEST = 5.0
"""Seconds a camera's clock may be off."""

ON_ITS_WAY = 1.0
"""Seconds a picture may be on its way."""

_MARGIN = 0.25
_WINDOW = 15.0
"""Seconds of half the span over which the quickest picture counts."""

_SLOWEST = 0.25
"""Share of its pace at which time goes on where it would have to stand still or go back."""

_HALF, _WHOLE = 1 << 31, 1 << 32


class Timeline:
    """Follows one stream.

    Args:
        rate: Ticks per second.
        mishaps: Where discontinuities are counted.
    """

    def __init__(self, rate: int, mishaps: Mishaps) -> None:
        self._rate = rate
        self._mishaps = mishaps
        self._wall: float | None = None
        self._stamp: int | None = None
        self._ticks = 0
        self._arrival = 0.0
        self._early: tuple[int, float] | None = None
        self._zero: float | None = None
        self._quickest = [float("inf"), float("inf")]
        self._turned = 0.0
        self._faithful = True
        self._given: tuple[float, float] | None = None
        self._reports = 0
        self._jitter: float | None = None

    def align(self, wall: float) -> None:
        """Learn what Unix time was at monotonic 0."""
        self._wall = wall

    @property
    def trust(self) -> Literal["none", "ignored", "shifted", "camera"]:
        """Return `none` (no reports), `ignored`, `shifted` or `camera`."""
        if self._zero is None or self._wall is None:
            return "none"
        skew = min(self._quickest)
        if abs(skew) > FARTHEST:
            return "ignored"
        return "camera" if self._faithful else "shifted"

    def verdict(self) -> ClockReport:
        """Say what the camera's clock is worth."""
        known = self._zero is not None and self._wall is not None
        skew = min(self._quickest)
        return ClockReport(
            trust=self.trust,
            reports=self._reports,
            ahead=-skew if known and abs(skew) != float("inf") else None,
            jitter=self._jitter,
        )

    def place(self, stamp: int, arrival: float) -> int:
        """Return the ticks of an access unit, counted from the first one without wrap or jump."""
        if self._stamp is None:
            self._stamp, self._arrival = stamp, arrival
            if self._early is not None:
                self.report(*self._early)
        moved = _signed(stamp - self._stamp)
        passed = max(0.0, arrival - self._arrival)
        if moved / self._rate > passed + JUMP or moved / self._rate < -BACK:
            self._mishaps.discontinuities += 1
            self._forget()
            moved = max(1, round(passed * self._rate))
        elif moved:
            self._swing(abs(arrival - self._arrival - moved / self._rate))
        self._ticks += moved
        self._stamp, self._arrival = stamp, arrival
        self._weigh(arrival)
        return self._ticks

    def report(self, stamp: int, unix: float) -> None:
        """Take a sender report."""
        if self._stamp is None:
            self._early = stamp, unix
            return
        ahead = _signed(stamp - self._stamp)
        if abs(ahead) > 10 * self._rate:
            # It speaks of another time line than the pictures do.
            return
        zero = unix - (self._ticks + ahead) / self._rate
        if self._zero is not None and abs(zero - self._zero) > STEP:
            self._mishaps.discontinuities += 1
            self._forget()
        self._zero = zero
        self._reports += 1
        self._weigh(self._arrival)

    def captured(self, ticks: int, arrival: float) -> float | None:
        """Return the monotonic seconds at which a picture was taken, None if that is not known.

        Never after `arrival`, never less than before.
        """
        trust = self.trust
        known = None
        if trust in {"camera", "shifted"} and self._zero is not None and self._wall is not None:
            known = self._zero + ticks / self._rate - self._wall
            if trust == "shifted":
                known += min(self._quickest)
        when = arrival if known is None else min(max(known, arrival - FARTHEST), arrival)
        if self._given is not None:
            last, came = self._given
            when = min(max(when, last + _SLOWEST * max(0.0, arrival - came)), arrival)
            when = max(when, min(last, arrival))
        self._given = when, arrival
        return None if known is None else when

    def _swing(self, deviation: float) -> None:
        """Follow the mean deviation of the way (RFC 3550, A.8)."""
        known = self._jitter
        self._jitter = deviation if known is None else known + (deviation - known) / 16

    def _forget(self) -> None:
        self._zero = None
        self._quickest = [float("inf"), float("inf")]

    def _weigh(self, arrival: float) -> None:
        if self._zero is None or self._wall is None:
            return
        skew = arrival - (self._zero + self._ticks / self._rate - self._wall)
        if arrival - self._turned > _WINDOW:
            self._quickest = [float("inf"), self._quickest[0]]
            self._turned = arrival
        self._quickest[0] = min(self._quickest[0], skew)
        quickest = min(self._quickest)
        slack = _MARGIN if self._faithful else -_MARGIN
        self._faithful = -0.001 <= quickest <= ON_ITS_WAY + slack  # noqa: PLR2004 (a clock's grain)


def apart_by(later: int, earlier: int) -> int:
    """Return the ticks from one stamp to another, which may be before it; stamps wrap."""
    return _signed(later - earlier)


def _signed(difference: int) -> int:
    return (difference + _HALF) % _WHOLE - _HALF
