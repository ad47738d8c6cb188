"""A rule through the whole daemon: from a picture to MQTT, switched from outside, told by `why`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.command import called
from rig.lookout import Lookout
from rig.model_server import ModelServer
from rig.subscriber import Subscriber, publish
from rig.visits import Visits

from reasoners import TERMINAL, Event
from reasoners.testing import hangs
from sinks.journal import Journal, Question

pytestmark = pytest.mark.broker

HALL = "lookout/box1/cameras/hall"


def hall(clip: Visits, folder: Path) -> dict[str, Any]:
    """Describe a camera that plays a clip at its own speed, with a zone in its right half."""
    path = str(clip.write(folder / "visits.mp4"))
    return {
        "source": {"type": "file", "path": path, "pace": "clip", "loop": True},
        "detect": {"fps": 5},
        "zones": {"right": {"points": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]], "point": "center"}},
    }


def test_a_rule_fires_is_switched_and_is_told(tmp_path: Path, broker: Mosquitto) -> None:
    """Its events carry conditions; off it is silent; the profile decides; `why` says what stood."""
    clip = Visits(count=40, there=1.0, away=0.6, width=160, height=120, fps=5)
    config = {
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
        "rules": {
            "inside": {"when": {"inside": "right"}, "hold": 0.2, "severity": "alert"},
            "away_only": {"when": {"enters": "right"}, "hold": 0.2, "profiles": ["away"]},
        },
        "cameras": {"hall": hall(clip, tmp_path)},
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", config) as lookout,
    ):
        subscriber.wait(lambda s: any(e["type"] == "end" for e in s.events), 40)
        assert subscriber.latest("lookout/box1/profile/state") == "home"
        assert {event["rule"] for event in subscriber.events} == {"inside"}
        publish(broker.port, "lookout/box1/profile/set", "away")
        subscriber.wait(lambda s: any(e["rule"] == "away_only" for e in s.events), 20)
        publish(broker.port, f"{HALL}/rule/inside/set", "OFF")
        subscriber.wait(lambda s: s.latest(f"{HALL}/rule/inside/state") == "OFF", 20)
        subscriber.wait(lambda s: _active(s) == 0, 20)
        since = len([e for e in subscriber.events if e["rule"] == "away_only"])
        subscriber.wait(
            lambda s: len([e for e in s.events if e["rule"] == "away_only"]) >= since + 2, 20
        )
        assert lookout.stop() == 0
        subscriber.wait(lambda s: len(s.events) >= lookout.figures()["last"], 20)
        check(lookout, subscriber)
        events = subscriber.events
    last = max(n for n, event in enumerate(events) if event["rule"] == "inside")
    assert last < len(events) - 2
    first = next(event for event in events if event["rule"] == "inside")
    assert [(one["kind"], one["place"]) for one in first["conditions"]] == [
        ("inside", "zone:right")
    ]
    state = ("--state-dir", str(lookout.state))
    told = json.loads(called("why", first["id"], *state, "--json").out)
    assert told["conditions"][0]["condition"] == "inside right"
    (found,) = json.loads(
        called(
            *("why", "--rule", "inside", "--json", *state),
            *("--at", _iso(first["started_at"] + 0.1)),
        ).out
    )
    assert (found["covered"], found["evaluation"]["standing"]) == (True, "holds")
    (found,) = json.loads(
        called(
            *("why", "--rule", "inside", "--json", *state),
            *("--at", _iso(events[-1]["started_at"])),
        ).out
    )
    assert (found["covered"], found["evaluation"]["standing"]) == (True, "off")


@pytest.mark.fault("F22", "F71")
def test_an_event_waits_for_its_verdict_and_is_lost_to_no_crash(
    tmp_path: Path, broker: Mosquitto
) -> None:
    """Nobody sees it pending; killed while it waits, it is told by the next run and ended."""
    clip = Visits(count=40, there=1.0, away=0.6, width=160, height=120, fps=5)
    rule = {"when": {"inside": "right"}, "hold": 0.2, "ask": "Really?", "notify": "when_verified"}
    with ModelServer(hangs()) as server:
        config = {
            "reasoner": {"type": "openai", "url": server.url, "model": "m", "deadline": "1s"},
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
            "cameras": {"hall": {**hall(clip, tmp_path), "rules": {"inside": rule}}},
        }
        with (
            Subscriber(broker.port, tmp_path / "got") as subscriber,
            Lookout(tmp_path / "d", config) as lookout,
        ):
            subscriber.wait(lambda s: any(e["type"] == "end" for e in s.events), 60)
            lookout.wait(lambda: lookout.figures()["held"] > 0, 30, "one waits")
            lookout.kill()
            held = {event.id for event in _held(lookout)}
            asked = _questions(lookout)
            lookout.start()
            subscriber.wait(lambda s: held <= {e["id"] for e in s.events if e["type"] == "end"}, 60)
            lookout.wait(lambda: lookout.figures()["held"] == 0, 30, "none waits any more")
            lookout.stop()
            events = subscriber.events
    assert held
    assert {json.loads(one.body)["held"] for one in asked if one.event in held} <= {True}
    first = {event["id"]: event for event in reversed(events)}
    assert {one["type"] for one in first.values()} == {"new"}
    early = {key: one for key, one in first.items() if key not in held}
    assert {one["reasoning"]["state"] for one in early.values()} <= TERMINAL
    assert all(one["revision"] == 1 for one in first.values())


def _held(lookout: Lookout) -> list[Event]:
    journal = Journal(lookout.state / "journal.sqlite")
    journal.open()
    try:
        return journal.held()
    finally:
        journal.close()


def _questions(lookout: Lookout) -> list[Question]:
    journal = Journal(lookout.state / "journal.sqlite")
    journal.open()
    try:
        return journal.open_questions()
    finally:
        journal.close()


def _active(subscriber: Subscriber) -> int:
    state = subscriber.latest(f"{HALL}/rules/inside")
    return -1 if state is None else int(json.loads(state)["active"])


def _iso(at: float) -> str:

    return datetime.fromtimestamp(at, UTC).isoformat()
