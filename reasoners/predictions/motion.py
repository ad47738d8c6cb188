"""Where an object's foot is, how it goes, and how sure that is: a Kalman filter for one object.

Source: the constant-velocity filter with continuous white acceleration of Bar-Shalom et al.,
Estimation with Applications to Tracking and Navigation, 2001, chapter 6, both axes alone; as the
tracker's own, but for the point that counts in zones, with the noise that tells best where things
are seconds later and not in the next frame, and for whatever tracker made the boxes. Plain
arithmetic: for a few objects it is faster than numpy.
"""

import math

RESTLESS, RESTLESS_IN_DEPTH = 0.22, 0.16
"""How a velocity wanders, across the picture and down it, where ways look shorter than they are:
own sizes per second to the power of 1.5."""

MEASURED = 0.1
"""Standard deviation of a foot in a filtered box, in own sizes."""

HALF_SEEN = 1.4
"""Times as far off is the foot of a box that the border of the picture cuts and that was never seen
whole."""

SLIM = 0.35
"""Least width of what stands, in its heights; guessed for what the border cuts at first sight."""

Sides = tuple[float, float, float, float]
"""Left, top, right and bottom in picture heights."""

Cut = tuple[bool, bool, bool]
"""Whether the border of the picture cuts it on the left, on the right, and below."""

WHOLE: Cut = (False, False, False)

AT_FIRST = 1.0
"""Standard deviation of the first velocity, in own sizes per second."""

LASTS = 12.0
"""Seconds after which an object has mostly given up the way it goes."""

Place = tuple[float, float, float]
"""x and y in picture heights, and the standard deviation of each."""


class Motion:
    """One object's foot. Positions in picture heights, so that both axes count alike; seconds."""

    __slots__ = (
        *("at", "at_border", "size", "wide", "high", "whole"),
        *("x", "vx", "xp", "xpv", "xv", "_across"),
        *("y", "vy", "yp", "ypv", "yv", "_down"),
    )

    def __init__(
        self, at: float, box: Sides, velocity: tuple[float, float], size: float, cut: Cut = WHOLE
    ) -> None:
        left, top, right, bottom = box
        self.at = at
        self.wide = max(right - left, SLIM * (bottom - top))
        self.high = bottom - top
        self.whole = False
        """It was seen whole once."""

        self.x, self.y = self._foot(box, cut)
        self.vx, self.vy = velocity
        self.size = size
        self.at_border = False
        """The border of the picture was close when it was last seen."""

        self.xp = self.yp = (MEASURED * size) ** 2
        self.xpv = self.ypv = 0.0
        self.xv = self.yv = (AT_FIRST * size) ** 2
        self._across = (RESTLESS * size) ** 2
        self._down = (RESTLESS_IN_DEPTH * size) ** 2

    @property
    def speed(self) -> float:
        """Picture heights per second."""
        return math.hypot(self.vx, self.vy)

    def see(self, at: float, box: Sides, size: float, cut: Cut) -> None:
        """Take a box.

        Where the border of the picture cuts it, the side that is free tells how it goes: the middle
        of what is left of it goes half as fast.

        Args:
            at: Seconds; what is no later than before is ignored.
            box: Of the part that is on the picture.
            size: Of the object, in picture heights.
            cut: Where the border cuts it.
        """
        if cut == WHOLE:
            self.wide, self.high, self.whole = box[2] - box[0], box[3] - box[1], True
        x, y = self._foot(box, cut)
        self._follow(at, x, y, size, 1.0 if self.whole else HALF_SEEN)

    def _foot(self, box: Sides, cut: Cut) -> tuple[float, float]:
        left, top, right, bottom = box
        cut_left, cut_right, cut_below = cut
        x = (left + right) / 2
        if cut_left and not cut_right:
            x = right - self.wide / 2
        elif cut_right and not cut_left:
            x = left + self.wide / 2
        return x, top + self.high if cut_below and self.whole else bottom

    def _follow(self, at: float, x: float, y: float, size: float, doubt: float) -> None:
        t = at - self.at
        if t <= 0:
            return
        self.at = at
        self.size = size
        q = self._across = (RESTLESS * size) ** 2
        measured = (doubt * MEASURED * size) ** 2
        xpv, ypv, xv, yv = self.xpv, self.ypv, self.xv, self.yv
        xp = self.xp + t * (2 * xpv + t * (xv + q * t / 3))
        xpv += t * (xv + q * t / 2)
        xv += q * t
        ahead = self.x + t * self.vx
        total = xp + measured
        gain, turn, off = xp / total, xpv / total, x - ahead
        self.x, self.vx = ahead + gain * off, self.vx + turn * off
        self.xv, self.xpv, self.xp = xv - turn * xpv, xpv * (1 - gain), xp * (1 - gain)
        q = self._down = (RESTLESS_IN_DEPTH * size) ** 2
        yp = self.yp + t * (2 * ypv + t * (yv + q * t / 3))
        ypv += t * (yv + q * t / 2)
        yv += q * t
        ahead = self.y + t * self.vy
        total = yp + measured
        gain, turn, off = yp / total, ypv / total, y - ahead
        self.y, self.vy = ahead + gain * off, self.vy + turn * off
        self.yv, self.ypv, self.yp = yv - turn * ypv, ypv * (1 - gain), yp * (1 - gain)

    def ahead(self, seconds: float) -> tuple[float, float, float, float]:
        """Return where it will be: x, y and the variance of each.

        Args:
            seconds: From its last sighting on.
        """
        t = seconds
        way = LASTS * (1.0 - math.exp(-t / LASTS))
        long = t * t * t / 3
        return (
            self.x + way * self.vx,
            self.y + way * self.vy,
            self.xp + way * (2 * self.xpv + way * self.xv) + self._across * long,
            self.yp + way * (2 * self.ypv + way * self.yv) + self._down * long,
        )
