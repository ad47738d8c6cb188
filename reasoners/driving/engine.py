"""Driver assist as an engine: each warning begins an event, and ends it when it is over."""

from collections.abc import Iterator

from reasoners.driving.advice import Advice
from reasoners.driving.assist import Assist
from reasoners.driving.config import DrivingConfig, Kind
from reasoners.firing import Firing, Ground, Moment
from reasoners.scene.thing import Thing

MOST = 64
"""Warnings open at once."""


class Driving:
    """Advice about the road ahead. See `reasoners.driving.assist`.

    Args:
        config: How the camera looks at the road, and what is warned of.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self._config = config
        self.assist = Assist(config)
        self._open: dict[tuple[Kind, str], Advice] = {}
        """By rule and key, as each was when it was most urgent."""

    def observe(self, moment: Moment) -> Iterator[Firing]:
        """Take one frame; say which warnings begin and which are over."""
        if moment.view is None:
            return
        begun = self.assist.observe(moment.view, moment.view.road)
        active = {(advice.kind, advice.key): advice for advice in self.assist.active}
        by_track = {thing.track: thing for thing in moment.scene.things.values()}
        for key, advice in list(self._open.items()):
            latest = active.get(key)
            if latest is None:
                del self._open[key]
                yield self._firing(advice, by_track, ended_at=moment.now)
            elif _urgency(latest) < _urgency(advice):
                self._open[key] = latest
        for advice in begun:
            if len(self._open) < MOST:
                self._open[advice.kind, advice.key] = advice
                yield self._firing(advice, by_track)

    def reset(self) -> None:
        """Forget all that is going on."""
        self.assist.clear()
        self._open.clear()

    def _firing(
        self, advice: Advice, by_track: dict[int, Thing], ended_at: float | None = None
    ) -> Firing:
        thing = None if advice.track is None else by_track.get(advice.track)
        things = () if thing is None else (thing,)
        return Firing(
            rule=advice.kind,
            key=advice.key,
            phase="begins" if ended_at is None else "ends",
            at=advice.since if ended_at is None else ended_at,
            things=things,
            severity=advice.severity,
            grounds=tuple(self._grounds(advice, things)),
        )

    def _grounds(self, advice: Advice, things: tuple[Thing, ...]) -> Iterator[Ground]:
        def ground(
            kind: str,
            condition: str,
            value: float | None = None,
            unit: str = "",
            wanted: float | None = None,
        ) -> Ground:
            return Ground(
                kind, condition, advice.since, advice.at, advice.index, None, things, None,
                None if value is None else round(value, 2), wanted, unit,
            )  # fmt: skip

        contact = advice.contact
        yield ground(advice.kind, advice.text)
        if contact is None:
            return
        if contact.ttc is not None:
            limit = {"collision": self._config.collision, "closing_fast": self._config.closing}
            wanted = limit.get(advice.kind)
            asked = "" if wanted is None else f" of at most {wanted:g} s"
            yield ground("time_to_contact", f"time to contact{asked}", contact.ttc, "s", wanted)
            yield ground("uncertainty", "one standard deviation of that", contact.sd, "s")
        yield ground("box_growth", f"box grown within {contact.span:.1f} s", contact.grown, "times")
        yield ground("aside", "to the right of the own middle", contact.aside, "m")


def _urgency(advice: Advice) -> float:
    contact = advice.contact
    return float("inf") if contact is None or contact.ttc is None else contact.ttc
