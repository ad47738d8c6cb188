"""What Home Assistant is told, held against the rules it publishes for such messages.

The rules below are those of https://www.home-assistant.io/integrations/mqtt/ and of the pages of
the platforms used, as of 2026: which fields a platform must have, which it knows, and which values
are allowed.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import jinja2
import pytest
from rig.revisions import revision

from sinks import (
    CameraStatus,
    ConfigurationState,
    Credential,
    Latest,
    Notice,
    ObjectCounts,
    Place,
    ProfileState,
    RuleState,
    Site,
    Stats,
    SwitchState,
    ZoneCounts,
)
from sinks.mqtt.discovery import Discovery
from sinks.mqtt.topic import Letter, Topics

COMMON: Final = {
    "platform",
    "unique_id",
    "name",
    "device_class",
    "entity_category",
    "enabled_by_default",
    "availability_topic",
    "json_attributes_topic",
    "json_attributes_template",
    "value_template",
    "qos",
}
PLATFORMS: Final[dict[str, tuple[set[str], set[str]]]] = {
    "sensor": (
        {"state_topic"},
        {"state_topic", "unit_of_measurement", "state_class", "options"},
    ),
    "binary_sensor": ({"state_topic"}, {"state_topic", "payload_on", "payload_off"}),
    "image": ({"image_topic"}, {"image_topic", "content_type"}),
    "event": ({"state_topic", "event_types"}, {"state_topic", "event_types"}),
    "switch": ({"command_topic"}, {"command_topic", "state_topic"}),
    "select": ({"command_topic", "options"}, {"command_topic", "state_topic", "options"}),
}
"""Platform → fields it must have, fields it may have beside `COMMON`."""

CLASSES: Final = {
    "sensor": {"enum", "duration"},
    "binary_sensor": {"occupancy", "connectivity", "problem"},
    "image": set[str](),
    "event": set[str](),
    "switch": set[str](),
    "select": set[str](),
}


def _none(name: str) -> Credential:
    raise KeyError(name)


def site(*names: str, gone: tuple[str, ...] = ()) -> Site:
    """Return a site with these cameras."""
    places = tuple(
        Place(
            name,
            name.capitalize(),
            {"step": "Front step"},
            rules={"presence": "presence", "parcel_left": "Parcel left"},
            labels=("person", "traffic light"),
            forecast=name == "porch",
        )
        for name in names
    )
    profiles = ("home", "away")
    told = ("box1", "1.2", Path(), _none, lambda: 0.0)
    return Site(*told, cameras=places, gone=gone, profiles=profiles)


TOPICS: Final = Topics("lookout", "box1")
DISCOVERY: Final = Discovery("homeassistant", TOPICS, site("porch", "yard"))


def devices() -> dict[str, dict[str, Any]]:
    """Return the announcements by topic."""
    return {letter.topic: json.loads(letter.payload) for letter in DISCOVERY.letters()}


def components() -> list[tuple[str, dict[str, Any]]]:
    """Return all entities of all devices."""
    return [(key, one) for found in devices().values() for key, one in found["components"].items()]


def test_each_camera_is_a_device_below_the_nodes() -> None:
    """Topics, identities and the way from camera to node are as the rules want them."""
    found = devices()
    assert list(found) == [
        "homeassistant/device/lookout-lookout-box1/config",
        "homeassistant/device/lookout-lookout-box1-porch/config",
        "homeassistant/device/lookout-lookout-box1-yard/config",
    ]
    node, porch, yard = found.values()
    assert porch["device"]["via_device"] == node["device"]["identifiers"][0]
    assert porch["device"]["name"] == "Porch"
    assert [("forecast" in one["components"]) for one in (porch, yard)] == [True, False]
    assert all(letter.retain and letter.qos == 1 for letter in DISCOVERY.letters())
    for one in found.values():
        assert one["origin"]["name"]
        assert one["device"]["identifiers"]
        assert set(one) == {"device", "origin", "qos", "components"}


@pytest.mark.parametrize(("key", "component"), components())
def test_an_entity_keeps_the_rules_of_its_platform(key: str, component: dict[str, Any]) -> None:
    """What must be there is, nothing unknown is, and classes and units fit."""
    platform = component["platform"]
    must, may = PLATFORMS[platform]
    assert must | {"platform", "unique_id"} <= component.keys()
    assert component.keys() <= COMMON | may
    kind = component.get("device_class")
    assert kind is None or kind in CLASSES[platform]
    if kind == "enum":
        assert component["options"]
        assert "state_class" not in component
    if kind == "duration":
        assert component["unit_of_measurement"] in {"d", "h", "min", "s", "ms"}
    assert component.get("entity_category") in {None, "diagnostic", "config"}
    assert component.get("availability_topic") == (
        None if key == "connected" else "lookout/box1/availability"
    )


def test_no_two_entities_share_an_identity() -> None:
    """Home Assistant drops the second of two."""
    ids = [component["unique_id"] for _, component in components()]
    assert len(ids) == len(set(ids))


def test_names_that_run_together_stay_apart() -> None:
    """Camera `a_b` of node `c` is not camera `b` of a node with a longer name."""
    one = Discovery("homeassistant", Topics("lookout", "box"), site("a_b"))
    two = Discovery("homeassistant", Topics("lookout", "box_a"), site("b"))
    topics = [letter.topic for made in (one, two) for letter in made.letters()]
    assert len(topics) == len(set(topics))


def rendered(template: str, letter: Letter) -> str:
    """Fill a template as Home Assistant does."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 (as it does)
    environment.filters["to_json"] = json.dumps
    value = letter.payload.decode()
    try:
        value_json = json.loads(value)
    except ValueError:
        value_json = None
    return environment.from_string(template).render(value=value, value_json=value_json)


EVENT = revision(1, explanation='"ü" ' + "x" * 400)
MESSAGES = [
    *TOPICS.message(CameraStatus(camera="porch", state="stalled", reason="silent", since=1)),
    *TOPICS.message(ObjectCounts(camera="porch", at=1, counts={"person": 2, "traffic light": 0})),
    *TOPICS.message(ZoneCounts(camera="porch", zone="step", at=1, counts={"person": 0})),
    *TOPICS.message(SwitchState(camera="porch", switch="detect", on=False, at=1)),
    *TOPICS.message(SwitchState(camera="porch", switch="reason", on=True, at=1)),
    *TOPICS.message(SwitchState(camera="porch", switch="rule/presence", on=True, at=1)),
    *TOPICS.message(SwitchState(camera="porch", switch="rule/parcel_left", on=False, at=1)),
    *TOPICS.message(ProfileState(profile="away", at=1)),
    *TOPICS.message(ConfigurationState(state="refused", at=2, since=1, problems=('say "it"',))),
    *TOPICS.message(RuleState(camera="porch", rule="presence", active=2, event="e1", at=1)),
    *TOPICS.message(RuleState(camera="porch", rule="parcel_left", active=0, at=1)),
    *TOPICS.message(
        Latest(
            camera="porch",
            event="e1",
            revision=1,
            type="new",
            rule="presence",
            severity="info",
            state="none",
            at=1,
            explanation=EVENT.explanation,
        )
    ),
    *TOPICS.message(Stats(at=1, node="box1", uptime_s=12.7, journal={"rows": 3})),
    *TOPICS.message(Notice(kind="gap", at=1, node="box1", text='say "it"')),
    TOPICS.event(EVENT),
    TOPICS.present(online=True),
]
STATES = {
    "state": "stalled",
    "occupancy": "ON",
    "count-person": "2",
    "count-traffic_light": "0",
    "zone-step": "OFF",
    "rule-presence": "ON",
    "rule-parcel_left": "OFF",
    "latest": EVENT.explanation[:255],
    "switch-detect": "OFF",
    "switch-reason": "ON",
    "switch-rule-presence": "ON",
    "switch-rule-parcel_left": "OFF",
    "profile": "away",
    "configuration": "ON",
    "uptime": "12",
    "journal": "3",
    "connected": "online",
}


@pytest.mark.parametrize(
    ("key", "component"), [(k, c) for k, c in components() if "yard" not in c["unique_id"]]
)
def test_an_entity_reads_what_we_really_publish(key: str, component: dict[str, Any]) -> None:
    """Each template, filled with a message of ours on its topic, gives the state it should."""
    if component["platform"] == "image":
        assert component["image_topic"] == f"lookout/box1/cameras/porch/{key}"
        return
    topic = component["state_topic"]
    event = topic.endswith("/+")
    letter = next(
        one
        for one in MESSAGES
        if one.topic == topic or (event and one.topic.startswith(topic[:-1]))
    )
    state = rendered(component.get("value_template", "{{ value }}"), letter)
    if component["platform"] == "event":
        assert json.loads(state)["event_type"] in component["event_types"]
    else:
        assert state == STATES[key]
    if (attributes := component.get("json_attributes_topic")) is not None:
        letter = next(one for one in MESSAGES if one.topic == attributes)
        template = component.get("json_attributes_template", "{{ value }}")
        assert isinstance(json.loads(rendered(template, letter)), dict)


def test_devices_of_cameras_that_went_are_taken_back_and_others_left_alone() -> None:
    """Ours by their identity, nobody else's; remembered ones where none of ours can be seen."""
    found = {
        "homeassistant/device/lookout-lookout-box1/config",
        "homeassistant/device/lookout-lookout-box1-porch/config",
        "homeassistant/device/lookout-lookout-box1-old/config",
        "homeassistant/device/lookout-lookout-box12-porch/config",
        "homeassistant/device/zigbee/config",
        "lookout/box1/cameras/old/state",
    }
    made = Discovery("homeassistant", TOPICS, site("porch", gone=("older",)))
    others = {topic for topic in found if "box1-" not in topic and "box1/" not in topic}
    for seen, gone in ((found, "old"), (others, "older")):
        assert [(letter.topic, letter.payload, letter.retain) for letter in made.ghosts(seen)] == [
            (f"homeassistant/device/lookout-lookout-box1-{gone}/config", b"", True)
        ]


def test_entities_of_a_device_that_stays_are_taken_back() -> None:
    """Named with their platform alone, before they are left out; of odd announcements nothing."""
    topic = "homeassistant/device/lookout-lookout-box1-porch/config"
    before = {letter.topic: letter.payload for letter in DISCOVERY.letters()}
    assert DISCOVERY.withdrawals(before) == []
    fewer = replace(site("porch").cameras[0], zones={}, rules={"presence": "presence"})
    smaller = Discovery("homeassistant", TOPICS, replace(site(), cameras=(fewer,)))
    (letter,) = smaller.withdrawals(before)
    assert (letter.topic, letter.retain) == (topic, False)
    told = json.loads(letter.payload)["components"]
    (left,) = [one for one in smaller.letters() if one.topic == topic]
    kept = json.loads(left.payload)["components"]
    lost = {key: one for key, one in told.items() if key not in kept}
    assert lost == {
        "zone-step": {"platform": "binary_sensor"},
        "rule-parcel_left": {"platform": "binary_sensor"},
        "switch-rule-parcel_left": {"platform": "switch"},
    }
    assert {key: one for key, one in told.items() if key in kept} == kept
    odd = (b"", b"\xff", b"7", b"[" * 100_000, b'{"components": {"a": 7, "b": {"platform": []}}}')
    for payload in odd:
        assert smaller.withdrawals({topic: payload}) == []
