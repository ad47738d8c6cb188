"""A daemon that asks a model about every visit, and what its subscriber learnt of each event."""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.subscriber import Received, Subscriber

from reasoners.event import TERMINAL

FRAME = "lookout/box1/cameras/yard/frames"


def asking(
    folder: Path, source: Path | str, broker: Mosquitto, reasoner: Mapping[str, Any], **more: Any
) -> Lookout:
    """Describe a daemon that asks one model about every visit before one camera.

    Args:
        folder: Its own.
        source: A clip played like a camera, again and again; or the URL of a camera.
        broker: Where it publishes, each frame too.
        reasoner: Which model.
        more: The rest of the configuration.
    """
    camera = (
        {"type": "rtsp", "url": source}
        if isinstance(source, str)
        else {"type": "file", "path": str(source), "pace": "clip", "loop": True}
    )
    return Lookout(
        folder,
        {
            "reasoner": dict(reasoner),
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "frames": True}},
            "cameras": {
                "yard": {"source": camera, "detect": {"fps": 5}, "presence": {"hold": 0.5}}
            },
            **more,
        },
    )


def story(subscriber: Subscriber, event: str) -> list[dict[str, Any]]:
    """Return the revisions of one event, in order of arrival."""
    return [e for e in subscriber.events if e["id"] == event]


def answered(subscriber: Subscriber, *states: str) -> set[str]:
    """Return the ids of events whose question has its terminal state, or one of those named."""
    wanted = states or TERMINAL
    return {e["id"] for e in subscriber.events if e["reasoning"]["state"] in wanted}


def told_at(messages: list[Received], event: dict[str, Any]) -> float:
    """Return the camera's time that was last reported when a revision arrived."""
    told = 0.0
    for message in messages:
        if message.topic == FRAME:
            told = message.json["captured_at"]
        elif "/events/" in message.topic:
            found = message.json
            if (found["id"], found["revision"]) == (event["id"], event["revision"]):
                return told
    raise AssertionError("never arrived")


def unanswered(lookout: Lookout) -> set[str]:
    """Return the ids of committed events whose question has no terminal state."""
    events = lookout.events()
    ended = {e["id"] for e in events if e["reasoning"]["state"] in TERMINAL}
    return {e["id"] for e in events} - ended


def open_questions(lookout: Lookout) -> set[str]:
    """Return the events whose questions the journal holds, while the daemon runs too."""
    path = lookout.state / "journal.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return {event for (event,) in db.execute("SELECT event FROM question")}


def faults_of_events(
    messages: list[Received], deadline: float, cut_off: Collection[str] = ()
) -> list[str]:
    """Say of which events it does not hold that they come at once and end once, in time.

    Args:
        messages: All that a subscriber got of one daemon.
        deadline: Seconds each question has.
        cut_off: Ids of events that a restart cut off: they need an end, and no hurry.
    """
    stories: dict[str, list[dict[str, Any]]] = {}
    for message in messages:
        if "/events/" in message.topic:
            stories.setdefault(message.json["id"], []).append(message.json)
    found: list[str] = []
    for name, revisions in stories.items():
        first, states = revisions[0], [r["reasoning"]["state"] for r in revisions]
        if (first["type"], states[0]) != ("new", "pending"):
            found.append(f"{name} begins as {first['type']}, {states[0]}")
        late = told_at(messages, first) - first["frame"]["captured_at"]
        if late > deadline / 2 and name not in cut_off:
            found.append(f"{name} was told {late:.1f} s after its picture")
        ends = [r for r in revisions if r["reasoning"]["state"] in TERMINAL]
        if not ends:
            found.append(f"{name} has no terminal state: {states}")
            continue
        late = ends[0]["updated_at"] - first["reasoning"]["deadline_at"]
        if late > 1 and name not in cut_off:
            found.append(f"{name} ended {late:.1f} s after its deadline")
    return found
