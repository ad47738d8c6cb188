"""The time of a camera's story: one steady time, whatever becomes of the wall clock.

A step of the clock changes labels only.
"""

from daemon.clock import STEP, Clock
from sources import Frame, Part, Pixels
from sources.message import Given


class StoryTime:
    """Dates what one camera shows.

    Args:
        camera: Its name.
        clock: The daemon's.
        media_start: In a replay, the Unix time of media time 0; None for live running.
        first_index: Where the numbering of its frames goes on.
    """

    def __init__(
        self, camera: str, clock: Clock, media_start: float | None, first_index: int
    ) -> None:
        self.latest = float("-inf")
        """When the newest frame was captured; never decreases."""

        self.looked_at: float | None = None
        """Time of the frame that was looked at last."""

        self.highest_index = first_index
        self.offset = clock.at(0.0)
        """What monotonic seconds are ahead of by."""

        self._camera = camera
        self._clock = clock
        self._media_start = media_start

    def frame(self, given: Given) -> Frame:
        """Date a picture that the child gave."""
        arrived = self.now(given)
        captured = arrived
        if given.captured is not None and self._media_start is None:
            captured = min(arrived, self.offset + given.captured)
        self.latest = max(self.latest, captured)
        self.highest_index = max(self.highest_index, given.index)
        return Frame(
            camera=self._camera,
            index=given.index,
            captured_at=self.latest,
            received_at=max(self.latest, arrived),
            arrival=given.arrival,
            width=given.full_width,
            height=given.full_height,
            pixels=Pixels(given.slot, given.generation, given.width, given.height),
            parts=None
            if given.parts is None
            else tuple(Part(part.region, part.place) for part in given.parts),
            moved=given.moved,
            road=given.road,
            still=given.still,
        )

    def now(self, given: Given | None = None) -> float:
        """Return when a picture came; without one, what time it is."""
        if self._media_start is not None:
            return self._media_start + given.time if given else self.latest
        return self.offset + (given.arrival if given else self._clock.monotonic())

    def following(self) -> float:
        """Return what time it is, no earlier than the newest frame.

        In a replay it is that of the frame looked at: how far ahead the next ones were fetched
        depends on how fast everything goes.
        """
        if self._media_start is not None and self.looked_at is not None:
            return self.looked_at
        return max(self.latest, self.now())

    def step(self) -> float:
        """Return by how much labels differ from the story's own time; 0 without a step."""
        if self._media_start is not None:
            return 0.0
        step = self._clock.at(0.0) - self.offset
        return step if abs(step) >= STEP else 0.0
