"""The pictures of one event: those that there are, and whether better ones are to be had. Pure."""

from collections.abc import Sequence

from reasoners.event import Event, Media
from reasoners.scene.thing import Thing
from reasoners.telling.forecast import foreseeable
from reasoners.telling.foreshown import Expected
from reasoners.telling.snapshot import BETTER, quality
from reasoners.telling.wire import moment

TRIES = 3
"""Forecast pictures asked for while there is none: a frame may be gone, or the disk full."""


class Album:
    """What is stored of one event.

    Args:
        ahead: Seconds that its forecast pictures look ahead; 0: it has none.
    """

    def __init__(self, ahead: float) -> None:
        self.media = Media()
        self.forecasts = 0
        """How many forecast pictures were asked for."""

        self._ahead = ahead
        self._best = 0.0

    def taken(self, things: Sequence[Thing]) -> None:
        """Note that a picture of these objects is taken now, whom it is about most first."""
        self._best = _quality(things)

    def better(self, things: Sequence[Thing]) -> bool:
        """Tell whether the object is seen clearly better than on the snapshot."""
        return _shown(things) and _quality(things) >= BETTER * self._best

    def wants_picture(self, things: Sequence[Thing]) -> bool:
        """Tell whether to take a picture now: a better one, or the first that is to be had."""
        return self.better(things) or (_shown(things) and self.media.snapshot is None)

    def foresees(self, things: Sequence[Thing], expected: Expected) -> bool:
        """Tell whether the first forecast picture is to be had now; asked for so often at most."""
        wanted = self._ahead > 0 and self.media.forecast is None and self.forecasts < TRIES
        return wanted and _shown(things) and foreseeable(things, expected, self._ahead)

    def illustrate(self, event: Event, snapshot: str | None, forecast: str | None) -> Event:
        """Put stored pictures into a revision, and keep them for later ones, unless it is old."""
        shown = illustrated(event.frame.index, snapshot, forecast, self._ahead)
        media = self.media.model_copy(update=shown)
        latest = max(self.media.snapshot_frame or 0, self.media.forecast_frame or 0)
        if latest <= event.frame.index:
            self.media = media
        return event.model_copy(update={"media": media})

    def film(self, clip: str, started_at: float | None) -> None:
        """Keep where the clip is, and the time of its first picture."""
        begun = None if started_at is None else moment(started_at)
        self.media = self.media.model_copy(update={"clip": clip, "clip_started_at": begun})


def illustrated(
    index: int, snapshot: str | None, forecast: str | None, ahead: float
) -> dict[str, object]:
    """Return what stored pictures of a frame change in an event's media.

    Args:
        index: Of the frame.
        snapshot: Where the snapshot is; None: there is no new one.
        forecast: Likewise.
        ahead: Seconds that the forecast looks ahead.
    """
    found: dict[str, object] = {}
    if snapshot is not None:
        found |= {"snapshot": snapshot, "snapshot_frame": index}
    if forecast is not None:
        found |= {"forecast": forecast, "forecast_frame": index, "forecast_s": ahead}
    return found


def _shown(things: Sequence[Thing]) -> bool:
    """Tell whether the latest frame shows them: a picture marks nothing that nobody saw there."""
    return any(thing.seen and not thing.carried for thing in things)


def _quality(things: Sequence[Thing]) -> float:
    """Tell how well whom it is about most can be seen."""
    return max(
        (quality(thing) for thing in things[:1] if thing.seen and not thing.carried), default=0.0
    )
