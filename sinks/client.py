"""Events as they come, for programs of one's own: `async for event in events("mqtt://host")`."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiomqtt
from pydantic import ValidationError

from reasoners import Event
from sinks.mqtt import MqttConfig

_REMEMBERED: Final = 10_000
_LONGEST: Final = 30.0
_WEEK: Final = 7 * 86400


async def events(  # noqa: PLR0913 (each is optional)
    url: str,
    *,
    node: str = "+",
    camera: str = "+",
    rule: str = "+",
    name: str | None = None,
    user: str | None = None,
    password: str | None = None,
    ca: Path | None = None,
    prefix: str = "lookout",
) -> AsyncIterator[Event]:
    """Yield each revision of each event once, in order per camera; comes back to a lost broker.

    What is repeated (the same `id` and `revision`) is left out; so is what is no event of this
    version. Cancelling may lose what the broker has handed over and we have not yielded yet.

    Args:
        url: Of the broker, as in the configuration of the MQTT sink.
        node: Of this box only.
        camera: Of this camera only.
        rule: Of this rule only.
        name: Under which the broker keeps for a week what comes while we are away, one name for
            each program; None: what comes while we are away is missed.
        user: For the broker.
        password: For the broker.
        ca: File with the authorities to trust; None: those of the system.
        prefix: First part of the topics.

    Raises:
        ValueError: No such URL.
        aiomqtt.MqttError: The broker cannot be reached at the first attempt, or refuses us.
    """
    config = MqttConfig(url=url, ca=ca)
    seen: OrderedDict[tuple[str, int], None] = OrderedDict()
    topic = f"{prefix}/{node}/events/{camera}/{rule}"
    met, wait = False, 0.5
    while True:
        try:
            async with _client(config, name, user, password) as client:
                await client.subscribe(topic, qos=1)
                met, wait = True, 0.5
                async for message in client.messages:
                    event = _read(message.payload)
                    if event is None or (event.id, event.revision) in seen:
                        continue
                    seen[event.id, event.revision] = None
                    if len(seen) > _REMEMBERED:
                        seen.popitem(last=False)
                    yield event
        except aiomqtt.MqttError:
            if not met:
                raise
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST)


def _client(
    config: MqttConfig, name: str | None, user: str | None, password: str | None
) -> aiomqtt.Client:
    path = config.path
    return aiomqtt.Client(
        config.host,
        config.port,
        identifier=name,
        username=user,
        password=password,
        protocol=aiomqtt.ProtocolVersion.V311,
        clean_session=name is None,
        tls_context=ssl.create_default_context(cafile=config.ca) if config.tls else None,
        transport="tcp" if path is None else "websockets",
        websocket_path=path,
        keepalive=config.keepalive,
    )


def _read(payload: object) -> Event | None:
    try:
        return Event.model_validate_json(payload) if isinstance(payload, bytes) else None
    except ValidationError:
        return None
