"""A Home Assistant core with its MQTT integration, spoken to over standard input and output.

Runs under a Python of its own (`home_assistant.py` finds it), so it imports nothing of ours:
`home_assistant_core.py FOLDER MQTT-PORT HTTP-PORT`. Each line it reads is one order as JSON, each
line it writes the answer. Everything is Home Assistant's own code; only what asks a person to log
in, and what downloads, is left out.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

from homeassistant import auth, config_entries, core, loader
from homeassistant.helpers import (
    area_registry,
    category_registry,
    device_registry,
    entity,
    entity_registry,
    floor_registry,
    issue_registry,
    label_registry,
    restore_state,
    template,
    translation,
)
from homeassistant.setup import async_setup_component

DOMAINS = ("binary_sensor", "event", "image", "sensor", "switch")
REGISTRIES = (
    area_registry,
    category_registry,
    device_registry,
    entity_registry,
    floor_registry,
    issue_registry,
    label_registry,
    restore_state,
)


def _entry(mqtt: int) -> config_entries.ConfigEntry[Any]:
    return config_entries.ConfigEntry(
        data={"broker": "127.0.0.1", "port": mqtt, "discovery": True, "protocol": "5"},
        domain="mqtt",
        title="mqtt",
        version=1,
        minor_version=2,
        source="user",
        unique_id=None,
        options={},
        discovery_keys={},
    )


async def start(folder: str, mqtt: int, http: int) -> core.HomeAssistant:
    """Start the core as `homeassistant.bootstrap` does, with MQTT alone."""
    hass = core.HomeAssistant(folder)
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    hass.config.skip_pip = True
    entity.async_setup(hass)
    template.async_setup(hass)
    for registry in REGISTRIES:
        await registry.async_load(hass)
    await hass.config_entries.async_initialize()
    translation.async_setup(hass)
    hass.auth = await auth.auth_manager_from_config(hass, [], [])
    web = {"server_host": "127.0.0.1", "server_port": http}
    for name, config in (("homeassistant", {}), ("http", web)):
        if not await async_setup_component(hass, name, {name: config}):
            raise SystemExit(f"{name} was not set up")
    if hass.config_entries.async_entries("mqtt"):
        # It is remembered from before; a second one beside it would race with it.
        await async_setup_component(hass, "mqtt", {})
    else:
        await hass.config_entries.async_add(_entry(mqtt))
    await hass.async_start()
    return hass


def entities(hass: core.HomeAssistant) -> dict[str, Any]:
    """Return what there is of our kinds, by unique id."""
    devices = device_registry.async_get(hass).devices
    found = {}
    for known in entity_registry.async_get(hass).entities.values():
        state = hass.states.get(known.entity_id)
        device = devices.get(known.device_id or "")
        found[known.unique_id] = {
            "entity": known.entity_id,
            "device": device.name if device else None,
            "disabled": known.disabled,
            "state": state.state if state else None,
            "attributes": json.loads(json.dumps(dict(state.attributes), default=str))
            if state
            else {},
        }
    return found


async def obey(hass: core.HomeAssistant, order: dict[str, Any], calls: list[Any]) -> Any:
    """Carry out one order."""
    match order["do"]:
        case "entities":
            return entities(hass)
        case "devices":
            return sorted(d.name or "" for d in device_registry.async_get(hass).devices.values())
        case "call":
            target = {"entity_id": order["entity"]}
            await hass.services.async_call(order["domain"], order["service"], target, blocking=True)
            return None
        case "automate":
            notify = order["notify"]

            async def heard(call: core.ServiceCall) -> None:
                calls.append(json.loads(json.dumps(dict(call.data), default=str)))

            hass.services.async_register("notify", notify, heard)
            config = {"automation": order["automations"]}
            return await async_setup_component(hass, "automation", config)
        case "calls":
            return calls
    raise ValueError(order)


def say(answer: Any) -> None:
    """Answer with one line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Start, say so, obey until standard input ends."""
    hass = await start(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    calls: list[Any] = []
    say("ready")
    while line := await reader.readline():
        answer = await obey(hass, json.loads(line), calls)
        say(answer)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            await hass.async_stop(force=True)


asyncio.run(main())
