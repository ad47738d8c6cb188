"""Why a rule fired: its conditions as an event carries them."""

from typing import Final

from reasoners.event import EventCondition
from reasoners.firing import Ground
from reasoners.telling.wire import moment, track_name

CONDITIONS: Final = 32
"""Conditions an event carries; rules have no more."""

SUBJECTS: Final = 32
"""Objects named by one condition."""


def condition(ground: Ground, *, until: float | None = None) -> EventCondition:
    """Write one condition.

    Args:
        ground: What held.
        until: When the event ended, if it did: nothing of it holds longer.
    """
    over = ground.until if ground.until is not None else until
    since = moment(ground.since)
    return EventCondition(
        condition=ground.condition[:200],
        kind=ground.kind,
        subjects=tuple(track_name(thing.track) for thing in ground.things[:SUBJECTS]),
        place=ground.place,
        since=since,
        until=None if over is None else max(since, moment(over)),
        value=_measured(ground.value),
        wanted=_measured(ground.wanted),
        unit=ground.unit,
        frame=ground.index,
    )


def _measured(value: float | str | None) -> float | str | None:
    return round(value, 3) if isinstance(value, float) else value
