"""What the detector knows, told to a model: a fact a line, times from the first picture. Pure."""

from collections.abc import Collection, Iterable

from reasoners.event import EventObject
from reasoners.keyframe import Keyframe, Reason, Shot, Sighting
from reasoners.vlm.call import TOLD, Call
from reasoners.words import direction, duration, listed, place, quoted

BECAUSE: dict[Reason, str] = {
    "before": "before the event",
    "first_sight": "first sight",
    "best_view": "best view",
    "change": "something changed",
    "spread": "in between",
    "latest": "latest",
    "still": "the only picture",
}
LABEL = 80


def facts(call: Call) -> str:
    """Tell what the detector knows about the events of a call."""
    start = began(call.keyframes)
    lines = [f"Facts from the detector of camera {call.events[0].camera}:"]
    told = call.told
    lines += [_fact(sighting, start, call) for sighting in told]
    hidden = len(call.sightings) - len(told)
    if hidden > 0:
        lines.append(f"- {hidden} more tracks")
    for event in call.events:
        lines += [
            f"- {relation.subject} was {relation.predicate.replace('_', ' ')}"
            f" {relation.object.replace(':', ' ')} for {duration(relation.until - relation.since)}"
            for relation in event.relations[:8]
            if relation.until is not None
        ]
        about = listed([thing.track for thing in event.objects])
        if about and len(call.events) > 1:
            lines.append(f"- event of rule {event.rule} is about {about}")
    if len(lines) == 1:
        lines.append("- it reports nothing")
    return "\n".join(lines)


def caption(keyframe: Keyframe, shot: Shot, start: float, own: Collection[str] = ()) -> str:
    """Say which picture follows: its name, its time, why it was chosen, what is marked on it.

    Args:
        keyframe: Whose picture.
        shot: Which.
        start: Time from which on the call counts.
        own: Whom the events are about; in a crowd they are marked before all others.
    """
    part = "the whole scene" if shot.part == "whole" else "cut out of it"
    seen = [thing.track for thing in keyframe.objects if _within(thing, shot)]
    if len(seen) > TOLD:
        seen = sorted(seen, key=lambda track: track not in own)[:TOLD]
    marked = f"; marked: {listed(seen)}" if seen else ""
    return (
        f"{keyframe.name}, {part}, at {keyframe.captured_at - start:.1f} s,"
        f" {BECAUSE[keyframe.reason]}{marked}:"
    )


def _within(thing: EventObject, shot: Shot) -> bool:
    """Tell whether a picture shows something of an object."""
    if shot.area is None:
        return True
    left, top, right, bottom = shot.area
    box = thing.box
    return box[0] < right and box[2] > left and box[1] < bottom and box[3] > top


def began(keyframes: Iterable[Keyframe]) -> float:
    """Return the time from which on a call counts: that of its first picture."""
    return min((keyframe.captured_at for keyframe in keyframes), default=0.0)


def _fact(sighting: Sighting, start: float, call: Call) -> str:
    last = _last(sighting.track, call)
    where = f", {place(last.box)}" if last is not None else ""
    heading = None if last is None else last.motion.heading
    if heading is not None:
        moves = f", moving {direction(heading)}"
    elif sighting.moved or sighting.rested:
        moves = ", moved, then stood still" if sighting.moved else ", standing still"
    else:
        moves = ""  # a single picture tells neither
    score = f" with score {last.score:.2f}" if last is not None else ""
    zones = f", in zone {', '.join(sighting.zones)}" if sighting.zones else ""
    since = sighting.first_seen - start
    seen = "there from the start" if since <= 0 else f"first seen at {since:.1f} s"
    return (
        f"- track {sighting.track}: labelled {quoted(sighting.label, LABEL)}{score}{where}"
        f"{moves}{zones}, {seen}"
    )


def _last(track: str, call: Call) -> EventObject | None:
    """Return how the latest picture shows a track, or how its event does."""
    for keyframe in reversed(call.keyframes):
        for thing in keyframe.objects:
            if thing.track == track:
                return thing
    things = (thing for event in call.events for thing in event.objects)
    return next((thing for thing in things if thing.track == track), None)
