"""What a detector host counts and measures."""

from dataclasses import dataclass, field

from daemon.detection.histogram import Histogram

_SMOOTHING = 0.1
"""Share of the newest batch in the run time that is expected of the next."""


@dataclass(slots=True)
class DetectorFigures:
    """Counters of one detector; times in seconds."""

    batches: int = 0
    frames: int = 0
    torn: int = 0
    lost: int = 0
    """Frames in a batch that the worker did not survive."""

    starts: int = 0
    recycled: int = 0
    """Workers ended in order because they held too much memory."""

    exhausted: int = 0
    """Workers whose device had no memory left."""

    busy_s: float = 0.0
    rss: int = 0
    state: str = "loading"
    reason: str = ""
    """Why it is not ready."""

    description: str = ""
    waiting: Histogram = field(default_factory=Histogram)
    """From asking until the batch is sent."""

    running: Histogram = field(default_factory=Histogram)
    """From when the worker could begin with a batch until it is answered: since the last answer,
    or since it was sent if that was later."""

    age: Histogram = field(default_factory=Histogram)
    """Of live frames when they were answered, since their last byte arrived."""

    expected: float = 0.0
    """How long the next batch will take."""

    def ran(self, seconds: float, busy: float) -> None:
        """Count a batch: how long it kept the worker, and what the detector itself took of it."""
        self.batches += 1
        self.busy_s += busy
        self.running.add(seconds)
        weight = _SMOOTHING if self.batches > 1 else 1.0
        self.expected += weight * (seconds - self.expected)

    def figures(self) -> dict[str, int | float | str | None]:
        """Flatten for `stats`."""
        mean = self.busy_s / self.batches if self.batches else None
        return {
            "state": self.state,
            "reason": self.reason,
            "batches": self.batches,
            "frames": self.frames,
            "torn": self.torn,
            "lost": self.lost,
            "starts": self.starts,
            "recycled": self.recycled,
            "exhausted": self.exhausted,
            "batch_mean_s": None if mean is None else round(mean, 5),
            **self.waiting.figures("wait"),
            **self.running.figures("run"),
            **self.age.figures("age"),
            "rss": self.rss,
        }
