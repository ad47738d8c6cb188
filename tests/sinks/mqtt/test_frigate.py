"""What automations that were written for Frigate find in our messages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jinja2
import pytest
from pydantic import ValidationError
from rig.broker import Mosquitto
from rig.revisions import revision, seen
from rig.subscriber import Subscriber

from reasoners import Event, Media, Reasoning
from sinks import (
    CameraStatus,
    Departure,
    Notice,
    ObjectCounts,
    Place,
    Snapshot,
    Switch,
    SwitchState,
    ZoneCounts,
)
from sinks.mqtt import MqttConfig, MqttSink
from sinks.mqtt.frigate import REMEMBERED, FrigateTopics
from sinks.mqtt.orders import Orders

Make = Callable[..., MqttSink]

FIELDS: Final = frozenset(
    {
        *("id", "camera", "frame_time", "snapshot", "label", "sub_label", "top_score"),
        *("false_positive", "start_time", "end_time", "score", "box", "area", "ratio", "region"),
        *("current_zones", "entered_zones", "thumbnail", "has_snapshot", "has_clip", "active"),
        *("stationary", "motionless_count", "position_changes", "attributes"),
        *("current_attributes", "current_estimated_speed", "average_estimated_speed"),
        *("velocity_angle", "recognized_license_plate"),
    }
)
"""Of `before` and `after`, https://docs.frigate.video/integrations/mqtt."""


def topics() -> FrigateTopics:
    """Begin anew."""
    return FrigateTopics("frigate", "box1", "0.1.0")


def told(made: FrigateTopics, event: Event, topic: str = "events") -> dict[str, Any]:
    """Tell of a revision; return what one topic gets."""
    (found,) = (x for x in made.letters(event) if x.topic == f"frigate/{topic}")
    assert not found.retain
    payload: dict[str, Any] = json.loads(found.payload)
    return payload


def visit(number: int, **changes: Any) -> Event:
    """Return a revision of one event, in a zone."""
    thing = seen("t1").model_copy(update={"zones": tuple(changes.pop("zones", ()))})
    kind = "new" if number == 1 else "update"
    more: dict[str, Any] = {
        "type": kind,
        "revision": number,
        "severity": "alert",
        "objects": (thing,),
    } | changes
    return revision(1, **more)


def test_an_event_grows_from_before_to_after() -> None:
    """Zones are gathered, the best score is kept, every field of theirs is there."""
    made = topics()
    first = told(made, visit(1, zones=["step"]))
    assert first["type"] == "new"
    assert first["before"] == first["after"]
    assert set(first["after"]) >= FIELDS
    second = told(made, visit(2, zones=["door"], media=Media(snapshot="/events/e1/snapshot.jpg")))
    assert second["before"] == first["after"]
    assert second["after"]["entered_zones"] == ["step", "door"]
    assert second["after"]["current_zones"] == ["door"]
    assert second["after"]["has_snapshot"]
    assert second["after"]["box"] == [0, 0, 640, 360]
    assert second["after"]["area"] == 640 * 360
    last = told(made, visit(3, type="end", ended_at=1010.0))
    assert (last["type"], last["after"]["end_time"]) == ("end", 1010.0)
    assert last["after"]["id"] == first["after"]["id"]


def test_verdict_and_description_are_where_they_are_looked_for() -> None:
    """A rejected event is a false positive; a description comes once, a review has its text."""
    made = topics()
    told(made, visit(1))
    judged = visit(2, reasoning=Reasoning(state="rejected", model="m"), description="A branch")
    letters = {x.topic: json.loads(x.payload) for x in made.letters(judged)}
    assert letters["frigate/events"]["after"]["false_positive"] is True
    review = letters["frigate/reviews"]["after"]
    assert review["severity"] == "alert"
    assert review["data"]["metadata"]["scene"] == "A branch"
    update = letters["frigate/tracked_object_update"]
    assert (update["type"], update["description"]) == ("description", "A branch")
    again = [x.topic for x in made.letters(judged.model_copy(update={"revision": 3}))]
    assert "frigate/tracked_object_update" not in again


TEMPLATES: Final = {
    "{{ value_json['after']['camera'] }}": "porch",
    "{{ value_json['type'] == 'new' and value_json['after']['label'] == 'person' }}": "True",
    "{{ 'step' in value_json['after']['entered_zones'] }}": "True",
    "{{ value_json.after.entered_zones | length > value_json.before.entered_zones | length }}": (
        "False"
    ),
    "{{ value_json['after']['top_score'] >= 0.7 and not value_json.after.stationary }}": "False",
    "{{ value_json['after']['id'].split('-') | length }}": "2",
}
"""As they stand in automations that people share."""


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_that_people_share_find_what_they_look_for(template: str) -> None:
    """Their paths lead somewhere, and mean what they mean with Frigate."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 (no page)
    payload = told(topics(), visit(1, zones=["step"]))
    assert environment.from_string(template).render(value_json=payload) == TEMPLATES[template]


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (CameraStatus(camera="yard", state="online", since=1), {"yard/status/detect": b"online"}),
        (CameraStatus(camera="yard", state="failed", since=1), {"yard/status/detect": b"offline"}),
        (
            ObjectCounts(camera="yard", at=1, counts={"person": 2, "car": 1}, moving={"person": 1}),
            {
                "yard/car": b"1",
                "yard/person": b"2",
                "yard/all": b"3",
                "yard/car/active": b"0",
                "yard/person/active": b"1",
                "yard/all/active": b"1",
            },
        ),
        (
            ZoneCounts(camera="yard", zone="step", at=1, counts={"person": 1}),
            {
                "step/person": b"1",
                "step/all": b"1",
                "step/person/active": b"0",
                "step/all/active": b"0",
            },
        ),
        (
            SwitchState(camera="yard", switch="detect", on=False, at=1),
            {"yard/detect/state": b"OFF"},
        ),
        (
            SwitchState(camera="yard", switch="reason", on=True, at=1),
            {"yard/object_descriptions/state": b"ON"},
        ),
        (SwitchState(camera="yard", switch="rule/gate", on=True, at=1), {}),
        (Notice(kind="gap", at=1, node="box1", text="x"), {}),
    ],
)
def test_states_have_their_words(message: Any, found: dict[str, bytes]) -> None:
    """Each on Frigate's topic, retained; what it has no word for is not said."""
    letters = topics().message(message)
    assert {x.topic.removeprefix("frigate/"): x.payload for x in letters} == found
    assert all(x.retain for x in letters)


def test_what_is_there_no_more_is_counted_as_none() -> None:
    """A label that was counted once is told with zero, for Frigate does so too."""
    made = topics()
    made.message(ObjectCounts(camera="yard", at=1, counts={"person": 2}))
    later = made.message(ObjectCounts(camera="yard", at=2, counts={}))
    assert {x.topic: x.payload for x in later} == {
        "frigate/yard/person": b"0",
        "frigate/yard/all": b"0",
        "frigate/yard/person/active": b"0",
        "frigate/yard/all/active": b"0",
    }


def test_a_picture_waits_for_the_label_of_its_event() -> None:
    """Before its event or after it, the picture ends on the topic of what it shows."""
    made, picture = topics(), Snapshot(camera="porch", event="e1", jpeg=b"\xff")
    assert made.message(picture) == ()
    early = [x for x in made.letters(visit(1)) if x.payload == b"\xff"]
    late = made.message(picture)
    assert [x.topic for x in (*early, *late)] == 2 * ["frigate/porch/person/snapshot"]


def test_what_is_remembered_is_bounded() -> None:
    """An event that was forgotten is told with itself as `before`."""
    made = topics()
    told(made, visit(1))
    for number in range(2, REMEMBERED + 5):
        made.letters(revision(number))
    late = told(made, visit(2))
    assert late["before"] == late["after"]


def test_of_cameras_that_are_gone_nothing_stays() -> None:
    """Their states are cleared; nobody else's."""
    made = topics()
    found = made.ghosts({"frigate/other"}, [Place("yard", "Yard")], ["yard", "shed"])
    assert found == [
        "frigate/shed/all",
        "frigate/shed/all/active",
        "frigate/shed/detect/state",
        "frigate/shed/object_descriptions/state",
        "frigate/shed/review_status",
        "frigate/shed/status/detect",
    ]


def test_what_was_counted_of_a_camera_that_goes_goes_too() -> None:
    """Its labels and zones, whatever was seen; and its last event brings nothing back."""
    made = topics()
    for name, zone in (("yard", "step"), ("shed", "bench")):
        made.message(ObjectCounts(camera=name, at=1, counts={"dog": 1}))
        made.message(ZoneCounts(camera=name, zone=zone, at=1, counts={"dog": 1}))
    found = set(made.ghosts(set(), [Place("yard", "Yard", {"step": "Step"})], ["shed"]))
    for place in ("shed/dog", "shed/dog/active", "shed/dog/snapshot", "bench/dog", "bench/all"):
        assert f"frigate/{place}" in found
    assert not [topic for topic in found if "yard" in topic or "step" in topic]
    last = made.letters(revision(1, camera="shed"))
    assert not [letter.topic for letter in last if letter.retain]


def test_what_goes_on_is_told_by_its_gravest_event_when_that_changes() -> None:
    """NONE, DETECTION or ALERT, retained; of a revision that changes nothing, nothing."""
    made = topics()

    def status(event: Event) -> list[bytes]:
        found = [x for x in made.letters(event) if x.topic == "frigate/porch/review_status"]
        assert all(x.retain for x in found)
        return [x.payload for x in found]

    mild = revision(2, severity="info")
    assert status(mild) == [b"DETECTION"]
    assert status(visit(1)) == [b"ALERT"]
    assert status(visit(2)) == []
    assert status(visit(3, type="end", ended_at=1010.0)) == [b"DETECTION"]
    assert status(mild.model_copy(update={"revision": 2, "type": "end"})) == [b"NONE"]


def test_commands_have_its_words_and_reach_our_switches() -> None:
    """`detect`, and whether a model describes; nothing else of its commands is heeded."""
    orders = Orders(topics())
    for switch, ours in (("detect", "detect"), ("object_descriptions", "reason")):
        topic = f"frigate/porch/{switch}/set"
        command = orders.read(topic, b"OFF", retained=False, now=0.0)
        assert command == Switch(camera="porch", switch=ours, on=False)
    for topic in ("frigate/restart", "frigate/porch/recordings/set", "frigate/porch/detect"):
        assert orders.read(topic, b"OFF", retained=False, now=0.0) is None
    assert orders.read("frigate/porch/detect/set", b"off", retained=False, now=0.0) is None
    assert (orders.taken, orders.refused) == (2, {"unknown": 3, "invalid": 1})


def test_it_goes_with_no_other_language() -> None:
    """Another sink speaks ours, and announces devices."""
    assert MqttConfig(url="mqtt://h", compat="frigate").prefix is None
    for more in ({"discovery": "homeassistant"}, {"frames": True}):
        with pytest.raises(ValidationError, match="add a sink"):
            MqttConfig.model_validate({"url": "mqtt://h", "compat": "frigate", **more})


@pytest.mark.broker
@pytest.mark.usefixtures("clean_loop")
async def test_both_languages_on_one_broker(tmp_path: Path, make: Make) -> None:
    """Two sinks of one node do not throw each other out; each says when it goes."""
    ledger: list[Departure] = []

    async def depart(departure: Departure) -> None:
        ledger.append(departure)

    with (
        Mosquitto(tmp_path) as broker,
        Subscriber(broker.port, tmp_path / "got", "#") as subscriber,
    ):
        async with make(broker) as ours, make(broker, compat="frigate", depart=depart) as theirs:
            await theirs.show(Snapshot(camera="porch", event="e1", jpeg=b"\xff\xd8"))
            await theirs.show(ObjectCounts(camera="porch", at=1, counts={"person": 1}))
            assert ledger == []
            for event in (visit(1), visit(2), visit(3, type="end", ended_at=1010.0)):
                await ours.deliver(event)
                await theirs.deliver(event)
            assert (ours.ahead, theirs.ahead) == (20, 1)
        subscriber.wait(lambda s: s.latest("frigate/available") == "offline")
        told = [json.loads(x or "")["type"] for x in subscriber.all("frigate/events")]
        assert told == ["new", "update", "end"]
        assert subscriber.latest("frigate/porch/person") == "1"
        assert len(subscriber.all("frigate/porch/person/snapshot")) == 1
        assert len(subscriber.events) == 3
    assert [line.event for line in ledger] == ["e1"]
