"""How Home Assistant learns of us: one device per camera, and one for the node. Pure.

Device-based discovery (Home Assistant 2024.12 and newer):
https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. Each device is one
retained message that names its entities, their topics and how to read them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from sinks.mqtt.topic import Letter, Topics
from sinks.sink import Place, Site

BIRTH: Final = "status"
"""Below the prefix Home Assistant says `online` when it starts."""

_STATES: Final = [
    *("connecting", "online", "stalled", "waiting_idr", "refused", "frozen", "disabled", "failed")
]
_EXPLANATION: Final = 255
"""Signs a state may have in Home Assistant; the whole text is an attribute."""

Component = dict[str, Any]


class Discovery:
    """The messages that announce this node and its cameras.

    Args:
        prefix: Of Home Assistant's discovery, usually `homeassistant`.
        topics: Where our own states are.
        site: Which cameras there are.
    """

    def __init__(self, prefix: str, topics: Topics, site: Site) -> None:
        self._prefix = prefix
        self._topics = topics
        self._site = site

    @property
    def birth(self) -> str:
        """Where Home Assistant says that it has started."""
        return f"{self._prefix}/{BIRTH}"

    @property
    def filter(self) -> str:
        """Matches the announcements of all devices, ours and others'."""
        return f"{self._prefix}/device/+/config"

    def letters(self) -> list[Letter]:
        """Announce the node and every camera."""
        cameras = [self._letter(place.name, self._camera(place)) for place in self._site.cameras]
        return [self._letter(None, self._node()), *cameras]

    @property
    def topics(self) -> set[str]:
        """Where the node and every camera are announced."""
        return {self._topic(None), *(self._topic(place.name) for place in self._site.cameras)}

    def ghosts(self, topics: set[str]) -> list[Letter]:
        """Take back announcements of ours, among those found, that are not made any more.

        Where none of ours can be seen, those of cameras known to have been: for Home Assistant
        warns of each that is taken back and not there.
        """
        ours = f"{self._prefix}/device/{self._identity(None)}"
        mine = {topic for topic in topics if topic == f"{ours}/config" or _is_of(topic, ours)}
        mine = mine or {self._topic(name) for name in self._site.gone}
        return [
            Letter(topic, b"", retain=True)
            for topic in sorted(mine - {letter.topic for letter in self.letters()})
        ]

    def withdrawals(self, announced: Mapping[str, bytes]) -> list[Letter]:
        """Take back entities of devices that stay; to be told before `letters`.

        Home Assistant keeps, as unavailable, what an announcement merely leaves out any more. An
        entity goes when its component is announced with nothing but its platform. Not retained:
        who starts later never knew it.

        Args:
            announced: What the broker retains, by topic; of others' devices nothing is read.
        """
        found: list[Letter] = []
        for letter in self.letters():
            told = json.loads(letter.payload)
            components = told["components"]
            lost = {
                key: {"platform": platform}
                for key, platform in _platforms(announced.get(letter.topic, b"")).items()
                if components.get(key, {}).get("platform") != platform
            }
            if lost:
                told["components"] = {**components, **lost}
                found.append(Letter(letter.topic, _body(told)))
        return found

    def _letter(self, camera: str | None, payload: dict[str, Any]) -> Letter:
        return Letter(self._topic(camera), _body(payload), retain=True)

    def _topic(self, camera: str | None) -> str:
        return f"{self._prefix}/device/{self._identity(camera)}/config"

    def _identity(self, camera: str | None) -> str:
        """Name a device: `-` cannot be part of a name, so no two names make the same identity."""
        own = f"lookout-{self._topics.prefix.replace('/', '.')}-{self._topics.node}"
        own = own.replace(".", "_")
        return own if camera is None else f"{own}-{camera}"

    def _node(self) -> dict[str, Any]:
        node = f"Lookout {self._topics.node}"
        stats, own = self._topics.stats, self._identity(None)
        components = {
            "uptime": _sensor(
                "Uptime",
                stats,
                "{{ value_json.uptime_s | int }}",
                device_class="duration",
                unit_of_measurement="s",
                state_class="measurement",
                entity_category="diagnostic",
                enabled_by_default=False,
            ),
            "journal": _sensor(
                "Journal",
                stats,
                "{{ value_json.journal.rows }}",
                unit_of_measurement="revisions",
                state_class="measurement",
                entity_category="diagnostic",
                enabled_by_default=False,
            ),
            "notice": {
                "platform": "event",
                "name": "Notice",
                "state_topic": self._topics.notices,
                "event_types": ["notice"],
                "value_template": (
                    "{{ {'event_type': 'notice', 'kind': value_json.kind,"
                    " 'text': value_json.text, 'camera': value_json.camera} | to_json }}"
                ),
                "entity_category": "diagnostic",
            },
            "profile": {
                "platform": "select",
                "name": "Profile",
                "command_topic": f"{self._topics.profile}/set",
                "state_topic": f"{self._topics.profile}/state",
                "options": list(self._site.profiles),
                "entity_category": "config",
            },
            "configuration": {
                **_binary(
                    "Configuration",
                    self._topics.configuration,
                    "{{ 'OFF' if value_json.state == 'applied' else 'ON' }}",
                    "problem",
                ),
                "json_attributes_topic": self._topics.configuration,
                "json_attributes_template": (
                    "{{ {'state': value_json.state, 'problems': value_json.problems,"
                    " 'waiting': value_json.waiting} | to_json }}"
                ),
                "entity_category": "diagnostic",
            },
            "connected": {
                "platform": "binary_sensor",
                "name": "Connection",
                "device_class": "connectivity",
                "state_topic": self._topics.availability,
                "payload_on": "online",
                "payload_off": "offline",
                "entity_category": "diagnostic",
            },
        }
        if not self._site.profiles:
            del components["profile"]
        return self._device(None, {"name": node, "model": "Node"}, components, own)

    def _camera(self, place: Place) -> dict[str, Any]:
        topics, own = self._topics.camera(place.name), self._identity(place.name)
        components: dict[str, Component] = {
            "state": {
                **_sensor("State", f"{topics}/state", None, entity_category="diagnostic"),
                "device_class": "enum",
                "options": _STATES,
                "json_attributes_topic": f"{topics}/status",
                "json_attributes_template": (
                    "{{ {'reason': value_json.reason, 'since': value_json.since} | to_json }}"
                ),
            },
            "occupancy": _binary(
                "Occupancy",
                f"{topics}/objects",
                "{{ 'ON' if value_json.counts.values() | sum > 0 else 'OFF' }}",
                "occupancy",
            ),
            "latest": {
                **_sensor(
                    "Last event",
                    f"{topics}/latest",
                    f"{{{{ value_json.explanation[:{_EXPLANATION}] }}}}",
                ),
                "json_attributes_topic": f"{topics}/latest",
            },
            "snapshot": {
                "platform": "image",
                "name": "Last snapshot",
                "image_topic": f"{topics}/snapshot",
                "content_type": "image/jpeg",
            },
            "event": {
                "platform": "event",
                "name": "Event",
                "state_topic": self._topics.events(place.name),
                "event_types": ["new", "update", "end"],
                "value_template": (
                    "{{ {'event_type': value_json.type, 'id': value_json.id,"
                    " 'rule': value_json.rule, 'severity': value_json.severity,"
                    " 'explanation': value_json.explanation,"
                    " 'reasoning': value_json.reasoning.state} | to_json }}"
                ),
            },
        }
        if place.forecast:
            components["forecast"] = {
                "platform": "image",
                "name": "Last forecast",
                "image_topic": f"{topics}/forecast",
                "content_type": "image/jpeg",
            }
        for switch, title in (("detect", "Detection"), ("reason", "Reasoning")):
            components[f"switch-{switch}"] = {
                "platform": "switch",
                "name": title,
                "command_topic": f"{topics}/{switch}/set",
                "state_topic": f"{topics}/{switch}/state",
                "entity_category": "config",
            }
        for label in place.labels:
            components[f"count-{label.replace(' ', '_')}"] = _sensor(
                label.capitalize(),
                f"{topics}/objects",
                f"{{{{ value_json.counts.get({json.dumps(label)}, 0) }}}}",
                state_class="measurement",
            )
        for zone, title in place.zones.items():
            components[f"zone-{zone}"] = _binary(
                title,
                f"{topics}/zones/{zone}",
                "{{ 'ON' if value_json.counts.values() | sum > 0 else 'OFF' }}",
                "occupancy",
            )
        for rule, title in place.rules.items():
            components[f"switch-rule-{rule}"] = {
                "platform": "switch",
                "name": f"Rule {title}",
                "command_topic": f"{topics}/rule/{rule}/set",
                "state_topic": f"{topics}/rule/{rule}/state",
                "entity_category": "config",
            }
            components[f"rule-{rule}"] = {
                **_binary(
                    f"Rule {title}",
                    f"{topics}/rules/{rule}",
                    "{{ 'ON' if value_json.active > 0 else 'OFF' }}",
                    None,
                ),
                "json_attributes_topic": f"{topics}/rules/{rule}",
                "json_attributes_template": (
                    "{{ {'active': value_json.active, 'event': value_json.event} | to_json }}"
                ),
            }
        about = {"name": place.title, "model": "Camera", "via_device": self._identity(None)}
        return self._device(place.name, about, components, own)

    def _device(
        self,
        camera: str | None,
        about: dict[str, str],
        components: dict[str, Component],
        own: str,
    ) -> dict[str, Any]:
        for key, component in components.items():
            component["unique_id"] = f"{own}-{key}"
            if key != "connected":  # that is what tells of being away
                component["availability_topic"] = self._topics.availability
        version = self._site.version
        return {
            "device": {
                "identifiers": [self._identity(camera)],
                "manufacturer": "Lookout",
                "sw_version": version,
                **about,
            },
            "origin": {"name": "lookout", "sw_version": version},
            "qos": 1,
            "components": components,
        }


def _sensor(name: str, topic: str, template: str | None, **more: object) -> Component:
    reading = {} if template is None else {"value_template": template}
    return {"platform": "sensor", "name": name, "state_topic": topic, **reading, **more}


def _binary(name: str, topic: str, template: str, kind: str | None) -> Component:
    found = {
        "platform": "binary_sensor",
        "name": name,
        "state_topic": topic,
        "value_template": template,
    }
    return found if kind is None else {**found, "device_class": kind}


def _body(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _platforms(payload: bytes) -> dict[str, str]:
    """Read the platform of each component of an announcement; of what is none, nothing."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    components = told.get("components") if isinstance(told, dict) else None
    if not isinstance(components, dict):
        return {}
    found = {key: one.get("platform") for key, one in components.items() if isinstance(one, dict)}
    return {key: platform for key, platform in found.items() if isinstance(platform, str)}


def _is_of(topic: str, ours: str) -> bool:
    return topic.startswith(f"{ours}-") and topic.endswith("/config")
