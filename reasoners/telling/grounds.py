"""Why a rule fired: its conditions as an event carries them, and in words."""

from collections.abc import Mapping, Sequence
from typing import Final

from reasoners.event import EndReason, EventCondition
from reasoners.firing import Ground
from reasoners.scene.thing import Thing
from reasoners.telling.wire import LABEL, moment, track_name
from reasoners.words import duration, listed, quoted

CONDITIONS: Final = 32
"""Conditions an event carries; rules have no more."""

SUBJECTS: Final = 32
"""Objects named by one condition."""

NAMED: Final = 4
"""Objects named in a sentence; the rest is counted."""


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


def because(
    rule: str,
    things: Sequence[Thing],
    grounds: Sequence[Ground],
    titles: Mapping[str, str],
    *,
    lasted: float | None = None,
    ended: EndReason | None = None,
) -> str:
    """Say why a rule fired, and what became of that.

    Args:
        rule: Name of the rule.
        things: Whom it is about, as last seen.
        grounds: Which conditions held.
        titles: What people call the zones that have a title.
        lasted: Seconds for which it held, once it is over.
        ended: How it ended, if it did.
    """
    about = f" about {_who(things)}" if things else ""
    reasons = listed([_phrase(ground, titles) for ground in grounds])
    said = f"Rule {rule} fired{about}{f': {reasons}' if reasons else ''}."
    if ended is None:
        return said
    how = {
        "camera_lost": "the camera was lost",
        "restart": "Lookout was stopped",
        "left": "it was over",
    }[ended]
    return f"{said} After {duration(lasted or 0.0)} {how}."


def _phrase(ground: Ground, titles: Mapping[str, str]) -> str:
    who = f"{_who(ground.things)} " if ground.things else ""
    where = ""
    if ground.place is not None:
        kind, _, name = ground.place.partition(":")
        title = titles.get(name) if kind == "zone" else None
        where = f" {kind} {quoted(title, 80) if title else name}"
    measured = ""
    if isinstance(ground.value, int | float):
        measured = (
            f" ({duration(ground.value)})"
            if ground.unit == "s"
            else f" ({ground.value:g}{f' {ground.unit}' if ground.unit else ''})"
        )
    return f"{who}{ground.kind.replace('_', ' ')}{where}{measured}"


def _who(things: Sequence[Thing]) -> str:
    named = [f"{thing.label[:LABEL]} {track_name(thing.track)}" for thing in things[:NAMED]]
    more = len(things) - NAMED
    return listed([*named, f"{more} more"] if more > 0 else named)


def _measured(value: float | str | None) -> float | str | None:
    return round(value, 3) if isinstance(value, float) else value
