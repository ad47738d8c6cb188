"""A reduced rate: which pictures of a stream are due, and which are looked at."""

NEVER = 1e9
"""Stream time, seconds, that no stream reaches."""


class Pace:
    """Which stream times are due at a reduced rate, without drifting and without bunching up."""

    def __init__(self, interval: float | None) -> None:
        self.interval = interval
        """Seconds between two that are due; None for every one. May change at any time."""

        self.due: float | None = None
        """Stream time before which pictures are passed over."""

    def advance(self, time: float) -> None:
        """A picture of this stream time was taken."""
        if self.interval is None:
            return
        # Frames of a camera jitter around their time: a little early is on time.
        early = min(0.1 * self.interval, 0.02)
        planned = time if self.due is None else self.due + early
        following = planned + self.interval
        if following <= time:
            following = time + self.interval
        self.due = following - early


class Rhythm:
    """Which pictures of a stream are taken, and which of those are looked at.

    Args:
        interval: Seconds between two looks; None for every picture.
        carry: Pictures between two looks that are taken and not looked at.
    """

    def __init__(self, interval: float | None, carry: int) -> None:
        self._carry = carry
        self._pictures = Pace(None if interval is None else interval / (carry + 1))
        self._looks = Pace(interval) if carry else self._pictures
        self._since = carry

    @property
    def due(self) -> float | None:
        """Stream time before which pictures are passed over."""
        return self._pictures.due

    @property
    def look_from(self) -> float | None:
        """Stream time before which a picture is not looked at; None looks at any."""
        if not self._carry:
            return None
        if self._looks.interval is None:
            return None if self._since >= self._carry else NEVER
        return self._looks.due

    def look_every(self, interval: float | None) -> None:
        """Let looks come at another interval from now on; without `carry`, pictures too."""
        self._looks.interval = interval

    def advance(self, time: float, *, looked: bool) -> None:
        """A picture of this stream time was taken, and is looked at or not."""
        self._pictures.advance(time)
        if not self._carry:
            return
        self._since = 0 if looked else self._since + 1
        if looked:
            self._looks.advance(time)
