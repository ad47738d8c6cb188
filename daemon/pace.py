"""A reduced rate: which pictures of a stream are due."""


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
