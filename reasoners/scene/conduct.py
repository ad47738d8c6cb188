"""What one object does by itself: runs, stops suddenly, looks fallen."""

from reasoners.scene.change import (
    Change,
    GotUp,
    LooksFallen,
    StartedRunning,
    StoppedRunning,
    StoppedSuddenly,
)
from reasoners.scene.kind import PERSON
from reasoners.scene.thing import Thing


def conduct(thing: Thing, now: float, *, rides: bool) -> list[Change]:
    """Judge an object that this frame shows.

    Args:
        thing: The object; nothing is said of one that the border of the picture cuts.
        now: Seconds.
        rides: It is on something that carries it: its speed and shape are not its own.
    """
    if thing.cut:
        return []
    where = (thing.last_index, now, thing.id, thing.track)
    course, changes = thing.course, list[Change]()
    stop = course.stops(now)
    if stop is not None:
        pace, since = stop
        changes.append(StoppedSuddenly(*where, pace * thing.scale / thing.size, since))
    if not thing.kind & PERSON or rides:
        return changes
    began = course.running_since
    if course.runs(now):
        pace = course.speed * thing.scale / thing.size
        changes.append(
            StartedRunning(*where, pace) if course.running else StoppedRunning(*where, began)
        )
    left, top, right, bottom = thing.box
    fallen = thing.posture.fallen_since
    turned = thing.posture.judge(now, (right - left) * thing.aspect, bottom - top)
    if turned is not None:
        changes.append(
            LooksFallen(*where, thing.posture.fallen_since, turned)
            if thing.posture.fallen
            else GotUp(*where, fallen)
        )
    return changes
